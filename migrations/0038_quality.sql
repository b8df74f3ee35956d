-- +goose Up

-- What makes a value doubtful, and what follows from that. A change is a new
-- row: of one kind and scope the newest in effect holds, the others are the
-- history. A rule for an indicator goes before one for a unit ('Rp/*' is every
-- unit that begins so), that before one for all.
CREATE TABLE quality_rules (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    indicator    text NOT NULL DEFAULT '',
    unit         text NOT NULL DEFAULT '',
    params       jsonb NOT NULL DEFAULT '{}',
    effect       text NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    changed_at   timestamptz NOT NULL,
    changed_by   text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    CONSTRAINT quality_rules_kind_is_known CHECK (kind IN ('mustahil', 'penanda_kosong', 'macet', 'hari_ganda', 'bertentangan', 'tingkat_ganda')),
    CONSTRAINT quality_rules_effect_is_known CHECK (effect IN ('keluarkan', 'tandai', 'abaikan')),
    CONSTRAINT quality_rules_have_one_scope CHECK (indicator = '' OR unit = ''),
    CONSTRAINT quality_rules_have_a_source CHECK (btrim(source) <> '' AND char_length(source) <= 500),
    CONSTRAINT quality_rules_reason_is_bounded CHECK (char_length(reason) <= 500),
    CONSTRAINT quality_rules_were_changed_by_somebody CHECK (changed_by <> '')
);
CREATE INDEX quality_rules_newest ON quality_rules (kind, indicator, unit, effective_on DESC, id DESC);

-- Lengths of time are hours, shares are fractions; city.QualityParams says what
-- each means.
INSERT INTO quality_rules (kind, unit, params, effect, source, effective_on, changed_at, changed_by) VALUES
    ('mustahil', '', '{}', 'keluarkan', 'Batas terendah dan tertinggi pada deklarasi indikator', '2020-01-01', now(), 'Balaikota'),
    ('mustahil', 'mm*', '{"min": 0}', 'keluarkan', 'Bawaan Balaikota: tinggi hujan diukur dari 0', '2020-01-01', now(), 'Balaikota'),
    ('mustahil', 'µg/m³', '{"min": 0}', 'keluarkan', 'Bawaan Balaikota: kadar di udara diukur dari 0; umpan PM2.5 stasiun Samarinda pernah mengirim -1,9', '2020-01-01', now(), 'Balaikota'),
    ('mustahil', 'Rp*', '{"min": 0}', 'keluarkan', 'Bawaan Balaikota: harga tidak di bawah 0', '2020-01-01', now(), 'Balaikota'),
    ('mustahil', 'km/jam', '{"min": 0}', 'keluarkan', 'Bawaan Balaikota: kecepatan diukur dari 0', '2020-01-01', now(), 'Balaikota'),
    ('mustahil', '%', '{"min": 0}', 'keluarkan', 'Bawaan Balaikota: bagian dari seluruhnya diukur dari 0', '2020-01-01', now(), 'Balaikota'),
    ('penanda_kosong', '', '{"markers": [-9999, -999, -99.9, -99, 999, 9999, 99999, 999999, 9999999], "beyond": 20}', 'keluarkan', 'Bawaan Balaikota: angka yang lazim ditulis sistem untuk "tidak ada nilai"', '2020-01-01', now(), 'Balaikota'),
    ('penanda_kosong', 'Rp/*', '{"markers": [-9999, -999, -99, -1, 999999, 9999999], "beyond": 20, "zero": true}', 'keluarkan', 'Bawaan Balaikota: harga per satuan barang tidak pernah 0; tabel harga Bandung 2025 menulis 0 untuk "tidak ada"', '2020-01-01', now(), 'Balaikota'),
    ('macet', '', '{"values": 6, "hours": 3, "factor": 2, "learn": 24, "zero": true}', 'keluarkan', 'Bawaan Balaikota: dibandingkan dengan kebiasaan alat itu sendiri, 30 sampai 60 hari terakhir', '2020-01-01', now(), 'Balaikota'),
    ('macet', 'mm*', '{"values": 6, "hours": 3, "factor": 2, "learn": 24}', 'keluarkan', 'Bawaan Balaikota: tidak hujan bukan alat macet', '2020-01-01', now(), 'Balaikota'),
    ('macet', 'Rp*', '{"values": 14, "hours": 336, "factor": 3, "learn": 28, "zero": true}', 'tandai', 'Bawaan Balaikota: harga dapat tetap berhari-hari', '2020-01-01', now(), 'Balaikota'),
    ('hari_ganda', '', '{"tolerance": 0.000001}', 'tandai', 'Bawaan Balaikota: yang ditulis terakhir dihitung, sekali', '2020-01-01', now(), 'Balaikota'),
    ('bertentangan', '', '{"tolerance": 0.05, "hours": 48}', 'tandai', 'Bawaan Balaikota: yang diterima terakhir dihitung', '2020-01-01', now(), 'Balaikota'),
    ('tingkat_ganda', '', '{"words": ["total", "jumlah", "semua", "seluruh", "grand total"], "tolerance": 0.02}', 'keluarkan', 'Bawaan Balaikota: jumlah tidak ditambahkan kepada bagiannya; tabel BNPB dan belanja Aceh 2025 memuat keduanya', '2020-01-01', now(), 'Balaikota');

-- What was found: values of one source at one place that one rule speaks of,
-- from the first to the last. 'berakhir' is a finding that goes on no longer: its
-- values stay as they are judged. 'dicabut': by a changed rule it is none.
CREATE TABLE quality_findings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    rule_id    bigint NOT NULL REFERENCES quality_rules,
    effect     text NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    indicator  text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    area_code  text NOT NULL,
    station    text NOT NULL DEFAULT '',
    from_time  timestamptz NOT NULL,
    to_time    timestamptz NOT NULL,
    n          bigint NOT NULL,
    example    double precision NOT NULL,
    beside     double precision, -- the other value, where two disagree
    other_id   bigint REFERENCES sources, -- the other source, where two disagree
    state      text NOT NULL DEFAULT 'terbuka',
    found_at   timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT quality_findings_state_is_known CHECK (state IN ('terbuka', 'berakhir', 'ditolak', 'dicabut')),
    CONSTRAINT quality_findings_effect_is_known CHECK (effect IN ('keluarkan', 'tandai')),
    CONSTRAINT quality_findings_span_is_ordered CHECK (from_time <= to_time),
    CONSTRAINT quality_findings_are_counted CHECK (n >= 0)
);
CREATE UNIQUE INDEX quality_findings_open ON quality_findings (source_id, kind, indicator, area_code, station) WHERE state = 'terbuka';
CREATE INDEX quality_findings_of_source ON quality_findings (source_id, id DESC);
CREATE INDEX quality_findings_of_indicator ON quality_findings (indicator, to_time);

-- What officers said of a finding: that it is no error, or that it is one after all.
CREATE TABLE quality_decisions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id bigint NOT NULL REFERENCES quality_findings ON DELETE CASCADE,
    dismissed  boolean NOT NULL,
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    reason     text NOT NULL,
    CONSTRAINT quality_decisions_have_a_reason CHECK (btrim(reason) <> '' AND char_length(reason) <= 500)
);
CREATE INDEX quality_decisions_of_finding ON quality_decisions (finding_id, id DESC);

-- Which finding a value is under, and whether that keeps it out of figures:
-- what counts is written once, in backend/store (counts).
ALTER TABLE observations ADD COLUMN finding bigint, ADD COLUMN kept_out boolean NOT NULL DEFAULT false;
CREATE INDEX observations_under_finding ON observations (finding) WHERE finding IS NOT NULL;
-- What came since: rows lie in the order in which they came.
CREATE INDEX observations_by_receipt ON observations USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);

-- How each series behaves: the run of equal values it is in, and the longest it
-- came out of, in this month and the one before.
CREATE TABLE quality_series (
    indicator    text NOT NULL,
    area_code    text NOT NULL,
    station      text NOT NULL,
    last_time    timestamptz NOT NULL,
    last_value   double precision NOT NULL,
    run_from     timestamptz NOT NULL,
    run_n        integer NOT NULL,
    seen         bigint NOT NULL,
    usual        double precision NOT NULL, -- of what size its values are
    month_from   timestamptz NOT NULL,
    month_n      integer NOT NULL DEFAULT 0,
    month_secs   double precision NOT NULL DEFAULT 0,
    before_n     integer NOT NULL DEFAULT 0,
    before_secs  double precision NOT NULL DEFAULT 0,
    stuck        bigint, -- the finding it is under now
    CONSTRAINT quality_series_pkey PRIMARY KEY (indicator, area_code, station)
) WITH (fillfactor = 70);
CREATE INDEX quality_series_stuck ON quality_series (indicator, area_code, station) WHERE stuck IS NOT NULL;

-- Up to which receipt series were read, and which indicators are to be read
-- anew, whole, because a rule changed.
CREATE TABLE quality_read (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    read_to timestamptz NOT NULL
);
INSERT INTO quality_read (read_to) VALUES (now());
CREATE TABLE quality_due (
    indicator text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    due_on    date NOT NULL,
    begun     boolean NOT NULL DEFAULT false,
    area_code text NOT NULL DEFAULT '', -- how far it came
    time      timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00Z',
    station   text NOT NULL DEFAULT '',
    CONSTRAINT quality_due_pkey PRIMARY KEY (indicator, due_on)
);
INSERT INTO quality_due (indicator, due_on) SELECT slug, '2020-01-01' FROM indicators;

-- Values that were marked impossible before there were rules.
WITH found AS (
    INSERT INTO quality_findings (kind, rule_id, effect, source_id, indicator, area_code, station, from_time, to_time, n, example, state, found_at, changed_at)
    SELECT 'mustahil', (SELECT min(id) FROM quality_rules), 'keluarkan', source_id, indicator, area_code, station, min(time), max(time), count(*),
        (array_agg(value ORDER BY time DESC))[1], 'berakhir', now(), now()
    FROM observations WHERE 'nilai_mustahil' = ANY (flags) GROUP BY source_id, indicator, area_code, station
    RETURNING id, source_id, indicator, area_code, station
)
UPDATE observations o SET finding = f.id, kept_out = true, flags = array_remove(o.flags, 'nilai_mustahil')
FROM found f WHERE 'nilai_mustahil' = ANY (o.flags) AND (o.source_id, o.indicator, o.area_code, o.station) = (f.source_id, f.indicator, f.area_code, f.station);

GRANT SELECT, INSERT ON quality_rules, quality_decisions TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON quality_findings, quality_series, quality_due TO balaikota_writer;
GRANT SELECT, UPDATE ON quality_read TO balaikota_writer;
GRANT SELECT ON quality_rules, quality_findings, quality_decisions TO balaikota_reader, balaikota_city_reader;
GRANT SELECT ON quality_findings TO balaikota_wall_reader;

-- How many values a figure leaves out is said to whoever may see the figure.
ALTER TABLE quality_findings ENABLE ROW LEVEL SECURITY;
CREATE POLICY quality_findings_are_written ON quality_findings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY quality_findings_of_visible_indicators ON quality_findings FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE (SELECT asker_role()) = ANY (visible_to))));
CREATE POLICY quality_findings_on_walls ON quality_findings FOR SELECT TO balaikota_wall_reader USING ((SELECT asker_role()) = 'layar'
    AND indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE visible_to @> ARRAY['wali_kota', 'sekda', 'operator', 'auditor', 'kepala_opd', 'camat', 'lurah']
        OR 'layar' = ANY (visible_to))));
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['quality_rules', 'quality_decisions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('''', ''publik''))', t || '_for_officers', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['quality_series', 'quality_read', 'quality_due'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_is_written', t);
    END LOOP;
    EXECUTE 'CREATE TRIGGER quality_rules_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON quality_rules FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()';
END
$$;
-- +goose StatementEnd

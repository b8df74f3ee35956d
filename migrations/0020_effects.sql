-- +goose Up

-- The season of each month, a row with its source.
CREATE TABLE season_months (
    month  integer PRIMARY KEY,
    season text NOT NULL,
    source text NOT NULL,
    CONSTRAINT season_months_are_months CHECK (month BETWEEN 1 AND 12),
    CONSTRAINT season_months_season_is_known CHECK (season IN ('hujan', 'kemarau', 'peralihan')),
    CONSTRAINT season_months_have_a_source CHECK (source <> '')
);
INSERT INTO season_months (month, season, source)
SELECT m, CASE WHEN m IN (12, 1, 2) THEN 'hujan' WHEN m IN (6, 7, 8) THEN 'kemarau' ELSE 'peralihan' END,
    'Pembagian musim tiga bulanan BMKG: DJF hujan, MAM dan SON peralihan, JJA kemarau; di pantai timur Kalimantan batasnya lebih kabur daripada di Jawa'
FROM generate_series(1, 12) AS m;

-- What a done disposition brought (backend/city.EffectSeries): a state made
-- anew each day until its last day is measured, then frozen. One that is
-- opened again and done later is measured again from its new day.
CREATE TABLE effects (
    disposition_id bigint NOT NULL REFERENCES dispositions,
    done_on        date NOT NULL,
    action         text NOT NULL REFERENCES action_kinds,
    office_id      bigint REFERENCES offices,
    area_code      text NOT NULL DEFAULT '',
    category       text NOT NULL DEFAULT '',
    measure        text NOT NULL,
    season         text NOT NULL,
    outcome        text NOT NULL,
    change         double precision,
    low            double precision,
    high           double precision,
    log_ratio      double precision, -- of seen by expected, for the ledger's pooling
    log_error      double precision, -- its standard error
    final          boolean NOT NULL,
    measured_at    timestamptz NOT NULL,
    data           jsonb NOT NULL,
    CONSTRAINT effects_pkey PRIMARY KEY (disposition_id, done_on),
    CONSTRAINT effects_measure_is_known CHECK (measure IN ('reports', 'indicator', 'overdue')),
    CONSTRAINT effects_season_is_known CHECK (season IN ('hujan', 'kemarau', 'peralihan')),
    CONSTRAINT effects_outcome_is_known CHECK (outcome IN ('measuring', 'worked', 'no_change', 'worse', 'unclear')),
    CONSTRAINT effects_final_ones_have_an_outcome CHECK (NOT final OR outcome <> 'measuring'),
    CONSTRAINT effects_change_has_an_interval CHECK (num_nonnulls(change, low, high) = 0 OR (num_nonnulls(change, low, high) = 3 AND low <= change AND change <= high AND low >= -100)),
    CONSTRAINT effects_found_have_a_change CHECK (outcome NOT IN ('worked', 'no_change', 'worse') OR change IS NOT NULL),
    CONSTRAINT effects_log_is_whole CHECK ((log_ratio IS NULL) = (log_error IS NULL) AND (log_error IS NULL OR log_error > 0))
);
CREATE INDEX effects_by_action ON effects (action, done_on DESC);

-- A finished measurement stays as it was found.
-- +goose StatementBegin
CREATE FUNCTION effects_final_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.final THEN
        RAISE EXCEPTION 'the effect of disposition % is final', OLD.disposition_id USING ERRCODE = 'insufficient_privilege', TABLE = 'effects';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER effects_final_stay BEFORE UPDATE OR DELETE ON effects FOR EACH ROW EXECUTE FUNCTION effects_final_stay();

-- What worked, by kind of action, office and season (backend/city.LedgerLine):
-- made anew after each measuring. office_id 0 and season '' are all.
CREATE TABLE effect_ledger (
    action    text NOT NULL REFERENCES action_kinds,
    office_id bigint NOT NULL DEFAULT 0,
    season    text NOT NULL DEFAULT '',
    cases     integer NOT NULL,
    worked    integer NOT NULL,
    worse     integer NOT NULL,
    verified  integer NOT NULL,
    change    double precision,
    low       double precision,
    high      double precision,
    median_h  double precision,
    made_at   timestamptz NOT NULL,
    CONSTRAINT effect_ledger_pkey PRIMARY KEY (action, office_id, season),
    CONSTRAINT effect_ledger_season_is_known CHECK (season IN ('', 'hujan', 'kemarau', 'peralihan')),
    CONSTRAINT effect_ledger_counts_add_up CHECK (worked >= 0 AND worse >= 0 AND verified BETWEEN 0 AND cases AND worked + worse <= cases),
    CONSTRAINT effect_ledger_change_has_an_interval CHECK (num_nonnulls(change, low, high) IN (0, 3))
);

-- The parts of the city index: what each measures, through the declared
-- measures where measure names one, and the values that score 0 and 100.
CREATE TABLE city_index_parts (
    slug        text PRIMARY KEY,
    name        text NOT NULL,
    name_en     text NOT NULL,
    kind        text NOT NULL,
    measure     text NOT NULL DEFAULT '',
    period      text NOT NULL DEFAULT '',
    weight      double precision NOT NULL,
    best        double precision NOT NULL, -- scores 100
    worst       double precision NOT NULL, -- scores 0
    sort        integer NOT NULL,
    source      text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT city_index_parts_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT city_index_parts_kind_is_known CHECK (kind IN ('share', 'rate', 'hours', 'indicators', 'freshness', 'proof')),
    CONSTRAINT city_index_parts_of_measures_name_one CHECK ((kind IN ('share', 'rate', 'hours')) = (measure <> '') AND (kind IN ('share', 'rate', 'hours', 'proof')) = (period <> '')),
    CONSTRAINT city_index_parts_weigh_something CHECK (weight > 0 AND weight <= 10),
    CONSTRAINT city_index_parts_have_a_scale CHECK (best <> worst),
    CONSTRAINT city_index_parts_have_a_source CHECK (source <> '')
);
INSERT INTO city_index_parts (slug, name, name_en, kind, measure, period, weight, best, worst, sort, source, effective_on) VALUES
('tepat-waktu', 'Selesai tepat waktu', 'Closed on time', 'share', 'persen_tepat_waktu', '90_hari_terakhir', 3, 1, 0.4, 1,
 'Tenggat menurut tabel norms (Permen PANRB 62/2018 dan norma kota); bobot dan skala usulan Balaikota, diubah lewat baris ini', '2026-01-01'),
('respons', 'Waktu tanggapan pertama', 'Time to first response', 'hours', 'median_waktu_respons', '90_hari_terakhir', 2, 24, 120, 2,
 'Permen PANRB 62/2018: tanggapan paling lambat 5 hari kerja; 24 jam adalah sasaran usulan Balaikota', '2026-01-01'),
('belum-selesai', 'Laporan belum selesai per 10.000 jiwa', 'Unfinished reports per 10,000 people', 'rate', 'laporan_belum_selesai', '90_hari_terakhir', 2, 0, 30, 3,
 'Skala usulan Balaikota: nol adalah baik; 30 per 10.000 jiwa bernilai 0', '2026-01-01'),
('suara', 'Laporan per 10.000 jiwa dalam 90 hari', 'Reports per 10,000 people in 90 days', 'rate', 'laporan_masuk', '90_hari_terakhir', 0.5, 0, 120, 4,
 'Skala usulan Balaikota; berbobot kecil karena sedikit laporan dapat juga berarti warga diam', '2026-01-01'),
('indikator', 'Indikator dalam batas', 'Indicators within their limits', 'indicators', '', '', 1.5, 1, 0, 5,
 'Ambang dari tabel thresholds, masing-masing dengan sumbernya', '2026-01-01'),
('kesegaran', 'Kesegaran data', 'Freshness of data', 'freshness', '', '', 1, 1, 0, 6,
 'Batas segar dari deklarasi indikator', '2026-01-01'),
('bukti', 'Tindakan dengan bukti sah', 'Actions whose proof stands', 'proof', '', '90_hari_terakhir', 1.5, 1, 0, 7,
 'Bukti sah atau dibenarkan pelapor, dari disposisi selesai yang mewajibkan bukti', '2026-01-01');

-- The index of the city and of each kecamatan and kelurahan
-- (backend/city.CityIndex): a state.
CREATE TABLE city_indexes (
    area_code text PRIMARY KEY,
    made_at   timestamptz NOT NULL,
    score     double precision NOT NULL,
    low       double precision NOT NULL,
    high      double precision NOT NULL,
    data      jsonb NOT NULL,
    CONSTRAINT city_indexes_are_bounded CHECK (low >= 0 AND low <= score AND score <= high AND high <= 100)
);

GRANT SELECT ON season_months, city_index_parts TO balaikota_writer, balaikota_reader, balaikota_city_reader;
GRANT INSERT, UPDATE, DELETE ON season_months, city_index_parts TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON effects, effect_ledger, city_indexes TO balaikota_writer;
GRANT SELECT ON effects, effect_ledger, city_indexes TO balaikota_reader, balaikota_city_reader;

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['season_months', 'city_index_parts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format($p$CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('', 'publik'))$p$, t || '_for_officers', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- An effect is seen by those who see its disposition.
ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
CREATE POLICY effects_are_written ON effects TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY effects_of_seen_dispositions ON effects FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id));

-- What worked in the city as a whole is for every officer; an office's own
-- line for itself and for those above it.
ALTER TABLE effect_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY effect_ledger_is_written ON effect_ledger TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY effect_ledger_of_the_city ON effect_ledger FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY effect_ledger_of_own_office ON effect_ledger FOR SELECT TO balaikota_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik') AND (office_id = 0 OR office_id = (SELECT asker_office())
        OR EXISTS (SELECT FROM offices o WHERE o.id = office_id AND o.area_code <> ''
            AND o.area_code ~>=~ (SELECT asker_area_from()) AND o.area_code ~<~ (SELECT asker_area_to())
            AND (SELECT asker_role()) IN ('camat', 'lurah'))));

-- The index of the city is for every officer, that of an area for its own.
ALTER TABLE city_indexes ENABLE ROW LEVEL SECURITY;
CREATE POLICY city_indexes_are_written ON city_indexes TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY city_indexes_of_the_city ON city_indexes FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY city_indexes_of_own_area ON city_indexes FOR SELECT TO balaikota_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik') AND (area_code = (SELECT code FROM city_setting)
        OR ((SELECT asker_role()) IN ('camat', 'lurah') AND area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to()))));

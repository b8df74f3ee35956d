-- +goose Up

-- How new the newest accepted datum of a source is, by kind: what its age is
-- held against is written once, in backend/city (JudgeData).
CREATE TABLE source_newest (
    source_id bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    kind      text NOT NULL,
    indicator text NOT NULL DEFAULT '', -- of observations and forecasts
    newest    timestamptz NOT NULL,
    CONSTRAINT source_newest_pkey PRIMARY KEY (source_id, kind, indicator),
    CONSTRAINT source_newest_kind_is_known CHECK (kind IN ('reports', 'observations', 'forecasts'))
) WITH (fillfactor = 70);
ALTER TABLE source_state
    ADD COLUMN refused_since timestamptz, -- since when every row that comes is refused
    ADD COLUMN usual_pause   real;        -- seconds; null: not known yet

-- What is known already. Rows that were refused counted for the newest record
-- of sources that never brought anything else.
INSERT INTO source_newest (source_id, kind, indicator, newest)
SELECT source_id, 'observations', indicator, least(max(time), now()) FROM station_states GROUP BY source_id, indicator;
INSERT INTO source_newest (source_id, kind, newest)
SELECT source_id, 'reports', least(max(greatest(created_at, source_updated_at)), now()) FROM reports GROUP BY source_id;
UPDATE source_state SET last_data = NULL WHERE rows_total = 0;

GRANT SELECT, INSERT, UPDATE, DELETE ON source_newest TO balaikota_writer;
GRANT SELECT ON source_newest TO balaikota_reader, balaikota_city_reader, balaikota_wall_reader;
ALTER TABLE source_newest ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_newest_is_written ON source_newest TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY source_newest_for_officers ON source_newest FOR SELECT TO balaikota_reader, balaikota_city_reader, balaikota_wall_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

-- More that makes a value doubtful.
ALTER TABLE quality_rules DROP CONSTRAINT quality_rules_kind_is_known;
ALTER TABLE quality_rules ADD CONSTRAINT quality_rules_kind_is_known
    CHECK (kind IN ('mustahil', 'penanda_kosong', 'di_bawah_nol', 'macet', 'lompat', 'usang', 'hari_ganda', 'bertentangan', 'tingkat_ganda'));
-- The steps that a series takes from one value to the next.
ALTER TABLE quality_series
    ADD COLUMN prev_time   timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00Z',
    ADD COLUMN prev_value  double precision NOT NULL DEFAULT 0,
    ADD COLUMN month_step  double precision NOT NULL DEFAULT 0,
    ADD COLUMN before_step double precision NOT NULL DEFAULT 0;
INSERT INTO quality_rules (kind, unit, params, effect, source, effective_on, changed_at, changed_by) VALUES
    ('di_bawah_nol', 'm', '{}', 'tandai', 'Bawaan Balaikota: papan duga dapat terbaca di bawah titik nolnya bila air surut (Waduk Pluit pada data PetaBencana); batas terendah pada deklarasi indikator mengizinkannya', '2020-01-01', now(), 'Balaikota'),
    ('di_bawah_nol', 'cm', '{}', 'tandai', 'Bawaan Balaikota: papan duga dapat terbaca di bawah titik nolnya bila air surut (Waduk Pluit pada data PetaBencana); batas terendah pada deklarasi indikator mengizinkannya', '2020-01-01', now(), 'Balaikota'),
    ('usang', '', '{"factor": 6}', 'tandai', 'Bawaan Balaikota: enam kali masa segar indikator, seperti keadaan basi; daftar pintu air Jakarta 2024-05 memuat nilai 2023-06', '2020-01-01', now(), 'Balaikota'),
    ('lompat', '', '{"factor": 5, "learn": 48, "hours": 6}', 'tandai', 'Bawaan Balaikota: dibandingkan dengan langkah terbesar alat itu sendiri, 30 sampai 60 hari terakhir', '2020-01-01', now(), 'Balaikota'),
    ('lompat', 'mm*', '{"factor": 5, "learn": 48, "hours": 6}', 'abaikan', 'Bawaan Balaikota: hujan memang datang dan berhenti tiba-tiba', '2020-01-01', now(), 'Balaikota');
-- Totals that nothing names as such, and levels of codes. What a city has changed stays.
INSERT INTO quality_rules (kind, unit, params, effect, source, effective_on, changed_at, changed_by)
SELECT 'tingkat_ganda', '', '{"words": ["total", "jumlah", "semua", "seluruh", "grand total"], "tolerance": 0.02, "values": 3}', 'keluarkan',
    'Bawaan Balaikota: jumlah tidak ditambahkan kepada bagiannya, bernama atau tidak; baris Total BNPB tanpa kode wilayah, dan belanja Aceh 2025 menurut tingkat kode rekening', '2020-01-01', now(), 'Balaikota'
WHERE NOT EXISTS (SELECT FROM quality_rules WHERE kind = 'tingkat_ganda' AND indicator = '' AND unit = '' AND changed_by <> 'Balaikota');
INSERT INTO quality_due (indicator, due_on) SELECT slug, '2020-01-01' FROM indicators
ON CONFLICT (indicator, due_on) DO UPDATE SET begun = false, area_code = '', time = '0001-01-01 00:00:00Z', station = '';

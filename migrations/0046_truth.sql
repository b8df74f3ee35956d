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

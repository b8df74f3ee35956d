-- +goose Up

-- What a source is allowed for, as the city's data officer writes it down.
-- personal_data is null until somebody has said.
ALTER TABLE sources
    ADD COLUMN legal_basis   text NOT NULL DEFAULT '',
    ADD COLUMN personal_data boolean,
    ADD CONSTRAINT sources_legal_basis_is_short CHECK (char_length(legal_basis) <= 500);

-- How many rows a source brought in each hour, by when they were taken in: what
-- is usual for it follows from that.
CREATE TABLE source_hourly (
    source_id bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    hour      timestamptz NOT NULL,
    added     integer NOT NULL DEFAULT 0,
    changed   integer NOT NULL DEFAULT 0,
    CONSTRAINT source_hourly_pkey PRIMARY KEY (source_id, hour),
    CONSTRAINT source_hourly_are_whole_hours CHECK (hour = date_trunc('hour', hour, 'UTC')),
    CONSTRAINT source_hourly_count CHECK (added >= 0 AND changed >= 0)
);
INSERT INTO source_hourly (source_id, hour, added, changed)
SELECT source_id, date_trunc('hour', finished, 'UTC'), sum(added)::integer, sum(changed)::integer
FROM source_runs WHERE finished > now() - interval '60 days' AND added + changed > 0 GROUP BY 1, 2;

-- Since when a source that answers has been unusually silent, and how many new
-- rows are usual in that time.
ALTER TABLE source_state
    ADD COLUMN silent_since timestamptz,
    ADD COLUMN silent_usual real,
    ADD CONSTRAINT source_state_silence_is_whole CHECK ((silent_since IS NULL) = (silent_usual IS NULL));

GRANT SELECT, INSERT, UPDATE, DELETE ON source_hourly TO balaikota_writer;
GRANT SELECT ON source_hourly TO balaikota_reader, balaikota_city_reader;
ALTER TABLE source_hourly ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_hourly_is_written ON source_hourly TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY source_hourly_for_officers ON source_hourly FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

-- Who looked who made a report is seen by those who watch over it: besides
-- operator and auditor the mayor and the secretary.
CREATE INDEX audit_of_identity ON audit (subject) WHERE action = 'reporter.read';
CREATE POLICY audit_of_identity_reads ON audit FOR SELECT TO balaikota_city_reader
    USING (action = 'reporter.read' AND (SELECT asker_role()) IN ('wali_kota', 'sekda'));

CREATE INDEX reporter_words_answered ON reporter_words (at) WHERE answer <> 'none';

-- +goose Up

-- The most new and changed rows that a source may bring in an hour; 0 is no
-- bound. What is beyond it waits at the source.
ALTER TABLE sources
    ADD COLUMN quota_hour integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT sources_quota_is_a_number CHECK (quota_hour >= 0);

-- sent_back counts how often a source was sent back: a pull that began before
-- the last time moves the cursor no more. The rest is about the last time.
ALTER TABLE source_state
    ADD COLUMN hour_began     timestamptz, -- UTC, whole
    ADD COLUMN hour_rows      integer NOT NULL DEFAULT 0, -- new and changed since
    ADD COLUMN slowed_until   timestamptz,
    ADD COLUMN sent_back      integer NOT NULL DEFAULT 0,
    ADD COLUMN reread_why     text,
    ADD COLUMN reread_from    timestamptz, -- null: from the start
    ADD COLUMN reread_began   timestamptz,
    ADD COLUMN reread_reached timestamptz, -- time of the newest record since
    ADD COLUMN reread_rows    bigint NOT NULL DEFAULT 0,
    ADD COLUMN reread_done    timestamptz,
    ADD CONSTRAINT source_state_reread_is_whole CHECK ((reread_why IS NULL) = (reread_began IS NULL)),
    ADD CONSTRAINT source_state_reread_why_is_known CHECK (reread_why IN ('asked', 'refused', 'changed'));

-- What a source that always lists everything has listed in the reading in
-- progress: whatever it lists no more by the end was deleted there.
CREATE TABLE source_listed (
    source_id   bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    external_id text NOT NULL,
    CONSTRAINT source_listed_pkey PRIMARY KEY (source_id, external_id)
);
GRANT SELECT, INSERT, DELETE ON source_listed TO balaikota_writer;
ALTER TABLE source_listed ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_listed_is_written ON source_listed TO balaikota_writer USING (true) WITH CHECK (true);

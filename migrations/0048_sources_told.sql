-- +goose Up

-- What operators were told of each source's promise, and what the looks since
-- have seen: which notice follows is decided from this alone, in the transaction
-- that writes the notice, so that whoever dies leaves nothing half told.
CREATE TABLE source_told (
    source_id  bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    state      text NOT NULL DEFAULT 'pulih', -- what was told last: rusak, pulih; jeda: rusak, and paused since
    bad_since  timestamptz, -- the first of the looks in a row that saw its promise broken
    well_since timestamptz, -- the first of those that saw it well again after rusak was told
    broken_at  timestamptz, -- when rusak was told last
    well_at    timestamptz, -- when pulih was told last
    since      timestamptz, -- since when it was broken, as it was told
    CONSTRAINT source_told_pkey PRIMARY KEY (source_id),
    CONSTRAINT source_told_state_is_known CHECK (state IN ('rusak', 'jeda', 'pulih')),
    CONSTRAINT source_told_is_bad_or_well CHECK (bad_since IS NULL OR well_since IS NULL),
    CONSTRAINT source_told_broken_has_a_time CHECK (state = 'pulih' OR broken_at IS NOT NULL)
) WITH (fillfactor = 70);

-- It serves the telling alone.
GRANT SELECT, INSERT, UPDATE, DELETE ON source_told TO balaikota_writer;
ALTER TABLE source_told ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_told_is_written ON source_told TO balaikota_writer USING (true) WITH CHECK (true);

ALTER TABLE notices DROP CONSTRAINT notices_kind_is_known;
ALTER TABLE notices ADD CONSTRAINT notices_kind_is_known
    CHECK (kind IN ('disposition', 'step', 'reminder', 'escalation', 'proof', 'reporter', 'recommendation', 'briefing', 'job', 'source', 'test'));

-- +goose Up

-- The messages that a report from a chat is made of: what follows it (a place, a
-- picture, an edit) finds it here, and a message that is delivered again is known.
-- part and person are keyed hashes: neither number nor name of anybody stands here.
CREATE TABLE report_parts (
    source_id bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    part      text NOT NULL,
    report_id bigint NOT NULL REFERENCES reports,
    person    text NOT NULL,
    at        timestamptz NOT NULL, -- when it was sent
    CONSTRAINT report_parts_pkey PRIMARY KEY (source_id, part),
    CONSTRAINT report_parts_are_named CHECK (part <> '' AND person <> '')
);
CREATE INDEX report_parts_of_person ON report_parts (source_id, person, at DESC);
CREATE INDEX report_parts_of_report ON report_parts (report_id);
GRANT SELECT, INSERT ON report_parts TO balaikota_writer;
ALTER TABLE report_parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_parts_are_written ON report_parts TO balaikota_writer USING (true) WITH CHECK (true);

-- What other sides sent to a source's hook, verified, until the source has pulled
-- it and the store has kept what it means. Its words are citizens': nobody reads
-- them here but the pull.
CREATE TABLE hook_inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    received_at timestamptz NOT NULL,
    body        bytea NOT NULL,
    CONSTRAINT hook_inbox_bodies_are_bounded CHECK (octet_length(body) BETWEEN 1 AND 4194304)
);
CREATE INDEX hook_inbox_of_source ON hook_inbox (source_id, id);
GRANT SELECT, INSERT, DELETE ON hook_inbox TO balaikota_writer;
ALTER TABLE hook_inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY hook_inbox_is_written ON hook_inbox TO balaikota_writer USING (true) WITH CHECK (true);

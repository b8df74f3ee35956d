-- +goose Up

-- One numbered sequence of changes for the whole city (docs/adr/0002). The
-- counter row is locked by the transaction that writes events until it
-- commits: numbers are contiguous and in commit order on every node, and a
-- rollback leaves no hole.
CREATE TABLE event_head (
    one    boolean PRIMARY KEY DEFAULT true,
    last   bigint NOT NULL,
    oldest bigint NOT NULL,
    CONSTRAINT event_head_only_one_row CHECK (one)
) WITH (fillfactor = 10);
INSERT INTO event_head (last, oldest) VALUES (0, 1);

CREATE TABLE events (
    seq       bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    topic     text NOT NULL,
    key       text NOT NULL,
    op        text NOT NULL,
    data      json, -- as screens take it; written once, never searched
    area_code text NOT NULL DEFAULT '',
    office_id bigint NOT NULL DEFAULT 0,
    roles     text[] NOT NULL DEFAULT '{}',
    shared    boolean NOT NULL DEFAULT false,
    CONSTRAINT events_topic_is_known CHECK (topic IN ('indicators', 'reports', 'incidents', 'alerts', 'dispositions', 'sources')),
    CONSTRAINT events_op_is_known CHECK (op IN ('put', 'remove')),
    CONSTRAINT events_put_has_data CHECK (op = 'remove' OR data IS NOT NULL)
);
CREATE INDEX events_by_time ON events USING brin (at);

GRANT SELECT, UPDATE ON event_head TO balaikota_writer;
GRANT SELECT ON event_head TO balaikota_reader, balaikota_city_reader;
GRANT SELECT, INSERT, DELETE ON events TO balaikota_writer;

-- +goose Up

-- Screens follow advice as it is made, changed and decided.
ALTER TABLE events DROP CONSTRAINT events_topic_is_known;
ALTER TABLE events ADD CONSTRAINT events_topic_is_known
    CHECK (topic IN ('indicators', 'reports', 'incidents', 'alerts', 'dispositions', 'sources', 'recommendations'));

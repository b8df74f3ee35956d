-- +goose Up

-- The mayor's agenda, from calendars that the city connected: one row for each
-- appointment as it stands. Of a private one nothing but its time is kept, and
-- of none who attends.
CREATE TABLE agenda_entries (
    source_id  bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    key        text NOT NULL, -- of the occurrence within its source
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    all_day    boolean NOT NULL DEFAULT false,
    title      text NOT NULL,
    place      text NOT NULL DEFAULT '',
    tentative  boolean NOT NULL DEFAULT false,
    cancelled  boolean NOT NULL DEFAULT false,
    private    boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agenda_entries_pkey PRIMARY KEY (source_id, key),
    CONSTRAINT agenda_entries_key_is_bounded CHECK (char_length(key) BETWEEN 1 AND 256),
    CONSTRAINT agenda_entries_end_after_they_begin CHECK (ends_at >= starts_at),
    CONSTRAINT agenda_entries_are_called_something CHECK (btrim(title) <> '' AND char_length(title) <= 250 AND char_length(place) <= 250),
    CONSTRAINT agenda_entries_private_ones_say_nothing CHECK (NOT private OR (title = 'Sibuk' AND place = '')),
    CONSTRAINT agenda_entries_cancelled_are_not_tentative CHECK (NOT (cancelled AND tentative))
);
CREATE INDEX agenda_entries_of_span ON agenda_entries (starts_at, ends_at);

-- For which span a calendar was read: beyond it an empty day says nothing.
CREATE TABLE agenda_spans (
    source_id bigint PRIMARY KEY REFERENCES sources ON DELETE CASCADE,
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL,
    CONSTRAINT agenda_spans_are_spans CHECK (to_at > from_at)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_entries, agenda_spans TO balaikota_writer;
GRANT SELECT ON agenda_entries, agenda_spans TO balaikota_city_reader;
ALTER TABLE agenda_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_spans ENABLE ROW LEVEL SECURITY;
CREATE POLICY agenda_entries_are_written ON agenda_entries TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY agenda_spans_are_written ON agenda_spans TO balaikota_writer USING (true) WITH CHECK (true);
-- Where the mayor is and when is known to the mayor and the secretary alone.
CREATE POLICY agenda_entries_of_the_mayor ON agenda_entries FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('wali_kota', 'sekda'));
CREATE POLICY agenda_spans_of_the_mayor ON agenda_spans FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('wali_kota', 'sekda'));

ALTER TABLE events DROP CONSTRAINT events_topic_is_known;
ALTER TABLE events ADD CONSTRAINT events_topic_is_known
    CHECK (topic IN ('indicators', 'reports', 'incidents', 'alerts', 'dispositions', 'sources', 'recommendations', 'agenda'));

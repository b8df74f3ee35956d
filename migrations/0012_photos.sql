-- +goose Up

-- What is known of the picture a report refers to. The picture itself is not
-- kept: sixty-four bits of it suffice to know the same scene again.
CREATE TABLE report_photos (
    report_id    bigint PRIMARY KEY REFERENCES reports,
    url          text NOT NULL, -- the address it was fetched from: one that has changed since says nothing
    fingerprint  bigint, -- the bits of the difference hash; none for a picture that says nothing
    width        integer NOT NULL DEFAULT 0, -- pixels
    height       integer NOT NULL DEFAULT 0,
    fetched_at   timestamptz, -- none as long as no attempt succeeded
    failures     integer NOT NULL DEFAULT 0, -- in a row
    error        text NOT NULL DEFAULT '',
    next_attempt timestamptz, -- none when there is nothing more to try
    CONSTRAINT report_photos_have_an_address CHECK (url <> ''),
    CONSTRAINT report_photos_fingerprint_is_of_a_picture CHECK (fingerprint IS NULL OR fetched_at IS NOT NULL),
    CONSTRAINT report_photos_fingerprint_is_not_zero CHECK (fingerprint <> 0),
    CONSTRAINT report_photos_size_is_of_a_picture CHECK (CASE WHEN fetched_at IS NULL THEN width = 0 AND height = 0 ELSE width > 0 AND height > 0 END),
    CONSTRAINT report_photos_failures_are_counted CHECK (failures >= 0),
    CONSTRAINT report_photos_fail_or_succeed CHECK ((fetched_at IS NULL) = (failures > 0) AND (failures > 0) = (error <> '')),
    CONSTRAINT report_photos_are_fetched_once CHECK (fetched_at IS NULL OR next_attempt IS NULL)
);
-- The newest pictures, of which few are still to be fetched.
CREATE INDEX reports_with_picture ON reports (created_at DESC, id DESC) WHERE media_url <> '' AND removed_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON report_photos TO balaikota_writer;
GRANT SELECT ON report_photos TO balaikota_reader, balaikota_city_reader;

-- What belongs to a report is seen by those who see the report.
ALTER TABLE report_photos ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_photos_are_written ON report_photos TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_photos_of_the_city ON report_photos FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_photos_of_seen_reports ON report_photos FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));

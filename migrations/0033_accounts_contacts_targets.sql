-- +goose Up

-- Accounts are kept on screen too. Sessions are forgotten a month after they
-- ended; when an officer last signed in is not.
ALTER TABLE officers ADD COLUMN last_sign_in_at timestamptz;
UPDATE officers SET last_sign_in_at = (SELECT max(created_at) FROM sessions WHERE officer_id = officers.id AND kind = 'browser');

-- An operator reads of accounts and sessions what the list shows: no password's
-- hash, no session's secret, no browser.
GRANT SELECT (id, username, name, role, area_code, office_id, must_change, disabled_at, created_at, last_sign_in_at) ON officers TO balaikota_city_reader;
GRANT SELECT (id, officer_id, kind, expires_at, last_seen_at, revoked_at) ON sessions TO balaikota_city_reader;
ALTER TABLE officers ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY officers_are_written ON officers TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY sessions_are_written ON sessions TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY officers_of_operators ON officers FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) = 'operator');
CREATE POLICY sessions_of_operators ON sessions FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) = 'operator');

-- How an office is reached: what its letterhead says. For officers; neither
-- the public nor a wall is shown it.
CREATE TABLE office_contacts (
    office_id  bigint PRIMARY KEY REFERENCES offices ON DELETE CASCADE,
    phone      text NOT NULL DEFAULT '',
    email      text NOT NULL DEFAULT '',
    address    text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT office_contacts_phone_is_one CHECK (phone ~ '^([+(]?[0-9][0-9 ()./-]{2,39})?$'),
    CONSTRAINT office_contacts_email_is_one CHECK (email ~ '^([^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+)?$' AND char_length(email) <= 200),
    CONSTRAINT office_contacts_address_is_bounded CHECK (char_length(address) <= 300),
    CONSTRAINT office_contacts_say_something CHECK (phone <> '' OR email <> '' OR address <> ''),
    CONSTRAINT office_contacts_were_changed_by_somebody CHECK (changed_by <> '')
);
GRANT SELECT, INSERT, UPDATE, DELETE ON office_contacts TO balaikota_writer;
GRANT SELECT ON office_contacts TO balaikota_reader, balaikota_city_reader;
ALTER TABLE office_contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY office_contacts_are_written ON office_contacts TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY office_contacts_for_officers ON office_contacts FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

-- What an indicator is to reach, by when, and who says so. It goes with the
-- thresholds: one history tells who changed what, and why.
ALTER TABLE indicators ADD COLUMN target double precision;
ALTER TABLE indicators ADD COLUMN target_by date;
ALTER TABLE indicators ADD COLUMN target_source text NOT NULL DEFAULT '';
ALTER TABLE indicators ADD CONSTRAINT indicators_target_is_a_number CHECK (target > '-Infinity' AND target < 'Infinity');
ALTER TABLE indicators ADD CONSTRAINT indicators_target_is_whole CHECK ((target IS NULL) = (target_by IS NULL) AND (target IS NULL) = (btrim(target_source) = ''));
ALTER TABLE indicators ADD CONSTRAINT indicators_target_source_is_bounded CHECK (char_length(target_source) <= 500);
ALTER TABLE threshold_versions ADD COLUMN target jsonb;
ALTER TABLE threshold_versions ADD CONSTRAINT threshold_versions_target_is_one CHECK (target IS NULL OR jsonb_typeof(target) = 'object');

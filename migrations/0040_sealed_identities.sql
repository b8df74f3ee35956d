-- +goose Up

-- Who reported is sealed (AES-256-GCM) under a key outside the database. Beside
-- what is sealed stands what Postgres must know without opening it: by which ways
-- the reporter is reached, and keyed hashes (HMAC-SHA-256) that tell whether two
-- reports are of the same person. name, phone, email and handle hold what an
-- older Balaikota wrote until the program has sealed it; then they are empty for
-- good, which the constraint proves once it is validated.
ALTER TABLE reporters
    ADD COLUMN sealed     bytea,
    ADD COLUMN key_id     text,
    ADD COLUMN mail_box   bytea,
    ADD COLUMN phone_box  bytea,
    ADD COLUMN handle_box bytea,
    ADD COLUMN by_mail    boolean NOT NULL DEFAULT false,
    ADD COLUMN by_chat    boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT reporters_hold_nothing_plain
        CHECK (sealed IS NOT NULL AND key_id IS NOT NULL AND name = '' AND phone = '' AND email = '' AND handle = '') NOT VALID;
CREATE INDEX reporters_by_key ON reporters (key_id);
GRANT SELECT (key_id) ON reporters TO balaikota_writer; -- how many are under which key

-- What is sealed here too: bodies that wait in a hook's inbox, the originals of
-- refused rows, and sources' own records of reports (in reports.raw itself).
-- key_id '' is what came before.
ALTER TABLE hook_inbox
    ADD COLUMN key_id text NOT NULL DEFAULT '',
    DROP CONSTRAINT hook_inbox_bodies_are_bounded,
    ADD CONSTRAINT hook_inbox_bodies_are_bounded CHECK (octet_length(body) BETWEEN 1 AND 4194304 + 64);
ALTER TABLE refused_rows
    ADD COLUMN sealed bytea,
    ADD COLUMN key_id text NOT NULL DEFAULT '',
    ADD CONSTRAINT refused_rows_are_plain_or_sealed CHECK ((key_id <> '') = (sealed IS NOT NULL) AND (key_id = '' OR raw = ''));

-- How far the sealing of records has come: under which key, up to which report
-- of those there were when it began.
CREATE TABLE sealed_records (
    one      boolean PRIMARY KEY DEFAULT true,
    key_id   text NOT NULL DEFAULT '',
    up_to    bigint NOT NULL DEFAULT 0,
    until_id bigint NOT NULL DEFAULT 0,
    done_at  timestamptz,
    CONSTRAINT sealed_records_only_one_row CHECK (one)
);
INSERT INTO sealed_records DEFAULT VALUES;
GRANT SELECT, UPDATE ON sealed_records TO balaikota_writer;
ALTER TABLE sealed_records ENABLE ROW LEVEL SECURITY;
CREATE POLICY sealed_records_are_written ON sealed_records TO balaikota_writer USING (true) WITH CHECK (true);

-- The marks of reporters, as before, from the hashes.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION reporter_marks(made_since timestamptz) RETURNS TABLE (report_id bigint, mark bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.report_id, ('x' || substr(encode(sha256(convert_to(s.salt, 'UTF8') || coalesce(p.handle_box, p.phone_box, p.mail_box)), 'hex'), 1, 16))::bit(64)::bigint
    FROM reporter_salt s, reporters p JOIN reports r ON r.id = p.report_id
    WHERE r.created_at >= made_since AND coalesce(p.handle_box, p.phone_box, p.mail_box) IS NOT NULL
$$;
CREATE OR REPLACE FUNCTION reporter_marks_of(reports bigint[]) RETURNS TABLE (report_id bigint, mark bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.report_id, ('x' || substr(encode(sha256(convert_to(s.salt, 'UTF8') || coalesce(p.handle_box, p.phone_box, p.mail_box)), 'hex'), 1, 16))::bit(64)::bigint
    FROM reporter_salt s, reporters p
    WHERE p.report_id = ANY (reports) AND coalesce(p.handle_box, p.phone_box, p.mail_box) IS NOT NULL
$$;

-- By which ways a report's reporter is reached, best first, and whose box that
-- is; no row when nowhere. Of a chat the box is the source's own: the same account
-- of two sources may be two people. Nobody but the functions below may ask.
DROP FUNCTION reporter_reach(bigint);
DROP FUNCTION reporter_mailbox(bigint);
CREATE FUNCTION reporter_reach(report bigint) RETURNS TABLE (channel text, box text)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT w.channel, w.box FROM (
        SELECT 1 AS n, s.connector AS channel, s.slug || ':' || encode(p.handle_box, 'hex') AS box
        FROM reports r JOIN sources s ON s.id = r.source_id JOIN reporters p ON p.report_id = r.id
        WHERE r.id = report AND s.connector IN ('telegram', 'whatsapp') AND p.by_chat
        UNION ALL SELECT 2, 'surel', encode(p.mail_box, 'hex') FROM reporters p WHERE p.report_id = report AND p.by_mail) w
    ORDER BY w.n
$$;
CREATE OR REPLACE FUNCTION reporter_box(report bigint) RETURNS text
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT w.channel || ':' || w.box FROM reporter_reach(report) w LIMIT 1
$$;

-- What is sealed of who is to be written to by a channel, and where a chat goes:
-- its source, and when they were last heard there (seconds since 1970; some
-- services let a city write freely for a day after). Only the functions below ask.
CREATE FUNCTION reporter_sealed(report bigint, way text) RETURNS TABLE (key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT p.key_id, p.sealed, s.slug, CASE WHEN way = 'surel' THEN 0 ELSE coalesce((
            SELECT extract(epoch FROM max(q.at))::bigint FROM report_parts m JOIN report_parts q ON q.source_id = m.source_id AND q.person = m.person
            WHERE m.report_id = report), 0) END
    FROM reporters p JOIN reports r ON r.id = p.report_id JOIN sources s ON s.id = r.source_id
    WHERE p.report_id = report AND EXISTS (SELECT FROM reporter_reach(report) w WHERE w.channel = way)
$$;

-- What is sealed for a message, or a letter, that is being carried, and for no
-- other. The program opens it: the key is not in the database.
DROP FUNCTION reporter_message_address(bigint, text, timestamptz);
CREATE FUNCTION reporter_message_sealed(message bigint, holder text, moment timestamptz) RETURNS TABLE (key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT z.key_id, z.sealed, z.source, z.heard FROM reporter_messages m, reporter_sealed(m.report_id, m.channel) z
    WHERE m.id = message AND holder <> '' AND m.leased_by = holder AND m.lease_until > moment
        AND m.taken_at IS NULL AND m.ended_at IS NULL LIMIT 1
$$;
DROP FUNCTION reporter_letter_address(bigint, text, timestamptz);
CREATE FUNCTION reporter_letter_sealed(letter bigint, holder text, moment timestamptz) RETURNS TABLE (key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT z.key_id, z.sealed, z.source, z.heard FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN dispositions d ON d.id = a.disposition_id,
        LATERAL (SELECT * FROM reporter_sealed(a.report_id, l.channel)) z
    WHERE l.id = letter AND holder <> '' AND l.leased_by = holder AND l.lease_until > moment AND l.taken_at IS NULL AND l.ended_at IS NULL
        AND CASE l.kind WHEN 'jawab' THEN EXISTS (SELECT FROM report_answers w JOIN incidents i ON i.id = w.incident_id
                WHERE w.report_id = l.report_id AND w.incident_id = l.incident_id AND w.delivered_at IS NULL AND i.status = 'closed')
            ELSE coalesce(l.closes_at, a.closes_at) > moment AND d.finished_at = a.finished_at AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id) END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_reach(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_sealed(bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_message_sealed(bigint, text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_letter_sealed(bigint, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_message_sealed(bigint, text, timestamptz) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_letter_sealed(bigint, text, timestamptz) TO balaikota_writer;

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

-- A reporter is asked and answered by the channel they came by.
ALTER TABLE reporter_letters
    DROP CONSTRAINT reporter_letters_channel_is_known,
    ADD CONSTRAINT reporter_letters_channel_is_known CHECK (channel IN ('surel', 'telegram', 'whatsapp', 'sama', 'tanpa')),
    ADD COLUMN arrived_at timestamptz, -- on the reporter's telephone, where the channel tells
    ADD COLUMN read_at    timestamptz;

-- Where a report's reporter is reached, best way first; no row when nowhere. Of a
-- chat the address is the source, who wrote there, and when they were last heard
-- there (seconds since 1970): some services let a city write freely for a day after.
-- Nobody but the functions below, which give no address to anybody else, may ask.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION reporter_reach(report bigint) RETURNS TABLE (channel text, address text)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT w.channel, w.address FROM (
        SELECT 1 AS n, s.connector AS channel, s.slug || ':' || p.handle || ':' || coalesce((
            SELECT extract(epoch FROM max(q.at))::bigint FROM report_parts m JOIN report_parts q ON q.source_id = m.source_id AND q.person = m.person
            WHERE m.report_id = report), 0) AS address
        FROM reports r JOIN sources s ON s.id = r.source_id JOIN reporters p ON p.report_id = r.id
        WHERE r.id = report AND s.connector IN ('telegram', 'whatsapp') AND p.handle ~ '^[0-9]{3,20}$'
        UNION ALL SELECT 2, 'surel', m.mailbox FROM (SELECT reporter_mailbox(report) AS mailbox) m WHERE m.mailbox IS NOT NULL) w
    ORDER BY w.n
$$;

-- The best way and who is at its end, to tell whether two reports are of the same
-- person; null for none.
CREATE FUNCTION reporter_box(report bigint) RETURNS text
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT w.channel || ':' || CASE WHEN w.channel = 'surel' THEN w.address ELSE regexp_replace(w.address, ':[0-9]+$', '') END FROM reporter_reach(report) w LIMIT 1
$$;

-- By which channel the reporters of some questions are reached, null for none.
-- first_ask is the first of those questions about one finish that go to the same
-- person: nobody is asked twice about the same work.
DROP FUNCTION reporter_ways(bigint[]);
CREATE FUNCTION reporter_ways(asks bigint[]) RETURNS TABLE (ask_id bigint, way text, first_ask bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH works AS (SELECT DISTINCT a.disposition_id, a.finished_at FROM reporter_asks a WHERE a.id = ANY (asks)),
    boxes AS MATERIALIZED (
        SELECT b.id, b.disposition_id, b.finished_at, reporter_box(b.report_id) AS box FROM reporter_asks b JOIN works USING (disposition_id, finished_at))
    SELECT x.id, x.way, x.first_ask FROM (
        SELECT b.id, split_part(b.box, ':', 1) AS way, CASE WHEN b.box IS NULL THEN b.id ELSE min(b.id) OVER (PARTITION BY b.disposition_id, b.finished_at, b.box) END AS first_ask
        FROM boxes b) x WHERE x.id = ANY (asks)
$$;

-- Which closing answers go by which channel: to those whom a question of the same
-- work reached by it. first_report is whose letter brings the same words about the
-- same incident to the same person.
DROP FUNCTION reporter_answer_ways(bigint[], bigint[], bigint[]);
CREATE FUNCTION reporter_answer_ways(reports bigint[], incidents bigint[], asks bigint[]) RETURNS TABLE (report_id bigint, incident_id bigint, ask_id bigint, way text, first_report bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH given AS MATERIALIZED (
        SELECT g.report, g.incident, g.ask, reporter_box(g.report) AS box, w.text
        FROM unnest(reports, incidents, asks) AS g(report, incident, ask) JOIN report_answers w ON w.report_id = g.report AND w.incident_id = g.incident),
    told AS (
        SELECT g.*, CASE WHEN EXISTS (SELECT FROM reporter_asks a JOIN reporter_asks b ON b.disposition_id = a.disposition_id
            JOIN reporter_letters l ON l.ask_id = b.id AND l.kind = 'tanya' AND l.channel = split_part(g.box, ':', 1) AND l.taken_at IS NOT NULL
            WHERE a.id = g.ask AND reporter_box(b.report_id) = g.box) THEN split_part(g.box, ':', 1) END AS way FROM given g)
    SELECT t.report, t.incident, t.ask, t.way, coalesce(
        (SELECT min(l.report_id) FROM reporter_letters l JOIN report_answers w ON w.report_id = l.report_id AND w.incident_id = l.incident_id
         WHERE l.kind = 'jawab' AND l.channel = t.way AND l.incident_id = t.incident AND w.text = t.text AND reporter_box(l.report_id) = t.box),
        min(t.report) OVER (PARTITION BY t.incident, t.box, t.text, t.way))
    FROM told t
$$;

CREATE OR REPLACE FUNCTION reporter_letters_due(moment timestamptz, since timestamptz, per_day integer, ways text[], most integer) RETURNS TABLE (letter bigint, waits boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS MATERIALIZED (
        SELECT l.id, l.kind, l.next_at, reporter_box(a.report_id) AS box FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at IS NULL AND l.ended_at IS NULL AND l.next_at <= moment AND (l.lease_until IS NULL OR l.lease_until <= moment) AND l.channel = ANY (ways)
            AND (l.kind = 'tanya' OR EXISTS (SELECT FROM incidents i WHERE i.id = l.incident_id AND i.status = 'closed'))
        ORDER BY l.next_at, l.id LIMIT most),
    had AS (
        SELECT reporter_box(a.report_id) AS box, count(*) AS n FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at >= since OR (l.taken_at IS NULL AND l.lease_until > moment) GROUP BY 1)
    SELECT d.id, d.box IS NOT NULL
        AND row_number() OVER (PARTITION BY d.box ORDER BY d.kind DESC, d.next_at, d.id) + coalesce((SELECT h.n FROM had h WHERE h.box = d.box), 0) > per_day
    FROM due d
$$;

CREATE OR REPLACE FUNCTION reporter_letter_address(letter bigint, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.address FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN dispositions d ON d.id = a.disposition_id,
        LATERAL (SELECT r.channel, r.address FROM reporter_reach(a.report_id) r) w
    WHERE l.id = letter AND w.channel = l.channel AND holder <> '' AND l.leased_by = holder AND l.lease_until > moment AND l.taken_at IS NULL AND l.ended_at IS NULL
        AND CASE l.kind WHEN 'jawab' THEN EXISTS (SELECT FROM report_answers w JOIN incidents i ON i.id = w.incident_id
                WHERE w.report_id = l.report_id AND w.incident_id = l.incident_id AND w.delivered_at IS NULL AND i.status = 'closed')
            ELSE coalesce(l.closes_at, a.closes_at) > moment AND d.finished_at = a.finished_at AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id) END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_reach(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_box(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_ways(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_answer_ways(bigint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_ways(bigint[]) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_answer_ways(bigint[], bigint[], bigint[]) TO balaikota_writer;

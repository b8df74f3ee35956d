-- +goose Up

-- A letter to a reporter asks whether work is done (tanya), or brings the answer
-- with which an incident was closed (jawab): the latter goes along a question
-- about the same report, to a mailbox that was written to before. joined_report
-- is the report whose letter brings the answer to this one's mailbox too.
-- closes_at is until when a question may be answered that had to wait for
-- another day, because its mailbox had had its letters.
ALTER TABLE reporter_letters
    DROP CONSTRAINT reporter_letters_pkey,
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN kind text NOT NULL DEFAULT 'tanya',
    ADD COLUMN report_id bigint,
    ADD COLUMN incident_id bigint,
    ADD COLUMN joined_report bigint,
    ADD COLUMN closes_at timestamptz,
    ADD CONSTRAINT reporter_letters_pkey PRIMARY KEY (id),
    ADD CONSTRAINT reporter_letters_kind_is_known CHECK (kind IN ('tanya', 'jawab')),
    ADD CONSTRAINT reporter_letters_of_answers FOREIGN KEY (report_id, incident_id) REFERENCES report_answers,
    ADD CONSTRAINT reporter_letters_name_their_answer CHECK ((kind = 'jawab') = (report_id IS NOT NULL) AND (kind = 'jawab') = (incident_id IS NOT NULL)),
    ADD CONSTRAINT reporter_letters_joined_are_the_same CHECK (joined_report IS NULL OR (kind = 'jawab' AND channel = 'sama'));
CREATE UNIQUE INDEX reporter_letters_ask_once ON reporter_letters (ask_id, channel) WHERE kind = 'tanya';
CREATE UNIQUE INDEX reporter_letters_answer_once ON reporter_letters (report_id, incident_id) WHERE kind = 'jawab';
CREATE INDEX reporter_letters_of_incident ON reporter_letters (incident_id) WHERE kind = 'jawab';
CREATE INDEX reporter_letters_taken ON reporter_letters (taken_at) WHERE taken_at IS NOT NULL;
CREATE INDEX reporter_asks_of_report ON reporter_asks (report_id);

-- The mailbox of a report's reporter; null when mail reaches none. Names that no
-- mail reaches (RFC 2606, RFC 6761) are none. Nobody but the functions below,
-- which give no address away, may ask for it.
-- +goose StatementBegin
CREATE FUNCTION reporter_mailbox(report bigint) RETURNS text
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT lower(p.email) FROM reporters p WHERE p.report_id = report
        AND p.email ~ '^[^[:space:]<>,;@]+@[^[:space:]<>,;@]+\.[^[:space:]<>,;@]+$' AND length(p.email) <= 254
        AND lower(p.email) !~ '(\.|@)(invalid|example|test|localhost)$' AND lower(p.email) !~ '(\.|@)example\.(com|net|org)$'
$$;

CREATE OR REPLACE FUNCTION reporter_ways(asks bigint[]) RETURNS TABLE (ask_id bigint, by_email boolean, first_ask bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, m.mailbox IS NOT NULL, CASE WHEN m.mailbox IS NULL THEN a.id ELSE
            (SELECT min(b.id) FROM reporter_asks b JOIN reporters q ON q.report_id = b.report_id
             WHERE b.disposition_id = a.disposition_id AND b.finished_at = a.finished_at AND lower(q.email) = m.mailbox) END
    FROM reporter_asks a, LATERAL (SELECT reporter_mailbox(a.report_id) AS mailbox) m WHERE a.id = ANY (asks)
$$;

-- Which closing answers go by e-mail: those of reporters whose mailbox a question
-- of the same work came to. first_report is whose letter brings the same words
-- about the same incident to that mailbox.
CREATE FUNCTION reporter_answer_ways(reports bigint[], incidents bigint[], asks bigint[]) RETURNS TABLE (report_id bigint, incident_id bigint, ask_id bigint, by_email boolean, first_report bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH given AS (
        SELECT g.report, g.incident, g.ask, reporter_mailbox(g.report) AS mailbox, w.text
        FROM unnest(reports, incidents, asks) AS g(report, incident, ask) JOIN report_answers w ON w.report_id = g.report AND w.incident_id = g.incident),
    told AS (
        SELECT g.*, EXISTS (SELECT FROM reporter_asks a JOIN reporter_asks b ON b.disposition_id = a.disposition_id
            JOIN reporter_letters l ON l.ask_id = b.id AND l.kind = 'tanya' AND l.channel = 'surel' AND l.taken_at IS NOT NULL
            WHERE a.id = g.ask AND reporter_mailbox(b.report_id) = g.mailbox) AS by_email FROM given g)
    SELECT t.report, t.incident, t.ask, t.by_email, coalesce(
        (SELECT min(l.report_id) FROM reporter_letters l JOIN report_answers w ON w.report_id = l.report_id AND w.incident_id = l.incident_id
         WHERE l.kind = 'jawab' AND l.channel = 'surel' AND l.incident_id = t.incident AND w.text = t.text AND reporter_mailbox(l.report_id) = t.mailbox),
        min(t.report) OVER (PARTITION BY t.incident, t.mailbox, t.text, t.by_email))
    FROM told t
$$;

-- The letters that are due, and which of them wait because their mailbox has had
-- per_day letters since a moment. A leased letter counts: it may have arrived.
CREATE FUNCTION reporter_letters_due(moment timestamptz, since timestamptz, per_day integer, ways text[], most integer) RETURNS TABLE (letter bigint, waits boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT l.id, l.kind, l.next_at, reporter_mailbox(a.report_id) AS mailbox FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at IS NULL AND l.ended_at IS NULL AND l.next_at <= moment AND (l.lease_until IS NULL OR l.lease_until <= moment) AND l.channel = ANY (ways)
            AND (l.kind = 'tanya' OR EXISTS (SELECT FROM incidents i WHERE i.id = l.incident_id AND i.status = 'closed'))
        ORDER BY l.next_at, l.id LIMIT most),
    had AS (
        SELECT reporter_mailbox(a.report_id) AS mailbox, count(*) AS n FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at >= since OR (l.taken_at IS NULL AND l.lease_until > moment) GROUP BY 1)
    SELECT d.id, d.mailbox IS NOT NULL
        AND row_number() OVER (PARTITION BY d.mailbox ORDER BY d.kind DESC, d.next_at, d.id) + coalesce((SELECT h.n FROM had h WHERE h.mailbox = d.mailbox), 0) > per_day
    FROM due d
$$;

-- The address of a letter that is being carried, and of no other: what is
-- leased and still to be said.
CREATE FUNCTION reporter_letter_address(letter bigint, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.email FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN dispositions d ON d.id = a.disposition_id JOIN reporters p ON p.report_id = a.report_id
    WHERE l.id = letter AND l.channel = 'surel' AND holder <> '' AND l.leased_by = holder AND l.lease_until > moment AND l.taken_at IS NULL AND l.ended_at IS NULL
        AND CASE l.kind WHEN 'jawab' THEN EXISTS (SELECT FROM report_answers w JOIN incidents i ON i.id = w.incident_id
                WHERE w.report_id = l.report_id AND w.incident_id = l.incident_id AND w.delivered_at IS NULL AND i.status = 'closed')
            ELSE coalesce(l.closes_at, a.closes_at) > moment AND d.finished_at = a.finished_at AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id) END
$$;
-- +goose StatementEnd
DROP FUNCTION reporter_address(bigint, text, text, timestamptz);
REVOKE ALL ON FUNCTION reporter_mailbox(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_answer_ways(bigint[], bigint[], bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_letters_due(timestamptz, timestamptz, integer, text[], integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_letter_address(bigint, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_answer_ways(bigint[], bigint[], bigint[]) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_letters_due(timestamptz, timestamptz, integer, text[], integer) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_letter_address(bigint, text, timestamptz) TO balaikota_writer;
GRANT SELECT (kind, closes_at) ON reporter_letters TO balaikota_reader, balaikota_city_reader;

-- What was opened again is no longer 100 per cent done.
UPDATE dispositions d SET percent = 0 WHERE d.percent = 100 AND d.status NOT IN ('proof_in', 'done', 'canceled')
    AND (SELECT s.kind FROM disposition_steps s WHERE s.disposition_id = d.id AND s.kind IN ('progress', 'hinder', 'finish', 'reopen') ORDER BY s.id DESC LIMIT 1) = 'reopen';

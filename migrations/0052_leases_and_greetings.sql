-- +goose Up

-- Leases of what is brought to officers and reporters are by the database's clock: a
-- node whose own is set an hour forth must not take for over what another is bringing.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION reporter_letters_due(moment timestamptz, since timestamptz, per_day integer, ways text[], most integer) RETURNS TABLE (letter bigint, waits boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS MATERIALIZED (
        SELECT l.id, l.kind, l.next_at, reporter_box(a.report_id) AS box FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at IS NULL AND l.ended_at IS NULL AND l.next_at <= moment AND (l.lease_until IS NULL OR l.lease_until <= now()) AND l.channel = ANY (ways)
            AND (l.kind = 'tanya' OR EXISTS (SELECT FROM incidents i WHERE i.id = l.incident_id AND i.status = 'closed'))
        ORDER BY l.next_at, l.id LIMIT most),
    had AS (
        SELECT reporter_box(a.report_id) AS box, count(*) AS n FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id
        WHERE l.taken_at >= since OR (l.taken_at IS NULL AND l.lease_until > now()) GROUP BY 1)
    SELECT d.id, d.box IS NOT NULL
        AND row_number() OVER (PARTITION BY d.box ORDER BY d.kind DESC, d.next_at, d.id) + coalesce((SELECT h.n FROM had h WHERE h.box = d.box), 0) > per_day
    FROM due d
$$;
CREATE OR REPLACE FUNCTION reporter_letter_sealed(letter bigint, holder text, moment timestamptz) RETURNS TABLE (key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT z.key_id, z.sealed, z.source, z.heard FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN dispositions d ON d.id = a.disposition_id,
        LATERAL (SELECT * FROM reporter_sealed(a.report_id, l.channel)) z
    WHERE l.id = letter AND holder <> '' AND l.leased_by = holder AND l.lease_until > now() AND l.taken_at IS NULL AND l.ended_at IS NULL
        AND CASE l.kind WHEN 'jawab' THEN EXISTS (SELECT FROM report_answers w JOIN incidents i ON i.id = w.incident_id
                WHERE w.report_id = l.report_id AND w.incident_id = l.incident_id AND w.delivered_at IS NULL AND i.status = 'closed')
            ELSE coalesce(l.closes_at, a.closes_at) > moment AND d.finished_at = a.finished_at AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id) END
$$;
CREATE OR REPLACE FUNCTION reporter_message_sealed(message bigint, holder text, moment timestamptz) RETURNS TABLE (key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT z.key_id, z.sealed, z.source, z.heard FROM reporter_messages m, reporter_sealed(m.report_id, m.channel) z
    WHERE m.id = message AND holder <> '' AND m.leased_by = holder AND m.lease_until > now()
        AND m.taken_at IS NULL AND m.ended_at IS NULL LIMIT 1
$$;
CREATE OR REPLACE FUNCTION officer_word_handle(word bigint, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.handle FROM officer_words w JOIN officer_handles h USING (source_id, person)
    WHERE w.id = word AND holder <> '' AND w.leased_by = holder AND w.lease_until > now() AND w.taken_at IS NULL AND w.ended_at IS NULL
$$;
CREATE OR REPLACE FUNCTION officer_notice_chat(notice bigint, way text, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.slug || ':' || h.handle || ':' || extract(epoch FROM c.heard_at)::bigint
    FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id JOIN officers o ON o.id = n.officer_id
        JOIN officer_contacts c ON c.officer_id = o.id AND c.ended_at IS NULL JOIN sources s ON s.id = c.source_id AND s.connector = d.channel
        JOIN officer_handles h ON h.source_id = c.source_id AND h.person = c.person
    WHERE d.notice_id = notice AND d.channel = way AND holder <> '' AND d.leased_by = holder AND d.lease_until > now() AND d.taken_at IS NULL AND d.ended_at IS NULL
        AND o.disabled_at IS NULL AND NOT o.must_change AND c.confirmed_at + make_interval(days => officer_confirm_days(moment)) > moment
    ORDER BY c.heard_at DESC LIMIT 1
$$;
-- +goose StatementEnd

-- Greetings and thanks that came by a chat and stand alone: kept, but no reports. part
-- and person are keyed hashes; where who wrote is answered is sealed, and forgotten once
-- they were answered or need not be. report_id is the report that it became part of.
CREATE TABLE chat_greetings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    part        text NOT NULL,
    person      text NOT NULL,
    words       text NOT NULL,
    at          timestamptz NOT NULL, -- when it was sent
    changed_at  timestamptz,
    received_at timestamptz NOT NULL,
    report_id   bigint REFERENCES reports,
    key_id      text NOT NULL DEFAULT '',
    sealed      bytea,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    leased_by   text NOT NULL DEFAULT '',
    lease_until timestamptz,
    taken_at    timestamptz, -- when the chat took the answer
    ended_at    timestamptz,
    error       text NOT NULL DEFAULT '',
    CONSTRAINT chat_greetings_come_once UNIQUE (source_id, part),
    CONSTRAINT chat_greetings_are_named CHECK (part <> '' AND person <> ''),
    CONSTRAINT chat_greetings_are_bounded CHECK (char_length(words) <= 500),
    CONSTRAINT chat_greetings_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL),
    CONSTRAINT chat_greetings_forget_where CHECK ((sealed IS NULL) = (taken_at IS NOT NULL OR ended_at IS NOT NULL)),
    CONSTRAINT chat_greetings_of_reports_are_over CHECK (report_id IS NULL OR taken_at IS NOT NULL OR ended_at IS NOT NULL)
);
CREATE INDEX chat_greetings_due ON chat_greetings (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;
CREATE INDEX chat_greetings_of_person ON chat_greetings (source_id, person, at);
CREATE INDEX chat_greetings_alone ON chat_greetings (source_id, at) WHERE report_id IS NULL;
CREATE INDEX chat_greetings_of_report ON chat_greetings (report_id) WHERE report_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON chat_greetings TO balaikota_writer;
-- Others: how many there are.
GRANT SELECT (source_id, at, report_id) ON chat_greetings TO balaikota_reader, balaikota_city_reader, balaikota_wall_reader;
ALTER TABLE chat_greetings ENABLE ROW LEVEL SECURITY;
CREATE POLICY chat_greetings_are_written ON chat_greetings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY chat_greetings_are_counted ON chat_greetings FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('', 'publik'));

-- An officer is told when the answer to their question did not reach them. What was
-- lost before is in nobody's mind any more.
ALTER TABLE officer_words ADD COLUMN told_at timestamptz;
UPDATE officer_words SET told_at = ended_at WHERE ended_at IS NOT NULL;
CREATE INDEX officer_words_lost ON officer_words (id) WHERE ended_at IS NOT NULL AND told_at IS NULL AND error <> '' AND kind = 'tanya' AND officer_id IS NOT NULL;
ALTER TABLE notices DROP CONSTRAINT notices_kind_is_known;
ALTER TABLE notices ADD CONSTRAINT notices_kind_is_known
    CHECK (kind IN ('disposition', 'step', 'reminder', 'escalation', 'proof', 'reporter', 'recommendation', 'briefing', 'job', 'source', 'answer', 'test'));

-- +goose Up

-- The question to a reporter on its way through one channel; 'tanpa' is that no
-- channel leads to the reporter. Where it goes stands in reporters alone. Who
-- carries it holds a lease; a carrier that dies loses it, and another goes on.
CREATE TABLE reporter_letters (
    ask_id      bigint NOT NULL REFERENCES reporter_asks,
    channel     text NOT NULL,
    made_at     timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    leased_by   text NOT NULL DEFAULT '',
    lease_until timestamptz,
    taken_at    timestamptz, -- the channel took it
    ended_at    timestamptz, -- it is not tried again
    error       text NOT NULL DEFAULT '',
    CONSTRAINT reporter_letters_pkey PRIMARY KEY (ask_id, channel),
    CONSTRAINT reporter_letters_channel_is_known CHECK (channel IN ('surel', 'sama', 'tanpa')),
    CONSTRAINT reporter_letters_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL),
    CONSTRAINT reporter_letters_without_a_way_rest CHECK (channel NOT IN ('sama', 'tanpa') OR ended_at IS NOT NULL)
);
CREATE INDEX reporter_letters_due ON reporter_letters (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;

-- By which channel the reporters of some questions are reached. first names the
-- first of those questions about one finish that go to the same mailbox: nobody
-- is asked twice about the same work. It runs as the tables' owner and gives no
-- address away. Names that no mail reaches (RFC 2606, RFC 6761) lead nowhere.
-- +goose StatementBegin
CREATE FUNCTION reporter_ways(asks bigint[]) RETURNS TABLE (ask_id bigint, by_email boolean, first_ask bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, coalesce(m.mailbox, '') <> '', CASE WHEN coalesce(m.mailbox, '') = '' THEN a.id ELSE
            (SELECT min(b.id) FROM reporter_asks b JOIN reporters q ON q.report_id = b.report_id
             WHERE b.disposition_id = a.disposition_id AND b.finished_at = a.finished_at AND lower(q.email) = m.mailbox) END
    FROM reporter_asks a LEFT JOIN LATERAL (SELECT lower(p.email) AS mailbox FROM reporters p WHERE p.report_id = a.report_id
        AND p.email ~ '^[^[:space:]<>,;@]+@[^[:space:]<>,;@]+\.[^[:space:]<>,;@]+$' AND length(p.email) <= 254
        AND lower(p.email) !~ '(\.|@)(invalid|example|test|localhost)$' AND lower(p.email) !~ '(\.|@)example\.(com|net|org)$') m ON true
    WHERE a.id = ANY (asks)
$$;

-- The address of a question that is being carried, and of no other: what is
-- leased, open and about a finish that still stands.
CREATE FUNCTION reporter_address(ask bigint, way text, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.email FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN dispositions d ON d.id = a.disposition_id JOIN reporters p ON p.report_id = a.report_id
    WHERE l.ask_id = ask AND l.channel = way AND way = 'surel' AND holder <> '' AND l.leased_by = holder AND l.lease_until > moment
        AND l.taken_at IS NULL AND l.ended_at IS NULL AND a.closes_at > moment AND d.finished_at = a.finished_at
        AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = ask)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_ways(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_address(bigint, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_ways(bigint[]) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_address(bigint, text, text, timestamptz) TO balaikota_writer;

-- +goose StatementBegin
DO $$
BEGIN
    CREATE TRIGGER reporter_letters_stay BEFORE DELETE OR TRUNCATE ON reporter_letters FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
END
$$;
-- +goose StatementEnd
GRANT SELECT, INSERT, UPDATE ON reporter_letters TO balaikota_writer;
GRANT SELECT (ask_id, channel, taken_at, ended_at) ON reporter_letters TO balaikota_reader, balaikota_city_reader;
ALTER TABLE reporter_letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY reporter_letters_are_written ON reporter_letters TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reporter_letters_of_seen_asks ON reporter_letters FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM reporter_asks a WHERE a.id = ask_id));

-- When the second persons were told of a picture that waits for one of them;
-- what is judged needs nobody any more.
ALTER TABLE proof_queue ADD COLUMN told_at timestamptz;
UPDATE proof_queue SET told_at = closed_at WHERE closed_at IS NOT NULL;
CREATE INDEX proof_queue_untold ON proof_queue (id) WHERE told_at IS NULL AND closed_at IS NULL;

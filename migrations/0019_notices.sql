-- +goose Up

-- What is to be told: a row for each step of a disposition, written in the
-- step's own transaction, so that nothing that happened can go untold.
CREATE TABLE notice_queue (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    step_id  bigint NOT NULL REFERENCES disposition_steps,
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    told_at  timestamptz, -- when its notices were written
    CONSTRAINT notice_queue_holds_a_step_once UNIQUE (step_id)
);
CREATE INDEX notice_queue_waiting ON notice_queue (id) WHERE told_at IS NULL;
-- +goose StatementBegin
CREATE FUNCTION queue_step_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> 'read' THEN
        INSERT INTO notice_queue (step_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER disposition_steps_are_told AFTER INSERT ON disposition_steps FOR EACH ROW EXECUTE FUNCTION queue_step_notices();

-- One thing one officer is told. It holds no personal data.
CREATE TABLE notices (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key            text NOT NULL,
    officer_id     bigint NOT NULL REFERENCES officers,
    disposition_id bigint REFERENCES dispositions,
    kind           text NOT NULL,
    text           text NOT NULL,
    text_en        text NOT NULL,
    path           text NOT NULL,
    urgent         boolean NOT NULL DEFAULT false,
    at             timestamptz NOT NULL,
    read_at        timestamptz,
    CONSTRAINT notices_are_told_once UNIQUE (officer_id, key),
    CONSTRAINT notices_kind_is_known CHECK (kind IN ('disposition', 'step', 'reminder', 'escalation', 'proof', 'reporter', 'recommendation', 'test')),
    CONSTRAINT notices_are_short CHECK (char_length(text) BETWEEN 1 AND 120 AND char_length(text_en) BETWEEN 1 AND 120),
    CONSTRAINT notices_lead_to_a_screen CHECK (path ~ '^/[a-z0-9/_-]*$')
);
CREATE INDEX notices_of_officer ON notices (officer_id, id DESC);
CREATE INDEX notices_unread ON notices (officer_id) WHERE read_at IS NULL;
CREATE INDEX notices_urgent_unread ON notices (at) WHERE urgent AND read_at IS NULL;

-- A notice on its way through one channel. Whoever carries it holds a lease;
-- a carrier that dies loses the lease, and another goes on.
CREATE TABLE notice_deliveries (
    notice_id   bigint NOT NULL REFERENCES notices,
    channel     text NOT NULL,
    position    integer NOT NULL, -- in the officer's order, from 1
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    leased_by   text NOT NULL DEFAULT '',
    lease_until timestamptz,
    taken_at    timestamptz, -- the channel took it
    ended_at    timestamptz, -- it goes through this channel no more
    error       text NOT NULL DEFAULT '',
    CONSTRAINT notice_deliveries_pkey PRIMARY KEY (notice_id, channel),
    CONSTRAINT notice_deliveries_channel_is_known CHECK (channel IN ('push', 'surel')),
    CONSTRAINT notice_deliveries_are_ordered CHECK (position >= 1),
    CONSTRAINT notice_deliveries_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL)
);
CREATE INDEX notice_deliveries_due ON notice_deliveries (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;
CREATE INDEX notice_deliveries_taken ON notice_deliveries (taken_at) WHERE taken_at IS NOT NULL;

-- An officer's own choice. An e-mail address counts once its owner has sent
-- back the code that was sent to it.
CREATE TABLE notice_preferences (
    officer_id      bigint PRIMARY KEY REFERENCES officers,
    channels        text[] NOT NULL DEFAULT '{push}',
    email           text NOT NULL DEFAULT '', -- confirmed
    email_waiting   text NOT NULL DEFAULT '',
    code_hash       bytea,
    code_until      timestamptz,
    code_tries      integer NOT NULL DEFAULT 0,
    codes_sent      integer NOT NULL DEFAULT 0, -- since codes_since
    codes_since     timestamptz,
    quiet_from      text NOT NULL DEFAULT '21.00',
    quiet_until     text NOT NULL DEFAULT '05.00',
    changed_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notice_preferences_channels_are_known CHECK (channels <@ ARRAY['push', 'surel']),
    CONSTRAINT notice_preferences_quiet_is_whole CHECK ((quiet_from = '') = (quiet_until = '')),
    CONSTRAINT notice_preferences_quiet_is_a_time CHECK (
        (quiet_from = '' OR quiet_from ~ '^([01][0-9]|2[0-3])\.[0-5][0-9]$') AND (quiet_until = '' OR quiet_until ~ '^([01][0-9]|2[0-3])\.[0-5][0-9]$')),
    CONSTRAINT notice_preferences_email_is_one CHECK (email !~ '[[:space:]<>,;]' AND email_waiting !~ '[[:space:]<>,;]'),
    CONSTRAINT notice_preferences_code_is_whole CHECK ((code_hash IS NULL) = (code_until IS NULL) AND (code_hash IS NULL) = (email_waiting = ''))
);

-- Browsers that take pushes (RFC 8030). vapid is the public key they were
-- subscribed under: under another they take nothing.
CREATE TABLE push_subscriptions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id bigint NOT NULL REFERENCES officers,
    endpoint   text NOT NULL,
    p256dh     text NOT NULL,
    auth       text NOT NULL,
    vapid      text NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    taken_at   timestamptz, -- when it last took a notice
    CONSTRAINT push_subscriptions_endpoint_is_one UNIQUE (endpoint),
    CONSTRAINT push_subscriptions_endpoint_is_bounded CHECK (octet_length(endpoint) BETWEEN 10 AND 2000),
    CONSTRAINT push_subscriptions_keys_are_whole CHECK (p256dh <> '' AND auth <> '')
);
CREATE INDEX push_subscriptions_of_officer ON push_subscriptions (officer_id);

-- The ladder. Of rows with the same office, rung and clock the newest in force
-- holds; share is of the clock's time.
CREATE TABLE escalation_rules (
    of_kind      text NOT NULL,
    rung         integer NOT NULL,
    to_role      text NOT NULL,
    clock        text NOT NULL,
    share        double precision NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT escalation_rules_pkey PRIMARY KEY (of_kind, rung, clock, effective_on),
    CONSTRAINT escalation_rules_of_is_known CHECK (of_kind IN ('kelurahan', 'kecamatan', 'opd', 'bumd')),
    CONSTRAINT escalation_rules_to_is_known CHECK (to_role IN ('camat', 'kepala_opd', 'sekda', 'wali_kota')),
    CONSTRAINT escalation_rules_clock_is_known CHECK (clock IN ('answer', 'close', 'breach')),
    CONSTRAINT escalation_rules_rung_is_one CHECK (rung BETWEEN 1 AND 9),
    CONSTRAINT escalation_rules_share_is_positive CHECK (share > 0 AND share <= 20),
    CONSTRAINT escalation_rules_have_a_source CHECK (source <> '')
);
-- How long an addressee may take to say "Terima", by the letter's nature.
CREATE TABLE answer_times (
    nature       text NOT NULL,
    hours        integer NOT NULL,
    working      boolean NOT NULL, -- hours of working days, 24 a day; else on the clock
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT answer_times_pkey PRIMARY KEY (nature, effective_on),
    CONSTRAINT answer_times_nature_is_known CHECK (nature IN ('biasa', 'segera', 'sangat_segera', 'rahasia')),
    CONSTRAINT answer_times_are_positive CHECK (hours BETWEEN 1 AND 2400),
    CONSTRAINT answer_times_have_a_source CHECK (source <> '')
);

-- Rungs that were told. round counts how often the instruction was sent
-- elsewhere, which begins the ladder anew.
CREATE TABLE escalations (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    round          integer NOT NULL,
    rung           integer NOT NULL,
    clock          text NOT NULL,
    to_role        text NOT NULL,
    to_office_id   bigint REFERENCES offices, -- of a camat or a head of an OPD
    to_area        text NOT NULL DEFAULT '',
    at             timestamptz NOT NULL,
    why            text NOT NULL,
    why_en         text NOT NULL,
    CONSTRAINT escalations_tell_a_rung_once UNIQUE (disposition_id, round, rung),
    CONSTRAINT escalations_to_is_known CHECK (to_role IN ('camat', 'kepala_opd', 'sekda', 'wali_kota')),
    CONSTRAINT escalations_clock_is_known CHECK (clock IN ('answer', 'close', 'breach'))
);
CREATE INDEX escalations_newest ON escalations (at DESC);
-- +goose StatementBegin
DO $$
BEGIN
    CREATE TRIGGER escalations_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON escalations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
END
$$;
-- +goose StatementEnd

-- Whoever holds a post: lurah and camat by area, heads by office, others by
-- role. with_stand_ins adds those who act for them at a moment (Plh.).
-- +goose StatementBegin
CREATE FUNCTION officers_of(wanted text, office bigint, area text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT o.id FROM officers o WHERE o.disabled_at IS NULL AND o.role = wanted
        AND CASE WHEN wanted IN ('camat', 'lurah') THEN o.area_code = area WHEN wanted = 'kepala_opd' THEN o.office_id = office ELSE true END
$$;
CREATE FUNCTION with_stand_ins(ids bigint[], moment timestamptz) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT o.id FROM officers o WHERE o.disabled_at IS NULL AND (o.id = ANY (ids) OR o.id IN (
        SELECT s.stand_in_id FROM stand_ins s WHERE s.officer_id = ANY (ids) AND s.from_at <= moment AND s.until_at > moment AND s.ended_at IS NULL))
$$;
-- +goose StatementEnd

GRANT SELECT, INSERT, UPDATE, DELETE ON notice_queue, notices, notice_deliveries, notice_preferences, push_subscriptions TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON escalation_rules, answer_times TO balaikota_writer;
GRANT SELECT, INSERT ON escalations TO balaikota_writer;
GRANT SELECT ON notices, notice_deliveries, notice_preferences, escalations TO balaikota_reader, balaikota_city_reader;
GRANT SELECT ON escalation_rules, answer_times TO balaikota_reader, balaikota_city_reader;

-- What is queued and where browsers take pushes serves the sending alone.
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notice_queue', 'push_subscriptions', 'notices', 'notice_deliveries', 'notice_preferences', 'escalation_rules', 'answer_times', 'escalations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
    END LOOP;
    -- The ladder is for every officer.
    FOREACH t IN ARRAY ARRAY['escalation_rules', 'answer_times'] LOOP
        EXECUTE format($p$CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('', 'publik'))$p$, t || '_for_officers', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- A notice and a choice are their officer's own, whatever his role.
CREATE POLICY notices_of_ones_own ON notices FOR SELECT TO balaikota_reader, balaikota_city_reader USING (officer_id = (SELECT nullif(asker_officer(), 0)));
CREATE POLICY notice_preferences_of_ones_own ON notice_preferences FOR SELECT TO balaikota_reader, balaikota_city_reader USING (officer_id = (SELECT nullif(asker_officer(), 0)));
CREATE POLICY notice_deliveries_of_ones_own ON notice_deliveries FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM notices n WHERE n.id = notice_id));
CREATE POLICY escalations_of_seen_ones ON escalations FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id));

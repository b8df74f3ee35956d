-- +goose Up

-- Kinds of action: what can be advised, done, proven and measured.
CREATE TABLE action_kinds (
    slug          text PRIMARY KEY,
    name          text NOT NULL,
    name_en       text NOT NULL,
    proof         boolean NOT NULL,
    measure       text NOT NULL,
    effect_days   integer NOT NULL,
    low           double precision NOT NULL, -- expected change in per cent until the ledger knows better
    mid           double precision NOT NULL,
    high          double precision NOT NULL,
    effect_source text NOT NULL,
    cost_low      double precision NOT NULL DEFAULT 0, -- rupiah; 0 where nobody stated any
    cost_high     double precision NOT NULL DEFAULT 0,
    cost_source   text NOT NULL DEFAULT '',
    CONSTRAINT action_kinds_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT action_kinds_measure_is_known CHECK (measure IN ('reports', 'indicator', 'overdue')),
    CONSTRAINT action_kinds_effect_has_days CHECK (effect_days BETWEEN 1 AND 180),
    CONSTRAINT action_kinds_effect_is_a_range CHECK (low <= mid AND mid <= high AND low >= -100),
    CONSTRAINT action_kinds_cost_is_a_range CHECK (cost_low >= 0 AND cost_low <= cost_high),
    CONSTRAINT action_kinds_figures_have_sources CHECK (effect_source <> '' AND (cost_high = 0 OR cost_source <> ''))
);

-- Rules of advice. rule is city.ActionRule as officers read and change it; the
-- columns beside it are what the analysis selects by.
CREATE TABLE action_rules (
    slug       text PRIMARY KEY,
    enabled    boolean NOT NULL,
    trigger    text NOT NULL,
    action     text NOT NULL REFERENCES action_kinds,
    rule       jsonb NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    CONSTRAINT action_rules_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT action_rules_trigger_is_known CHECK (trigger IN ('incident', 'structural', 'hotspot', 'silent', 'forecast', 'overdue', 'breach', 'indicator', 'source', 'flood', 'warning')),
    CONSTRAINT action_rules_are_versioned CHECK (version > 0)
);
CREATE TABLE action_rule_versions (
    slug       text NOT NULL,
    version    integer NOT NULL,
    rule       jsonb NOT NULL,
    enabled    boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    reason     text NOT NULL DEFAULT '',
    CONSTRAINT action_rule_versions_pkey PRIMARY KEY (slug, version)
);

-- Advice to a named office about one matter; data is city.Recommendation as
-- screens take it.
CREATE TABLE recommendations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text NOT NULL,
    rule        text NOT NULL,
    action      text NOT NULL,
    area_code   text NOT NULL DEFAULT '',
    office_id   bigint NOT NULL REFERENCES offices,
    incident_id bigint,
    score       double precision NOT NULL,
    status      text NOT NULL,
    until       timestamptz,
    override    jsonb,
    data        jsonb NOT NULL,
    made_at     timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    decided_at  timestamptz,
    CONSTRAINT recommendations_status_is_known CHECK (status IN ('proposed', 'postponed', 'approved', 'declined', 'withdrawn')),
    CONSTRAINT recommendations_postponed_have_an_end CHECK ((status = 'postponed') = (until IS NOT NULL)),
    CONSTRAINT recommendations_name_a_matter CHECK (key <> '')
);
-- One matter is advised once at a time.
CREATE UNIQUE INDEX recommendations_waiting_once ON recommendations (key) WHERE status IN ('proposed', 'postponed');
CREATE INDEX recommendations_newest ON recommendations (changed_at DESC);
CREATE INDEX recommendations_by_key ON recommendations (key, id DESC);
CREATE TABLE recommendation_changes (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id bigint NOT NULL REFERENCES recommendations,
    at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    officer_id        bigint,
    actor             text NOT NULL,
    was               text,
    status            text NOT NULL,
    reason            text NOT NULL DEFAULT '',
    detail            jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT recommendation_changes_actor_is_named CHECK (actor <> '')
);
CREATE INDEX recommendation_changes_of ON recommendation_changes (recommendation_id, id);

-- Files sent with an instruction.
CREATE TABLE attachments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id  uuid NOT NULL,
    officer_id bigint,
    name       text NOT NULL,
    media_type text NOT NULL,
    bytes      bytea NOT NULL,
    sha256     bytea NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT attachments_are_sent_once UNIQUE (client_id),
    CONSTRAINT attachments_have_a_name CHECK (name <> ''),
    CONSTRAINT attachments_are_small CHECK (octet_length(bytes) BETWEEN 1 AND 10485760),
    CONSTRAINT attachments_hash_is_of_the_bytes CHECK (sha256 = sha256(bytes))
);

-- Instructions. offices and areas are whose the disposition is: its sender's,
-- its addressee's and those that get a copy; to be seen by.
CREATE TABLE dispositions (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id         uuid NOT NULL,
    year              integer NOT NULL,
    number            integer NOT NULL, -- running within the year
    recommendation_id bigint REFERENCES recommendations,
    parent_id         bigint REFERENCES dispositions,
    root_id           bigint NOT NULL, -- the first of its chain, itself when it is
    officer_id        bigint REFERENCES officers, -- who sent it; none for a script's token
    from_name         text NOT NULL,
    from_role         text NOT NULL,
    from_office_id    bigint REFERENCES offices,
    from_area         text NOT NULL DEFAULT '',
    acting_for        text NOT NULL DEFAULT '',
    to_role           text NOT NULL,
    to_office_id      bigint REFERENCES offices, -- none for the sekda
    to_area           text NOT NULL DEFAULT '',
    offices           bigint[] NOT NULL,
    areas             text[] NOT NULL,
    copies            bigint[] NOT NULL DEFAULT '{}',
    nature            text NOT NULL,
    subject           text NOT NULL,
    instruction       text NOT NULL,
    note              text NOT NULL DEFAULT '',
    action            text REFERENCES action_kinds,
    proof             boolean NOT NULL,
    status            text NOT NULL,
    percent           integer NOT NULL DEFAULT 0,
    sent_at           timestamptz NOT NULL,
    due_at            timestamptz NOT NULL,
    first_due_at      timestamptz NOT NULL, -- as it was sent, whatever was granted since
    accepted_at       timestamptz,
    waits_since       timestamptz, -- set while its clock stands still
    waited            interval NOT NULL DEFAULT '0', -- for how long it stood so far
    waited_late       interval NOT NULL DEFAULT '0', -- of that, begun after the deadline: it moved none, and counts for no lateness
    in_hours          boolean NOT NULL DEFAULT false, -- the deadline is by the clock, not in working days
    clock_from        timestamptz NOT NULL DEFAULT now(), -- when the present deadline was given
    finished_at       timestamptz, -- said to be done
    done_at           timestamptz,
    done_by           text NOT NULL DEFAULT '',
    obstacle          text NOT NULL DEFAULT '',
    last_news         text NOT NULL DEFAULT '',
    last_at           timestamptz NOT NULL,
    verdict           text NOT NULL DEFAULT '',
    reporter_word     text NOT NULL DEFAULT '',
    rung              integer NOT NULL DEFAULT 0,
    area_code         text NOT NULL DEFAULT '',
    place             text NOT NULL DEFAULT '',
    lon               double precision,
    lat               double precision,
    category          text,
    indicator         text,
    incidents         bigint[] NOT NULL DEFAULT '{}',
    reports           bigint[] NOT NULL DEFAULT '{}',
    simulated         boolean NOT NULL DEFAULT false,
    CONSTRAINT dispositions_are_sent_once UNIQUE (client_id),
    CONSTRAINT dispositions_number_is_unique UNIQUE (year, number),
    CONSTRAINT dispositions_status_is_known CHECK (status IN ('sent', 'accepted', 'working', 'asked', 'hindered', 'passed_on', 'proof_in', 'done', 'declined', 'canceled')),
    CONSTRAINT dispositions_nature_is_known CHECK (nature IN ('biasa', 'segera', 'sangat_segera', 'rahasia')),
    CONSTRAINT dispositions_from_role_is_known CHECK (from_role IN ('wali_kota', 'sekda', 'kepala_opd', 'camat', 'lurah', 'operator')),
    CONSTRAINT dispositions_to_role_is_known CHECK (to_role IN ('sekda', 'kepala_opd', 'camat', 'lurah')),
    CONSTRAINT dispositions_have_an_addressee CHECK ((to_role = 'sekda') = (to_office_id IS NULL)),
    CONSTRAINT dispositions_percent_is_a_share CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT dispositions_due_after_sent CHECK (due_at > sent_at),
    CONSTRAINT dispositions_done_is_whole CHECK ((status = 'done') = (done_at IS NOT NULL) AND (status = 'done') = (done_by <> '')),
    CONSTRAINT dispositions_done_by_is_known CHECK (done_by IN ('', 'proof', 'second_person', 'reporter', 'sender')),
    CONSTRAINT dispositions_obstacle_is_known CHECK (obstacle IN ('', 'dana', 'wewenang', 'alat', 'cuaca', 'lahan', 'lain')),
    CONSTRAINT dispositions_verdict_is_known CHECK (verdict IN ('', 'menunggu', 'sah', 'ragu', 'ditolak')),
    CONSTRAINT dispositions_reporter_word_is_known CHECK (reporter_word IN ('', 'asked', 'yes', 'no', 'none')),
    CONSTRAINT dispositions_clock_stands_while_waiting CHECK ((waits_since IS NOT NULL) = (status IN ('asked', 'hindered', 'proof_in', 'declined'))),
    CONSTRAINT dispositions_say_something CHECK (subject <> '' AND instruction <> ''),
    CONSTRAINT dispositions_point_is_whole CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT dispositions_rung_is_counted CHECK (rung >= 0)
);
CREATE INDEX dispositions_newest ON dispositions (sent_at DESC);
CREATE INDEX dispositions_running ON dispositions (due_at) WHERE status NOT IN ('done', 'canceled');
CREATE INDEX dispositions_of_chain ON dispositions (root_id);
CREATE INDEX dispositions_of_parent ON dispositions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX dispositions_of_recommendation ON dispositions (recommendation_id) WHERE recommendation_id IS NOT NULL;
CREATE INDEX dispositions_of_incidents ON dispositions USING gin (incidents);
CREATE INDEX dispositions_of_reports ON dispositions USING gin (reports);
CREATE INDEX dispositions_to_office ON dispositions (to_office_id, sent_at DESC);

CREATE TABLE disposition_attachments (
    disposition_id bigint NOT NULL REFERENCES dispositions,
    attachment_id  bigint NOT NULL REFERENCES attachments,
    CONSTRAINT disposition_attachments_pkey PRIMARY KEY (disposition_id, attachment_id)
);

-- What happened, in order, never changed. client_id makes what a phone sends
-- twice arrive once.
CREATE TABLE disposition_steps (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    client_id      uuid NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    said_at        timestamptz,
    kind           text NOT NULL,
    officer_id     bigint,
    actor          text NOT NULL,
    name           text NOT NULL,
    role           text NOT NULL,
    acting_for     text NOT NULL DEFAULT '',
    was            text,
    status         text NOT NULL,
    text           text NOT NULL DEFAULT '',
    data           jsonb NOT NULL DEFAULT '{}', -- percent, obstacle, office, due_at, parts, proofs
    CONSTRAINT disposition_steps_arrive_once UNIQUE (client_id),
    CONSTRAINT disposition_steps_kind_is_known CHECK (kind IN ('send', 'read', 'accept', 'ask', 'reply', 'decline', 'progress', 'hinder', 'resume', 'pass_on', 'finish', 'confirm', 'reopen', 'cancel', 'extend', 'redirect', 'note', 'remind', 'escalate')),
    CONSTRAINT disposition_steps_say_from_where CHECK ((kind = 'send') = (was IS NULL)),
    CONSTRAINT disposition_steps_actor_is_named CHECK (actor <> '' AND name <> '')
);
CREATE INDEX disposition_steps_of ON disposition_steps (disposition_id, id);

-- Who acts for whom during leave (Plh.). Rows are ended, not removed.
CREATE TABLE stand_ins (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id  bigint NOT NULL REFERENCES officers,
    stand_in_id bigint NOT NULL REFERENCES officers,
    officer     text NOT NULL DEFAULT '', -- both as they were called then
    stand_in    text NOT NULL DEFAULT '',
    area_code   text NOT NULL DEFAULT '', -- of who is away
    from_at     timestamptz NOT NULL,
    until_at    timestamptz NOT NULL,
    reason      text NOT NULL,
    made_by     text NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    CONSTRAINT stand_ins_are_two_people CHECK (officer_id <> stand_in_id),
    CONSTRAINT stand_ins_last CHECK (until_at > from_at),
    CONSTRAINT stand_ins_have_a_reason CHECK (reason <> '')
);
CREATE INDEX stand_ins_of ON stand_ins (officer_id, until_at);
CREATE INDEX stand_ins_by ON stand_ins (stand_in_id, until_at);
-- For whom a session acts, besides its own officer.
ALTER TABLE sessions ADD COLUMN stand_in_id bigint REFERENCES stand_ins;

-- History is added to, by nobody changed.
-- +goose StatementBegin
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
END
$$;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['action_rule_versions', 'recommendation_changes', 'disposition_steps', 'attachments', 'disposition_attachments'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
    END LOOP;
END
$$;
-- Dispositions and recommendations change, but are not removed.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['recommendations', 'dispositions', 'stand_ins'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

GRANT SELECT, INSERT, UPDATE ON action_kinds, action_rules, recommendations, dispositions, stand_ins TO balaikota_writer;
GRANT SELECT, INSERT ON action_rule_versions, recommendation_changes, attachments, disposition_attachments, disposition_steps TO balaikota_writer;
GRANT SELECT ON action_kinds, action_rules, action_rule_versions, recommendations, recommendation_changes, attachments, dispositions, disposition_attachments, disposition_steps, stand_ins
    TO balaikota_reader, balaikota_city_reader;

-- Kinds and rules are for every officer.
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['action_kinds', 'action_rules', 'action_rule_versions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format($p$CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('', 'publik'))$p$, t || '_for_officers', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Advice is seen where its place is, and by the office it names.
ALTER TABLE recommendations ENABLE ROW LEVEL SECURITY;
CREATE POLICY recommendations_are_written ON recommendations TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY recommendations_of_the_city ON recommendations FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY recommendations_of_own_area_or_office ON recommendations FOR SELECT TO balaikota_reader
    USING (area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to())
        AND ((SELECT asker_role()) <> 'kepala_opd' OR office_id = (SELECT asker_office())));
ALTER TABLE recommendation_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY recommendation_changes_are_written ON recommendation_changes TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY recommendation_changes_of_seen_ones ON recommendation_changes FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM recommendations r WHERE r.id = recommendation_id));

-- A disposition is seen by its parties and by those above them; a secret one
-- by its parties, the mayor, the secretary and the inspectorate.
-- +goose StatementBegin
CREATE FUNCTION asker_is_party(offices bigint[], areas text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE asker_role()
        WHEN 'kepala_opd' THEN asker_office() <> 0 AND asker_office() = ANY (offices)
        WHEN 'camat' THEN EXISTS (SELECT FROM unnest(areas) a WHERE asker_area() <> '' AND area_within(a, asker_area()))
        WHEN 'lurah' THEN asker_area() <> '' AND asker_area() = ANY (areas)
        ELSE false END
$$;
-- +goose StatementEnd
ALTER TABLE dispositions ENABLE ROW LEVEL SECURITY;
CREATE POLICY dispositions_are_written ON dispositions TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY dispositions_of_the_city ON dispositions FOR SELECT TO balaikota_city_reader
    USING (nature <> 'rahasia' OR (SELECT asker_role()) IN ('wali_kota', 'sekda', 'auditor'));
CREATE POLICY dispositions_of_parties ON dispositions FOR SELECT TO balaikota_reader
    USING (asker_is_party(offices, areas) AND (nature <> 'rahasia' OR (SELECT asker_role()) <> 'camat' OR (SELECT asker_area()) = ANY (areas)));

-- What belongs to a disposition is seen by those who see it.
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['disposition_steps', 'disposition_attachments'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING (EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id))', t || '_of_seen_ones', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
CREATE POLICY attachments_are_written ON attachments TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY attachments_of_seen_dispositions ON attachments FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM disposition_attachments d WHERE d.attachment_id = id));

-- Who stands in for whom concerns those two and those above.
ALTER TABLE stand_ins ENABLE ROW LEVEL SECURITY;
CREATE POLICY stand_ins_are_written ON stand_ins TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY stand_ins_of_the_city ON stand_ins FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY stand_ins_of_own ON stand_ins FOR SELECT TO balaikota_reader
    USING (((SELECT asker_officer()) <> 0 AND (SELECT asker_officer()) IN (officer_id, stand_in_id))
        OR ((SELECT asker_role()) = 'camat' AND area_code <> '' AND area_within(area_code, (SELECT asker_area()))));

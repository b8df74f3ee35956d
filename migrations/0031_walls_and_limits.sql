-- +goose Up

-- Screens on the wall (layar) that an officer paired, and who changed the
-- limits of indicators when and why.

-- The role that a paired screen's transactions take. It is granted, table by
-- table, what the wall shows, and nothing that is added later by itself.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'balaikota_wall_reader') THEN
        BEGIN
            CREATE ROLE balaikota_wall_reader NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server made it a moment ago
        END;
    END IF;
    -- As in 0001: another database of this server may grant the same now.
    BEGIN
        IF NOT pg_has_role(current_user, 'balaikota_wall_reader', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
            EXECUTE format('GRANT balaikota_wall_reader TO %I', current_user);
        END IF;
    EXCEPTION WHEN unique_violation OR internal_error THEN
        NULL;
    END;
    BEGIN
        IF NOT pg_has_role('balaikota_app', 'balaikota_wall_reader', 'MEMBER') THEN
            GRANT balaikota_wall_reader TO balaikota_app;
        END IF;
    EXCEPTION WHEN unique_violation OR internal_error THEN
        NULL;
    END;
END
$$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO balaikota_wall_reader;

-- A session may be a screen's; it has the screen's role and no other.
ALTER TABLE sessions DROP CONSTRAINT sessions_kind_is_known;
ALTER TABLE sessions ADD CONSTRAINT sessions_kind_is_known CHECK (kind IN ('browser', 'token', 'wall'));
ALTER TABLE sessions ADD CONSTRAINT sessions_of_walls_are_walls CHECK ((kind = 'wall') = (role = 'layar'));

-- A code that stands on a screen and waits for an officer. The screen holds
-- the secret; the code says which screen is meant, and dies when it is used.
CREATE TABLE wall_pairings (
    secret_hash bytea PRIMARY KEY,
    code        text NOT NULL,
    address     text NOT NULL,
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT wall_pairings_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT wall_pairings_code_is_one CHECK (code ~ '^[0-9]{6}$'),
    CONSTRAINT wall_pairings_code_is_unique UNIQUE (code),
    CONSTRAINT wall_pairings_end_soon CHECK (expires_at > made_at AND expires_at <= made_at + interval '15 minutes')
);
CREATE INDEX wall_pairings_by_address ON wall_pairings (address);

CREATE TABLE walls (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    session_id bigint REFERENCES sessions ON DELETE SET NULL,
    paired_at  timestamptz NOT NULL,
    paired_by  text NOT NULL, -- the officer's name
    officer_id bigint REFERENCES officers ON DELETE SET NULL,
    revoked_at timestamptz,
    paused     boolean NOT NULL DEFAULT false,
    turn       integer NOT NULL DEFAULT 0,
    chime      boolean NOT NULL DEFAULT false,
    CONSTRAINT walls_have_a_name CHECK (btrim(name) <> '' AND char_length(name) <= 60),
    CONSTRAINT walls_were_paired_by_somebody CHECK (paired_by <> ''),
    CONSTRAINT walls_session_is_one UNIQUE (session_id)
);
CREATE UNIQUE INDEX walls_name_is_unique ON walls (lower(name)) WHERE revoked_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON wall_pairings TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON walls TO balaikota_writer;
GRANT SELECT ON walls TO balaikota_city_reader;
GRANT SELECT (id, name, paused, turn, chime, revoked_at) ON walls TO balaikota_wall_reader; -- not who paired
ALTER TABLE wall_pairings ENABLE ROW LEVEL SECURITY;
ALTER TABLE walls ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall_pairings_are_written ON wall_pairings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY walls_are_written ON walls TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY walls_of_pairers ON walls FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('wali_kota', 'sekda', 'operator'));
CREATE POLICY walls_of_walls ON walls FOR SELECT TO balaikota_wall_reader
    USING ((SELECT asker_role()) = 'layar' AND revoked_at IS NULL);

ALTER TABLE events DROP CONSTRAINT events_topic_is_known;
ALTER TABLE events ADD CONSTRAINT events_topic_is_known
    CHECK (topic IN ('indicators', 'reports', 'incidents', 'alerts', 'dispositions', 'sources', 'recommendations', 'agenda', 'walls'));

-- What the wall shows.
GRANT SELECT ON areas, categories, city_setting, holidays, indicators, offices, thresholds, norms, event_head,
    alerts, sources, source_state, report_daily, report_monthly, report_pauses, observations, station_states, indicator_states,
    hazard_inputs, hazard_weights, hazard_levels, hazard_exposures, hazard_risks, hazard_states, hazard_recipients, recommendations, dispositions, action_rules
    TO balaikota_wall_reader;
GRANT SELECT (source_id, settled_at) ON refused_rows TO balaikota_wall_reader; -- how many, not what
-- Of reports where, when and what kind: not the citizen's words, not the address.
GRANT SELECT (id, source_id, created_at, responded_at, closed_at, due_at, respond_due_at, lon, lat, area_code, stated_area, computed_area,
    category, category_by, office_id, status, removed_at) ON reports TO balaikota_wall_reader;
GRANT SELECT (report_id, urgency, incident_id, review, place) ON report_analyses TO balaikota_wall_reader;
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['alerts', 'sources', 'source_state', 'report_daily', 'report_monthly', 'report_pauses', 'reports', 'report_analyses',
        'hazard_inputs', 'hazard_weights', 'hazard_levels', 'hazard_exposures', 'hazard_risks', 'hazard_states', 'hazard_recipients', 'recommendations', 'action_rules'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_wall_reader USING ((SELECT asker_role()) = ''layar'')', t || '_on_walls', t);
    END LOOP;
    -- Of the indicators those that no officer is kept from (city.shownOnWalls).
    FOREACH t IN ARRAY ARRAY['observations', 'station_states', 'indicator_states'] LOOP
        EXECUTE format($p$CREATE POLICY %I ON %I FOR SELECT TO balaikota_wall_reader USING ((SELECT asker_role()) = 'layar'
            AND indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE visible_to @> ARRAY['wali_kota', 'sekda', 'operator', 'auditor', 'kepala_opd', 'camat', 'lurah']
                OR 'layar' = ANY (visible_to))))$p$, t || '_on_walls', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY dispositions_on_walls ON dispositions FOR SELECT TO balaikota_wall_reader
    USING ((SELECT asker_role()) = 'layar' AND nature <> 'rahasia');

-- Limits of indicators as they were set: every set of them that an indicator
-- has had since somebody first changed it, the set before that as version 1.
CREATE TABLE threshold_versions (
    indicator  text NOT NULL REFERENCES indicators,
    version    integer NOT NULL,
    thresholds jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    reason     text NOT NULL,
    CONSTRAINT threshold_versions_pkey PRIMARY KEY (indicator, version),
    CONSTRAINT threshold_versions_are_numbered CHECK (version > 0),
    CONSTRAINT threshold_versions_hold_a_list CHECK (jsonb_typeof(thresholds) = 'array'),
    CONSTRAINT threshold_versions_were_changed_by_somebody CHECK (changed_by <> ''),
    CONSTRAINT threshold_versions_have_a_reason CHECK (btrim(reason) <> '')
);
CREATE TRIGGER threshold_versions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON threshold_versions
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE thresholds ADD CONSTRAINT thresholds_value_is_a_number CHECK (value > '-Infinity' AND value < 'Infinity');
ALTER TABLE thresholds ADD CONSTRAINT thresholds_source_is_bounded CHECK (char_length(source) <= 500);
GRANT SELECT, INSERT ON threshold_versions TO balaikota_writer;
GRANT SELECT ON threshold_versions TO balaikota_reader, balaikota_city_reader;
ALTER TABLE threshold_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY threshold_versions_are_written ON threshold_versions TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY threshold_versions_for_officers ON threshold_versions FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

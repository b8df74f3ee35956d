-- +goose Up

-- The city as an Open311 GeoReport v2 server: who may ask with a key, what the
-- public may see, and what came in by it.

-- The role that a question from outside takes. It reads what it was granted
-- column by column, and of reports the rows that the policy below lets pass.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'balaikota_open311_reader') THEN
        BEGIN
            CREATE ROLE balaikota_open311_reader NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server made it a moment ago
        END;
    END IF;
    -- As in 0001: another database of this server may grant the same now.
    BEGIN
        IF NOT pg_has_role(current_user, 'balaikota_open311_reader', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
            EXECUTE format('GRANT balaikota_open311_reader TO %I', current_user);
        END IF;
    EXCEPTION WHEN unique_violation OR internal_error THEN
        NULL;
    END;
    BEGIN
        IF NOT pg_has_role('balaikota_app', 'balaikota_open311_reader', 'MEMBER') THEN
            GRANT balaikota_open311_reader TO balaikota_app;
        END IF;
    EXCEPTION WHEN unique_violation OR internal_error THEN
        NULL;
    END;
END
$$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO balaikota_open311_reader;

-- Keys of other systems. Of the key itself only its SHA-256 is kept. reads says
-- whose reports beyond its own it may read: those that are public, or the city's.
CREATE TABLE open311_keys (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    secret_hash bytea NOT NULL,
    reads       text NOT NULL,
    files       boolean NOT NULL,
    per_minute  integer NOT NULL,
    made_at     timestamptz NOT NULL,
    made_by     text NOT NULL,
    revoked_at  timestamptz,
    revoked_by  text,
    CONSTRAINT open311_keys_have_a_name CHECK (btrim(name) <> '' AND char_length(name) <= 80),
    CONSTRAINT open311_keys_secret_is_one UNIQUE (secret_hash),
    CONSTRAINT open311_keys_secret_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT open311_keys_read_something CHECK (reads IN ('public', 'city')),
    CONSTRAINT open311_keys_are_bounded CHECK (per_minute BETWEEN 1 AND 600),
    CONSTRAINT open311_keys_were_made_by_somebody CHECK (made_by <> ''),
    CONSTRAINT open311_keys_revoked_by_somebody CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE UNIQUE INDEX open311_keys_name_is_unique ON open311_keys (lower(name)) WHERE revoked_at IS NULL;

-- What an operator says of a category as an Open311 service: whether reports of
-- it may be shown to everybody, and what else a report of it must say. A
-- category without a row is offered, not shown.
CREATE TABLE open311_services (
    category   text PRIMARY KEY REFERENCES categories,
    public     boolean NOT NULL,
    attributes jsonb NOT NULL DEFAULT '[]',
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT open311_services_attributes_are_a_list CHECK (jsonb_typeof(attributes) = 'array')
);

-- Sources whose reports may be shown to everybody; media says whether their
-- pictures may too.
CREATE TABLE open311_sources (
    source_id  bigint PRIMARY KEY REFERENCES sources ON DELETE CASCADE,
    media      boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
);

-- Reports that stay hidden from the public whatever their source and category.
CREATE TABLE open311_withheld (
    report_id bigint PRIMARY KEY REFERENCES reports,
    at        timestamptz NOT NULL,
    by        text NOT NULL,
    reason    text NOT NULL,
    CONSTRAINT open311_withheld_for_a_reason CHECK (btrim(reason) <> '')
);

-- Which key filed which report. digest is of all that was sent: the same form
-- sent again soon is the same report. Written before the report is, so that a
-- report whose answer was lost is found again.
CREATE TABLE open311_filed (
    external_id text PRIMARY KEY,
    key_id      bigint NOT NULL REFERENCES open311_keys,
    digest      bytea NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT open311_filed_digest_is_sha256 CHECK (octet_length(digest) = 32)
);
CREATE INDEX open311_filed_by_key ON open311_filed (key_id, at);

-- What the filer told later about its report (mySociety's update extension).
CREATE TABLE open311_updates (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id   bigint NOT NULL REFERENCES reports,
    key_id      bigint NOT NULL REFERENCES open311_keys,
    external_id text NOT NULL,
    status      text NOT NULL,
    description text NOT NULL,
    updated_at  timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT open311_updates_once UNIQUE (key_id, external_id),
    CONSTRAINT open311_updates_status_is_known CHECK (status IN ('open', 'closed')),
    CONSTRAINT open311_updates_are_short CHECK (char_length(description) <= 4000)
);
CREATE INDEX open311_updates_of_report ON open311_updates (report_id, updated_at);
CREATE TRIGGER open311_updates_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON open311_updates
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

-- The key that asks, as the store sets it for one transaction; 0 for none. What
-- it may read follows from its row, so a revoked key reads as none.
CREATE FUNCTION open311_key() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT coalesce(nullif(current_setting('balaikota.open311_key', true), ''), '0')::bigint $$;

-- The source under which filed reports are kept, 0 before the first. Others'
-- sources are not read from outside.
CREATE FUNCTION open311_source() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$ SELECT coalesce((SELECT id FROM sources WHERE slug = 'open311-masuk'), 0) $$;
REVOKE EXECUTE ON FUNCTION open311_source() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open311_source() TO balaikota_open311_reader;

GRANT SELECT, INSERT, UPDATE ON open311_keys TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON open311_services, open311_sources, open311_withheld TO balaikota_writer;
GRANT SELECT, INSERT ON open311_filed, open311_updates TO balaikota_writer;
GRANT SELECT (id, name, reads, files, per_minute, made_at, made_by, revoked_at, revoked_by) ON open311_keys TO balaikota_city_reader;
GRANT SELECT ON open311_services, open311_sources, open311_withheld TO balaikota_city_reader;
GRANT SELECT (external_id, key_id, at) ON open311_filed TO balaikota_city_reader;

GRANT SELECT (id, reads, revoked_at) ON open311_keys TO balaikota_open311_reader;
GRANT SELECT (category, public) ON open311_services TO balaikota_open311_reader;
GRANT SELECT (source_id, media) ON open311_sources TO balaikota_open311_reader;
GRANT SELECT (report_id) ON open311_withheld TO balaikota_open311_reader;
GRANT SELECT (external_id, key_id) ON open311_filed TO balaikota_open311_reader;
GRANT SELECT (id, report_id, external_id, status, description, updated_at, received_at) ON open311_updates TO balaikota_open311_reader;
GRANT SELECT (id, source_id, external_id, channel, created_at, responded_at, closed_at, due_at, changed_at, text, lon, lat, address, area_code,
    category, category_by, office_id, status, media_url, answer, removed_at) ON reports TO balaikota_open311_reader;
GRANT SELECT (report_id, review) ON report_analyses TO balaikota_open311_reader;
GRANT SELECT (report_id, text, at) ON report_answers TO balaikota_open311_reader;

ALTER TABLE open311_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE open311_services ENABLE ROW LEVEL SECURITY;
ALTER TABLE open311_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE open311_withheld ENABLE ROW LEVEL SECURITY;
ALTER TABLE open311_filed ENABLE ROW LEVEL SECURITY;
ALTER TABLE open311_updates ENABLE ROW LEVEL SECURITY;
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['open311_keys', 'open311_services', 'open311_sources', 'open311_withheld', 'open311_filed', 'open311_updates'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['open311_keys', 'open311_services', 'open311_sources', 'open311_withheld', 'open311_filed'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) IN (''operator'', ''auditor''))', t || '_of_operators', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['open311_services', 'open311_sources', 'open311_withheld'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_open311_reader USING (true)', t || '_from_outside', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY open311_keys_own ON open311_keys FOR SELECT TO balaikota_open311_reader
    USING (id = (SELECT open311_key()) AND revoked_at IS NULL);
CREATE POLICY open311_filed_own ON open311_filed FOR SELECT TO balaikota_open311_reader
    USING (key_id = (SELECT k.id FROM open311_keys k)); -- of which one sees its own, while it holds

-- Three ways to see a report from outside: by a key that reads the city's; by
-- the key that filed it; or because it is public: its source and its category
-- were both declared so, somebody or the analysis is sure of the category, it
-- was not turned down and nobody holds it back.
CREATE POLICY reports_from_outside ON reports FOR SELECT TO balaikota_open311_reader
    USING (removed_at IS NULL AND (
        (SELECT k.reads FROM open311_keys k) = 'city'
        OR external_id = ANY (ARRAY(SELECT f.external_id FROM open311_filed f))
            AND source_id = (SELECT open311_source())
        OR status <> 'rejected'
            AND source_id = ANY (ARRAY(SELECT o.source_id FROM open311_sources o))
            AND category = ANY (ARRAY(SELECT v.category FROM open311_services v WHERE v.public))
            AND NOT EXISTS (SELECT FROM open311_withheld w WHERE w.report_id = reports.id)
            AND (category_by = 'officer' OR EXISTS (SELECT FROM report_analyses a WHERE a.report_id = reports.id AND NOT a.review))));
-- For the policy above a report's analysis is seen whosever the report is:
-- what of it is granted says only whether somebody must decide.
CREATE POLICY report_analyses_from_outside ON report_analyses FOR SELECT TO balaikota_open311_reader USING (true);
CREATE POLICY report_answers_from_outside ON report_answers FOR SELECT TO balaikota_open311_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));
CREATE POLICY open311_updates_from_outside ON open311_updates FOR SELECT TO balaikota_open311_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));

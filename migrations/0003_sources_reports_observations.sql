-- +goose Up

CREATE TABLE sources (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug           text NOT NULL,
    name           text NOT NULL,
    connector      text NOT NULL,
    config         jsonb NOT NULL DEFAULT '{}',
    schedule       text NOT NULL DEFAULT '',
    expect_seconds integer NOT NULL DEFAULT 86400,
    paused         boolean NOT NULL DEFAULT false,
    simulated      boolean NOT NULL DEFAULT false,
    owner          text NOT NULL DEFAULT '',
    contact        text NOT NULL DEFAULT '',
    attribution    text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sources_slug_is_unique UNIQUE (slug),
    CONSTRAINT sources_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT sources_promise_is_positive CHECK (expect_seconds > 0)
);

-- Where the next pull goes on, and how the last ones went. One row a source,
-- apart from the configuration because it changes at every pull.
CREATE TABLE source_state (
    source_id    bigint PRIMARY KEY REFERENCES sources ON DELETE CASCADE,
    cursor       jsonb,
    last_attempt timestamptz,
    last_success timestamptz,
    last_data    timestamptz,
    next_attempt timestamptz,
    failures     integer NOT NULL DEFAULT 0,
    last_error   text NOT NULL DEFAULT '',
    -- Names the text on screen of last_error, and its values.
    error_key    text NOT NULL DEFAULT '',
    error_params jsonb NOT NULL DEFAULT '{}',
    rows_day     date,
    rows_today   integer NOT NULL DEFAULT 0,
    rows_total   bigint NOT NULL DEFAULT 0,
    told_at      timestamptz -- when screens last heard of it
) WITH (fillfactor = 50);

CREATE TABLE source_runs (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    started   timestamptz NOT NULL,
    finished  timestamptz NOT NULL,
    ok        boolean NOT NULL,
    error     text NOT NULL DEFAULT '',
    added     integer NOT NULL DEFAULT 0,
    changed   integer NOT NULL DEFAULT 0,
    refused   integer NOT NULL DEFAULT 0
);
CREATE INDEX source_runs_newest ON source_runs (source_id, id DESC);

CREATE TABLE refused_rows (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    kind        text NOT NULL,
    external_id text NOT NULL DEFAULT '',
    place       text NOT NULL DEFAULT '',
    reason      text NOT NULL,
    raw         text NOT NULL DEFAULT '',
    fingerprint bytea NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    times       integer NOT NULL DEFAULT 1,
    settled_at  timestamptz,
    CONSTRAINT refused_rows_are_kept_once UNIQUE (source_id, fingerprint)
);
CREATE INDEX refused_rows_waiting ON refused_rows (source_id, id DESC) WHERE settled_at IS NULL;

CREATE TABLE reports (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id         bigint NOT NULL, -- source_id, category and office_id: see reports_belong
    external_id       text NOT NULL,
    content_hash      bigint NOT NULL,
    channel           text NOT NULL,
    created_at        timestamptz NOT NULL,
    responded_at      timestamptz,
    closed_at         timestamptz,
    source_updated_at timestamptz,
    due_at            timestamptz,
    text              text NOT NULL,
    lon               double precision,
    lat               double precision,
    address           text NOT NULL DEFAULT '',
    -- What the citizen or officer named and what the point says, kept apart.
    stated_area       text,
    computed_area     text,
    area_code         text GENERATED ALWAYS AS (coalesce(stated_area, computed_area, '')) STORED,
    category          text,
    office_id         bigint,
    status            text NOT NULL,
    media_url         text NOT NULL DEFAULT '',
    flags             text[] NOT NULL DEFAULT '{}',
    raw               json, -- as the source wrote it, byte for byte
    search            tsvector NOT NULL,
    received_at       timestamptz NOT NULL DEFAULT now(),
    changed_at        timestamptz NOT NULL DEFAULT now(),
    removed_at        timestamptz,
    CONSTRAINT reports_source_external_id_is_unique UNIQUE (source_id, external_id),
    CONSTRAINT reports_external_id_is_given CHECK (external_id <> ''),
    CONSTRAINT reports_status_is_known CHECK (status IN ('open', 'in_progress', 'closed', 'rejected')),
    CONSTRAINT reports_point_is_whole CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT reports_point_is_lon_lat CHECK (lon IS NULL OR (lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90)),
    CONSTRAINT reports_closed_after_created CHECK (closed_at IS NULL OR closed_at >= created_at),
    CONSTRAINT reports_responded_after_created CHECK (responded_at IS NULL OR responded_at >= created_at)
);
CREATE INDEX reports_newest ON reports (created_at DESC, id DESC);
CREATE INDEX reports_by_area ON reports (area_code text_pattern_ops, created_at DESC);
CREATE INDEX reports_by_closing ON reports USING brin (closed_at);
CREATE INDEX reports_unfinished ON reports (due_at) WHERE status IN ('open', 'in_progress') AND removed_at IS NULL;
CREATE INDEX reports_search ON reports USING gin (search);

-- Foreign keys are checked row by row, which cost as much as all indexes but
-- the search's; these check a statement's rows at once. As foreign keys do,
-- they lock what is referred to against removal until the transaction ends.
-- +goose StatementBegin
CREATE FUNCTION reports_belong() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
BEGIN
    SELECT count(*) INTO known FROM (SELECT FROM sources WHERE id IN (SELECT source_id FROM new_rows) FOR KEY SHARE) x;
    IF known <> (SELECT count(DISTINCT source_id) FROM new_rows) THEN
        RAISE EXCEPTION 'a report names no source of ours' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'reports_source_is_known', TABLE = 'reports';
    END IF;
    SELECT count(*) INTO known FROM (SELECT FROM categories WHERE slug IN (SELECT category FROM new_rows) FOR KEY SHARE) x;
    IF known <> (SELECT count(DISTINCT category) FROM new_rows) THEN
        RAISE EXCEPTION 'a report names no category of ours' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'reports_category_is_known', TABLE = 'reports';
    END IF;
    SELECT count(*) INTO known FROM (SELECT FROM offices WHERE id IN (SELECT office_id FROM new_rows) FOR KEY SHARE) x;
    IF known <> (SELECT count(DISTINCT office_id) FROM new_rows) THEN
        RAISE EXCEPTION 'a report names no office of ours' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'reports_office_is_known', TABLE = 'reports';
    END IF;
    RETURN NULL;
END
$$;

-- The other side: what reports refer to is neither removed nor renumbered.
CREATE FUNCTION is_referred_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND (CASE TG_TABLE_NAME WHEN 'categories' THEN to_jsonb(OLD)->'slug' = to_jsonb(NEW)->'slug' ELSE to_jsonb(OLD)->'id' = to_jsonb(NEW)->'id' END) THEN
        RETURN NULL;
    END IF;
    EXECUTE CASE TG_TABLE_NAME
        WHEN 'sources' THEN 'SELECT EXISTS (SELECT FROM reports WHERE source_id = ($1->>''id'')::bigint)'
        WHEN 'offices' THEN 'SELECT EXISTS (SELECT FROM reports WHERE office_id = ($1->>''id'')::bigint)'
        ELSE 'SELECT EXISTS (SELECT FROM reports WHERE category = $1->>''slug'')' END INTO used USING to_jsonb(OLD);
    IF used THEN
        RAISE EXCEPTION 'reports refer to this row of %', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'reports_keep_' || TG_TABLE_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied: reports refer to it', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER reports_belong_insert AFTER INSERT ON reports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reports_belong();
CREATE TRIGGER reports_belong_update AFTER UPDATE ON reports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reports_belong();
CREATE TRIGGER reports_keep_sources AFTER DELETE OR UPDATE OF id ON sources FOR EACH ROW EXECUTE FUNCTION is_referred_to();
CREATE TRIGGER reports_keep_categories AFTER DELETE OR UPDATE OF slug ON categories FOR EACH ROW EXECUTE FUNCTION is_referred_to();
CREATE TRIGGER reports_keep_offices AFTER DELETE OR UPDATE OF id ON offices FOR EACH ROW EXECUTE FUNCTION is_referred_to();
CREATE TRIGGER reports_keep_sources_all BEFORE TRUNCATE ON sources FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied();
CREATE TRIGGER reports_keep_categories_all BEFORE TRUNCATE ON categories FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied();
CREATE TRIGGER reports_keep_offices_all BEFORE TRUNCATE ON offices FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied();

-- Who reported: apart from what was reported, and closed to almost everyone.
CREATE TABLE reporters (
    report_id bigint PRIMARY KEY REFERENCES reports ON DELETE CASCADE,
    name      text NOT NULL DEFAULT '',
    phone     text NOT NULL DEFAULT '',
    email     text NOT NULL DEFAULT '',
    handle    text NOT NULL DEFAULT ''
);

-- Rollups: counts by day and by month, kept by the triggers below in the same
-- transaction as the reports. area_code and category are '' where not known.
-- received counts by created_at, closed by closed_at, in the city's days. The
-- counts stand in no index, so that counting up moves no index entry and stays
-- on its page; rows come in the order of days, which keeps reading cheap.
CREATE TABLE report_daily (
    day       date NOT NULL,
    area_code text NOT NULL,
    category  text NOT NULL,
    received  integer NOT NULL,
    closed    integer NOT NULL,
    CONSTRAINT report_daily_pkey PRIMARY KEY (day, area_code, category),
    CONSTRAINT report_daily_never_negative CHECK (received >= 0 AND closed >= 0)
) WITH (fillfactor = 70);
CREATE TABLE report_monthly (LIKE report_daily);
ALTER TABLE report_monthly RENAME COLUMN day TO month;
ALTER TABLE report_monthly ADD CONSTRAINT report_monthly_pkey PRIMARY KEY (month, area_code, category),
    ADD CONSTRAINT report_monthly_never_negative CHECK (received >= 0 AND closed >= 0);
ALTER TABLE report_monthly SET (fillfactor = 50);

-- Sources share the rows of a day, and a delivery of many pages touches them in
-- no order: one transaction at a time changes counts, from its first change to
-- its end, or two would wait for each other.
CREATE FUNCTION lock_rollups() RETURNS void LANGUAGE sql AS
    $$ SELECT pg_advisory_xact_lock(7283001) $$;

-- +goose StatementBegin
CREATE FUNCTION report_rollup_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT timezone FROM city_setting);
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows) THEN
        RETURN NULL;
    END IF;
    PERFORM lock_rollups();
    WITH days AS MATERIALIZED (
        SELECT x.day, x.area_code, x.category, sum(x.received)::integer AS received, sum(x.closed)::integer AS closed
        FROM (
            SELECT (n.created_at AT TIME ZONE zone)::date AS day, n.area_code, coalesce(n.category, '') AS category, 1 AS received, 0 AS closed
            FROM new_rows n WHERE n.removed_at IS NULL
            UNION ALL
            SELECT (n.closed_at AT TIME ZONE zone)::date, n.area_code, coalesce(n.category, ''), 0, 1
            FROM new_rows n WHERE n.removed_at IS NULL AND n.closed_at IS NOT NULL
        ) x GROUP BY 1, 2, 3
    ), daily AS (
        INSERT INTO report_daily AS d (day, area_code, category, received, closed)
        SELECT * FROM days ORDER BY day, area_code, category
        ON CONFLICT (day, area_code, category) DO UPDATE
            SET received = d.received + excluded.received, closed = d.closed + excluded.closed
    )
    INSERT INTO report_monthly AS d (month, area_code, category, received, closed)
    SELECT date_trunc('month', day)::date, area_code, category, sum(received), sum(closed)
    FROM days GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (month, area_code, category) DO UPDATE
        SET received = d.received + excluded.received, closed = d.closed + excluded.closed;
    RETURN NULL;
END
$$;

-- What an update takes away is taken from rows that are there; what it adds
-- may need a new one. (A negative count never meets ON CONFLICT: the row's
-- rules are checked before the conflict is seen.)
CREATE FUNCTION report_rollup_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT timezone FROM city_setting);
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows) THEN
        RETURN NULL;
    END IF;
    PERFORM lock_rollups();
    WITH moved AS (
        SELECT created_at, closed_at, area_code, coalesce(category, '') AS category, 1 AS n FROM new_rows WHERE removed_at IS NULL
        UNION ALL
        SELECT created_at, closed_at, area_code, coalesce(category, ''), -1 FROM old_rows WHERE removed_at IS NULL
    ), days AS MATERIALIZED (
        SELECT x.day, x.area_code, x.category, sum(x.received)::integer AS received, sum(x.closed)::integer AS closed
        FROM (
            SELECT (created_at AT TIME ZONE zone)::date AS day, area_code, category, n AS received, 0 AS closed FROM moved
            UNION ALL
            SELECT (closed_at AT TIME ZONE zone)::date, area_code, category, 0, n FROM moved WHERE closed_at IS NOT NULL
        ) x GROUP BY 1, 2, 3 HAVING sum(x.received) <> 0 OR sum(x.closed) <> 0
    ), months AS MATERIALIZED (
        SELECT date_trunc('month', day)::date AS month, area_code, category, sum(received)::integer AS received, sum(closed)::integer AS closed
        FROM days GROUP BY 1, 2, 3 HAVING sum(received) <> 0 OR sum(closed) <> 0
    ), daily_less AS (
        UPDATE report_daily d SET received = d.received + x.received, closed = d.closed + x.closed FROM days x
        WHERE (d.day, d.area_code, d.category) = (x.day, x.area_code, x.category) AND (x.received < 0 OR x.closed < 0)
    ), daily_more AS (
        INSERT INTO report_daily AS d (day, area_code, category, received, closed)
        SELECT * FROM days x WHERE x.received >= 0 AND x.closed >= 0 ORDER BY day, area_code, category
        ON CONFLICT (day, area_code, category) DO UPDATE
            SET received = d.received + excluded.received, closed = d.closed + excluded.closed
    ), monthly_less AS (
        UPDATE report_monthly d SET received = d.received + x.received, closed = d.closed + x.closed FROM months x
        WHERE (d.month, d.area_code, d.category) = (x.month, x.area_code, x.category) AND (x.received < 0 OR x.closed < 0)
    )
    INSERT INTO report_monthly AS d (month, area_code, category, received, closed)
    SELECT * FROM months x WHERE x.received >= 0 AND x.closed >= 0 ORDER BY month, area_code, category
    ON CONFLICT (month, area_code, category) DO UPDATE
        SET received = d.received + excluded.received, closed = d.closed + excluded.closed;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER reports_roll_up_insert AFTER INSERT ON reports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION report_rollup_insert();
CREATE TRIGGER reports_roll_up_update AFTER UPDATE ON reports
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION report_rollup_update();
-- Reports are never deleted: one that its source no longer has gets removed_at.
-- +goose StatementBegin
CREATE FUNCTION reports_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reports are never deleted; set removed_at' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER reports_stay BEFORE DELETE OR TRUNCATE ON reports
    FOR EACH STATEMENT EXECUTE FUNCTION reports_are_kept();

-- area_code is the city's code for a city-wide value; station is '' where an
-- area has only one.
CREATE TABLE observations (
    indicator   text NOT NULL REFERENCES indicators,
    area_code   text NOT NULL,
    station     text NOT NULL DEFAULT '',
    time        timestamptz NOT NULL,
    value       double precision NOT NULL,
    forecast    boolean NOT NULL DEFAULT false,
    issued_at   timestamptz,
    source_id   bigint NOT NULL REFERENCES sources,
    received_at timestamptz NOT NULL DEFAULT now(),
    flags       text[] NOT NULL DEFAULT '{}',
    CONSTRAINT observations_pkey PRIMARY KEY (indicator, area_code, time, station),
    CONSTRAINT observations_value_is_a_number CHECK (value = value AND abs(value) < 1e300),
    CONSTRAINT observations_forecast_has_issue_time CHECK (NOT forecast OR issued_at IS NOT NULL)
);
CREATE INDEX observations_by_time ON observations USING brin (time);

-- The newest value of each station (for a forecast: the step that holds now),
-- from which the states below are put together without reading history.
CREATE TABLE station_states (
    indicator text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    area_code text NOT NULL,
    station   text NOT NULL,
    time      timestamptz NOT NULL,
    value     double precision NOT NULL,
    source_id bigint NOT NULL REFERENCES sources,
    CONSTRAINT station_states_pkey PRIMARY KEY (indicator, area_code, station)
) WITH (fillfactor = 70);

-- The newest value of each indicator at each area, stations put together, and
-- at the city's own code for the whole: what tiles and maps show.
CREATE TABLE indicator_states (
    indicator   text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    area_code   text NOT NULL,
    time        timestamptz NOT NULL,
    value       double precision NOT NULL,
    previous    double precision,
    severity    text NOT NULL DEFAULT 'info',
    source_id   bigint NOT NULL REFERENCES sources,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT indicator_states_pkey PRIMARY KEY (indicator, area_code),
    CONSTRAINT indicator_states_severity_is_known CHECK (severity IN ('info', 'perhatian', 'siaga', 'awas'))
) WITH (fillfactor = 70);

CREATE TABLE alerts (
    key        text PRIMARY KEY,
    kind       text NOT NULL,
    severity   text NOT NULL,
    area_codes text[] NOT NULL DEFAULT '{}',
    since      timestamptz NOT NULL,
    until      timestamptz,
    source_id  bigint REFERENCES sources,
    data       jsonb NOT NULL,
    ended_at   timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT alerts_kind_is_known CHECK (kind IN ('threshold', 'warning', 'quake', 'surge', 'overdue', 'source')),
    CONSTRAINT alerts_severity_is_known CHECK (severity IN ('info', 'perhatian', 'siaga', 'awas')),
    CONSTRAINT alerts_end_after_they_begin CHECK (until IS NULL OR until >= since)
);
CREATE INDEX alerts_running ON alerts (since DESC) WHERE ended_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON sources, source_state, source_runs, refused_rows,
    report_daily, report_monthly, observations, station_states, indicator_states, alerts TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON reports TO balaikota_writer;
GRANT INSERT, UPDATE, DELETE, SELECT (report_id) ON reporters TO balaikota_writer;
GRANT SELECT ON sources, source_state, source_runs, reports, report_daily, report_monthly, observations, station_states, indicator_states, alerts
    TO balaikota_reader, balaikota_city_reader;
GRANT SELECT ON refused_rows TO balaikota_city_reader;
GRANT SELECT (source_id, settled_at) ON refused_rows TO balaikota_reader; -- how many, not what
GRANT SELECT ON reporters TO balaikota_identity_reader;
GRANT SELECT (id) ON reports TO balaikota_identity_reader;

ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
CREATE POLICY reports_are_written ON reports TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reports_of_the_city ON reports FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY reports_of_own_area_or_office ON reports FOR SELECT TO balaikota_reader
    USING (area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to())
        AND ((SELECT asker_role()) <> 'kepala_opd' OR office_id = (SELECT asker_office())));
CREATE POLICY reports_for_identity ON reports FOR SELECT TO balaikota_identity_reader USING (true);

ALTER TABLE reporters ENABLE ROW LEVEL SECURITY;
CREATE POLICY reporters_are_written ON reporters TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reporters_with_a_reason ON reporters FOR SELECT TO balaikota_identity_reader
    USING ((SELECT asker_role()) IN ('operator', 'auditor') AND (SELECT asker_reason()) <> '');

-- Counts by area and category are shown within the asker's own area; an
-- agency head's are counted from the reports themselves.
ALTER TABLE report_daily ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_daily_is_written ON report_daily TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_daily_of_the_city ON report_daily FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_daily_of_own_area ON report_daily FOR SELECT TO balaikota_reader
    USING ((SELECT asker_role()) IN ('camat', 'lurah')
        AND area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to()));
ALTER TABLE report_monthly ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_monthly_is_written ON report_monthly TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_monthly_of_the_city ON report_monthly FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_monthly_of_own_area ON report_monthly FOR SELECT TO balaikota_reader
    USING ((SELECT asker_role()) IN ('camat', 'lurah')
        AND area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to()));

ALTER TABLE observations ENABLE ROW LEVEL SECURITY;
CREATE POLICY observations_are_written ON observations TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY observations_of_visible_indicators ON observations FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE (SELECT asker_role()) = ANY (visible_to))));
ALTER TABLE station_states ENABLE ROW LEVEL SECURITY;
CREATE POLICY station_states_are_written ON station_states TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY station_states_of_visible_indicators ON station_states FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE (SELECT asker_role()) = ANY (visible_to))));
ALTER TABLE indicator_states ENABLE ROW LEVEL SECURITY;
CREATE POLICY indicator_states_are_written ON indicator_states TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY indicator_states_of_visible_indicators ON indicator_states FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE (SELECT asker_role()) = ANY (visible_to))));

-- Where data comes from and how that goes is the officers' own matter.
ALTER TABLE sources ENABLE ROW LEVEL SECURITY;
CREATE POLICY sources_are_written ON sources TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY sources_for_officers ON sources FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));
ALTER TABLE source_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_state_is_written ON source_state TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY source_state_for_officers ON source_state FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));
ALTER TABLE source_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_runs_are_written ON source_runs TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY source_runs_for_officers ON source_runs FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

-- Warnings are for every officer, whatever the area; not for the public.
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
CREATE POLICY alerts_are_written ON alerts TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY alerts_for_officers ON alerts FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

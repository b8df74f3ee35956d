-- +goose Up

-- Reports as columns, for figures over years. A segment packs what measures
-- need of the reports of one month of the city, one area and one office: times
-- as eight bytes (timestamptz_send; -infinity where there is none) in created,
-- responded, closed and due, and nine bytes each in labels: the places of the
-- category and the channel in the lists beside it (four each) and the status. They are
-- never the truth: a change to a report makes its segment stale in the same
-- transaction, and who reads finds the reports themselves for what is stale or
-- not yet sealed (backend/store, SealReports). office_id is 0 for none.
CREATE TABLE report_segments (
    month       date NOT NULL,
    area_code   text NOT NULL,
    office_id   bigint NOT NULL,
    stale       boolean NOT NULL DEFAULT false,
    reports     integer NOT NULL DEFAULT 0,
    unfinished  integer NOT NULL DEFAULT 0, -- those without a closing time
    last_closed timestamptz,
    categories  text[] NOT NULL DEFAULT '{}',
    channels    text[] NOT NULL DEFAULT '{}',
    created     bytea NOT NULL DEFAULT '',
    responded   bytea NOT NULL DEFAULT '',
    closed      bytea NOT NULL DEFAULT '',
    due         bytea NOT NULL DEFAULT '',
    labels      bytea NOT NULL DEFAULT '',
    CONSTRAINT report_segments_pkey PRIMARY KEY (month, area_code, office_id),
    CONSTRAINT report_segments_are_whole CHECK (stale OR (reports > 0 AND octet_length(created) = 8 * reports AND octet_length(responded) = 8 * reports
        AND octet_length(closed) = 8 * reports AND octet_length(due) = 8 * reports AND octet_length(labels) = 9 * reports))
) WITH (toast_tuple_target = 8160);
-- Times do not compress, and reading a row beside is quicker than fetching its
-- columns one by one: what fits a page stays there.
ALTER TABLE report_segments ALTER created SET STORAGE EXTERNAL, ALTER responded SET STORAGE EXTERNAL,
    ALTER closed SET STORAGE EXTERNAL, ALTER due SET STORAGE EXTERNAL, ALTER labels SET STORAGE EXTERNAL;
CREATE INDEX report_segments_stale ON report_segments (month) WHERE stale;

-- Months whose reports made before the day until are all in segments, stale or
-- not: those of a month that has ended, or of the days of the running one that
-- have.
CREATE TABLE report_sealed_months (
    month     date PRIMARY KEY,
    until     date NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT report_sealed_months_end_in_time CHECK (until > month AND until <= month + interval '1 month')
);

-- These fire after the triggers that count, which hold lock_rollups by then:
-- one transaction at a time marks segments, and none is marked while months are
-- being sealed.
-- +goose StatementBegin
CREATE FUNCTION report_unseal_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT timezone FROM city_setting);
    open_from timestamptz := (SELECT max(until) FROM report_sealed_months)::timestamp AT TIME ZONE zone;
BEGIN
    IF open_from IS NULL OR NOT EXISTS (SELECT FROM new_rows WHERE created_at < open_from) THEN
        RETURN NULL;
    END IF;
    INSERT INTO report_segments AS s (month, area_code, office_id, stale)
    SELECT DISTINCT m.month, n.area_code, coalesce(n.office_id, 0), true
    FROM new_rows n JOIN report_sealed_months m ON m.month = date_trunc('month', n.created_at AT TIME ZONE zone)::date
    WHERE n.created_at < m.until::timestamp AT TIME ZONE zone ORDER BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT report_segments_pkey DO UPDATE SET stale = true WHERE NOT s.stale;
    RETURN NULL;
END
$$;

CREATE FUNCTION report_unseal_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT timezone FROM city_setting);
    open_from timestamptz := (SELECT max(until) FROM report_sealed_months)::timestamp AT TIME ZONE zone;
BEGIN
    IF open_from IS NULL OR NOT EXISTS (SELECT FROM old_rows WHERE created_at < open_from UNION ALL SELECT FROM new_rows WHERE created_at < open_from) THEN
        RETURN NULL;
    END IF;
    INSERT INTO report_segments AS s (month, area_code, office_id, stale)
    SELECT DISTINCT m.month, x.area_code, x.office_id, true
    FROM old_rows o JOIN new_rows n ON n.id = o.id
        CROSS JOIN LATERAL (VALUES (o.created_at, o.area_code, coalesce(o.office_id, 0)), (n.created_at, n.area_code, coalesce(n.office_id, 0))) AS x (created_at, area_code, office_id)
        JOIN report_sealed_months m ON m.month = date_trunc('month', x.created_at AT TIME ZONE zone)::date
    WHERE x.created_at < m.until::timestamp AT TIME ZONE zone
        AND (o.created_at, o.responded_at, o.closed_at, o.due_at, o.area_code, o.office_id, o.category, o.channel, o.status, o.removed_at)
            IS DISTINCT FROM (n.created_at, n.responded_at, n.closed_at, n.due_at, n.area_code, n.office_id, n.category, n.channel, n.status, n.removed_at)
    ORDER BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT report_segments_pkey DO UPDATE SET stale = true WHERE NOT s.stale;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER reports_unseal_insert AFTER INSERT ON reports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION report_unseal_insert();
CREATE TRIGGER reports_unseal_update AFTER UPDATE ON reports
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION report_unseal_update();

-- What reports the city holds at all, whoever asks: the oldest and the newest
-- made before a moment, how many, and by which sources. It runs as the tables'
-- owner and tells nothing of any report.
-- +goose StatementBegin
CREATE FUNCTION report_extent(before timestamptz, OUT first timestamptz, OUT last timestamptz, OUT reports bigint, OUT source_ids bigint[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT created_at FROM reports WHERE removed_at IS NULL ORDER BY created_at, id LIMIT 1),
        (SELECT created_at FROM reports WHERE removed_at IS NULL AND created_at < before ORDER BY created_at DESC, id DESC LIMIT 1),
        (SELECT coalesce(sum(received), 0) FROM report_monthly),
        ARRAY(SELECT s.id FROM sources s WHERE EXISTS (SELECT FROM reports r WHERE r.source_id = s.id) ORDER BY s.id)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION report_extent(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_extent(timestamptz) TO balaikota_writer, balaikota_reader, balaikota_city_reader;

GRANT SELECT, INSERT, UPDATE, DELETE ON report_segments, report_sealed_months TO balaikota_writer;
GRANT SELECT ON report_segments, report_sealed_months TO balaikota_reader, balaikota_city_reader;

-- A segment is seen by those who see its reports.
ALTER TABLE report_segments ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_segments_are_written ON report_segments TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_segments_of_the_city ON report_segments FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_segments_of_own_area_or_office ON report_segments FOR SELECT TO balaikota_reader
    USING (area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to())
        AND ((SELECT asker_role()) <> 'kepala_opd' OR office_id = (SELECT asker_office())));
ALTER TABLE report_sealed_months ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_sealed_months_are_written ON report_sealed_months TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_sealed_months_for_officers ON report_sealed_months FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

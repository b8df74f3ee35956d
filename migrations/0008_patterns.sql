-- +goose Up

-- What is unusual in the city's reports now (backend/city.Pattern). A pattern
-- is a state: its row stays while it holds and is ended when it does not.
CREATE TABLE patterns (
    key        text PRIMARY KEY,
    kind       text NOT NULL,
    severity   text NOT NULL,
    area_codes text[] NOT NULL DEFAULT '{}',
    category   text,
    office_id  bigint REFERENCES offices,
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    data       jsonb NOT NULL,
    begun_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT patterns_kind_is_known CHECK (kind IN ('hotspot', 'anomaly', 'drift', 'silent', 'campaign', 'quota', 'mass_closing')),
    CONSTRAINT patterns_severity_is_known CHECK (severity IN ('info', 'perhatian', 'siaga', 'awas')),
    CONSTRAINT patterns_end_after_they_begin CHECK (until >= since)
);
CREATE INDEX patterns_running ON patterns (begun_at DESC) WHERE ended_at IS NULL;

-- Reporters are told apart by a mark that says nothing about them: a hash keyed
-- with a number that no role can read, not even the server's own.
CREATE TABLE reporter_salt (
    one  boolean PRIMARY KEY DEFAULT true,
    salt text NOT NULL,
    CONSTRAINT reporter_salt_only_one_row CHECK (one)
);
INSERT INTO reporter_salt (salt) VALUES (gen_random_uuid()::text || gen_random_uuid()::text);
REVOKE ALL ON reporter_salt FROM PUBLIC;

-- The marks of the reporters of reports made since a time. It runs as the
-- tables' owner, and gives away nothing but whether two reports have one
-- reporter.
CREATE FUNCTION reporter_marks(made_since timestamptz) RETURNS TABLE (report_id bigint, mark bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.report_id, ('x' || substr(encode(sha256(convert_to(s.salt || coalesce(nullif(p.handle, ''), nullif(p.phone, ''), nullif(p.email, '')), 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
    FROM reporter_salt s, reporters p JOIN reports r ON r.id = p.report_id
    WHERE r.created_at >= made_since AND coalesce(nullif(p.handle, ''), nullif(p.phone, ''), nullif(p.email, '')) IS NOT NULL
$$;
REVOKE ALL ON FUNCTION reporter_marks(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_marks(timestamptz) TO balaikota_writer;

GRANT SELECT, INSERT, UPDATE, DELETE ON patterns TO balaikota_writer;
GRANT SELECT ON patterns TO balaikota_reader, balaikota_city_reader;

ALTER TABLE patterns ENABLE ROW LEVEL SECURITY;
CREATE POLICY patterns_are_written ON patterns TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY patterns_of_the_city ON patterns FOR SELECT TO balaikota_city_reader USING (true);
-- A camat or lurah sees what touches the own area, an agency head what concerns
-- the own office. Whether reports and closings are what they say is for the
-- city-wide roles and the head of the office.
CREATE POLICY patterns_of_own_area_or_office ON patterns FOR SELECT TO balaikota_reader
    USING (CASE WHEN (SELECT asker_role()) = 'kepala_opd' THEN office_id IS NOT NULL AND office_id = (SELECT asker_office())
        ELSE kind NOT IN ('campaign', 'quota', 'mass_closing')
            AND EXISTS (SELECT FROM unnest(area_codes) AS a (code) WHERE a.code ~>=~ (SELECT asker_area_from()) AND a.code ~<~ (SELECT asker_area_to())) END);

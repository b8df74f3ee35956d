-- +goose Up

-- What an incident is known again by when its like comes back
-- (backend/analysis/incident.Trace): its areas, the places its voices name,
-- words of its subject. spots are the numbers of those places, to be found by.
ALTER TABLE incidents
    ADD COLUMN trace jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN spots bigint[] NOT NULL DEFAULT '{}';
CREATE INDEX incidents_by_named_spot ON incidents USING gin (spots) WHERE merged_into IS NULL;
DROP INDEX incidents_by_place; -- the place as a text is asked for no more
-- Everything is read anew, so that what is stored already gets its trace.
UPDATE analysis_state SET made_by = '';

-- Remarks that integrity checks make about reports: of a copy-paste campaign,
-- closed together with many others. finding names what the remark belongs to
-- and since when that is: a check can take back what lies in its view only.
CREATE TABLE report_remarks (
    report_id bigint NOT NULL REFERENCES reports,
    kind      text NOT NULL,
    finding   text NOT NULL,
    since     timestamptz NOT NULL,
    CONSTRAINT report_remarks_pkey PRIMARY KEY (report_id, kind),
    CONSTRAINT report_remarks_kind_is_known CHECK (kind IN ('campaign', 'mass_closing'))
);
CREATE INDEX report_remarks_of_finding ON report_remarks (kind, since);
-- When each kind of pattern was last looked for, found or not.
CREATE TABLE pattern_checks (
    kind       text PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    CONSTRAINT pattern_checks_kind_is_known CHECK (kind IN ('hotspot', 'anomaly', 'drift', 'silent', 'campaign', 'quota', 'mass_closing'))
) WITH (fillfactor = 50);
-- Pictures that stand on so many unrelated reports that they show none of
-- their matters: what an app sends when the citizen took no picture.
CREATE TABLE photo_placeholders (
    fingerprint bigint PRIMARY KEY,
    found_at    timestamptz NOT NULL
);
CREATE INDEX report_photos_by_fingerprint ON report_photos (fingerprint) WHERE fingerprint IS NOT NULL;

-- The marks of the reporters of some reports, see reporter_marks.
-- +goose StatementBegin
CREATE FUNCTION reporter_marks_of(reports bigint[]) RETURNS TABLE (report_id bigint, mark bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.report_id, ('x' || substr(encode(sha256(convert_to(s.salt || coalesce(nullif(p.handle, ''), nullif(p.phone, ''), nullif(p.email, '')), 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
    FROM reporter_salt s, reporters p
    WHERE p.report_id = ANY (reports) AND coalesce(nullif(p.handle, ''), nullif(p.phone, ''), nullif(p.email, '')) IS NOT NULL
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_marks_of(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_marks_of(bigint[]) TO balaikota_writer;

GRANT SELECT, INSERT, UPDATE, DELETE ON report_remarks, pattern_checks, photo_placeholders TO balaikota_writer;
GRANT SELECT ON pattern_checks TO balaikota_reader, balaikota_city_reader;

-- Remarks and placeholders serve the analysis alone; when a pattern was looked
-- for says nothing of anybody.
ALTER TABLE report_remarks ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_remarks_are_written ON report_remarks TO balaikota_writer USING (true) WITH CHECK (true);
ALTER TABLE photo_placeholders ENABLE ROW LEVEL SECURITY;
CREATE POLICY photo_placeholders_are_written ON photo_placeholders TO balaikota_writer USING (true) WITH CHECK (true);
ALTER TABLE pattern_checks ENABLE ROW LEVEL SECURITY;
CREATE POLICY pattern_checks_are_written ON pattern_checks TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY pattern_checks_for_officers ON pattern_checks FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));

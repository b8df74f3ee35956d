-- +goose Up

-- Whether reporters of incomplete reports are asked without an officer, after how
-- many quiet seconds, and for how many working days their clock then waits. A
-- change is a new row: the newest holds, the others are the history.
CREATE TABLE question_rules (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enabled       boolean NOT NULL,
    quiet_seconds integer NOT NULL,
    wait_days     integer NOT NULL,
    source        text NOT NULL,
    changed_at    timestamptz NOT NULL,
    changed_by    text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    CONSTRAINT question_rules_quiet_is_bounded CHECK (quiet_seconds BETWEEN 5 AND 3600),
    CONSTRAINT question_rules_wait_is_bounded CHECK (wait_days BETWEEN 1 AND 30),
    CONSTRAINT question_rules_have_a_source CHECK (btrim(source) <> '' AND char_length(source) <= 500),
    CONSTRAINT question_rules_reason_is_bounded CHECK (char_length(reason) <= 500),
    CONSTRAINT question_rules_were_changed_by_somebody CHECK (changed_by <> '')
);
INSERT INTO question_rules (enabled, quiet_seconds, wait_days, source, changed_at, changed_by)
    VALUES (true, 120, 3, 'Bawaan Balaikota: laporan yang belum lengkap tidak dibuang, pelapornya ditanya', now(), 'Balaikota');
GRANT SELECT, INSERT ON question_rules TO balaikota_writer;
GRANT SELECT ON question_rules TO balaikota_city_reader;
ALTER TABLE question_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY question_rules_are_written ON question_rules TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY question_rules_for_keepers ON question_rules FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) IN ('operator', 'auditor'));

-- Reports that may have to be asked about: since when they say what they say, by our
-- own clock, and when that was looked at.
CREATE TABLE question_looks (
    report_id  bigint PRIMARY KEY REFERENCES reports,
    said       bytea NOT NULL,
    since      timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE INDEX question_looks_due ON question_looks (since) WHERE settled_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON question_looks TO balaikota_writer;
ALTER TABLE question_looks ENABLE ROW LEVEL SECURITY;
CREATE POLICY question_looks_are_written ON question_looks TO balaikota_writer USING (true) WITH CHECK (true);

-- One question waits for its answer at a time; how many there may be over all is
-- the program's to count.
ALTER TABLE reporter_messages
    ADD COLUMN automatic     boolean NOT NULL DEFAULT false, -- no officer asked
    ADD COLUMN wait_until    timestamptz, -- of such a question: until when its clock waits
    ADD COLUMN waited_out_at timestamptz, -- nobody answered by then
    ADD CONSTRAINT reporter_messages_automatic_are_questions CHECK (NOT automatic OR (kind = 'pertanyaan' AND officer_id IS NULL)),
    ADD CONSTRAINT reporter_messages_wait_once CHECK ((wait_until IS NULL OR automatic) AND (waited_out_at IS NULL OR wait_until IS NOT NULL));
DROP INDEX reporter_messages_ask_once;
CREATE UNIQUE INDEX reporter_messages_ask_one_at_a_time ON reporter_messages (report_id)
    WHERE kind = 'pertanyaan' AND ended_at IS NULL AND replied_at IS NULL AND waited_out_at IS NULL;
CREATE INDEX reporter_messages_automatic ON reporter_messages (at) WHERE automatic;

-- Whether whoever reported has had what the city writes by itself to one person on a
-- day, or has a question to answer. It names nobody.
-- +goose StatementBegin
CREATE FUNCTION reporter_is_asked_enough(report bigint, since timestamptz, per_day integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.box IS NULL
        OR EXISTS (SELECT FROM reporter_messages m WHERE m.kind = 'pertanyaan' AND m.ended_at IS NULL AND m.replied_at IS NULL AND m.waited_out_at IS NULL
            AND m.at > since - interval '30 days' AND reporter_box(m.report_id) = b.box)
        OR (SELECT count(*) FROM reporter_messages m WHERE m.automatic AND m.at >= since AND reporter_box(m.report_id) = b.box)
            + (SELECT count(*) FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id WHERE l.taken_at >= since AND reporter_box(a.report_id) = b.box) >= per_day
    FROM (SELECT reporter_box(report) AS box) b
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_is_asked_enough(bigint, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_is_asked_enough(bigint, timestamptz, integer) TO balaikota_writer;

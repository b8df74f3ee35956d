-- +goose Up

-- How long a report may take, row by row with its source: the most specific
-- row wins, then the newest in force on the day of receipt (docs/adr/0015).
-- channel and category '' are any; days are working days, hours run on the
-- clock.
CREATE TABLE norms (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel      text NOT NULL DEFAULT '',
    category     text NOT NULL DEFAULT '',
    answer_days  integer,
    answer_hours integer,
    close_days   integer,
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT norms_are_stated_once UNIQUE (channel, category, effective_on),
    CONSTRAINT norms_have_a_source CHECK (source <> ''),
    CONSTRAINT norms_say_something CHECK (num_nonnulls(answer_days, answer_hours, close_days) > 0),
    CONSTRAINT norms_answer_in_days_or_hours CHECK (num_nonnulls(answer_days, answer_hours) < 2),
    CONSTRAINT norms_answer_days_are_positive CHECK (answer_days BETWEEN 1 AND 400),
    CONSTRAINT norms_answer_hours_are_positive CHECK (answer_hours BETWEEN 1 AND 2400),
    CONSTRAINT norms_close_days_are_positive CHECK (close_days BETWEEN 1 AND 400)
);

-- When a report's clock stood still, and why: its office waits for the
-- citizen, or it was closed and opened again. One stands at most; none is ever
-- removed.
CREATE TABLE report_pauses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id  bigint NOT NULL REFERENCES reports,
    kind       text NOT NULL DEFAULT 'menunggu_warga',
    began_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    reason     text NOT NULL,
    set_by     text NOT NULL,
    end_reason text NOT NULL DEFAULT '',
    ended_by   text NOT NULL DEFAULT '',
    CONSTRAINT report_pauses_kind_is_known CHECK (kind IN ('menunggu_warga', 'dibuka_kembali')),
    CONSTRAINT report_pauses_end_after_they_begin CHECK (ended_at IS NULL OR ended_at >= began_at),
    CONSTRAINT report_pauses_have_a_reason CHECK (reason <> ''),
    CONSTRAINT report_pauses_name_who_set_them CHECK (set_by <> ''),
    CONSTRAINT report_pauses_name_who_ended_them CHECK ((ended_at IS NULL) = (ended_by = ''))
);
CREATE INDEX report_pauses_by_report ON report_pauses (report_id, began_at);
CREATE UNIQUE INDEX report_pauses_stand_once ON report_pauses (report_id) WHERE ended_at IS NULL;

ALTER TABLE reports ADD COLUMN respond_due_at timestamptz;

GRANT SELECT ON norms TO balaikota_reader, balaikota_city_reader, balaikota_identity_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON norms TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON report_pauses TO balaikota_writer;
GRANT SELECT ON report_pauses TO balaikota_reader, balaikota_city_reader;

-- A report's pauses are seen by those who see the report.
ALTER TABLE report_pauses ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_pauses_are_written ON report_pauses TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_pauses_of_the_city ON report_pauses FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_pauses_of_seen_reports ON report_pauses FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));

-- +goose Up

-- Long work that somebody waits for: one row from asking to its end. The node
-- that works on it says so in beat_at; a row whose node fell silent has failed.
CREATE TABLE long_jobs (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    state      text NOT NULL DEFAULT 'menunggu',
    officer_id bigint REFERENCES officers ON DELETE SET NULL, -- null: the machine by itself, or a token
    actor      text NOT NULL,
    asked_at   timestamptz NOT NULL,
    begun_at   timestamptz,
    beat_at    timestamptz,
    ended_at   timestamptz,
    step       text NOT NULL DEFAULT '', -- what is being done now, by a fixed name
    done       bigint NOT NULL DEFAULT 0,
    total      bigint NOT NULL DEFAULT 0, -- 0: not known
    cancel_by  text NOT NULL DEFAULT '',  -- who wants it stopped
    tell       boolean NOT NULL DEFAULT false, -- the officer wants to hear of its end
    result     jsonb NOT NULL DEFAULT '{}',
    fault      text NOT NULL DEFAULT '',
    CONSTRAINT long_jobs_kind_is_known CHECK (kind IN ('cadangan', 'belajar')),
    CONSTRAINT long_jobs_state_is_known CHECK (state IN ('menunggu', 'berjalan', 'selesai', 'gagal', 'dibatalkan')),
    CONSTRAINT long_jobs_end_once CHECK ((state IN ('selesai', 'gagal', 'dibatalkan')) = (ended_at IS NOT NULL)),
    CONSTRAINT long_jobs_that_run_have_begun CHECK (state <> 'berjalan' OR (begun_at IS NOT NULL AND beat_at IS NOT NULL)),
    CONSTRAINT long_jobs_failed_say_why CHECK ((state = 'gagal') = (fault <> '')),
    CONSTRAINT long_jobs_are_counted CHECK (done >= 0 AND total >= 0),
    CONSTRAINT long_jobs_actor_is_named CHECK (actor <> '')
);
CREATE UNIQUE INDEX long_jobs_one_of_a_kind ON long_jobs (kind) WHERE ended_at IS NULL;
CREATE INDEX long_jobs_ended ON long_jobs (kind, id DESC) WHERE ended_at IS NOT NULL;

-- Every try at a backup. The file lies in the backup folder of the machine; it
-- alone restores: this table is only what became of it.
CREATE TABLE backups (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at   timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    machine    text NOT NULL,
    made_by    text NOT NULL,
    file       text NOT NULL DEFAULT '', -- its name in the folder
    bytes      bigint NOT NULL DEFAULT 0,
    sha256     text NOT NULL DEFAULT '',
    tables     integer NOT NULL DEFAULT 0,
    rows       bigint NOT NULL DEFAULT 0,
    fault      text NOT NULL DEFAULT '',
    removed_at timestamptz, -- the file made room for newer ones
    CONSTRAINT backups_are_good_or_failed CHECK ((fault = '') = (file <> '' AND bytes > 0 AND sha256 ~ '^[0-9a-f]{64}$')),
    CONSTRAINT backups_end_after_they_began CHECK (ended_at >= began_at)
);
CREATE INDEX backups_newest ON backups (id DESC);

-- How many rows a table has: a backup says so beside its file. It runs as the
-- caller, who sees what he may.
-- +goose StatementBegin
CREATE FUNCTION rows_of(t regclass) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s', t) INTO n;
    RETURN n;
END
$$;
-- +goose StatementEnd

-- Which model came in force, when, by whom and why: learned, or gone back to.
ALTER TABLE models ADD COLUMN corrections integer NOT NULL DEFAULT 0; -- officers' corrections among its rows
CREATE TABLE model_changes (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL,
    at        timestamptz NOT NULL,
    actor     text NOT NULL,
    how       text NOT NULL,
    model_id  bigint NOT NULL, -- of models; old ones are dropped there
    before_id bigint NOT NULL DEFAULT 0, -- the one it replaced; 0 for none
    reason    text NOT NULL DEFAULT '',
    CONSTRAINT model_changes_how_is_known CHECK (how IN ('belajar', 'kembali')),
    CONSTRAINT model_changes_back_have_a_reason CHECK (how <> 'kembali' OR reason <> ''),
    CONSTRAINT model_changes_actor_is_named CHECK (actor <> '')
);
CREATE INDEX model_changes_of_name ON model_changes (name, id DESC);

-- How long what names persons is kept. A change is a new row: the newest in
-- effect holds, the others are the history.
CREATE TABLE retention_rules (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what         text NOT NULL,
    keep_months  integer NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    changed_at   timestamptz NOT NULL,
    changed_by   text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    CONSTRAINT retention_rules_what_is_known CHECK (what IN ('identitas_pelapor', 'percakapan_asisten', 'baris_ditolak')),
    CONSTRAINT retention_rules_keep_some_time CHECK (keep_months BETWEEN 1 AND 600),
    CONSTRAINT retention_rules_have_a_source CHECK (btrim(source) <> '' AND char_length(source) <= 500),
    CONSTRAINT retention_rules_reason_is_bounded CHECK (char_length(reason) <= 500),
    CONSTRAINT retention_rules_were_changed_by_somebody CHECK (changed_by <> '')
);
CREATE INDEX retention_rules_newest ON retention_rules (what, effective_on DESC, id DESC);
INSERT INTO retention_rules (what, keep_months, source, effective_on, changed_at, changed_by) VALUES
    ('identitas_pelapor', 24, 'UU 27/2022 Pasal 16 ayat (2): dihapus setelah masa retensi berakhir; lamanya bawaan Balaikota, menunggu jadwal retensi arsip kota', '2020-01-01', now(), 'Balaikota'),
    ('percakapan_asisten', 24, 'UU 27/2022 Pasal 16 ayat (2): dihapus setelah masa retensi berakhir; lamanya bawaan Balaikota, menunggu jadwal retensi arsip kota', '2020-01-01', now(), 'Balaikota'),
    ('baris_ditolak', 6, 'UU 27/2022 Pasal 16 ayat (2): dihapus setelah masa retensi berakhir; lamanya bawaan Balaikota, menunggu jadwal retensi arsip kota', '2020-01-01', now(), 'Balaikota');

-- What each night erased: how many, never what it said.
CREATE TABLE retention_runs (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    what    text NOT NULL,
    rule_id bigint NOT NULL REFERENCES retention_rules,
    before  timestamptz NOT NULL, -- what ended before this was erased
    erased  bigint NOT NULL,
    CONSTRAINT retention_runs_are_counted CHECK (erased >= 0)
);
CREATE INDEX retention_runs_newest ON retention_runs (what, id DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON long_jobs TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON backups TO balaikota_writer;
GRANT SELECT, INSERT ON model_changes, retention_rules, retention_runs TO balaikota_writer;
GRANT SELECT ON long_jobs, backups, model_changes, retention_rules, retention_runs TO balaikota_city_reader;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['long_jobs', 'backups', 'model_changes', 'retention_rules', 'retention_runs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) IN (''operator'', ''auditor''))', t || '_for_keepers', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['model_changes', 'retention_rules', 'retention_runs'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

ALTER TABLE notices DROP CONSTRAINT notices_kind_is_known;
ALTER TABLE notices ADD CONSTRAINT notices_kind_is_known
    CHECK (kind IN ('disposition', 'step', 'reminder', 'escalation', 'proof', 'reporter', 'recommendation', 'briefing', 'job', 'test'));

-- +goose Up

-- What the law itself says of how soon a request of a person about their own data is
-- met: the most hours that a norm may give (null: it obliges and names no hours), with
-- its article. Officers set norms within it; another law comes by a migration.
CREATE TABLE subject_limits (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    hours        integer,
    article      text NOT NULL,
    says         text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT subject_limits_are_stated_once UNIQUE (kind, effective_on),
    CONSTRAINT subject_limits_kind_is_known CHECK (kind IN ('salinan', 'perbaikan', 'hapus')),
    CONSTRAINT subject_limits_leave_some_time CHECK (hours BETWEEN 1 AND 720),
    CONSTRAINT subject_limits_have_an_article CHECK (btrim(article) <> '' AND btrim(says) <> '')
);
INSERT INTO subject_limits (kind, hours, article, says, effective_on) VALUES
    ('salinan', 72, 'UU 27/2022 Pasal 32 ayat (2)', 'paling lambat 3 x 24 jam sejak permintaan akses diterima', '2022-10-17'),
    ('perbaikan', 72, 'UU 27/2022 Pasal 30 ayat (1)', 'paling lambat 3 x 24 jam sejak permintaan diterima', '2022-10-17'),
    ('hapus', NULL, 'UU 27/2022 Pasal 8', 'penghapusan atas permintaan, tanpa menyebut jangka waktu', '2022-10-17');

-- A norm is changed by a new row: by whom, when and why. Of two from the same day
-- the later one holds.
ALTER TABLE subject_norms
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_by text NOT NULL DEFAULT 'Balaikota',
    ADD COLUMN reason     text NOT NULL DEFAULT '',
    DROP CONSTRAINT subject_norms_are_stated_once,
    ADD CONSTRAINT subject_norms_reason_is_bounded CHECK (char_length(reason) <= 500),
    ADD CONSTRAINT subject_norms_were_changed_by_somebody CHECK (changed_by <> '');
ALTER TABLE subject_norms
    ALTER COLUMN changed_at DROP DEFAULT,
    ALTER COLUMN changed_by DROP DEFAULT;
CREATE INDEX subject_norms_newest ON subject_norms (kind, effective_on DESC, id DESC);

-- No norm gives more hours than the law does, whoever writes it.
-- +goose StatementBegin
CREATE FUNCTION subject_norms_obey_the_law() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hours > (SELECT l.hours FROM subject_limits l WHERE l.kind = NEW.kind AND l.effective_on <= NEW.effective_on ORDER BY l.effective_on DESC LIMIT 1) THEN
        RAISE EXCEPTION 'the law gives fewer hours for %', NEW.kind USING ERRCODE = 'check_violation', CONSTRAINT = 'subject_norms_obey_the_law';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER subject_norms_obey_the_law BEFORE INSERT ON subject_norms FOR EACH ROW EXECUTE FUNCTION subject_norms_obey_the_law();
DROP TRIGGER subject_norms_stay ON subject_norms;
CREATE TRIGGER subject_norms_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON subject_norms FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER subject_limits_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON subject_limits FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

GRANT INSERT ON subject_norms TO balaikota_writer;
GRANT SELECT ON subject_limits TO balaikota_writer, balaikota_city_reader;
ALTER TABLE subject_limits ENABLE ROW LEVEL SECURITY;
CREATE POLICY subject_limits_are_read ON subject_limits FOR SELECT TO balaikota_writer USING (true);
CREATE POLICY subject_limits_for_keepers ON subject_limits FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) IN ('operator', 'auditor'));

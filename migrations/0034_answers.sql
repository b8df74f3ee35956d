-- +goose Up

-- Texts from which drafts of answers to reporters are made: for a category, ''
-- for any, and for a report that stands so, '' for one that an officer picks.
-- What stands in braces is filled from the report's own rows (city.AnswerWords).
CREATE TABLE answer_templates (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category   text NOT NULL DEFAULT '',
    status     text NOT NULL DEFAULT '',
    title      text NOT NULL,
    body       text NOT NULL,
    enabled    boolean NOT NULL DEFAULT true,
    version    integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT answer_templates_status_is_known CHECK (status IN ('', 'open', 'in_progress', 'closed', 'rejected')),
    CONSTRAINT answer_templates_title_is_bounded CHECK (char_length(title) BETWEEN 3 AND 80),
    CONSTRAINT answer_templates_body_is_bounded CHECK (char_length(body) BETWEEN 20 AND 2000),
    CONSTRAINT answer_templates_are_versioned CHECK (version > 0),
    CONSTRAINT answer_templates_were_changed_by_somebody CHECK (changed_by <> '')
);
CREATE UNIQUE INDEX answer_templates_titles_differ ON answer_templates (category, lower(title)) WHERE enabled;
CREATE TABLE answer_template_versions (
    template_id bigint NOT NULL REFERENCES answer_templates,
    version     integer NOT NULL,
    category    text NOT NULL,
    status      text NOT NULL,
    title       text NOT NULL,
    body        text NOT NULL,
    enabled     boolean NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    reason      text NOT NULL,
    CONSTRAINT answer_template_versions_pkey PRIMARY KEY (template_id, version)
);

INSERT INTO answer_templates (category, status, title, body, changed_at, changed_by) VALUES
('', 'open', 'Laporan diterima', E'Terima kasih atas laporan Anda nomor {nomor} tentang {kategori}, yang kami terima pada {diterima}.\nLaporan ini menjadi tugas {kantor}.\nBatas penyelesaiannya {tenggat}.', now(), 'sistem'),
('', 'in_progress', 'Sedang ditangani', E'Laporan Anda nomor {nomor} tentang {kategori} sedang ditangani.\nPerangkat daerah yang menanganinya: {kantor}.\nBatas penyelesaiannya {tenggat}.', now(), 'sistem'),
('', 'closed', 'Selesai ditangani', E'Laporan Anda nomor {nomor} tentang {kategori} dinyatakan selesai pada {selesai}.\nPerangkat daerah yang menanganinya: {kantor}.\nHasilnya {bukti}.\nBila belum beres, silakan lapor lagi dan sebutkan nomor laporan ini.', now(), 'sistem'),
('', 'rejected', 'Bukan kewenangan pemerintah kota', E'Terima kasih atas laporan Anda nomor {nomor}.\nSetelah kami periksa, hal ini bukan kewenangan Pemerintah {kota}, sehingga tidak dapat kami tangani sendiri.\nInstansi yang berwenang: [tulis nama instansi dan cara menghubunginya].', now(), 'sistem'),
('', '', 'Perlu keterangan tambahan', E'Laporan Anda nomor {nomor} sudah kami terima pada {diterima}.\nSupaya dapat ditangani, kami perlu keterangan tambahan: [tulis yang perlu dilengkapi].', now(), 'sistem'),
('adminduk', 'open', 'Laporan adminduk diterima', E'Terima kasih atas laporan Anda nomor {nomor} tentang {kategori}, yang kami terima pada {diterima}.\nLaporan ini menjadi tugas {kantor}.\nBatas penyelesaiannya {tenggat}.\nUntuk menjaga data Anda, mohon tidak mengirim foto KTP atau kartu keluarga dalam balasan.', now(), 'sistem'),
('bantuan-sosial', 'open', 'Laporan bantuan sosial diterima', E'Terima kasih atas laporan Anda nomor {nomor} tentang {kategori}, yang kami terima pada {diterima}.\n{kantor} akan memeriksa datanya; jawaban ini belum menetapkan siapa penerima bantuan.\nBatas penyelesaiannya {tenggat}.', now(), 'sistem'),
('pohon-tumbang', 'open', 'Laporan pohon diterima', E'Terima kasih atas laporan Anda nomor {nomor} tentang {kategori}, yang kami terima pada {diterima}.\nLaporan ini menjadi tugas {kantor}.\nBatas penyelesaiannya {tenggat}.\nBila ada orang terluka atau terancam, segera hubungi 112.', now(), 'sistem');
INSERT INTO answer_template_versions SELECT id, version, category, status, title, body, enabled, changed_at, changed_by, 'keadaan awal' FROM answer_templates;

-- What officers wrote to the reporter of a report: an answer (jawaban), or at
-- most two short questions (pertanyaan). Where it goes stands in reporters
-- alone. 'sendiri' is that the officer told the reporter in person. Who carries
-- it holds a lease; a carrier that dies loses it, and another goes on.
CREATE TABLE reporter_messages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id   uuid NOT NULL,
    report_id   bigint NOT NULL REFERENCES reports,
    kind        text NOT NULL,
    template_id bigint REFERENCES answer_templates,
    asks        text[] NOT NULL DEFAULT '{}',
    text        text NOT NULL,
    at          timestamptz NOT NULL,
    officer_id  bigint REFERENCES officers,
    by_name     text NOT NULL,
    channel     text NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    leased_by   text NOT NULL DEFAULT '',
    lease_until timestamptz,
    taken_at    timestamptz, -- the channel took it, or the officer told it
    ended_at    timestamptz, -- it is not tried again
    error       text NOT NULL DEFAULT '',
    said_before bytea, -- of a question: a hash of what the report said then
    pause_id    bigint REFERENCES report_pauses,
    replied_at  timestamptz,
    CONSTRAINT reporter_messages_are_sent_once UNIQUE (client_id),
    CONSTRAINT reporter_messages_kind_is_known CHECK (kind IN ('jawaban', 'pertanyaan')),
    CONSTRAINT reporter_messages_channel_is_known CHECK (channel IN ('surel', 'telegram', 'whatsapp', 'sendiri')),
    CONSTRAINT reporter_messages_text_is_bounded CHECK (char_length(text) BETWEEN 10 AND 4000),
    CONSTRAINT reporter_messages_name_their_writer CHECK (by_name <> ''),
    CONSTRAINT reporter_messages_ask_two_things_at_most CHECK (cardinality(asks) BETWEEN (kind = 'pertanyaan')::int AND 2 * (kind = 'pertanyaan')::int),
    CONSTRAINT reporter_messages_asks_are_known CHECK (asks <@ ARRAY['where', 'what']),
    CONSTRAINT reporter_messages_questions_wait CHECK ((kind = 'pertanyaan') = (said_before IS NOT NULL) AND (kind = 'pertanyaan' OR (pause_id IS NULL AND replied_at IS NULL))),
    CONSTRAINT reporter_messages_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL),
    CONSTRAINT reporter_messages_told_in_person_are_done CHECK (channel <> 'sendiri' OR taken_at IS NOT NULL)
);
-- The same words are not said twice, and nobody is questioned twice, unless the
-- first never arrived.
CREATE UNIQUE INDEX reporter_messages_say_it_once ON reporter_messages (report_id, md5(text)) WHERE kind = 'jawaban' AND ended_at IS NULL;
CREATE UNIQUE INDEX reporter_messages_ask_once ON reporter_messages (report_id) WHERE kind = 'pertanyaan' AND ended_at IS NULL;
CREATE INDEX reporter_messages_of_report ON reporter_messages (report_id, at);
CREATE INDEX reporter_messages_due ON reporter_messages (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;
CREATE INDEX reporter_messages_unanswered ON reporter_messages (report_id) WHERE kind = 'pertanyaan' AND taken_at IS NOT NULL AND replied_at IS NULL;

-- Where a report's reporter is reached, best way first; no row when nowhere.
-- Nobody but the functions below may ask for it. A new channel replaces it.
-- +goose StatementBegin
CREATE FUNCTION reporter_reach(report bigint) RETURNS TABLE (channel text, address text)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT 'surel', m.mailbox FROM (SELECT reporter_mailbox(report) AS mailbox) m WHERE m.mailbox IS NOT NULL
$$;

-- By which channel a report's reporter is reached, '' for none. It gives no
-- address away; ask for reports that the asker sees.
CREATE FUNCTION reporter_channel(report bigint) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT r.channel FROM reporter_reach(report) r LIMIT 1), '')
$$;

-- The address of a message that is being carried, and of no other.
CREATE FUNCTION reporter_message_address(message bigint, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.address FROM reporter_messages m, reporter_reach(m.report_id) r
    WHERE m.id = message AND r.channel = m.channel AND holder <> '' AND m.leased_by = holder AND m.lease_until > moment
        AND m.taken_at IS NULL AND m.ended_at IS NULL LIMIT 1
$$;

CREATE TRIGGER reporter_messages_stay BEFORE DELETE OR TRUNCATE ON reporter_messages FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER answer_templates_stay BEFORE DELETE OR TRUNCATE ON answer_templates FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER answer_template_versions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON answer_template_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reporter_reach(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_channel(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reporter_message_address(bigint, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reporter_channel(bigint) TO balaikota_reader, balaikota_city_reader, balaikota_writer;
GRANT EXECUTE ON FUNCTION reporter_message_address(bigint, text, timestamptz) TO balaikota_writer;

GRANT SELECT, INSERT, UPDATE ON answer_templates, reporter_messages TO balaikota_writer;
GRANT SELECT, INSERT ON answer_template_versions TO balaikota_writer;
GRANT SELECT ON answer_templates, answer_template_versions, reporter_messages TO balaikota_reader, balaikota_city_reader;

-- Templates are the officers' own; messages are seen with their report.
ALTER TABLE answer_templates ENABLE ROW LEVEL SECURITY;
CREATE POLICY answer_templates_are_written ON answer_templates TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY answer_templates_for_officers ON answer_templates FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));
ALTER TABLE answer_template_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY answer_template_versions_are_written ON answer_template_versions TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY answer_template_versions_for_officers ON answer_template_versions FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING ((SELECT asker_role()) NOT IN ('', 'publik'));
ALTER TABLE reporter_messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY reporter_messages_are_written ON reporter_messages TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reporter_messages_of_seen_reports ON reporter_messages FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));

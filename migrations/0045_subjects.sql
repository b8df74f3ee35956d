-- +goose Up

-- Within how many hours (not working days) a request of a person about their own
-- data must be met, and how many hours before that operators are reminded. Rows
-- with their source; a change is a new row.
CREATE TABLE subject_norms (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    hours        integer NOT NULL,
    remind_hours integer NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT subject_norms_are_stated_once UNIQUE (kind, effective_on),
    CONSTRAINT subject_norms_kind_is_known CHECK (kind IN ('salinan', 'perbaikan', 'hapus')),
    CONSTRAINT subject_norms_leave_some_time CHECK (hours BETWEEN 1 AND 720 AND remind_hours BETWEEN 1 AND hours),
    CONSTRAINT subject_norms_have_a_source CHECK (btrim(source) <> '')
);
INSERT INTO subject_norms (kind, hours, remind_hours, source, effective_on) VALUES
    ('salinan', 72, 24, 'UU 27/2022 Pasal 32 ayat (2): paling lambat 3 x 24 jam sejak permintaan akses diterima', '2022-10-17'),
    ('perbaikan', 72, 24, 'UU 27/2022 Pasal 30 ayat (1): paling lambat 3 x 24 jam sejak permintaan diterima', '2022-10-17'),
    ('hapus', 72, 24, 'Bawaan Balaikota: UU 27/2022 mewajibkan penghapusan atas permintaan tanpa menyebut jangka waktu; disamakan dengan Pasal 30 dan Pasal 32', '2022-10-17');

-- A request of a person about their own data. Who asks is sealed, as reporters
-- are; it is opened to find what is theirs, with the request's number as reason.
CREATE TABLE subject_requests (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id    uuid NOT NULL,
    kind         text NOT NULL,
    way          text NOT NULL, -- by which the request came
    received_at  timestamptz NOT NULL, -- the clock runs from here
    noted_at     timestamptz NOT NULL,
    officer_id   bigint REFERENCES officers,
    received_by  text NOT NULL,
    norm_id      bigint NOT NULL REFERENCES subject_norms,
    due_at       timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'diterima',
    key_id       text NOT NULL DEFAULT '',
    sealed       bytea, -- null once who asked was erased
    gave         text[] NOT NULL DEFAULT '{}', -- by what they can be found: not what it says
    -- How they proved to be who they are: a code that came to the very address the
    -- reports came from (by_way), a paper shown at the counter, or the secret link.
    proof        text NOT NULL DEFAULT '',
    proof_note   text NOT NULL DEFAULT '',
    proof_way    text NOT NULL DEFAULT '',
    proven_at    timestamptz,
    proven_by    text NOT NULL DEFAULT '',
    -- The code that was sent last, as a keyed hash.
    code_box     bytea,
    code_key     text NOT NULL DEFAULT '',
    code_way     text NOT NULL DEFAULT '',
    code_until   timestamptz,
    code_tries   integer NOT NULL DEFAULT 0,
    codes        integer NOT NULL DEFAULT 0,
    copied_at    timestamptz,
    corrected_at timestamptz,
    erased_at    timestamptz,
    decided_at   timestamptz,
    decided_by   text NOT NULL DEFAULT '',
    reason       text NOT NULL DEFAULT '',
    CONSTRAINT subject_requests_are_noted_once UNIQUE (client_id),
    CONSTRAINT subject_requests_kind_is_known CHECK (kind IN ('salinan', 'perbaikan', 'hapus')),
    CONSTRAINT subject_requests_way_is_known CHECK (way IN ('loket', 'surat', 'telepon', 'surel', 'obrolan')),
    CONSTRAINT subject_requests_state_is_known CHECK (state IN ('diterima', 'menunggu_bukti', 'terbukti', 'selesai', 'ditolak')),
    CONSTRAINT subject_requests_receiver_is_named CHECK (received_by <> ''),
    CONSTRAINT subject_requests_due_after_received CHECK (due_at > received_at AND noted_at >= received_at),
    CONSTRAINT subject_requests_hold_nothing_plain CHECK ((sealed IS NOT NULL) = (key_id <> '')),
    CONSTRAINT subject_requests_gave_is_known CHECK (gave <@ ARRAY['surel', 'telepon', 'akun']),
    CONSTRAINT subject_requests_proof_is_known CHECK (proof IN ('', 'kode', 'identitas', 'tautan')),
    CONSTRAINT subject_requests_proof_is_whole CHECK ((proof <> '') = (proven_at IS NOT NULL AND proven_by <> '')),
    CONSTRAINT subject_requests_are_met_after_proof CHECK (state NOT IN ('terbukti', 'selesai') OR proof <> ''),
    CONSTRAINT subject_requests_are_met_by_doing CHECK (state <> 'selesai' OR CASE kind WHEN 'salinan' THEN copied_at WHEN 'perbaikan' THEN corrected_at ELSE erased_at END IS NOT NULL),
    CONSTRAINT subject_requests_nothing_before_proof CHECK (proof <> '' OR (copied_at IS NULL AND corrected_at IS NULL AND erased_at IS NULL)),
    CONSTRAINT subject_requests_are_decided_by_somebody CHECK ((state IN ('selesai', 'ditolak')) = (decided_at IS NOT NULL AND decided_by <> '')),
    CONSTRAINT subject_requests_refused_say_why CHECK (state <> 'ditolak' OR char_length(btrim(reason)) >= 10),
    CONSTRAINT subject_requests_notes_are_short CHECK (char_length(proof_note) <= 200 AND char_length(reason) <= 1000),
    CONSTRAINT subject_requests_codes_are_few CHECK (codes BETWEEN 0 AND 5 AND code_tries BETWEEN 0 AND 5)
);
CREATE INDEX subject_requests_open ON subject_requests (due_at) WHERE decided_at IS NULL;

-- Which reports were found to be theirs, and by what. proven: the proof that was
-- given is a proof for this report too.
CREATE TABLE subject_reports (
    request_id bigint NOT NULL REFERENCES subject_requests,
    report_id  bigint NOT NULL REFERENCES reports,
    found_by   text[] NOT NULL,
    found_at   timestamptz NOT NULL,
    proven     boolean NOT NULL DEFAULT false,
    CONSTRAINT subject_reports_pkey PRIMARY KEY (request_id, report_id),
    CONSTRAINT subject_reports_found_by_is_known CHECK (cardinality(found_by) > 0 AND found_by <@ ARRAY['surel', 'telepon', 'akun', 'tautan'])
);
CREATE INDEX subject_reports_of_report ON subject_reports (report_id);

-- Corrections by the person: which fields, and what stood there before, sealed
-- until the identity of its report is erased.
CREATE TABLE subject_corrections (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES subject_requests,
    report_id  bigint NOT NULL REFERENCES reports,
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    officer_id bigint REFERENCES officers,
    by_name    text NOT NULL,
    fields     text[] NOT NULL,
    reason     text NOT NULL,
    key_id     text NOT NULL,
    sealed     bytea,
    CONSTRAINT subject_corrections_are_versioned UNIQUE (report_id, version),
    CONSTRAINT subject_corrections_versions_begin_at_one CHECK (version > 0),
    CONSTRAINT subject_corrections_fields_are_known CHECK (cardinality(fields) > 0 AND fields <@ ARRAY['identity', 'text', 'address', 'point']),
    CONSTRAINT subject_corrections_say_why CHECK (char_length(btrim(reason)) BETWEEN 10 AND 500)
);

-- What a person has put right, or had erased, their source does not undo.
ALTER TABLE reports ADD COLUMN held text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT reports_held_is_known CHECK (held <@ ARRAY['identity', 'erased', 'text', 'address', 'point']);

-- Codes and results on their way to who asked. Where one goes is sealed, and
-- forgotten once it is there. A code is made when it is carried: it stands nowhere.
CREATE TABLE subject_messages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mark        uuid NOT NULL, -- what the address is sealed for
    request_id  bigint NOT NULL REFERENCES subject_requests,
    kind        text NOT NULL,
    text        text NOT NULL,
    at          timestamptz NOT NULL,
    by_name     text NOT NULL,
    channel     text NOT NULL,
    key_id      text NOT NULL DEFAULT '',
    sealed      bytea,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    leased_by   text NOT NULL DEFAULT '',
    lease_until timestamptz,
    taken_at    timestamptz,
    ended_at    timestamptz,
    error       text NOT NULL DEFAULT '',
    CONSTRAINT subject_messages_mark_is_theirs UNIQUE (mark),
    CONSTRAINT subject_messages_kind_is_known CHECK (kind IN ('kode', 'hasil')),
    CONSTRAINT subject_messages_channel_is_known CHECK (channel IN ('surel', 'telegram', 'whatsapp', 'sendiri')),
    CONSTRAINT subject_messages_text_is_bounded CHECK (char_length(text) <= 4000 AND (kind = 'hasil') = (text <> '')),
    CONSTRAINT subject_messages_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL),
    CONSTRAINT subject_messages_told_in_person_are_done CHECK (channel <> 'sendiri' OR (taken_at IS NOT NULL AND sealed IS NULL)),
    CONSTRAINT subject_messages_forget_where CHECK (sealed IS NULL OR (taken_at IS NULL AND ended_at IS NULL))
);
CREATE INDEX subject_messages_due ON subject_messages (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;
CREATE INDEX subject_messages_of_request ON subject_messages (request_id, id);

-- A person's reports are found by the keyed hashes of what they gave.
CREATE INDEX reporters_by_mail ON reporters (mail_box) WHERE mail_box IS NOT NULL;
CREATE INDEX reporters_by_phone ON reporters (phone_box) WHERE phone_box IS NOT NULL;
CREATE INDEX reporters_by_handle ON reporters (handle_box) WHERE handle_box IS NOT NULL;
CREATE INDEX audit_of_reports ON audit (subject) WHERE starts_with(action, 'report');
CREATE INDEX audit_of_subjects ON audit (subject) WHERE starts_with(action, 'subject.');

-- Whose reports these are, for an operator who gave a reason: by every key that is
-- at hand. A number finds the chats that are known by it as well.
-- +goose StatementBegin
CREATE FUNCTION subject_search(mails bytea[], phones bytea[], handles bytea[], numbers bytea[]) RETURNS TABLE (report_id bigint, found_by text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.report_id, f.found_by FROM (
        SELECT p.report_id, 'surel' AS found_by FROM reporters p WHERE p.mail_box = ANY (mails)
        UNION ALL SELECT p.report_id, 'telepon' FROM reporters p WHERE p.phone_box = ANY (phones)
        UNION ALL SELECT p.report_id, 'akun' FROM reporters p WHERE p.handle_box = ANY (handles)
        UNION ALL SELECT p.report_id, 'telepon' FROM reporters p JOIN reports r ON r.id = p.report_id JOIN sources s ON s.id = r.source_id
            WHERE p.handle_box = ANY (numbers) AND s.connector = 'whatsapp') f
    WHERE (SELECT asker_role()) = 'operator' AND (SELECT asker_reason()) <> ''
$$;

-- The report that a secret link was sent for.
CREATE FUNCTION subject_link(secret text) RETURNS TABLE (report_id bigint, found_by text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.report_id, 'tautan' FROM reporter_ask_links l JOIN reporter_asks a ON a.id = l.ask_id
    WHERE l.token = secret AND (SELECT asker_role()) = 'operator' AND (SELECT asker_reason()) <> ''
$$;

-- By which ways the reporters of reports are reached, with what is sealed of them.
CREATE FUNCTION subject_ways(wanted bigint[]) RETURNS TABLE (report_id bigint, channel text, key_id text, sealed bytea, source text, heard bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.id, w.channel, z.key_id, z.sealed, z.source, z.heard
    FROM unnest(wanted) AS n(id), LATERAL reporter_reach(n.id) w, LATERAL reporter_sealed(n.id, w.channel) z
    WHERE (SELECT asker_role()) = 'operator' AND (SELECT asker_reason()) <> ''
$$;

-- Of officers, what a person may know who asks who handled their data: the post.
CREATE FUNCTION officer_posts(wanted bigint[]) RETURNS TABLE (officer_id bigint, role text, office text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, o.role, coalesce(f.name, '') FROM officers o LEFT JOIN offices f ON f.id = o.office_id
    WHERE o.id = ANY (wanted) AND (SELECT asker_role()) IN ('operator', 'auditor')
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION subject_search(bytea[], bytea[], bytea[], bytea[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION subject_link(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION subject_ways(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION officer_posts(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subject_search(bytea[], bytea[], bytea[], bytea[]) TO balaikota_identity_reader;
GRANT EXECUTE ON FUNCTION subject_link(text) TO balaikota_identity_reader;
GRANT EXECUTE ON FUNCTION subject_ways(bigint[]) TO balaikota_identity_reader;
GRANT EXECUTE ON FUNCTION officer_posts(bigint[]) TO balaikota_city_reader;

-- Operators act, auditors read, others see nothing; what is sealed opens with a
-- reason alone.
GRANT SELECT ON subject_norms TO balaikota_writer, balaikota_city_reader;
GRANT SELECT, INSERT, UPDATE ON subject_requests, subject_reports, subject_messages TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE (sealed, key_id) ON subject_corrections TO balaikota_writer;
GRANT SELECT (id, client_id, kind, way, received_at, noted_at, received_by, norm_id, due_at, state, gave, proof, proof_note, proof_way, proven_at, proven_by,
    code_way, code_until, code_tries, codes, copied_at, corrected_at, erased_at, decided_at, decided_by, reason) ON subject_requests TO balaikota_city_reader;
GRANT SELECT (id, client_id, sealed, key_id) ON subject_requests TO balaikota_identity_reader;
GRANT SELECT ON subject_reports TO balaikota_city_reader;
GRANT SELECT, INSERT, UPDATE ON subject_reports TO balaikota_identity_reader;
GRANT SELECT (id, request_id, report_id, version, at, by_name, fields, reason) ON subject_corrections TO balaikota_city_reader;
GRANT SELECT (id, request_id, kind, text, at, by_name, channel, taken_at, ended_at, error) ON subject_messages TO balaikota_city_reader;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['subject_norms', 'subject_requests', 'subject_reports', 'subject_corrections', 'subject_messages'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) IN (''operator'', ''auditor''))', t || '_for_keepers', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['subject_requests', 'subject_reports'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_identity_reader USING ((SELECT asker_role()) = ''operator'' AND (SELECT asker_reason()) <> '''')
            WITH CHECK ((SELECT asker_role()) = ''operator'' AND (SELECT asker_reason()) <> '''')', t || '_with_a_reason', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

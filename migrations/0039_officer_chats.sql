-- +goose Up

-- How long an officer's chat counts until a new code is asked: of the rows in
-- force the newest holds.
CREATE TABLE officer_chat_rules (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    confirm_days integer NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    changed_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT officer_chat_rules_are_bounded CHECK (confirm_days BETWEEN 1 AND 1000),
    CONSTRAINT officer_chat_rules_have_a_source CHECK (source <> '')
);
INSERT INTO officer_chat_rules (confirm_days, source, effective_on) VALUES (90, 'Bawaan Balaikota', '2026-01-01');

-- Codes that officers saw on their page and send to the city by the chat that they
-- want to use: one an officer and source, its hash alone, null once used.
CREATE TABLE officer_codes (
    officer_id bigint NOT NULL REFERENCES officers,
    source_id  bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    code_hash  bytea,
    until      timestamptz NOT NULL,
    made       integer NOT NULL, -- since made_since
    made_since timestamptz NOT NULL,
    CONSTRAINT officer_codes_pkey PRIMARY KEY (officer_id, source_id)
);
CREATE UNIQUE INDEX officer_codes_of_source ON officer_codes (source_id, code_hash);

-- Who writes by which chat, bound to an account by such a code. person is a keyed
-- hash, mask what the owner is shown ("•••• 0001").
CREATE TABLE officer_contacts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id   bigint NOT NULL REFERENCES officers,
    source_id    bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    person       text NOT NULL,
    mask         text NOT NULL,
    bound_at     timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    heard_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text NOT NULL DEFAULT '',
    CONSTRAINT officer_contacts_are_named CHECK (person <> '' AND mask <> ''),
    CONSTRAINT officer_contacts_mask_is_one CHECK (mask !~ '[0-9]{5}'),
    CONSTRAINT officer_contacts_end_for_a_reason CHECK ((ended_at IS NULL) = (ended_why = '') AND ended_why IN ('', 'keluar', 'dihapus', 'diganti', 'nonaktif'))
);
CREATE UNIQUE INDEX officer_contacts_person_is_one ON officer_contacts (source_id, person) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX officer_contacts_officer_has_one ON officer_contacts (officer_id, source_id) WHERE ended_at IS NULL;
CREATE INDEX officer_contacts_of_person ON officer_contacts (source_id, person, id DESC);

-- The number or account itself, for writing alone: the functions below give it to
-- who holds the lease of something to write, and nobody else may ask.
CREATE TABLE officer_handles (
    source_id bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    person    text NOT NULL,
    handle    text NOT NULL,
    CONSTRAINT officer_handles_pkey PRIMARY KEY (source_id, person),
    CONSTRAINT officer_handles_are_numbers CHECK (handle ~ '^[0-9]{3,20}$')
);

-- What officers wrote by chat, and what is answered. A message that is delivered
-- again is known by part, a keyed hash. text and replies are emptied at the end.
CREATE TABLE officer_words (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id       bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    part            text NOT NULL,
    person          text NOT NULL,
    contact_id      bigint REFERENCES officer_contacts ON DELETE CASCADE,
    officer_id      bigint REFERENCES officers,
    kind            text NOT NULL,
    text            text NOT NULL DEFAULT '',
    at              timestamptz NOT NULL, -- when it was sent
    received_at     timestamptz NOT NULL,
    conversation_id bigint REFERENCES conversations ON DELETE SET NULL,
    question_id     bigint REFERENCES questions ON DELETE SET NULL,
    replies         text[] NOT NULL DEFAULT '{}',
    sent            integer NOT NULL DEFAULT 0, -- of the replies
    attempts        integer NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL,
    leased_by       text NOT NULL DEFAULT '',
    lease_until     timestamptz,
    taken_at        timestamptz,
    ended_at        timestamptz,
    error           text NOT NULL DEFAULT '',
    CONSTRAINT officer_words_come_once UNIQUE (source_id, part),
    CONSTRAINT officer_words_kind_is_known CHECK (kind IN ('kode', 'kode_salah', 'tanya', 'batas', 'bantuan', 'keluar', 'bukan_teks', 'ditolak')),
    CONSTRAINT officer_words_are_bounded CHECK (char_length(text) <= 5000),
    CONSTRAINT officer_words_are_taken_or_ended CHECK (taken_at IS NULL OR ended_at IS NULL)
);
CREATE INDEX officer_words_due ON officer_words (next_at) WHERE taken_at IS NULL AND ended_at IS NULL;
CREATE INDEX officer_words_of_person ON officer_words (source_id, person, id);
CREATE INDEX officer_words_of_officer ON officer_words (officer_id, kind, received_at);
CREATE INDEX officer_words_of_question ON officer_words (question_id) WHERE question_id IS NOT NULL;
CREATE INDEX officer_words_of_conversation ON officer_words (conversation_id) WHERE conversation_id IS NOT NULL;

ALTER TABLE questions ADD COLUMN channel text NOT NULL DEFAULT ''; -- by which chat it was asked, '' on a screen

ALTER TABLE notice_deliveries DROP CONSTRAINT notice_deliveries_channel_is_known,
    ADD CONSTRAINT notice_deliveries_channel_is_known CHECK (channel IN ('push', 'surel', 'telegram', 'whatsapp'));
ALTER TABLE notice_preferences DROP CONSTRAINT notice_preferences_channels_are_known,
    ADD CONSTRAINT notice_preferences_channels_are_known CHECK (channels <@ ARRAY['push', 'surel', 'telegram', 'whatsapp']);

-- An account that is closed loses its chats, however it is closed, and gets none
-- of them back when it is opened again.
-- +goose StatementBegin
CREATE FUNCTION end_officer_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE officer_contacts SET ended_at = now(), ended_why = 'nonaktif' WHERE officer_id = NEW.id AND ended_at IS NULL;
    DELETE FROM officer_codes WHERE officer_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER officers_lose_their_contacts AFTER UPDATE OF disabled_at ON officers FOR EACH ROW WHEN (NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION end_officer_contacts();

CREATE FUNCTION officer_confirm_days(moment timestamptz) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT r.confirm_days FROM officer_chat_rules r WHERE r.effective_on <= moment::date ORDER BY r.effective_on DESC, r.id DESC LIMIT 1
$$;

-- Where the reply to an officer's word goes, null unless holder has its lease.
CREATE FUNCTION officer_word_handle(word bigint, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.handle FROM officer_words w JOIN officer_handles h USING (source_id, person)
    WHERE w.id = word AND holder <> '' AND w.leased_by = holder AND w.lease_until > moment AND w.taken_at IS NULL AND w.ended_at IS NULL
$$;

-- Where a notice goes by a chat, null unless holder has its lease and the officer
-- has a chat there that counts: source, handle and when they were last heard.
CREATE FUNCTION officer_notice_chat(notice bigint, way text, holder text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.slug || ':' || h.handle || ':' || extract(epoch FROM c.heard_at)::bigint
    FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id JOIN officers o ON o.id = n.officer_id
        JOIN officer_contacts c ON c.officer_id = o.id AND c.ended_at IS NULL JOIN sources s ON s.id = c.source_id AND s.connector = d.channel
        JOIN officer_handles h ON h.source_id = c.source_id AND h.person = c.person
    WHERE d.notice_id = notice AND d.channel = way AND holder <> '' AND d.leased_by = holder AND d.lease_until > moment AND d.taken_at IS NULL AND d.ended_at IS NULL
        AND o.disabled_at IS NULL AND NOT o.must_change AND c.confirmed_at + make_interval(days => officer_confirm_days(moment)) > moment
    ORDER BY c.heard_at DESC LIMIT 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION officer_word_handle(bigint, text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION officer_notice_chat(bigint, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION officer_word_handle(bigint, text, timestamptz) TO balaikota_writer;
GRANT EXECUTE ON FUNCTION officer_notice_chat(bigint, text, text, timestamptz) TO balaikota_writer;

GRANT SELECT, INSERT, UPDATE, DELETE ON officer_codes, officer_words TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON officer_contacts TO balaikota_writer;
GRANT SELECT, INSERT ON officer_chat_rules TO balaikota_writer;
GRANT INSERT, DELETE, SELECT (source_id, person) ON officer_handles TO balaikota_writer;
GRANT SELECT ON officer_contacts, officer_chat_rules TO balaikota_reader, balaikota_city_reader;

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['officer_chat_rules', 'officer_codes', 'officer_contacts', 'officer_handles', 'officer_words'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY officer_chat_rules_for_officers ON officer_chat_rules FOR SELECT TO balaikota_reader, balaikota_city_reader USING ((SELECT asker_role()) NOT IN ('', 'publik'));
-- A contact is its officer's own, whatever his role.
CREATE POLICY officer_contacts_of_ones_own ON officer_contacts FOR SELECT TO balaikota_reader, balaikota_city_reader USING (officer_id = (SELECT nullif(asker_officer(), 0)));

-- +goose Up

-- Whose conversations: an officer's by number; of an asker without an account
-- (a token, a script) by the hash of the key it holds.
CREATE FUNCTION asker_officer() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT coalesce(nullif(current_setting('balaikota.officer', true), ''), '0')::bigint $$;
CREATE FUNCTION asker_key() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('balaikota.key', true), '') $$;
CREATE FUNCTION asker_owns(officer bigint, key text) RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT CASE WHEN officer IS NOT NULL THEN officer = asker_officer() ELSE key <> '' AND key = asker_key() END $$;

CREATE TABLE conversations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id bigint REFERENCES officers,
    key_hash   text NOT NULL DEFAULT '',
    title      text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT conversations_have_one_owner CHECK ((officer_id IS NULL) = (key_hash <> ''))
);
CREATE INDEX conversations_of_officer ON conversations (officer_id, changed_at DESC);
CREATE INDEX conversations_of_key ON conversations (key_hash) WHERE key_hash <> '';

-- A running question is held by a node under a lease; whoever finds the lease
-- run out takes it over.
CREATE TABLE questions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
    text            text NOT NULL,
    asked_at        timestamptz NOT NULL,
    at              timestamptz NOT NULL,
    spoken          boolean NOT NULL DEFAULT false,
    screen          jsonb,
    call            jsonb,
    asker           jsonb NOT NULL,
    status          text NOT NULL,
    answer          jsonb,
    turn            jsonb,
    calls           jsonb NOT NULL DEFAULT '[]',
    seq             bigint NOT NULL DEFAULT 0, -- the newest event the answer took in
    receipt         bigint,
    answered_at     timestamptz,
    node            text NOT NULL DEFAULT '',
    lease_until     timestamptz,
    tries           integer NOT NULL DEFAULT 1,
    verdict_right   boolean,
    verdict_reason  text NOT NULL DEFAULT '',
    verdict_at      timestamptz,
    CONSTRAINT questions_status_is_known CHECK (status IN ('running', 'answered', 'abstained', 'clarify', 'refused', 'canceled', 'failed')),
    CONSTRAINT questions_have_text CHECK (text <> '' AND char_length(text) <= 1000),
    CONSTRAINT questions_run_or_have_ended CHECK ((status = 'running') = (answer IS NULL) AND (status = 'running') = (answered_at IS NULL)),
    CONSTRAINT questions_that_run_are_held CHECK (status <> 'running' OR (node <> '' AND lease_until IS NOT NULL)),
    CONSTRAINT questions_are_judged_once_answered CHECK (verdict_right IS NULL OR status <> 'running')
);
CREATE INDEX questions_of_conversation ON questions (conversation_id, id);
CREATE INDEX questions_running ON questions (lease_until) WHERE status = 'running';

CREATE TABLE question_steps (
    question_id bigint NOT NULL REFERENCES questions ON DELETE CASCADE,
    seq         integer NOT NULL,
    at          timestamptz NOT NULL,
    kind        text NOT NULL,
    tool        text NOT NULL DEFAULT '',
    text        text NOT NULL,
    CONSTRAINT question_steps_pkey PRIMARY KEY (question_id, seq),
    CONSTRAINT question_steps_kind_is_known CHECK (kind IN ('memahami', 'mengambil', 'menyusun', 'memeriksa'))
);

-- Proofs of answers. body is the canonical JSON whose SHA-256 is hash; it holds
-- the hash of the receipt before. They outlive the conversation, hold no
-- personal data, and are never changed or removed by anybody.
CREATE TABLE receipts (
    number      bigint PRIMARY KEY,
    question_id bigint NOT NULL,
    officer_id  bigint,
    key_hash    text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    answered_at timestamptz NOT NULL,
    status      text NOT NULL,
    body        text NOT NULL,
    hash        text NOT NULL,
    CONSTRAINT receipts_are_numbered_from_one CHECK (number > 0),
    CONSTRAINT receipts_hash_is_of_the_body CHECK (hash = encode(sha256(convert_to(body, 'UTF8')), 'hex'))
);
CREATE INDEX receipts_by_question ON receipts (question_id);
-- The chain's end, locked by the transaction that adds a receipt: numbers are
-- contiguous on every node, and a receipt cut off the end is missed.
CREATE TABLE receipt_head (
    one  boolean PRIMARY KEY DEFAULT true,
    last bigint NOT NULL,
    hash text NOT NULL,
    CONSTRAINT receipt_head_only_one_row CHECK (one)
) WITH (fillfactor = 10);
INSERT INTO receipt_head (last, hash) VALUES (0, '');

-- +goose StatementBegin
CREATE FUNCTION receipts_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipts are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER receipts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION receipts_are_append_only();
CREATE TRIGGER receipt_head_stays BEFORE DELETE OR TRUNCATE ON receipt_head
    FOR EACH STATEMENT EXECUTE FUNCTION receipts_are_append_only();

CREATE TABLE pins (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id   bigint REFERENCES officers,
    key_hash     text NOT NULL DEFAULT '',
    question_id  bigint NOT NULL,
    text         text NOT NULL,
    asker        jsonb NOT NULL,
    call         jsonb,
    calls        jsonb NOT NULL,
    answer       jsonb NOT NULL,
    seq          bigint NOT NULL,
    pinned_at    timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    CONSTRAINT pins_have_one_owner CHECK ((officer_id IS NULL) = (key_hash <> '')),
    CONSTRAINT pins_are_of_one_question UNIQUE NULLS NOT DISTINCT (officer_id, key_hash, question_id),
    CONSTRAINT pins_can_be_made_anew CHECK (jsonb_array_length(calls) > 0)
);
CREATE INDEX pins_oldest ON pins (refreshed_at);

-- Answers of providers' models by question and scope, given again while the
-- data under them is unchanged. key is a hash: it says nothing of the question.
CREATE TABLE remembered_answers (
    key     text PRIMARY KEY,
    answer  jsonb NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX remembered_answers_by_age ON remembered_answers (made_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, questions, question_steps, pins, remembered_answers TO balaikota_writer;
GRANT SELECT, INSERT ON receipts TO balaikota_writer;
GRANT SELECT, UPDATE ON receipt_head TO balaikota_writer;
GRANT SELECT ON conversations, questions, question_steps, receipts, pins TO balaikota_reader, balaikota_city_reader;

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
CREATE POLICY conversations_are_written ON conversations TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY conversations_of_their_owner ON conversations FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (asker_owns(officer_id, key_hash));
ALTER TABLE questions ENABLE ROW LEVEL SECURITY;
CREATE POLICY questions_are_written ON questions TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY questions_of_own_conversations ON questions FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM conversations c WHERE c.id = conversation_id));
ALTER TABLE question_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY question_steps_are_written ON question_steps TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY question_steps_of_own_questions ON question_steps FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM questions q WHERE q.id = question_id));
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
CREATE POLICY receipts_are_written ON receipts TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY receipts_for_auditors ON receipts FOR SELECT TO balaikota_city_reader USING ((SELECT asker_role()) = 'auditor');
CREATE POLICY receipts_of_their_owner ON receipts FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (asker_owns(officer_id, key_hash));
ALTER TABLE receipt_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY receipt_head_is_written ON receipt_head TO balaikota_writer USING (true) WITH CHECK (true);
ALTER TABLE pins ENABLE ROW LEVEL SECURITY;
CREATE POLICY pins_are_written ON pins TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY pins_of_their_owner ON pins FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (asker_owns(officer_id, key_hash));
ALTER TABLE remembered_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY remembered_answers_are_written ON remembered_answers TO balaikota_writer USING (true) WITH CHECK (true);

-- +goose Up

-- A token is given out before the picture is taken, also while there is no
-- network; a picture that comes with one was taken inside the app.
CREATE TABLE proof_tokens (
    hash           bytea PRIMARY KEY,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    holder         text NOT NULL, -- the officer or key it was given to
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    CONSTRAINT proof_tokens_hash_is_sha256 CHECK (octet_length(hash) = 32),
    CONSTRAINT proof_tokens_last CHECK (expires_at > issued_at),
    CONSTRAINT proof_tokens_have_a_holder CHECK (holder <> '')
);
CREATE INDEX proof_tokens_of ON proof_tokens (disposition_id);

-- Pictures as they arrived.
CREATE TABLE proofs (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id      uuid NOT NULL,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    officer_id     bigint REFERENCES officers, -- none for a script's token
    holder         text NOT NULL,
    by_name        text NOT NULL,
    stage          text NOT NULL,
    taken_at       timestamptz, -- by the phone's clock
    received_at    timestamptz NOT NULL,
    lon            double precision,
    lat            double precision,
    accuracy_m     double precision NOT NULL DEFAULT 0,
    distance_m     double precision, -- from where the work was to be done
    device         text NOT NULL DEFAULT '',
    note           text NOT NULL DEFAULT '',
    token_hash     bytea REFERENCES proof_tokens,
    token_state    text NOT NULL,
    media_type     text NOT NULL,
    bytes          bytea NOT NULL,
    sha256         bytea NOT NULL,
    width          integer NOT NULL, -- pixels
    height         integer NOT NULL,
    CONSTRAINT proofs_arrive_once UNIQUE (client_id),
    CONSTRAINT proofs_use_a_token_once UNIQUE (token_hash),
    CONSTRAINT proofs_token_state_is_known CHECK (token_state IN ('good', 'expired', 'used', 'foreign', 'none')),
    CONSTRAINT proofs_token_goes_with_its_state CHECK ((token_hash IS NOT NULL) = (token_state IN ('good', 'expired'))),
    CONSTRAINT proofs_stage_is_known CHECK (stage IN ('before', 'during', 'after')),
    CONSTRAINT proofs_media_type_is_known CHECK (media_type IN ('image/jpeg', 'image/png')),
    CONSTRAINT proofs_are_small CHECK (octet_length(bytes) BETWEEN 1 AND 12582912),
    CONSTRAINT proofs_hash_is_of_the_bytes CHECK (sha256 = sha256(bytes)),
    CONSTRAINT proofs_point_is_whole CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT proofs_have_a_size CHECK (width > 0 AND height > 0)
);
-- A picture is large and is read by number only.
ALTER TABLE proofs ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX proofs_of_disposition ON proofs (disposition_id, id);
CREATE INDEX proofs_by_hash ON proofs (sha256);
CREATE INDEX proofs_by_holder ON proofs (holder, id DESC);

-- What the checks came to. A proof without a row waits to be checked.
CREATE TABLE proof_checks (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proof_id bigint NOT NULL REFERENCES proofs,
    at       timestamptz NOT NULL,
    machine  text NOT NULL,
    checks   jsonb NOT NULL,
    summary  jsonb NOT NULL,
    CONSTRAINT proof_checks_once UNIQUE (proof_id),
    CONSTRAINT proof_checks_never_reject CHECK (machine IN ('sah', 'ragu'))
);

-- What a second person said.
CREATE TABLE proof_reviews (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proof_id   bigint NOT NULL REFERENCES proofs,
    at         timestamptz NOT NULL,
    officer_id bigint REFERENCES officers,
    actor      text NOT NULL,
    name       text NOT NULL,
    role       text NOT NULL,
    verdict    text NOT NULL,
    reason     text NOT NULL,
    CONSTRAINT proof_reviews_verdict_is_known CHECK (verdict IN ('sah', 'ditolak')),
    CONSTRAINT proof_reviews_have_a_reason CHECK (length(reason) >= 10),
    CONSTRAINT proof_reviews_role_is_known CHECK (role IN ('kepala_opd', 'camat', 'sekda', 'auditor')),
    CONSTRAINT proof_reviews_actor_is_named CHECK (actor <> '' AND name <> '')
);
CREATE INDEX proof_reviews_of ON proof_reviews (proof_id, id DESC);

-- Proofs that a second person is to look at. offices and areas are the
-- disposition's: none of those may. matter is what the second person needs to
-- know of a disposition that is not theirs.
CREATE TABLE proof_queue (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proof_id       bigint NOT NULL REFERENCES proofs,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    offices        bigint[] NOT NULL,
    areas          text[] NOT NULL,
    roles          text[] NOT NULL, -- of those that sent it and got it
    secret         boolean NOT NULL,
    matter         jsonb NOT NULL,
    why            text NOT NULL, -- the checks, or the reporter
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz,
    CONSTRAINT proof_queue_why_is_known CHECK (why IN ('checks', 'reporter'))
);
CREATE UNIQUE INDEX proof_queue_once ON proof_queue (proof_id) WHERE closed_at IS NULL;
CREATE INDEX proof_queue_of_disposition ON proof_queue (disposition_id);

-- By what a picture is known again (backend/analysis/picture). words are an
-- index of sub-hashes: which pictures have one in common.
CREATE TABLE proof_prints (
    proof_id bigint PRIMARY KEY REFERENCES proofs,
    version  integer NOT NULL,
    hash     bigint, -- perceptual hash; none for a picture that says nothing
    print    bytea NOT NULL
);
CREATE TABLE proof_words (
    word     integer NOT NULL,
    proof_id bigint NOT NULL REFERENCES proofs,
    CONSTRAINT proof_words_pkey PRIMARY KEY (word, proof_id)
);

-- A reporter is asked whether it is done. The link holds the token and nothing
-- else; who the reporter is, this table does not know.
CREATE TABLE reporter_asks (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    disposition_id bigint NOT NULL REFERENCES dispositions,
    report_id      bigint NOT NULL REFERENCES reports,
    finished_at    timestamptz NOT NULL, -- of the finish that is asked about
    asked_at       timestamptz NOT NULL,
    closes_at      timestamptz NOT NULL, -- no answer by then is none
    CONSTRAINT reporter_asks_once UNIQUE (disposition_id, report_id, finished_at),
    CONSTRAINT reporter_asks_last CHECK (closes_at > asked_at)
);
CREATE INDEX reporter_asks_newest ON reporter_asks (asked_at);
CREATE INDEX reporter_asks_open ON reporter_asks (closes_at);
CREATE TABLE reporter_ask_links (
    ask_id bigint PRIMARY KEY REFERENCES reporter_asks,
    token  text NOT NULL,
    CONSTRAINT reporter_ask_links_are_unguessable CHECK (length(token) = 26),
    CONSTRAINT reporter_ask_links_lead_to_one UNIQUE (token)
);
CREATE TABLE reporter_words (
    ask_id bigint PRIMARY KEY REFERENCES reporter_asks,
    at     timestamptz NOT NULL,
    answer text NOT NULL,
    text   text NOT NULL DEFAULT '',
    CONSTRAINT reporter_words_answer_is_known CHECK (answer IN ('yes', 'no', 'partly', 'none')),
    CONSTRAINT reporter_words_are_short CHECK (length(text) <= 500)
);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['proof_tokens', 'proofs', 'proof_checks', 'proof_reviews', 'reporter_asks', 'reporter_ask_links', 'reporter_words'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
    END LOOP;
    EXECUTE 'CREATE TRIGGER proof_queue_stays BEFORE DELETE OR TRUNCATE ON proof_queue FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()';
END
$$;
-- +goose StatementEnd

GRANT SELECT, INSERT ON proof_tokens, proofs, proof_checks, proof_reviews, reporter_asks, reporter_ask_links, reporter_words TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE ON proof_queue TO balaikota_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON proof_prints, proof_words TO balaikota_writer;
GRANT SELECT ON proofs, proof_checks, proof_reviews, proof_queue, reporter_asks, reporter_words TO balaikota_reader, balaikota_city_reader;

-- The queue is for heads of agencies, camat, the secretary and the
-- inspectorate, as far as the matter is not their own.
ALTER TABLE proof_queue ENABLE ROW LEVEL SECURITY;
CREATE POLICY proof_queue_is_written ON proof_queue TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY proof_queue_of_others ON proof_queue FOR SELECT TO balaikota_reader
    USING (closed_at IS NULL AND NOT secret AND (SELECT asker_role()) IN ('kepala_opd', 'camat') AND NOT asker_is_party(offices, areas));
CREATE POLICY proof_queue_of_the_city ON proof_queue FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) = 'auditor' OR (closed_at IS NULL AND (SELECT asker_role()) = 'sekda' AND NOT 'sekda' = ANY (roles)));

-- Proofs are seen with their disposition, and by the second person while it
-- waits for one.
ALTER TABLE proofs ENABLE ROW LEVEL SECURITY;
CREATE POLICY proofs_are_written ON proofs TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY proofs_of_seen_dispositions ON proofs FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id) OR EXISTS (SELECT FROM proof_queue q WHERE q.disposition_id = proofs.disposition_id));

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['proof_checks', 'proof_reviews'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader USING (EXISTS (SELECT FROM proofs p WHERE p.id = proof_id))', t || '_of_seen_proofs', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

ALTER TABLE reporter_asks ENABLE ROW LEVEL SECURITY;
CREATE POLICY reporter_asks_are_written ON reporter_asks TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reporter_asks_of_seen_dispositions ON reporter_asks FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id));
ALTER TABLE reporter_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY reporter_words_are_written ON reporter_words TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY reporter_words_of_seen_asks ON reporter_words FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (EXISTS (SELECT FROM reporter_asks a WHERE a.id = ask_id));

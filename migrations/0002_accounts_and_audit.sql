-- +goose Up

CREATE TABLE officers (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username            text NOT NULL,
    name                text NOT NULL,
    role                text NOT NULL,
    area_code           text NOT NULL DEFAULT '',
    office_id           bigint REFERENCES offices,
    password_hash       text NOT NULL,
    must_change         boolean NOT NULL DEFAULT true,
    disabled_at         timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz,
    CONSTRAINT officers_username_is_unique UNIQUE (username),
    CONSTRAINT officers_username_is_plain CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    CONSTRAINT officers_role_is_known CHECK (role IN ('wali_kota', 'sekda', 'kepala_opd', 'camat', 'lurah', 'operator', 'auditor')),
    CONSTRAINT officers_area_fits_role CHECK ((role IN ('camat', 'lurah')) = (area_code <> '')),
    CONSTRAINT officers_office_fits_role CHECK (role <> 'kepala_opd' OR office_id IS NOT NULL),
    CONSTRAINT officers_password_is_argon2id CHECK (password_hash LIKE '$argon2id$%')
);

-- Sessions of browsers and short-lived tokens of scripts. Only a hash of the
-- secret is kept. Rights are copied in for tokens, which have no officer.
CREATE TABLE sessions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret_hash  bytea NOT NULL,
    kind         text NOT NULL,
    officer_id   bigint REFERENCES officers ON DELETE CASCADE,
    role         text NOT NULL DEFAULT '',
    area_code    text NOT NULL DEFAULT '',
    office_id    bigint,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    user_agent   text NOT NULL DEFAULT '',
    CONSTRAINT sessions_secret_hash_is_unique UNIQUE (secret_hash),
    CONSTRAINT sessions_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT sessions_kind_is_known CHECK (kind IN ('browser', 'token')),
    CONSTRAINT sessions_have_an_owner CHECK ((kind = 'browser') = (officer_id IS NOT NULL)),
    CONSTRAINT sessions_token_has_role CHECK (kind <> 'token' OR role <> '')
);
CREATE INDEX sessions_by_officer ON sessions (officer_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Failed sign-ins by account and by address, for throttling on every node.
CREATE TABLE login_throttle (
    key           text PRIMARY KEY,
    failures      integer NOT NULL,
    last_failure  timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);

CREATE TABLE audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    officer_id bigint,
    actor      text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL DEFAULT '',
    reason     text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT audit_actor_is_named CHECK (actor <> '')
);
CREATE INDEX audit_by_time ON audit (at DESC);

-- +goose StatementBegin
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

GRANT SELECT, INSERT, UPDATE, DELETE ON officers, sessions, login_throttle TO balaikota_writer;
GRANT SELECT, INSERT ON audit TO balaikota_writer;
GRANT INSERT ON audit TO balaikota_identity_reader;
GRANT SELECT ON audit TO balaikota_city_reader;
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_is_written ON audit TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY audit_of_identity_is_written ON audit FOR INSERT TO balaikota_identity_reader WITH CHECK (true);
CREATE POLICY audit_is_read_by_auditors ON audit FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('auditor', 'operator'));

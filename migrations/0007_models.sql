-- +goose Up

-- Rows with the label a person gave them, from which models learn besides the
-- city's own reports and corrections. model names what they teach: 'kategori',
-- the city's categories, or another that only the command line uses.
CREATE TABLE labelled_texts (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model  text NOT NULL,
    hash   bytea NOT NULL, -- SHA-256 of the text
    text   text NOT NULL,
    label  text NOT NULL,
    origin text NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(), -- when it was given this label
    CONSTRAINT labelled_texts_are_kept_once UNIQUE (model, hash),
    CONSTRAINT labelled_texts_hash_is_sha256 CHECK (octet_length(hash) = 32),
    CONSTRAINT labelled_texts_text_is_given CHECK (text <> ''),
    CONSTRAINT labelled_texts_label_is_given CHECK (label <> '' AND octet_length(label) <= 200)
);

-- Learned models, their held-out scores, and which one of each name is used.
CREATE TABLE models (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    trained_at timestamptz NOT NULL,
    examples   integer NOT NULL,
    scores     jsonb NOT NULL DEFAULT '{}',
    body       bytea NOT NULL,
    active     boolean NOT NULL DEFAULT true,
    CONSTRAINT models_name_is_plain CHECK (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(name) <= 60),
    CONSTRAINT models_examples_are_counted CHECK (examples >= 0),
    CONSTRAINT models_body_is_given CHECK (octet_length(body) > 0)
);
-- Weights hardly compress; without trying they are read as fast as they come.
ALTER TABLE models ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX models_one_is_active ON models (name) WHERE active;

GRANT SELECT, INSERT, UPDATE, DELETE ON labelled_texts, models TO balaikota_writer;
GRANT SELECT ON labelled_texts, models TO balaikota_city_reader;

ALTER TABLE labelled_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY labelled_texts_are_written ON labelled_texts TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY labelled_texts_for_operators ON labelled_texts FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('operator', 'auditor'));
ALTER TABLE models ENABLE ROW LEVEL SECURITY;
CREATE POLICY models_are_written ON models TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY models_of_the_city ON models FOR SELECT TO balaikota_city_reader USING (true);

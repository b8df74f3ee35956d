-- +goose Up

-- What the assessment of a hazard follows, all rows with a source: which
-- indicator plays which role, the terms of the score, the levels, how open
-- areas are, who is told. First filled from the city pack.
CREATE TABLE hazard_inputs (
    hazard       text NOT NULL,
    role         text NOT NULL,
    slug         text NOT NULL DEFAULT '', -- an indicator's or a category's
    step_seconds integer NOT NULL DEFAULT 0,
    low          double precision,
    high         double precision,
    habit        boolean NOT NULL DEFAULT false,
    source       text NOT NULL,
    CONSTRAINT hazard_inputs_pkey PRIMARY KEY (hazard, role, slug),
    CONSTRAINT hazard_inputs_role_is_known CHECK (role IN ('hujan', 'prakiraan', 'pasang', 'muka-air', 'peringatan', 'laporan')),
    CONSTRAINT hazard_inputs_range_is_ordered CHECK ((low IS NULL) = (high IS NULL) AND (low IS NULL OR low < high)),
    CONSTRAINT hazard_inputs_have_a_source CHECK (source <> '')
);
CREATE TABLE hazard_weights (
    hazard        text NOT NULL,
    horizon_hours integer NOT NULL,
    factor        text NOT NULL,
    weight        double precision NOT NULL,
    scale         double precision NOT NULL,
    cap           double precision NOT NULL,
    source        text NOT NULL,
    effective_on  date NOT NULL,
    CONSTRAINT hazard_weights_are_stated_once PRIMARY KEY (hazard, horizon_hours, factor, effective_on),
    CONSTRAINT hazard_weights_horizon_is_known CHECK (horizon_hours IN (6, 24)),
    CONSTRAINT hazard_weights_can_be_divided_by CHECK (scale > 0 AND cap > 0),
    CONSTRAINT hazard_weights_have_a_source CHECK (source <> '')
);
CREATE TABLE hazard_levels (
    hazard       text NOT NULL,
    level        text NOT NULL,
    score        double precision NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT hazard_levels_are_stated_once PRIMARY KEY (hazard, level, effective_on),
    CONSTRAINT hazard_levels_level_is_known CHECK (level IN ('perhatian', 'siaga', 'awas')),
    CONSTRAINT hazard_levels_score_is_a_share CHECK (score > 0 AND score < 1),
    CONSTRAINT hazard_levels_have_a_source CHECK (source <> '')
);
CREATE TABLE hazard_exposures (
    hazard       text NOT NULL,
    area_code    text NOT NULL,
    slug         text NOT NULL DEFAULT '',
    value        double precision NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    CONSTRAINT hazard_exposures_are_stated_once PRIMARY KEY (hazard, area_code, slug, effective_on),
    CONSTRAINT hazard_exposures_value_is_a_share CHECK (value BETWEEN 0 AND 1),
    CONSTRAINT hazard_exposures_have_a_source CHECK (source <> '')
);
CREATE TABLE hazard_recipients (
    hazard text NOT NULL,
    level  text NOT NULL,
    office text NOT NULL DEFAULT '',
    role   text NOT NULL DEFAULT '',
    reason text NOT NULL,
    source text NOT NULL,
    CONSTRAINT hazard_recipients_are_stated_once PRIMARY KEY (hazard, level, office, role),
    CONSTRAINT hazard_recipients_level_is_known CHECK (level IN ('perhatian', 'siaga', 'awas')),
    CONSTRAINT hazard_recipients_are_office_or_role CHECK ((office = '') <> (role = '')),
    CONSTRAINT hazard_recipients_have_a_source CHECK (source <> '')
);

-- The newest assessment, one row an area and horizon; data is the risk as
-- screens take it.
CREATE TABLE hazard_risks (
    hazard        text NOT NULL,
    area_code     text NOT NULL,
    horizon_hours integer NOT NULL,
    at            timestamptz NOT NULL,
    level         text NOT NULL,
    score         double precision NOT NULL,
    data          jsonb NOT NULL,
    CONSTRAINT hazard_risks_pkey PRIMARY KEY (hazard, area_code, horizon_hours),
    CONSTRAINT hazard_risks_level_is_known CHECK (level IN ('info', 'perhatian', 'siaga', 'awas')),
    CONSTRAINT hazard_risks_score_is_a_share CHECK (score BETWEEN 0 AND 1)
) WITH (fillfactor = 50);
-- How the inputs stood, who is to be told, and whether any input is a
-- simulation.
CREATE TABLE hazard_states (
    hazard     text PRIMARY KEY,
    at         timestamptz NOT NULL,
    inputs     jsonb NOT NULL,
    recipients jsonb NOT NULL,
    simulated  boolean NOT NULL
) WITH (fillfactor = 50);
-- What changed when: a row when a level changed or a score moved by 0.05.
CREATE TABLE hazard_history (
    hazard        text NOT NULL,
    area_code     text NOT NULL,
    horizon_hours integer NOT NULL,
    at            timestamptz NOT NULL,
    level         text NOT NULL,
    score         double precision NOT NULL,
    CONSTRAINT hazard_history_pkey PRIMARY KEY (hazard, area_code, horizon_hours, at),
    CONSTRAINT hazard_history_level_is_known CHECK (level IN ('info', 'perhatian', 'siaga', 'awas'))
);
-- CAP messages as issued; they are never changed, only followed by another.
-- What an officer published is a message of its own with the scope Public.
CREATE TABLE hazard_messages (
    identifier text PRIMARY KEY,
    event      text NOT NULL,
    version    integer NOT NULL,
    msg_type   text NOT NULL,
    sent       timestamptz NOT NULL,
    expires    timestamptz NOT NULL,
    level      text NOT NULL,
    area_codes text[] NOT NULL,
    digest     text NOT NULL,
    body       text NOT NULL,
    CONSTRAINT hazard_messages_are_numbered UNIQUE (event, version),
    CONSTRAINT hazard_messages_msg_type_is_known CHECK (msg_type IN ('Alert', 'Update', 'Cancel')),
    CONSTRAINT hazard_messages_begin_with_an_alert CHECK ((version = 1) = (msg_type = 'Alert')),
    CONSTRAINT hazard_messages_level_is_known CHECK (level IN ('info', 'perhatian', 'siaga', 'awas'))
);
CREATE INDEX hazard_messages_newest ON hazard_messages (sent DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON hazard_inputs, hazard_weights, hazard_levels, hazard_exposures, hazard_recipients,
    hazard_risks, hazard_states, hazard_history TO balaikota_writer;
GRANT SELECT, INSERT ON hazard_messages TO balaikota_writer;
GRANT SELECT ON hazard_inputs, hazard_weights, hazard_levels, hazard_exposures, hazard_recipients, hazard_risks, hazard_states,
    hazard_history, hazard_messages TO balaikota_reader, balaikota_city_reader;

-- Like warnings, risks are for every officer, whatever the area: water does
-- not stop at a border. Not for the public before an officer publishes them.
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['hazard_inputs', 'hazard_weights', 'hazard_levels', 'hazard_exposures', 'hazard_recipients',
        'hazard_risks', 'hazard_states', 'hazard_history', 'hazard_messages'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format($p$CREATE POLICY %I ON %I FOR SELECT TO balaikota_reader, balaikota_city_reader
            USING ((SELECT asker_role()) NOT IN ('', 'publik'))$p$, t || '_for_officers', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Up

-- Which officer asks, as the store sets it for one transaction; 0 for none.
CREATE OR REPLACE FUNCTION asker_officer() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT coalesce(nullif(current_setting('balaikota.officer', true), ''), '0')::bigint $$;

-- What the city has switched on for the assistant; no row is off.
CREATE TABLE ai_switches (
    name    text PRIMARY KEY,
    allowed boolean NOT NULL,
    set_by  text NOT NULL,
    set_at  timestamptz NOT NULL,
    reason  text NOT NULL,
    CONSTRAINT ai_switches_are_known CHECK (name IN ('teks_warga')),
    CONSTRAINT ai_switches_have_a_reason CHECK (reason <> '')
);

-- How many rupiah the models of providers may cost in a year, from a day on. A
-- month's part is a twelfth; nothing is carried over.
CREATE TABLE ai_ceilings (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope        text NOT NULL,
    office_id    bigint REFERENCES offices,
    officer_id   bigint REFERENCES officers ON DELETE CASCADE,
    year_rupiah  numeric(18,2) NOT NULL,
    effective_on date NOT NULL,
    source       text NOT NULL,
    CONSTRAINT ai_ceilings_scope_is_known CHECK (scope IN ('kota', 'opd', 'pejabat')),
    CONSTRAINT ai_ceilings_subject_fits_scope CHECK ((scope = 'opd') = (office_id IS NOT NULL) AND (scope = 'pejabat') = (officer_id IS NOT NULL)),
    CONSTRAINT ai_ceilings_are_not_negative CHECK (year_rupiah >= 0),
    CONSTRAINT ai_ceilings_have_a_source CHECK (source <> ''),
    CONSTRAINT ai_ceilings_are_stated_once UNIQUE NULLS NOT DISTINCT (scope, office_id, officer_id, effective_on)
);
INSERT INTO ai_ceilings (scope, year_rupiah, effective_on, source) VALUES ('kota', 300000000, '2020-01-01', 'bawaan Balaikota');

-- Running totals of a month, so that a ceiling is kept by the lock of a row
-- however many ask at once. subject is 0 for the city, else an office's or
-- officer's id.
CREATE TABLE ai_spending (
    month    date NOT NULL,
    scope    text NOT NULL,
    subject  bigint NOT NULL DEFAULT 0,
    rupiah   numeric(18,6) NOT NULL DEFAULT 0,
    reserved numeric(18,6) NOT NULL DEFAULT 0,
    PRIMARY KEY (month, scope, subject),
    CONSTRAINT ai_spending_month_is_its_first_day CHECK (extract(day FROM month) = 1),
    CONSTRAINT ai_spending_scope_is_known CHECK (scope IN ('kota', 'opd', 'pejabat')),
    CONSTRAINT ai_spending_is_not_negative CHECK (rupiah >= 0 AND reserved >= 0)
);

-- Every call to a provider: what left (never its text) and what it cost; and,
-- with neither, the questions that were answered without one.
CREATE TABLE ai_calls (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at                timestamptz NOT NULL,
    month             date NOT NULL,
    settled_at        timestamptz,
    question_id       bigint NOT NULL DEFAULT 0,
    officer_id        bigint NOT NULL DEFAULT 0,
    office_id         bigint NOT NULL DEFAULT 0,
    role              text NOT NULL DEFAULT '',
    purpose           text NOT NULL,
    provider          text NOT NULL DEFAULT '',
    model             text NOT NULL DEFAULT '',
    state             text NOT NULL,
    bytes             bigint NOT NULL DEFAULT 0,
    labels            jsonb NOT NULL DEFAULT '{}',
    input_price       double precision NOT NULL DEFAULT 0,
    output_price      double precision NOT NULL DEFAULT 0,
    estimated_input   integer NOT NULL DEFAULT 0,
    estimated_output  integer NOT NULL DEFAULT 0,
    estimated_rupiah  numeric(18,6) NOT NULL DEFAULT 0,
    input_tokens      integer NOT NULL DEFAULT 0,
    output_tokens     integer NOT NULL DEFAULT 0,
    rupiah            numeric(18,6) NOT NULL DEFAULT 0,
    uncertain         boolean NOT NULL DEFAULT false,
    fault             text NOT NULL DEFAULT '',
    CONSTRAINT ai_calls_state_is_known CHECK (state IN ('dipesan', 'selesai', 'dilepas', 'luring', 'tersimpan')),
    CONSTRAINT ai_calls_settle_once CHECK ((state = 'dipesan') = (settled_at IS NULL)),
    CONSTRAINT ai_calls_have_a_purpose CHECK (purpose <> ''),
    CONSTRAINT ai_calls_tokens_are_not_negative CHECK (input_tokens >= 0 AND output_tokens >= 0 AND estimated_input >= 0 AND estimated_output >= 0),
    CONSTRAINT ai_calls_cost_is_not_negative CHECK (rupiah >= 0 AND estimated_rupiah >= 0 AND input_price >= 0 AND output_price >= 0),
    CONSTRAINT ai_calls_released_cost_nothing CHECK (state <> 'dilepas' OR rupiah = 0)
);
CREATE INDEX ai_calls_by_month ON ai_calls (month, officer_id);
CREATE INDEX ai_calls_by_question ON ai_calls (question_id) WHERE question_id <> 0;
CREATE INDEX ai_calls_under_way ON ai_calls (at) WHERE state = 'dipesan';

CREATE TABLE ai_invoices (
    month         date NOT NULL,
    provider      text NOT NULL,
    model         text NOT NULL,
    input_tokens  bigint NOT NULL,
    output_tokens bigint NOT NULL,
    rupiah        numeric(18,2) NOT NULL,
    imported_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, provider, model),
    CONSTRAINT ai_invoices_month_is_its_first_day CHECK (extract(day FROM month) = 1),
    CONSTRAINT ai_invoices_are_not_negative CHECK (input_tokens >= 0 AND output_tokens >= 0 AND rupiah >= 0)
);

GRANT SELECT, INSERT, UPDATE ON ai_switches, ai_ceilings, ai_spending, ai_calls, ai_invoices TO balaikota_writer;
GRANT SELECT ON ai_invoices, ai_switches TO balaikota_city_reader;
GRANT SELECT ON ai_ceilings, ai_spending, ai_calls TO balaikota_reader, balaikota_city_reader;

-- Own usage for everybody, all of it for the roles that see the whole city.
ALTER TABLE ai_ceilings ENABLE ROW LEVEL SECURITY;
CREATE POLICY ai_ceilings_are_written ON ai_ceilings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY ai_ceilings_of_the_city ON ai_ceilings FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY ai_ceilings_of_ones_own ON ai_ceilings FOR SELECT TO balaikota_reader USING (officer_id = (SELECT nullif(asker_officer(), 0)));

ALTER TABLE ai_spending ENABLE ROW LEVEL SECURITY;
CREATE POLICY ai_spending_is_written ON ai_spending TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY ai_spending_of_the_city ON ai_spending FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY ai_spending_of_ones_own ON ai_spending FOR SELECT TO balaikota_reader USING (scope = 'pejabat' AND subject = (SELECT nullif(asker_officer(), 0)));

ALTER TABLE ai_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY ai_calls_are_written ON ai_calls TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY ai_calls_of_the_city ON ai_calls FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY ai_calls_of_ones_own ON ai_calls FOR SELECT TO balaikota_reader USING (officer_id = (SELECT nullif(asker_officer(), 0)));

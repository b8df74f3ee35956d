-- +goose Up

-- Who said what a report carries: its source, the analysis where the source
-- said nothing, or an officer, whose word holds against both.
ALTER TABLE reports
    ADD COLUMN category_by text NOT NULL DEFAULT 'source',
    ADD COLUMN office_by   text NOT NULL DEFAULT 'source',
    ADD COLUMN area_by     text NOT NULL DEFAULT 'source',
    ADD COLUMN answer      text NOT NULL DEFAULT '', -- what the office told the citizen
    ADD CONSTRAINT reports_category_by_is_known CHECK (category_by IN ('source', 'analysis', 'officer')) NOT VALID,
    ADD CONSTRAINT reports_office_by_is_known CHECK (office_by IN ('source', 'analysis', 'officer')) NOT VALID,
    ADD CONSTRAINT reports_area_by_is_known CHECK (area_by IN ('source', 'analysis', 'officer')) NOT VALID;

-- Many reports, one matter. data is the incident as screens take it; the
-- columns beside it are what lists are selected and rights decided by.
CREATE TABLE incidents (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The source and external id of its earliest report, which names the
    -- incident whatever the order in which its reports came.
    key        text NOT NULL,
    title      text NOT NULL,
    title_by   text NOT NULL DEFAULT 'machine',
    category   text,
    area_code  text NOT NULL DEFAULT '',
    office_id  bigint,
    status     text NOT NULL,
    status_by  text NOT NULL DEFAULT 'machine',
    urgency    text NOT NULL DEFAULT 'info',
    voices     integer NOT NULL,
    unfinished integer NOT NULL,
    recurrence integer NOT NULL DEFAULT 0,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    lon        double precision,
    lat        double precision,
    answer     text NOT NULL DEFAULT '',
    closed_at  timestamptz,
    data       jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- Set when its reports have all gone to other incidents.
    merged_into bigint,
    CONSTRAINT incidents_status_is_known CHECK (status IN ('new', 'watched', 'handled', 'closed', 'dismissed')),
    CONSTRAINT incidents_status_by_is_known CHECK (status_by IN ('machine', 'officer')),
    CONSTRAINT incidents_title_by_is_known CHECK (title_by IN ('machine', 'officer')),
    CONSTRAINT incidents_urgency_is_known CHECK (urgency IN ('info', 'perhatian', 'siaga', 'awas')),
    CONSTRAINT incidents_have_voices CHECK (voices > 0 OR merged_into IS NOT NULL),
    CONSTRAINT incidents_unfinished_are_voices CHECK (unfinished BETWEEN 0 AND voices),
    CONSTRAINT incidents_end_after_they_begin CHECK (last_at >= first_at)
);
CREATE INDEX incidents_running ON incidents (last_at DESC) WHERE status NOT IN ('closed', 'dismissed') AND merged_into IS NULL;
CREATE INDEX incidents_by_category ON incidents (category, last_at DESC) WHERE merged_into IS NULL;
-- Where a matter may have come back: near a point, or under a place's name.
CREATE INDEX incidents_by_spot ON incidents (category, lon) WHERE merged_into IS NULL;
CREATE INDEX incidents_by_place ON incidents (area_code, (data->>'place')) WHERE merged_into IS NULL;
CREATE INDEX incidents_by_area ON incidents (area_code text_pattern_ops, last_at DESC) WHERE merged_into IS NULL;

-- What was worked out about a report. features, link and component are the
-- grouping's: link_root is the key of the first report of its chain of links,
-- component that of the first of all that must be settled together.
CREATE TABLE report_analyses (
    report_id       bigint PRIMARY KEY REFERENCES reports,
    key             text NOT NULL, -- source and external id: breaks ties in the order of reports
    created_at      timestamptz NOT NULL, -- the report's, for the grouping's order
    category        text,
    confidence      real NOT NULL DEFAULT 0,
    proposals       jsonb NOT NULL DEFAULT '[]',
    words           text[] NOT NULL DEFAULT '{}',
    sure            boolean NOT NULL DEFAULT false,
    review          boolean NOT NULL DEFAULT false,
    urgency         text NOT NULL DEFAULT 'info',
    urgency_by      text NOT NULL DEFAULT 'rules',
    urgency_reasons jsonb NOT NULL DEFAULT '[]',
    place           jsonb,
    features        bytea NOT NULL,
    link_root       text NOT NULL DEFAULT '',
    component       text NOT NULL DEFAULT '',
    link_score      real NOT NULL DEFAULT 0, -- how sure, 0 to 1
    link            jsonb, -- the whole link, with its reasons
    shown           jsonb NOT NULL DEFAULT '{}', -- its reasons as screens take them
    incident_id     bigint,
    analysed_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT report_analyses_urgency_is_known CHECK (urgency IN ('info', 'perhatian', 'siaga', 'awas')),
    CONSTRAINT report_analyses_urgency_by_is_known CHECK (urgency_by IN ('rules', 'officer')),
    CONSTRAINT report_analyses_key_is_unique UNIQUE (key),
    CONSTRAINT report_analyses_confidence_is_a_share CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT report_analyses_link_has_a_root CHECK (link IS NULL OR link_root <> '')
);
CREATE INDEX report_analyses_by_incident ON report_analyses (incident_id);
CREATE INDEX report_analyses_by_component ON report_analyses (component);
CREATE INDEX report_analyses_to_review ON report_analyses (created_at DESC) WHERE review;

-- Reports that may be one matter share a block; the neighbours of a report in
-- it are one range. at, the report's time, and the key are the order of
-- reports, whatever the order of their arrival.
CREATE TABLE report_blocks (
    block     bigint NOT NULL,
    at        timestamptz NOT NULL,
    key       text COLLATE "C" NOT NULL,
    report_id bigint NOT NULL REFERENCES report_analyses ON DELETE CASCADE,
    CONSTRAINT report_blocks_pkey PRIMARY KEY (block, at, key)
);
CREATE INDEX report_blocks_of_report ON report_blocks (report_id);

-- Reports to analyse; written in the transaction that stores them, deleted in
-- the one that stores the analysis.
CREATE TABLE analysis_queue (
    report_id bigint PRIMARY KEY,
    queued_at timestamptz NOT NULL DEFAULT now()
);

-- When reports were last analysed, and by what: one row. made_by names the
-- reading of texts, model weighs the evidence of links; when either changes,
-- everything is made anew.
CREATE TABLE analysis_state (
    one     boolean PRIMARY KEY DEFAULT true,
    at      timestamptz,
    made_by text NOT NULL DEFAULT '',
    model   jsonb,
    CONSTRAINT analysis_state_only_one_row CHECK (one)
) WITH (fillfactor = 10);
INSERT INTO analysis_state DEFAULT VALUES;

-- Officers' words about which reports are one matter. A later one supersedes
-- what contradicts it.
CREATE TABLE incident_rulings (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decision      bigint NOT NULL, -- rulings of one decision share it
    report_a      bigint NOT NULL REFERENCES reports,
    report_b      bigint NOT NULL REFERENCES reports,
    same          boolean NOT NULL,
    officer_id    bigint,
    actor         text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    at            timestamptz NOT NULL DEFAULT now(),
    superseded_at timestamptz,
    CONSTRAINT incident_rulings_are_about_two CHECK (report_a < report_b)
);
CREATE SEQUENCE incident_decisions;
CREATE INDEX incident_rulings_by_first ON incident_rulings (report_a) WHERE superseded_at IS NULL;
CREATE INDEX incident_rulings_by_second ON incident_rulings (report_b) WHERE superseded_at IS NULL;

-- Officers' corrections, from which the next model learns.
CREATE TABLE corrections (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id  bigint NOT NULL REFERENCES reports,
    field      text NOT NULL,
    value      text NOT NULL,
    was        text NOT NULL DEFAULT '',
    officer_id bigint,
    actor      text NOT NULL,
    reason     text NOT NULL DEFAULT '',
    at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT corrections_field_is_known CHECK (field IN ('category', 'office', 'area', 'urgency')),
    CONSTRAINT corrections_say_something CHECK (value <> '')
);
CREATE INDEX corrections_of_report ON corrections (report_id, id DESC);

-- The closing answer, once for each reporter's own ticket; channels deliver it.
CREATE TABLE report_answers (
    report_id    bigint NOT NULL REFERENCES reports,
    incident_id  bigint NOT NULL REFERENCES incidents,
    text         text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    CONSTRAINT report_answers_pkey PRIMARY KEY (report_id, incident_id),
    CONSTRAINT report_answers_say_something CHECK (text <> '')
);
CREATE INDEX report_answers_waiting ON report_answers (at) WHERE delivered_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON incidents, report_analyses, report_blocks, analysis_queue, incident_rulings, report_answers TO balaikota_writer;
GRANT SELECT, INSERT ON corrections TO balaikota_writer;
GRANT USAGE ON SEQUENCE incident_decisions TO balaikota_writer;
GRANT SELECT ON incidents, report_analyses, incident_rulings, corrections, report_answers TO balaikota_reader, balaikota_city_reader;
GRANT SELECT, UPDATE ON analysis_state TO balaikota_writer;
GRANT SELECT ON analysis_queue, analysis_state TO balaikota_reader, balaikota_city_reader; -- numbers only

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
CREATE POLICY incidents_are_written ON incidents TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY incidents_of_the_city ON incidents FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY incidents_of_own_area_or_office ON incidents FOR SELECT TO balaikota_reader
    USING (area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to())
        AND ((SELECT asker_role()) <> 'kepala_opd' OR office_id = (SELECT asker_office())));

-- What belongs to a report is seen by those who see the report.
ALTER TABLE report_analyses ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_analyses_are_written ON report_analyses TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_analyses_of_the_city ON report_analyses FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_analyses_of_seen_reports ON report_analyses FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));
ALTER TABLE incident_rulings ENABLE ROW LEVEL SECURITY;
CREATE POLICY incident_rulings_are_written ON incident_rulings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY incident_rulings_of_the_city ON incident_rulings FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY incident_rulings_of_seen_reports ON incident_rulings FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_a));
ALTER TABLE corrections ENABLE ROW LEVEL SECURITY;
CREATE POLICY corrections_are_written ON corrections TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY corrections_of_the_city ON corrections FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY corrections_of_seen_reports ON corrections FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));
ALTER TABLE report_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_answers_are_written ON report_answers TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY report_answers_of_the_city ON report_answers FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY report_answers_of_seen_reports ON report_answers FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = report_id));

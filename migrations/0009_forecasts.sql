-- +goose Up

-- What the next days will bring (backend/city.Forecast): a state, one row a
-- subject, made anew each night.
CREATE TABLE forecasts (
    kind      text NOT NULL,
    indicator text NOT NULL DEFAULT '',
    area_code text NOT NULL,
    category  text NOT NULL DEFAULT '',
    made_at   timestamptz NOT NULL,
    through   date NOT NULL,
    method    text NOT NULL,
    points    jsonb NOT NULL,
    mase      double precision,
    relative  double precision,
    coverage  double precision,
    days      integer NOT NULL,
    CONSTRAINT forecasts_pkey PRIMARY KEY (kind, indicator, area_code, category),
    CONSTRAINT forecasts_kind_is_known CHECK (kind IN ('reports', 'indicator')),
    CONSTRAINT forecasts_of_an_indicator_name_it CHECK ((kind = 'indicator') = (indicator <> '')),
    CONSTRAINT forecasts_method_is_known CHECK (method IN ('mean', 'parent-share')),
    CONSTRAINT forecasts_have_points CHECK (jsonb_typeof(points) = 'array' AND points <> '[]'),
    CONSTRAINT forecasts_scores_are_possible CHECK (mase >= 0 AND relative >= 0 AND coverage BETWEEN 0 AND 1)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON forecasts TO balaikota_writer;
GRANT SELECT ON forecasts TO balaikota_reader, balaikota_city_reader;

-- Report counts are seen as the counts themselves are (report_daily), values
-- of indicators as the indicator is (observations).
ALTER TABLE forecasts ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecasts_are_written ON forecasts TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY forecasts_of_reports_of_the_city ON forecasts FOR SELECT TO balaikota_city_reader USING (kind = 'reports');
CREATE POLICY forecasts_of_reports_of_own_area ON forecasts FOR SELECT TO balaikota_reader
    USING (kind = 'reports' AND (SELECT asker_role()) IN ('camat', 'lurah')
        AND area_code ~>=~ (SELECT asker_area_from()) AND area_code ~<~ (SELECT asker_area_to()));
CREATE POLICY forecasts_of_visible_indicators ON forecasts FOR SELECT TO balaikota_reader, balaikota_city_reader
    USING (kind = 'indicator' AND indicator = ANY (ARRAY(SELECT slug FROM indicators WHERE (SELECT asker_role()) = ANY (visible_to))));

-- +goose Up

-- The daily briefing (lembar pagi): a sheet as it was, once and for all, with
-- the figures and rows it was made of. record is city.BriefingSheet word for
-- word (json keeps the text as it came), so that its hash can be worked out
-- again by anybody. What is later is a new number.
CREATE TABLE briefings (
    number     bigint PRIMARY KEY,
    kind       text NOT NULL,
    day        date NOT NULL, -- in the city's zone
    at         timestamptz NOT NULL, -- what was known then
    made_at    timestamptz NOT NULL,
    officer_id bigint,
    made_by    text NOT NULL,
    record     json NOT NULL,
    sha256     bytea NOT NULL,
    CONSTRAINT briefings_numbers_count_from_one CHECK (number > 0),
    CONSTRAINT briefings_kind_is_known CHECK (kind IN ('morning', 'on_demand')),
    CONSTRAINT briefings_maker_is_named CHECK (made_by <> ''),
    CONSTRAINT briefings_tell_of_the_past CHECK (at <= made_at),
    CONSTRAINT briefings_hash_is_of_the_record CHECK (sha256 = sha256(convert_to(record::text, 'UTF8')))
);
-- The clock makes one a day, however many nodes there are.
CREATE UNIQUE INDEX briefings_one_morning_a_day ON briefings (day) WHERE kind = 'morning';
CREATE INDEX briefings_of_day ON briefings (day, number);

-- +goose StatementBegin
DO $$
BEGIN
    CREATE TRIGGER briefings_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON briefings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
END
$$;
-- +goose StatementEnd
ALTER TABLE briefings ENABLE ROW LEVEL SECURITY;
CREATE POLICY briefings_are_written ON briefings TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY briefings_of_the_city ON briefings FOR SELECT TO balaikota_city_reader USING (true);
-- A sheet is about the whole city: who sees a part of it sees no sheet.
GRANT SELECT, INSERT ON briefings TO balaikota_writer;
GRANT SELECT ON briefings TO balaikota_city_reader;

-- Officers are told that the morning's sheet is there.
ALTER TABLE notices DROP CONSTRAINT notices_kind_is_known;
ALTER TABLE notices ADD CONSTRAINT notices_kind_is_known
    CHECK (kind IN ('disposition', 'step', 'reminder', 'escalation', 'proof', 'reporter', 'recommendation', 'briefing', 'test'));

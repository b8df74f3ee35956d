-- +goose Up

-- Points of a meeting's agenda and minutes. A point belongs to the week of the
-- meeting it was written for; while it is open it comes back every week.
CREATE TABLE meeting_points (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id      uuid NOT NULL, -- makes writing it twice harmless
    week           text NOT NULL,
    kind           text NOT NULL,
    text           text NOT NULL,
    owner_id       bigint REFERENCES offices,
    disposition_id bigint REFERENCES dispositions,
    officer_id     bigint,
    actor          text NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT meeting_points_are_written_once UNIQUE (client_id),
    CONSTRAINT meeting_points_week_is_iso CHECK (week ~ '^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$'),
    CONSTRAINT meeting_points_kind_is_known CHECK (kind IN ('topic', 'decision', 'question')),
    CONSTRAINT meeting_points_say_something CHECK (btrim(text) <> '' AND char_length(text) <= 1000),
    CONSTRAINT meeting_points_actor_is_named CHECK (actor <> '')
);
CREATE INDEX meeting_points_of_week ON meeting_points (week, id);

-- What became of a point, never changed. A point without a line here is open.
CREATE TABLE meeting_point_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    point_id   bigint NOT NULL REFERENCES meeting_points,
    status     text NOT NULL,
    reason     text NOT NULL DEFAULT '',
    officer_id bigint,
    actor      text NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT meeting_point_changes_status_is_known CHECK (status IN ('open', 'decided', 'dropped')),
    CONSTRAINT meeting_point_changes_dropped_have_a_reason CHECK (status = 'decided' OR reason <> ''),
    CONSTRAINT meeting_point_changes_actor_is_named CHECK (actor <> '')
);
CREATE INDEX meeting_point_changes_of ON meeting_point_changes (point_id, id);

-- Minutes: a closed meeting as it was, once and for all. record is city.Meeting
-- word for word (json keeps the text as it came), so that its hash can be
-- worked out again by anybody.
CREATE TABLE meeting_minutes (
    week       text PRIMARY KEY,
    year       integer NOT NULL,
    number     integer NOT NULL, -- running within the year
    closed_at  timestamptz NOT NULL,
    officer_id bigint,
    closed_by  text NOT NULL,
    present    text[] NOT NULL,
    record     json NOT NULL,
    sha256     bytea NOT NULL,
    CONSTRAINT meeting_minutes_week_is_iso CHECK (week ~ '^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$'),
    CONSTRAINT meeting_minutes_number_is_unique UNIQUE (year, number),
    CONSTRAINT meeting_minutes_numbers_count_from_one CHECK (number > 0),
    CONSTRAINT meeting_minutes_closer_is_named CHECK (closed_by <> ''),
    CONSTRAINT meeting_minutes_hash_is_of_the_record CHECK (sha256 = sha256(convert_to(record::text, 'UTF8')))
);

-- A closed meeting takes no more points; they belong to the next.
-- +goose StatementBegin
CREATE FUNCTION meeting_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM meeting_minutes m WHERE m.week = NEW.week) THEN
        RAISE EXCEPTION 'the meeting of % is closed', NEW.week USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_points_of_open_meetings', TABLE = 'meeting_points';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER meeting_points_of_open_meetings BEFORE INSERT ON meeting_points FOR EACH ROW EXECUTE FUNCTION meeting_is_open();
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['meeting_points', 'meeting_point_changes', 'meeting_minutes'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()', t || '_stay', t);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO balaikota_writer USING (true) WITH CHECK (true)', t || '_are_written', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO balaikota_city_reader USING (true)', t || '_of_the_city', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON meeting_points, meeting_point_changes, meeting_minutes TO balaikota_writer;
GRANT SELECT ON meeting_points, meeting_point_changes TO balaikota_reader, balaikota_city_reader;
-- The whole record is the city's; who sees a part of the city gets that part of
-- it from the store, by the dispositions and advice that are theirs.
GRANT SELECT ON meeting_minutes TO balaikota_city_reader;

-- A point is seen by the office it names, by those above a camat's or lurah's
-- area in it, and by who sees its disposition.
CREATE POLICY meeting_points_of_own ON meeting_points FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM offices o WHERE o.id = owner_id AND CASE (SELECT asker_role())
            WHEN 'kepala_opd' THEN o.id = (SELECT asker_office())
            WHEN 'camat' THEN o.area_code <> '' AND area_within(o.area_code, (SELECT asker_area()))
            WHEN 'lurah' THEN o.area_code <> '' AND o.area_code = (SELECT asker_area())
            ELSE false END)
        OR EXISTS (SELECT FROM dispositions d WHERE d.id = disposition_id));
CREATE POLICY meeting_point_changes_of_seen_ones ON meeting_point_changes FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM meeting_points p WHERE p.id = point_id));

-- +goose Up

-- The city's cameras (CCTV): where they stand, where their stream is looked at,
-- and how their still picture fares.
CREATE TABLE cameras (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    external_id text NOT NULL,
    name        text NOT NULL,
    lon         double precision,
    lat         double precision,
    stream_url  text NOT NULL DEFAULT '',
    has_still   boolean NOT NULL,
    tried_at    timestamptz,
    taken_at    timestamptz, -- the last still that came whole
    changed_at  timestamptz, -- the last that was another picture: last seen
    repeats     integer NOT NULL DEFAULT 0, -- how often the same picture came again
    faults      integer NOT NULL DEFAULT 0, -- failures in a row
    fault       text NOT NULL DEFAULT '',
    CONSTRAINT cameras_are_known_once UNIQUE (source_id, external_id),
    CONSTRAINT cameras_are_named CHECK (external_id <> '' AND btrim(name) <> ''),
    CONSTRAINT cameras_point_is_whole CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT cameras_stream_is_web CHECK (stream_url = '' OR stream_url ~ '^https?://')
);

-- The newest still of each, and no other: it is overwritten, never collected.
-- Unlogged: it is in no log that is shipped and in no backup, and gone after a
-- crash; the next reading brings it again.
CREATE UNLOGGED TABLE camera_stills (
    camera_id bigint PRIMARY KEY REFERENCES cameras ON DELETE CASCADE,
    print     bytea NOT NULL, -- SHA-256 of its pixels
    picture   bytea NOT NULL, -- JPEG, without what the camera wrote beside it
    CONSTRAINT camera_stills_are_small CHECK (octet_length(picture) <= 1048576)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON cameras, camera_stills TO balaikota_writer;
GRANT SELECT ON cameras, camera_stills TO balaikota_city_reader;
ALTER TABLE cameras ENABLE ROW LEVEL SECURITY;
ALTER TABLE camera_stills ENABLE ROW LEVEL SECURITY;
CREATE POLICY cameras_are_written ON cameras TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY camera_stills_are_written ON camera_stills TO balaikota_writer USING (true) WITH CHECK (true);
-- Pictures of streets are pictures of people: those who steer the city now look
-- at them, nobody else.
CREATE POLICY cameras_for_those_who_steer ON cameras FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('wali_kota', 'sekda', 'operator'));
CREATE POLICY camera_stills_for_those_who_steer ON camera_stills FOR SELECT TO balaikota_city_reader
    USING ((SELECT asker_role()) IN ('wali_kota', 'sekda', 'operator'));

-- +goose Up

-- The roles of the second wall (docs/adr/0003). The server signs in as
-- balaikota_app, which owns nothing and may read nothing; each transaction
-- takes one of the roles below for its own length (SET LOCAL ROLE).
-- +goose StatementBegin
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['balaikota_app', 'balaikota_writer', 'balaikota_reader', 'balaikota_city_reader', 'balaikota_identity_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server made it a moment ago
            END;
        END IF;
        -- Since version 16 the maker of a role may grant it but not take it.
        -- Another database of this server may grant the same at this moment
        -- (which Postgres calls a tuple concurrently updated): good as well.
        BEGIN
            IF NOT pg_has_role(current_user, wanted, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
                EXECUTE format('GRANT %I TO %I', wanted, current_user);
            END IF;
        EXCEPTION WHEN unique_violation OR internal_error THEN
            NULL;
        END;
        BEGIN
            IF wanted <> 'balaikota_app' AND NOT pg_has_role('balaikota_app', wanted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO balaikota_app', wanted);
            END IF;
        EXCEPTION WHEN unique_violation OR internal_error THEN
            NULL;
        END;
    END LOOP;
END
$$;
-- +goose StatementEnd

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO balaikota_app, balaikota_writer, balaikota_reader, balaikota_city_reader, balaikota_identity_reader;

-- What the asker is, as the store sets it for one transaction.
CREATE FUNCTION asker_role() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('balaikota.role', true), '') $$;
CREATE FUNCTION asker_area() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('balaikota.area', true), '') $$;
CREATE FUNCTION asker_office() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT coalesce(nullif(current_setting('balaikota.office', true), ''), '0')::bigint $$;
CREATE FUNCTION asker_reason() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('balaikota.reason', true), '') $$;

-- area_within mirrors city.Within: the area itself or one that lies in it.
CREATE FUNCTION area_within(code text, outer_code text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$ SELECT outer_code <> '' AND (code = outer_code OR starts_with(code, outer_code || '.')) $$;

-- The codes an asker may see as a range [from, to) in byte order, which an
-- index can follow and which, unlike LIKE, leaks nothing: '/' is the character
-- after '.', so an area's range is itself and everything in it. A role bound
-- to no area has an empty range, an agency head all of it (the office decides).
CREATE FUNCTION asker_area_from() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT CASE WHEN asker_role() IN ('camat', 'lurah') THEN asker_area() ELSE '' END $$;
CREATE FUNCTION asker_area_to() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT CASE WHEN asker_role() IN ('camat', 'lurah') AND asker_area() <> '' THEN asker_area() || '/'
                   WHEN asker_role() = 'kepala_opd' THEN '~' ELSE '' END $$;

-- The city this database serves: one row.
CREATE TABLE city_setting (
    one        boolean PRIMARY KEY DEFAULT true,
    code       text NOT NULL,
    name       text NOT NULL,
    timezone   text NOT NULL,
    zone_label text NOT NULL,
    CONSTRAINT city_setting_only_one_row CHECK (one)
);

CREATE TABLE areas (
    code            text PRIMARY KEY,
    bps_code        text NOT NULL DEFAULT '',
    level           text NOT NULL,
    name            text NOT NULL,
    parent_code     text NOT NULL DEFAULT '',
    label_lon       double precision NOT NULL,
    label_lat       double precision NOT NULL,
    area_km2        double precision NOT NULL DEFAULT 0,
    population      integer NOT NULL DEFAULT 0,
    population_year integer NOT NULL DEFAULT 0,
    outline         jsonb,
    outline_source  text NOT NULL DEFAULT '',
    approximate     boolean NOT NULL DEFAULT false,
    aliases         text[] NOT NULL DEFAULT '{}',
    changed_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT areas_level_is_known CHECK (level IN ('provinsi', 'kota', 'kecamatan', 'kelurahan')),
    CONSTRAINT areas_code_has_kemendagri_form CHECK (code ~ '^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$'),
    CONSTRAINT areas_label_is_lon_lat CHECK (label_lon BETWEEN 90 AND 145 AND label_lat BETWEEN -15 AND 10),
    CONSTRAINT areas_lies_in_parent CHECK (parent_code = '' OR area_within(code, parent_code)),
    CONSTRAINT areas_population_has_year CHECK (population = 0 OR population_year > 1900)
);

CREATE TABLE offices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    short_name text NOT NULL,
    name       text NOT NULL,
    kind       text NOT NULL,
    area_code  text NOT NULL DEFAULT '',
    aliases    text[] NOT NULL DEFAULT '{}',
    CONSTRAINT offices_short_name_is_unique UNIQUE (short_name),
    CONSTRAINT offices_kind_is_known CHECK (kind IN ('opd', 'kecamatan', 'kelurahan', 'bumd'))
);

CREATE TABLE holidays (
    date   date PRIMARY KEY,
    name   text NOT NULL DEFAULT '',
    kind   text NOT NULL DEFAULT 'libur',
    source text NOT NULL,
    CONSTRAINT holidays_kind_is_known CHECK (kind IN ('libur', 'cuti_bersama'))
);

CREATE TABLE categories (
    slug                  text PRIMARY KEY,
    name                  text NOT NULL,
    name_en               text NOT NULL DEFAULT '',
    words                 text[] NOT NULL DEFAULT '{}',
    office_id             bigint NOT NULL REFERENCES offices,
    working_days_to_close integer NOT NULL,
    origin                text NOT NULL,
    CONSTRAINT categories_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT categories_norm_is_positive CHECK (working_days_to_close BETWEEN 1 AND 400)
);

CREATE TABLE indicators (
    slug              text PRIMARY KEY,
    name              text NOT NULL,
    name_en           text NOT NULL DEFAULT '',
    unit              text NOT NULL,
    direction         text NOT NULL DEFAULT 'none',
    grain             text NOT NULL,
    aggregation       text NOT NULL DEFAULT 'mean',
    fresh_for_seconds integer NOT NULL DEFAULT 86400,
    min               double precision,
    max               double precision,
    decimals          integer NOT NULL DEFAULT 1,
    rank              integer NOT NULL DEFAULT 0,
    visible_to        text[] NOT NULL,
    definition        text NOT NULL DEFAULT '',
    origin            text NOT NULL,
    CONSTRAINT indicators_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT indicators_direction_is_known CHECK (direction IN ('up', 'down', 'none')),
    CONSTRAINT indicators_grain_is_known CHECK (grain IN ('city', 'district', 'village')),
    CONSTRAINT indicators_aggregation_is_known CHECK (aggregation IN ('mean', 'sum', 'max', 'last')),
    CONSTRAINT indicators_freshness_is_positive CHECK (fresh_for_seconds > 0),
    CONSTRAINT indicators_range_is_ordered CHECK (min IS NULL OR max IS NULL OR min < max)
);

CREATE TABLE thresholds (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator    text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    level        text NOT NULL,
    above        boolean NOT NULL,
    value        double precision NOT NULL,
    source       text NOT NULL,
    effective_on date NOT NULL,
    area_code    text NOT NULL DEFAULT '',
    CONSTRAINT thresholds_level_is_known CHECK (level IN ('perhatian', 'siaga', 'awas')),
    CONSTRAINT thresholds_have_a_source CHECK (source <> ''),
    CONSTRAINT thresholds_are_stated_once UNIQUE (indicator, level, area_code, effective_on)
);

GRANT SELECT ON city_setting, areas, offices, holidays, categories, indicators, thresholds
    TO balaikota_reader, balaikota_city_reader, balaikota_identity_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON city_setting, areas, offices, holidays, categories, indicators, thresholds TO balaikota_writer;

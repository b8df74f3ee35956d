-- +goose Up

-- Of how many stations a state was put together, and the oldest value among them:
-- the whole city is put together from its areas while these tell that all of them
-- count. 0 is a state from before this was kept. previous_of is the moment for
-- which the value of the day before was read.
ALTER TABLE indicator_states
    ADD COLUMN stations    integer NOT NULL DEFAULT 0,
    ADD COLUMN oldest      timestamptz,
    ADD COLUMN previous_of timestamptz,
    ADD CONSTRAINT indicator_states_stations_are_counted CHECK (stations >= 0 AND (stations = 0 OR oldest IS NOT NULL));

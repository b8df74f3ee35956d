-- +goose Up

-- Whether expect_seconds was worked out of the schedule, as nobody chose it; then it
-- follows the schedule. Unknown of what was saved before: the server settles that
-- when it starts, for reading a schedule is not Postgres's.
ALTER TABLE sources ADD COLUMN expect_by_schedule boolean;

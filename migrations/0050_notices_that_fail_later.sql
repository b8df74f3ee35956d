-- +goose Up

-- What a service tells later of a notice that it took: that it arrived, or that it
-- could not bring it after all; then it goes by the officer's next way.
ALTER TABLE notice_deliveries ADD COLUMN arrived_at timestamptz, ADD COLUMN undelivered_at timestamptz,
    ADD CONSTRAINT notice_deliveries_undelivered_are_ended CHECK (undelivered_at IS NULL OR ended_at IS NOT NULL);
CREATE INDEX notice_deliveries_undelivered ON notice_deliveries (undelivered_at) WHERE undelivered_at IS NOT NULL;

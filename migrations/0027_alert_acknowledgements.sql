-- +goose Up

-- Who has said that he knows of an alert: until somebody has, a grave one
-- interrupts the wall. It holds while the alert runs and grows no graver; the
-- audit trail keeps every one of them.
ALTER TABLE alerts
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN acknowledged_by text,
    ADD CONSTRAINT alerts_acknowledgement_is_whole CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
    ADD CONSTRAINT alerts_acknowledgement_has_a_name CHECK (acknowledged_by <> '');

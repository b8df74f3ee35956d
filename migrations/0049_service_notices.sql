-- +goose Up

-- Notices of disturbance of a public service (a bus line): no warning of nature,
-- and nothing that a risk is worked out from.
ALTER TABLE alerts DROP CONSTRAINT alerts_kind_is_known;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind_is_known CHECK (kind IN ('threshold', 'warning', 'quake', 'surge', 'overdue', 'source',
    'hotspot', 'anomaly', 'silent', 'flood', 'breach', 'incident', 'service'));

-- +goose Up

-- What the analysis may raise, besides what sources and watches do.
ALTER TABLE alerts DROP CONSTRAINT alerts_kind_is_known;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind_is_known CHECK (kind IN ('threshold', 'warning', 'quake', 'surge', 'overdue', 'source',
    'hotspot', 'anomaly', 'silent', 'flood', 'breach', 'incident'));

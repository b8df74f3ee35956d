package store

import (
	"context"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Pictures are fetched for reports made within photoAge, and after
// photoAttempts failures no more: what cannot be had by then is gone.
const (
	photoAge      = 60 * 24 * time.Hour
	photoAttempts = 5
)

// PhotoToFetch is a report's picture that is not known yet.
type PhotoToFetch struct {
	ReportID int64
	SourceID int64
	URL      string
	// Failures is how often this address has failed so far.
	Failures int
}

const photosToFetchQuery = `SELECT r.id AS report_id, r.source_id, r.media_url AS url, CASE WHEN p.url = r.media_url THEN p.failures ELSE 0 END AS failures
	FROM reports r LEFT JOIN report_photos p ON p.report_id = r.id
	WHERE r.media_url <> '' AND r.removed_at IS NULL AND r.created_at > $1
		AND (p.report_id IS NULL OR p.url <> r.media_url OR (p.next_attempt <= $2 AND p.failures < $3))
	ORDER BY r.created_at DESC, r.id DESC LIMIT $4`

// PhotosToFetch returns pictures to fetch now, those of the newest reports
// first, at most limit: of reports of the last 60 days, those never tried,
// those with another address than was tried, and those due for another attempt.
func (s *Store) PhotosToFetch(ctx context.Context, limit int) (out []PhotoToFetch, err error) {
	now := s.now()
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[PhotoToFetch](ctx, tx, photosToFetchQuery, now.Add(-photoAge), now, photoAttempts, limit)
		return err
	})
	return out, wrapped(err, "read which pictures to fetch")
}

// Photo is the outcome of fetching a picture.
type Photo struct {
	ReportID int64
	URL      string // the PhotoToFetch's
	// Fingerprint is the picture's difference hash, 0 for one that says
	// nothing; Width and Height are in pixels.
	Fingerprint   uint64
	Width, Height int
	// Error says why the picture is not to be had, "" if it is; RetryAt is when
	// to try again, as long as attempts are left.
	Error   string
	RetryAt time.Time
}

// An address that the report no longer has is not written: the picture behind
// its new one is fetched for itself.
const savePhotoQuery = `INSERT INTO report_photos AS p (report_id, url, fingerprint, width, height, fetched_at, failures, error, next_attempt)
	SELECT id, media_url, nullif($3::bigint, 0), $4::integer, $5::integer, CASE WHEN $6::text = '' THEN $7::timestamptz END,
	CASE WHEN $6 = '' THEN 0 ELSE 1 END, $6, $8::timestamptz
	FROM reports WHERE id = $1 AND media_url = $2 AND removed_at IS NULL
	ON CONFLICT (report_id) DO UPDATE SET url = excluded.url, fingerprint = excluded.fingerprint, width = excluded.width, height = excluded.height,
		fetched_at = excluded.fetched_at, error = excluded.error, next_attempt = excluded.next_attempt,
		failures = excluded.failures + CASE WHEN excluded.failures > 0 AND p.url = excluded.url THEN p.failures ELSE 0 END`

// PhotoUse is a report that carries a picture, by its area and category.
type PhotoUse struct{ AreaCode, Category string }

const photoUsesQuery = `SELECT r.area_code, coalesce(r.category, '') AS category FROM report_photos p JOIN reports r ON r.id = p.report_id AND r.media_url = p.url
	WHERE p.fingerprint = $1::bigint AND r.removed_at IS NULL ORDER BY r.created_at DESC LIMIT 1000`

// PhotoUses returns the newest reports whose pictures have a fingerprint.
func (s *Store) PhotoUses(ctx context.Context, fingerprint uint64) (out []PhotoUse, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[PhotoUse](ctx, tx, photoUsesQuery, int64(fingerprint))
		return err
	})
	return out, wrapped(err, "read which reports carry a picture")
}

// MarkPlaceholder notes that a picture shows nothing of the reports that carry
// it. It is no evidence from then on: they are analysed anew without it.
func (s *Store) MarkPlaceholder(ctx context.Context, fingerprint uint64) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO photo_placeholders (fingerprint, found_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, int64(fingerprint), s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		carriers, err := column[int64](ctx, tx, `SELECT report_id FROM report_photos WHERE fingerprint = $1::bigint`, int64(fingerprint))
		if err != nil {
			return err
		}
		return queueAnalysis(ctx, tx, carriers)
	})
	return wrapped(err, "note that a picture shows nothing")
}

// SavePhoto keeps the outcome of fetching a picture. A fingerprint is evidence
// for grouping, so the report is analysed anew: that is asked for in the same
// transaction.
func (s *Store) SavePhoto(ctx context.Context, p Photo) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		var next *time.Time
		if p.Error != "" {
			p.Fingerprint, p.Width, p.Height, next = 0, 0, 0, given(p.RetryAt)
		}
		tag, err := tx.Exec(ctx, savePhotoQuery, p.ReportID, p.URL, int64(p.Fingerprint), p.Width, p.Height, cleanText(p.Error), s.now(), next)
		if err != nil || tag.RowsAffected() == 0 || p.Fingerprint == 0 {
			return err
		}
		return queueAnalysis(ctx, tx, []int64{p.ReportID})
	})
	return wrapped(err, "keep what is known of a picture")
}

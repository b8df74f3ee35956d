package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// A report that was filed here has no other register that would close it: the
// answer with which its incident was closed does.
const requestClosed = `(r.status IN ('closed', 'rejected') OR r.source_id = (SELECT open311_source()) AND EXISTS (SELECT FROM report_answers a WHERE a.report_id = r.id))`

const requestRows = ` SELECT r.id, r.source_id, r.channel, r.created_at, r.responded_at,
	CASE WHEN r.status NOT IN ('closed', 'rejected') AND ` + requestClosed + ` THEN w.at ELSE r.closed_at END AS closed_at,
	greatest(r.changed_at, w.at, u.at) AS updated_at, r.due_at, r.text, r.lon, r.lat, r.address, r.area_code, coalesce(r.category, '') AS category,
	coalesce(r.office_id, 0) AS office_id, CASE WHEN r.status NOT IN ('closed', 'rejected') AND ` + requestClosed + ` THEN 'closed' ELSE r.status END AS status,
	r.media_url, coalesce(w.text, r.answer) AS answer,
	coalesce((SELECT k.reads FROM open311_keys k) = 'city', false)
		OR r.source_id = (SELECT open311_source()) AND r.external_id IN (SELECT f.external_id FROM open311_filed f) AS trusted,
	EXISTS (SELECT FROM open311_sources o WHERE o.source_id = r.source_id AND o.media) AS media_public, u.notes
	FROM picked p JOIN reports r ON r.id = p.id
	LEFT JOIN LATERAL (SELECT a.text, a.at FROM report_answers a WHERE a.report_id = r.id ORDER BY a.at DESC LIMIT 1) w ON true
	LEFT JOIN LATERAL (SELECT max(received_at) AS at, json_agg(json_build_object('At', x.updated_at, 'Description', x.description) ORDER BY x.id DESC)
		FILTER (WHERE x.description <> '') AS notes FROM open311_updates x WHERE x.report_id = r.id) u ON true `

const requestFilter = ` ($1::text[] IS NULL OR r.category = ANY ($1)) AND ($2::boolean IS NULL OR ` + requestClosed + ` = $2) AND r.created_at BETWEEN $3 AND $4 `

const (
	requestsByID    = `WITH picked AS MATERIALIZED (SELECT r.id FROM reports r WHERE r.id = ANY ($1::bigint[]) LIMIT 1000)` + requestRows + `ORDER BY r.created_at DESC, r.id DESC`
	requestsCreated = `WITH picked AS MATERIALIZED (SELECT r.id FROM reports r WHERE` + requestFilter + `ORDER BY r.created_at DESC, r.id DESC OFFSET $5 LIMIT $6)` +
		requestRows + `ORDER BY r.created_at DESC, r.id DESC`
	requestsChanged = `WITH picked AS MATERIALIZED (SELECT r.id FROM reports r WHERE` + requestFilter + `AND greatest(r.changed_at,
		(SELECT max(a.at) FROM report_answers a WHERE a.report_id = r.id), (SELECT max(x.received_at) FROM open311_updates x WHERE x.report_id = r.id)) BETWEEN $5 AND $6
	ORDER BY r.changed_at DESC, r.id DESC OFFSET $7 LIMIT $8)` + requestRows + `ORDER BY r.changed_at DESC, r.id DESC`
)

type requestRow struct {
	ID, SourceID                int64
	Channel                     string
	CreatedAt                   time.Time
	RespondedAt, ClosedAt       *time.Time
	UpdatedAt                   time.Time
	DueAt                       *time.Time
	Text                        string
	Lon, Lat                    *float64
	Address, AreaCode, Category string
	OfficeID                    int64
	Status, MediaURL, Answer    string
	Trusted, MediaPublic        bool
	Notes                       []byte
}

// ServiceRequests returns reports as a key from outside may see them (0: as
// everybody may), newest first, or with an updated bound those last changed
// first. What may be seen is decided by the policy reports_from_outside.
func (s *Store) ServiceRequests(ctx context.Context, key int64, q city.Open311Query) (out []city.ServiceRequest, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var closed *bool
	if q.Open != q.Closed {
		closed = &q.Closed
	}
	err = s.readOutside(ctx, key, func(tx pgx.Tx) error {
		var rows []requestRow
		switch {
		case q.IDs != nil:
			rows, err = rowsOf[requestRow](ctx, tx, requestsByID, q.IDs)
		case q.UpdatedAfter.IsZero() && q.UpdatedBefore.IsZero():
			rows, err = rowsOf[requestRow](ctx, tx, requestsCreated, q.Categories, closed, q.From, q.To, q.Offset, q.Limit)
		default:
			rows, err = rowsOf[requestRow](ctx, tx, requestsChanged, q.Categories, closed, q.From, q.To, q.UpdatedAfter, q.UpdatedBefore, q.Offset, q.Limit)
		}
		if err != nil {
			return fmt.Errorf("read service requests: %w", err)
		}
		out = make([]city.ServiceRequest, len(rows))
		for n, r := range rows {
			if out[n], err = r.request(cat); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (r requestRow) request(cat *catalogue) (city.ServiceRequest, error) {
	var notes []city.Open311Note
	if len(r.Notes) > 0 {
		if err := json.Unmarshal(r.Notes, &notes); err != nil {
			return city.ServiceRequest{}, fmt.Errorf("read what was told of a request: %w", err)
		}
	}
	return city.ServiceRequest{
		ID: r.ID, Channel: r.Channel, CreatedAt: r.CreatedAt, RespondedAt: r.RespondedAt, ClosedAt: r.ClosedAt, UpdatedAt: r.UpdatedAt, DueAt: r.DueAt,
		Text: city.WithoutNotes(r.Text, notes, cat.location), Lon: r.Lon, Lat: r.Lat, Address: r.Address, AreaCode: r.AreaCode, Category: r.Category, ServiceName: cat.categories[r.Category].Name,
		Office: cat.officeName[r.OfficeID], Status: city.ReportStatus(r.Status), MediaURL: r.MediaURL, Answer: r.Answer,
		Simulated: cat.sources[r.SourceID].Simulated, Trusted: r.Trusted, MediaPublic: r.MediaPublic,
	}.Outward(), nil
}

// requestUpdatesQuery gathers what is known of a report's course: what its filer
// told, when its office answered and closed it, and its incident's answer. A closing that one of its filer's
// updates brought is that update.
const requestUpdatesQuery = `SELECT x.id, x.request_id, x.status, x.description, x.at,
	coalesce((SELECT k.reads FROM open311_keys k) = 'city', false) OR x.source_id = (SELECT open311_source()) AND x.external_id IN (SELECT f.external_id FROM open311_filed f) AS trusted
FROM (
	SELECT 'u' || u.id AS id, r.id AS request_id, u.status, u.description, u.updated_at AS at, r.source_id, r.external_id
	FROM open311_updates u JOIN reports r ON r.id = u.report_id
	UNION ALL
	SELECT 'j' || r.id || '-' || extract(epoch FROM w.at)::bigint, r.id, CASE WHEN ` + requestClosed + ` THEN 'closed' ELSE r.status END, w.text, w.at, r.source_id, r.external_id
	FROM report_answers w JOIN reports r ON r.id = w.report_id
	UNION ALL
	SELECT 'd' || r.id, r.id, 'in_progress', '', r.responded_at, r.source_id, r.external_id FROM reports r WHERE r.responded_at BETWEEN $1 AND $2 AND r.created_at > $3
	UNION ALL
	SELECT 's' || r.id, r.id, 'closed', r.answer, r.closed_at, r.source_id, r.external_id FROM reports r
	WHERE r.closed_at BETWEEN $1 AND $2 AND r.status IN ('closed', 'rejected') AND r.created_at > $3
		AND NOT EXISTS (SELECT FROM open311_updates u WHERE u.report_id = r.id AND u.status = 'closed' AND u.updated_at = r.closed_at)
) x WHERE x.at BETWEEN $1 AND $2 AND ($4::bigint IS NULL OR x.request_id = $4) ORDER BY x.at, x.id LIMIT $5`

// RequestUpdates returns what was said of service requests in [from, to],
// oldest first, as a key from outside may see it; request 0 means all.
func (s *Store) RequestUpdates(ctx context.Context, key int64, request int64, from, to time.Time, limit int) (out []city.RequestUpdate, err error) {
	var only *int64
	if request != 0 {
		only = &request
	}
	err = s.readOutside(ctx, key, func(tx pgx.Tx) error {
		out, err = rowsOf[city.RequestUpdate](ctx, tx, requestUpdatesQuery, from, to, from.Add(-city.Open311ChangesBack), only, limit)
		return err
	})
	for n := range out {
		out[n] = out[n].Outward()
	}
	return out, wrapped(err, "read what was said of service requests")
}

const (
	lockOpen311Key   = `SELECT files FROM open311_keys WHERE id = $1 AND revoked_at IS NULL FOR UPDATE`
	sameFiledQuery   = `SELECT external_id, at FROM open311_filed WHERE key_id = $1 AND digest = $2 AND at > $3 ORDER BY at DESC LIMIT 1`
	countFiledQuery  = `SELECT count(*)::int FROM open311_filed WHERE key_id = $1 AND at > $2`
	addFiledQuery    = `INSERT INTO open311_filed (external_id, key_id, digest, at) VALUES ($1, $2, $3, $4)`
	filedNumberQuery = `SELECT r.id FROM reports r JOIN sources s ON s.id = r.source_id AND s.slug = 'open311-masuk'
	JOIN open311_filed f ON f.external_id = r.external_id WHERE f.external_id = $1 AND f.key_id = $2`
)

type filed struct {
	ExternalID string
	At         time.Time
}

// BeginFiling gives a report that a key files its number with us and its
// moment: those of before when the same form came within city.Open311SameForm.
// Forbidden when the key may not file (any more), Conflict with a time to wait
// when it has filed too much in 24 hours.
func (s *Store) BeginFiling(ctx context.Context, f city.Open311Filing, newID func() (string, error)) (externalID string, at time.Time, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		now := s.now().UTC().Truncate(time.Microsecond)
		if err := mayFile(ctx, tx, f.Key.ID); err != nil {
			return err
		}
		same, err := rowsOf[filed](ctx, tx, sameFiledQuery, f.Key.ID, f.Digest, now.Add(-city.Open311SameForm))
		if err != nil {
			return fmt.Errorf("look for the same report: %w", err)
		}
		if len(same) > 0 {
			externalID, at = same[0].ExternalID, same[0].At
			return nil
		}
		var today int
		if err := tx.QueryRow(ctx, countFiledQuery, f.Key.ID, now.AddDate(0, 0, -1)).Scan(&today); err != nil {
			return fmt.Errorf("count what the key filed: %w", err)
		}
		if today >= city.Open311ADay {
			e := city.Errorf(city.Conflict, "this key has filed %d reports in 24 hours; wait, or ask the operator", today)
			e.RetryAfter = time.Hour
			return e
		}
		if externalID, err = newID(); err != nil {
			return err
		}
		at = now
		_, err = tx.Exec(ctx, addFiledQuery, externalID, f.Key.ID, f.Digest, now)
		return wrapped(err, "write down who files a report")
	})
	return externalID, at, err
}

func mayFile(ctx context.Context, tx pgx.Tx, key int64) error {
	may, err := column[bool](ctx, tx, lockOpen311Key, key)
	if err != nil {
		return fmt.Errorf("lock an Open311 key: %w", err)
	}
	if len(may) == 0 || !may[0] {
		return city.Errorf(city.Forbidden, "this api_key may not file")
	}
	return nil
}

// FiledNumber returns the number of a report by the number it was filed under,
// NotFound when it is not the key's or has not arrived.
func (s *Store) FiledNumber(ctx context.Context, key int64, externalID string) (id int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error { return tx.QueryRow(ctx, filedNumberQuery, externalID, key).Scan(&id) })
	return id, wrapped(err, "look for a filed report")
}

const (
	noteKnownQuery  = `SELECT id FROM open311_updates WHERE key_id = $1 AND external_id = $2`
	notesCountQuery = `SELECT count(*)::int FROM open311_updates WHERE report_id = $1`
	addNoteQuery    = `INSERT INTO open311_updates (report_id, key_id, external_id, status, description, updated_at, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
	newestNoteQuery = `SELECT coalesce(max(updated_at) = $2, true) FROM open311_updates WHERE report_id = $1`
	filedQuery      = `SELECT r.external_id, r.channel, r.created_at, r.responded_at, r.closed_at, r.text, r.lon, r.lat, r.address,
	CASE WHEN r.area_by = 'source' THEN coalesce(r.stated_area, '') ELSE '' END AS stated_area,
	CASE WHEN r.category_by = 'analysis' THEN '' ELSE coalesce(r.category, '') END AS category, r.status, r.answer, r.media_url, r.raw
	FROM reports r JOIN sources s ON s.id = r.source_id AND s.slug = 'open311-masuk'
	JOIN open311_filed f ON f.external_id = r.external_id AND f.key_id = $2 WHERE r.id = $1 AND r.removed_at IS NULL`
)

type filedRow struct {
	ExternalID, Channel   string
	CreatedAt             time.Time
	RespondedAt, ClosedAt *time.Time
	Text                  string
	Lon, Lat              *float64
	Address, StatedArea   string
	Category, Status      string
	Answer, MediaURL      string
	Raw                   json.RawMessage
}

// NoteOnRequest keeps what a key tells of a report it filed itself, once for
// each number of its own. It returns our number of the update, the report as it
// stands, and whether this is the newest that was told of it. NotFound when the
// report is not the key's.
func (s *Store) NoteOnRequest(ctx context.Context, n city.Open311Note) (id int64, report city.Report, newest bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := mayFile(ctx, tx, n.Key.ID); err != nil {
			return err
		}
		rows, err := rowsOf[filedRow](ctx, tx, filedQuery, n.RequestID, n.Key.ID)
		if err != nil {
			return fmt.Errorf("read a filed report: %w", err)
		}
		if len(rows) == 0 {
			return city.Errorf(city.NotFound, "this api_key filed no report with that service_request_id")
		}
		r := rows[0]
		report = city.Report{
			ExternalID: r.ExternalID, Channel: r.Channel, CreatedAt: r.CreatedAt, RespondedAt: r.RespondedAt, ClosedAt: r.ClosedAt, Text: r.Text, Lon: r.Lon, Lat: r.Lat,
			Address: r.Address, StatedArea: r.StatedArea, Category: r.Category, Status: city.ReportStatus(r.Status), Answer: r.Answer, MediaURL: r.MediaURL, Raw: r.Raw, RawNamesNobody: true,
		}
		if id, err = s.addNote(ctx, tx, n); err != nil {
			return err
		}
		return wrapped(tx.QueryRow(ctx, newestNoteQuery, n.RequestID, stored(&n.At)).Scan(&newest), "look for newer updates")
	})
	return id, report, newest, err
}

func (s *Store) addNote(ctx context.Context, tx pgx.Tx, n city.Open311Note) (int64, error) {
	known, err := column[int64](ctx, tx, noteKnownQuery, n.Key.ID, n.ExternalID)
	if err != nil {
		return 0, fmt.Errorf("look for the same update: %w", err)
	}
	if len(known) > 0 {
		return known[0], nil
	}
	var count int
	if err := tx.QueryRow(ctx, notesCountQuery, n.RequestID).Scan(&count); err != nil {
		return 0, fmt.Errorf("count updates: %w", err)
	}
	if count >= city.Open311MostUpdates {
		return 0, city.Errorf(city.Conflict, "this report has had %d updates, which is all it may have", count)
	}
	var id int64
	err = tx.QueryRow(ctx, addNoteQuery, n.RequestID, n.Key.ID, n.ExternalID, n.Status, cleanText(n.Description), stored(&n.At), s.now()).Scan(&id)
	return id, wrapped(err, "keep an update")
}

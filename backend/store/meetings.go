package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// meetingRow is a disposition as it stood at the meeting's moment.
type meetingRow struct {
	dispositionRow

	AsStatus string     // of its last step by then
	AsAt     *time.Time // of that step
	AsDone   *time.Time // when it was last confirmed by then
	Effect   []byte
}

// Secret letters are not for a meeting's minutes. Of a chain the first link
// that the asker sees speaks for all.
const meetingDispositionsQuery = `SELECT ` + dispositionColumns + `, coalesce(l.status, d.status) AS as_status, l.at AS as_at, c.at AS as_done, e.data AS effect` + dispositionTables + `
LEFT JOIN LATERAL (SELECT s.status, s.at FROM disposition_steps s WHERE s.disposition_id = d.id AND s.at <= @at ORDER BY s.id DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT max(s.at) AS at FROM disposition_steps s WHERE s.disposition_id = d.id AND s.at <= @at AND s.kind = 'confirm') c ON true
LEFT JOIN LATERAL (SELECT e.data FROM effects e WHERE e.disposition_id = d.id ORDER BY e.done_on DESC LIMIT 1) e ON true
WHERE d.nature <> 'rahasia' AND d.sent_at <= @at AND (d.sent_at >= @from OR d.last_at >= @from OR d.status NOT IN ('done', 'canceled'))
	AND NOT EXISTS (SELECT FROM dispositions p WHERE p.id = d.parent_id)
ORDER BY d.due_at, d.id LIMIT 1000`

const meetingPartsQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE d.parent_id = ANY ($1) AND d.nature <> 'rahasia' ORDER BY d.parent_id, d.due_at, d.id LIMIT 1000`

const meetingAdviceQuery = `SELECT a.*, coalesce(l.status, 'proposed') AS as_status, coalesce(l.reason, '') AS as_reason, coalesce(l.actor, '') AS as_actor, l.at AS as_at
FROM (` + adviceColumns + `WHERE r.made_at <= @at AND (r.status IN ('proposed', 'postponed') OR r.changed_at >= @from)) a
LEFT JOIN LATERAL (SELECT c.status, c.reason, c.actor, c.at FROM recommendation_changes c
	WHERE c.recommendation_id = a.id AND c.at <= @at ORDER BY c.id DESC LIMIT 1) l ON true
ORDER BY a.id LIMIT 1000`

type meetingAdviceRow struct {
	adviceRow

	AsStatus, AsReason, AsActor string
	AsAt                        *time.Time
}

// A point is read with what became of it by then.
const meetingPointsQuery = `SELECT p.id, p.week, p.kind, p.text, coalesce(o.short_name, '') AS owner, coalesce(p.disposition_id, 0) AS disposition_id, p.actor AS by, p.at,
	coalesce(c.status, 'open') AS status, c.at AS end_at, coalesce(c.reason, '') AS reason
FROM meeting_points p LEFT JOIN offices o ON o.id = p.owner_id
	LEFT JOIN LATERAL (SELECT c.status, c.reason, c.at FROM meeting_point_changes c WHERE c.point_id = p.id AND c.at <= @at ORDER BY c.id DESC LIMIT 1) c ON true
WHERE p.at <= @at AND (p.week = @week OR (p.week < @week AND (coalesce(c.status, 'open') = 'open' OR c.at >= @until)))
ORDER BY p.week, p.id LIMIT 500`

// Meeting returns the review of a week ("" is this one) as far as the asker
// may see it: as it stands, or stood at the week's end, and once the meeting
// is closed as it was frozen then.
func (s *Store) Meeting(ctx context.Context, asker city.Asker, week string) (city.Meeting, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Meeting{}, err
	}
	if week == "" {
		week = city.WeekOf(s.now(), cat.location)
	}
	frozen, err := s.frozenMeeting(ctx, week)
	if err != nil {
		return city.Meeting{}, err
	}
	var out city.Meeting
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		switch {
		case frozen == nil:
			out, err = s.meetingIn(ctx, tx, cat, week)
		case asker.Role.CityWide():
			out = *frozen
		default:
			out, err = seenPart(ctx, tx, *frozen)
		}
		return err
	})
	return out, wrapped(err, "read the meeting of "+week)
}

// meetingIn works a meeting out under the transaction's rights.
func (s *Store) meetingIn(ctx context.Context, tx pgx.Tx, cat *catalogue, week string) (city.Meeting, error) {
	until, err := city.WeekStart(week, cat.location)
	if err != nil {
		return city.Meeting{}, err
	}
	at := s.now()
	if until.After(at) {
		return city.Meeting{}, city.Errorf(city.NotFound, "the meeting of %s lies ahead", week)
	}
	if end := until.AddDate(0, 0, 7); end.Before(at) {
		at = end
	}
	m := city.Meeting{Week: week, From: until.AddDate(0, 0, -7), Until: until, At: at}
	args := pgx.NamedArgs{"at": at, "from": m.From, "until": until, "week": week}
	if err := s.meetingDispositions(ctx, tx, cat, &m, args); err != nil {
		return m, err
	}
	if err := s.meetingAdvice(ctx, tx, cat, &m, args); err != nil {
		return m, err
	}
	if m.Points, err = rowsOf[city.MeetingPoint](ctx, tx, meetingPointsQuery, args); err != nil {
		return m, fmt.Errorf("read the points: %w", err)
	}
	return m.Whole().WithSummary(), nil
}

func (s *Store) meetingDispositions(ctx context.Context, tx pgx.Tx, cat *catalogue, m *city.Meeting, args pgx.NamedArgs) error {
	rows, err := rowsOf[meetingRow](ctx, tx, meetingDispositionsQuery, args)
	if err != nil {
		return fmt.Errorf("read the dispositions: %w", err)
	}
	words := city.MeetingWords{Zone: cat.location, Label: cat.zoneLabel}
	within := func(t time.Time) bool { return !t.Before(m.From) && t.Before(m.Until) }
	var passed []int64
	for _, r := range rows {
		d, err := r.at(cat, m.At)
		if err != nil {
			return err
		}
		d.Account = words.Account(d.Disposition, m.At)
		if d.Status == city.DispositionPassed {
			passed = append(passed, d.ID)
		}
		if within(d.SentAt) {
			m.Decided = append(m.Decided, d)
		}
		switch {
		case d.Status == city.DispositionDone && d.DoneAt != nil && within(*d.DoneAt):
			m.Done = append(m.Done, d)
		case !d.Status.Over() && d.SentAt.Before(m.Until) && (d.DueAt.Before(m.At) || d.Status.Waits()):
			m.NotDone = append(m.NotDone, d)
		}
	}
	return s.accountOfParts(ctx, tx, cat, m, passed, words)
}

// at is the row as it stood then.
func (r *meetingRow) at(cat *catalogue, at time.Time) (city.MeetingDisposition, error) {
	// Accepted, obstacle and the like of later steps are of no use for what it was.
	if r.AsStatus != r.Status {
		r.Status, r.Obstacle, r.LastNews, r.WaitsSince, r.FinishedAt = r.AsStatus, "", "", nil, nil
		if r.AsAt != nil {
			r.LastAt = *r.AsAt
		}
	}
	if r.DoneAt == nil || r.DoneAt.After(at) {
		r.DoneAt = nil
		if r.Status == string(city.DispositionDone) {
			r.DoneAt = r.AsDone
		}
	}
	out := city.MeetingDisposition{Disposition: r.disposition(cat, at)}
	if len(r.Effect) > 0 && r.Status == string(city.DispositionDone) {
		if err := json.Unmarshal(r.Effect, &out.Effect); err != nil {
			return out, fmt.Errorf("decode the effect of disposition %d: %w", r.ID, err)
		}
	}
	return out, nil
}

// accountOfParts lets the parts of what was handed on speak for it, those that
// are not done first.
func (s *Store) accountOfParts(ctx context.Context, tx pgx.Tx, cat *catalogue, m *city.Meeting, passed []int64, words city.MeetingWords) error {
	said, open := map[int64][]city.Said{}, map[int64]bool{}
	for depth := 0; len(passed) > 0 && depth < 4; depth++ {
		rows, err := rowsOf[dispositionRow](ctx, tx, meetingPartsQuery, passed)
		if err != nil {
			return fmt.Errorf("read the parts: %w", err)
		}
		passed = nil
		for _, r := range rows {
			d := r.disposition(cat, m.At)
			open[r.RootID] = open[r.RootID] || !d.Status.Over()
			if d.Status == city.DispositionPassed {
				passed = append(passed, d.ID)
				continue
			}
			a := words.Account(d, m.At)
			line := city.Said{Text: d.OfficeName + ": " + a.Text, TextEN: d.OfficeName + ": " + a.TextEN}
			if !d.Status.Over() {
				said[r.RootID] = slices.Insert(said[r.RootID], 0, line)
			} else {
				said[r.RootID] = append(said[r.RootID], line)
			}
		}
	}
	for _, list := range [][]city.MeetingDisposition{m.Decided, m.NotDone} {
		for i, d := range list {
			if parts := said[d.RootID]; d.Status == city.DispositionPassed && len(parts) > 0 {
				if parts = parts[:min(3, len(parts))]; !open[d.RootID] {
					parts = slices.Insert(slices.Clone(parts), 0, words.PartsDone(d.Disposition, m.At))
				}
				list[i].Account = joined(parts)
			}
		}
	}
	return nil
}

func joined(parts []city.Said) city.Said {
	var id, en []string
	for _, p := range parts {
		id, en = append(id, p.Text), append(en, p.TextEN)
	}
	return city.Said{Text: strings.Join(id, " "), TextEN: strings.Join(en, " ")}
}

func (s *Store) meetingAdvice(ctx context.Context, tx pgx.Tx, cat *catalogue, m *city.Meeting, args pgx.NamedArgs) error {
	rows, err := rowsOf[meetingAdviceRow](ctx, tx, meetingAdviceQuery, args)
	if err != nil {
		return fmt.Errorf("read the advice: %w", err)
	}
	for _, r := range rows {
		out, err := s.advice(cat, r.adviceRow)
		if err != nil {
			return err
		}
		out.Status, out.Reason = city.RecommendationStatus(r.AsStatus), r.AsReason
		if out.DecidedBy == "" {
			out.DecidedBy = r.AsActor
		}
		decided := r.AsAt != nil && !r.AsAt.Before(m.From) && r.AsAt.Before(m.Until)
		switch out.Status {
		case city.RecommendationProposed:
			m.Advice = append(m.Advice, out)
		case city.RecommendationPostponed, city.RecommendationDeclined:
			if decided {
				m.Refused = append(m.Refused, out)
			} else if out.Status == city.RecommendationPostponed && (out.Until == nil || !out.Until.After(m.At)) {
				m.Advice = append(m.Advice, out)
			}
		case city.RecommendationApproved, city.RecommendationWithdrawn:
		}
	}
	slices.SortStableFunc(m.Advice, func(a, b city.Recommendation) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	return nil
}

// seenPart is what of a frozen meeting an asker who sees a part of the city
// may see: what would be theirs to see today.
func seenPart(ctx context.Context, tx pgx.Tx, m city.Meeting) (city.Meeting, error) {
	dispositions, err := column[int64](ctx, tx, "SELECT id FROM dispositions")
	if err != nil {
		return m, fmt.Errorf("read which dispositions are seen: %w", err)
	}
	advice, err := column[int64](ctx, tx, "SELECT id FROM recommendations")
	if err != nil {
		return m, fmt.Errorf("read which advice is seen: %w", err)
	}
	points, err := column[int64](ctx, tx, "SELECT id FROM meeting_points")
	if err != nil {
		return m, fmt.Errorf("read which points are seen: %w", err)
	}
	return m.Only(setOf(dispositions), setOf(advice), setOf(points)).WithSummary(), nil
}

func setOf(ids []int64) map[int64]bool {
	out := make(map[int64]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

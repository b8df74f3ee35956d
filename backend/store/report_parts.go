package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// partColumns are the parts of a delivery's reports as a statement takes them.
type partColumns struct {
	reports       []int64
	parts, person []string
	at            []time.Time
}

func (c *partColumns) add(report int64, parts []city.ReportPart) {
	for _, p := range parts {
		c.reports, c.parts = append(c.reports, report), append(c.parts, p.ID)
		c.person, c.at = append(c.person, p.Person), append(c.at, p.At)
	}
}

// parts keeps which messages a report is made of. What is part of one already
// stays part of that.
func (in *ingestion) parts(ctx context.Context, c partColumns) error {
	if len(c.parts) == 0 {
		return nil
	}
	_, err := in.tx.Exec(ctx, `INSERT INTO report_parts (source_id, part, report_id, person, at)
		SELECT $1, t.part, t.report, t.person, t.at FROM unnest($2::text[], $3::bigint[], $4::text[], $5::timestamptz[]) AS t(part, report, person, at)
		ON CONFLICT DO NOTHING`, in.sourceID, c.parts, c.reports, c.person, c.at)
	if err != nil {
		return fmt.Errorf("add the parts of reports: %w", err)
	}
	if _, err := in.tx.Exec(ctx, joinGreetingsQuery, in.sourceID, c.parts, in.store.now()); err != nil {
		return fmt.Errorf("join greetings to their reports: %w", err)
	}
	return nil
}

// partReport is a report as its source told it, found by one of its parts.
type partReport struct {
	Part                                               string
	ExternalID, Channel, Text, Answer, Status, Address string
	CreatedAt                                          time.Time
	SourceUpdatedAt, RespondedAt, ClosedAt             *time.Time
	Lon, Lat                                           *float64
	MediaURL                                           string
	Raw                                                json.RawMessage
}

func (p partReport) report() city.Report {
	r := city.Report{
		ExternalID: p.ExternalID, Channel: p.Channel, Text: p.Text, Answer: p.Answer, Status: city.ReportStatus(p.Status), Address: p.Address,
		CreatedAt: p.CreatedAt, RespondedAt: p.RespondedAt, ClosedAt: p.ClosedAt, Lon: p.Lon, Lat: p.Lat, MediaURL: p.MediaURL, Raw: p.Raw, RawNamesNobody: true,
	}
	if p.SourceUpdatedAt != nil {
		r.UpdatedAt = *p.SourceUpdatedAt
	}
	return r
}

const reportsOfPartsQuery = `SELECT p.part, r.external_id, r.channel, r.text, r.answer, r.status, r.address, r.created_at, r.source_updated_at, r.responded_at,
	r.closed_at, r.lon, r.lat, r.media_url, r.raw
	FROM report_parts p JOIN reports r ON r.id = p.report_id WHERE p.source_id = $1 AND p.part = ANY ($2)`

// ReportsOfParts returns the reports of a source that messages became part of, by
// the message, as the source told them. It is for the system alone.
func (s *Store) ReportsOfParts(ctx context.Context, source int64, parts []string) (map[string]city.Report, error) {
	var rows []partReport
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[partReport](ctx, tx, reportsOfPartsQuery, source, parts)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the reports of messages: %w", err)
	}
	out := make(map[string]city.Report, len(rows))
	for _, r := range rows {
		out[r.Part] = r.report()
	}
	return out, nil
}

const latestReportOfQuery = `SELECT p.part, r.external_id, r.channel, r.text, r.answer, r.status, r.address, r.created_at, r.source_updated_at, r.responded_at,
	r.closed_at, r.lon, r.lat, r.media_url, r.raw
	FROM report_parts p JOIN reports r ON r.id = p.report_id WHERE p.source_id = $1 AND p.person = $2 AND p.at BETWEEN $3 AND $4
	ORDER BY p.at DESC, p.report_id DESC LIMIT 1`

// LatestReportOf returns the report that a person's last message between two
// moments is part of, nil when there is none. It is for the system alone.
func (s *Store) LatestReportOf(ctx context.Context, source int64, person string, from, to time.Time) (*city.Report, error) {
	var rows []partReport
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[partReport](ctx, tx, latestReportOfQuery, source, person, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read a person's last report: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	r := rows[0].report()
	return &r, nil
}

// A reply may be here before we have noted that what it answers arrived. One that
// follows our answer to a greeting is about nothing yet.
const askedReportOfQuery = `SELECT p.part, r.external_id, r.channel, r.text, r.answer, r.status, r.address, r.created_at, r.source_updated_at, r.responded_at,
	r.closed_at, r.lon, r.lat, r.media_url, r.raw
	FROM report_parts p JOIN reporter_messages m ON m.report_id = p.report_id JOIN reports r ON r.id = p.report_id
	WHERE p.source_id = $1 AND p.person = $2 AND m.channel <> 'sendiri' AND CASE WHEN $4
		THEN m.taken_at <= $3 OR (m.attempts > 0 AND m.taken_at IS NULL AND m.ended_at IS NULL)
		ELSE m.taken_at <= $3 AND m.kind = 'pertanyaan' AND m.replied_at IS NULL AND m.waited_out_at IS NULL AND r.status IN ('open', 'in_progress') END
		AND NOT ($4 AND EXISTS (SELECT FROM chat_greetings g WHERE g.source_id = $1 AND g.person = $2 AND g.taken_at > coalesce(m.taken_at, m.at) AND g.taken_at <= $3))
	ORDER BY coalesce(m.taken_at, m.at) DESC, p.at LIMIT 1`

// clocksApart is how far the clock of a chat's service may be behind ours.
const clocksApart = time.Minute

// AskedReportOf returns the open report about which a person was asked before a
// moment and has not answered; with reply, that about which they were last written
// to. nil when there is none. It is for the system alone.
func (s *Store) AskedReportOf(ctx context.Context, source int64, person string, before time.Time, reply bool) (*city.Report, error) {
	var rows []partReport
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[partReport](ctx, tx, askedReportOfQuery, source, person, before.Add(clocksApart), reply)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what a person was asked about: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	r := rows[0].report()
	return &r, nil
}

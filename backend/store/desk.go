package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	reportNumberQuery = `SELECT id, coalesce(raw ->> 'client_id', '') AS client_id FROM reports WHERE source_id = $1 AND external_id = $2`
	// alikeQuery ranks by how many words are shared, two at least; the same area counts as two
	// words more, the same category as one.
	alikeQuery = reportColumnsQuery + reportsFrom + `CROSS JOIN LATERAL (SELECT count(*) AS shared FROM unnest(tsvector_to_array(r.search)) w WHERE w = ANY (@stems::text[])) k
	WHERE r.removed_at IS NULL AND r.created_at >= @since AND r.search @@ @any::text::tsquery AND k.shared >= 2
		AND k.shared + CASE WHEN @area <> '' AND r.area_code = @area THEN 2 ELSE 0 END + CASE WHEN @category <> '' AND r.category = @category THEN 1 ELSE 0 END >= 4
	ORDER BY k.shared + CASE WHEN @area <> '' AND r.area_code = @area THEN 2 ELSE 0 END + CASE WHEN @category <> '' AND r.category = @category THEN 1 ELSE 0 END DESC, r.created_at DESC, r.id DESC
	LIMIT @limit`
)

type reportNumber struct {
	ID       int64
	ClientID string
}

// ReportNumber returns the number of a source's report, 0 when there is none,
// and the client id in its record, "" when there is none.
func (s *Store) ReportNumber(ctx context.Context, source int64, externalID string) (id int64, clientID string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[reportNumber](ctx, tx, reportNumberQuery, source, externalID)
		if err == nil && len(rows) > 0 {
			id, clientID = rows[0].ID, rows[0].ClientID
		}
		return err
	})
	return id, clientID, wrapped(err, "look a report up by its source's number")
}

// AlikeReports returns the asker's reports since a time that speak of the same
// as a text with these search words, likeliest first, at most limit. area and
// category are "" where not known.
func (s *Store) AlikeReports(ctx context.Context, asker city.Asker, stems []string, area, category string, since time.Time, limit int) ([]city.ReportSummary, error) {
	out := []city.ReportSummary{}
	if len(stems) < 2 {
		return out, nil
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[summaryRow](ctx, tx, alikeQuery, pgx.NamedArgs{
			"stems": stems, "any": anyOf(stems), "area": area, "category": category, "since": since, "limit": limit,
		})
		out = out[:0]
		for _, r := range rows {
			out = append(out, r.summary(cat))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for reports that are alike: %w", err)
	}
	return out, nil
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// correctable is a report as a correction finds it.
type correctable struct {
	ID           int64
	CreatedAt    time.Time
	AreaCode     string
	StatedArea   string
	ComputedArea string
	Category     string
	OfficeID     int64
	OfficeBy     string
	Urgency      string
}

const correctableQuery = `SELECT r.id, r.created_at, r.area_code, coalesce(r.stated_area, '') AS stated_area, coalesce(r.computed_area, '') AS computed_area,
	coalesce(r.category, '') AS category, coalesce(r.office_id, 0) AS office_id, r.office_by, coalesce(a.urgency, 'info') AS urgency` +
	reportsFrom + `WHERE r.id = $1 AND r.removed_at IS NULL FOR UPDATE OF r`

// Correct applies an officer's word about a report: it holds against source
// and machine, is kept with who said it, and the report is looked at anew.
func (s *Store) Correct(ctx context.Context, by city.Actor, asker city.Asker, c city.Correction) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		report, err := lockForCorrection(ctx, tx, asker, c.ReportID)
		if err != nil {
			return err
		}
		was, err := applyCorrection(ctx, tx, cat, report, c)
		if err != nil {
			return err
		}
		if err := refreshDeadlinesOf(ctx, tx, cat, []int64{c.ReportID}); err != nil {
			return err
		}
		return s.keepCorrection(ctx, tx, cat, by, report, c, was)
	})
}

// lockForCorrection locks the counts and then a report that an officer puts right, as
// whoever changes reports does. NotFound when it is not theirs to see.
func lockForCorrection(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) (correctable, error) {
	if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
		return correctable{}, fmt.Errorf("lock the counts: %w", err)
	}
	rows, err := rowsOf[correctable](ctx, tx, correctableQuery, id)
	if err != nil {
		return correctable{}, fmt.Errorf("lock report %d: %w", id, err)
	}
	if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
		return correctable{}, city.Errorf(city.NotFound, "there is no report %d, or it is not yours to see", id)
	}
	return rows[0], nil
}

// applyCorrection writes the value and returns what stood there.
func applyCorrection(ctx context.Context, tx pgx.Tx, cat *catalogue, r correctable, c city.Correction) (was string, err error) {
	switch c.Field {
	case city.CorrectCategory:
		k, ok := cat.categories[c.Value]
		if !ok {
			return "", city.InvalidField("body.value", "there is no category %q", c.Value)
		}
		due := cat.calendar.Due(r.CreatedAt, k.Days).UTC()
		_, err = tx.Exec(ctx, `UPDATE reports SET category = $2, category_by = 'officer', due_at = $3,
			office_id = CASE WHEN office_by = 'officer' THEN office_id ELSE $4 END, office_by = 'officer', changed_at = now() WHERE id = $1`, r.ID, k.Slug, due, k.OfficeID)
		was = r.Category
	case city.CorrectOffice:
		id := cat.officeID(c.Value)
		if id == 0 {
			return "", city.InvalidField("body.value", "there is no office %q", c.Value)
		}
		_, err = tx.Exec(ctx, `UPDATE reports SET office_id = $2, office_by = 'officer', changed_at = now() WHERE id = $1`, r.ID, id)
		was = cat.officeName[r.OfficeID]
	case city.CorrectArea:
		if _, ok := cat.areas[c.Value]; !ok {
			return "", city.InvalidField("body.value", "there is no area %q", c.Value)
		}
		_, err = tx.Exec(ctx, `UPDATE reports SET stated_area = $2, area_by = 'officer', changed_at = now() WHERE id = $1`, r.ID, c.Value)
		was = r.AreaCode
	case city.CorrectUrgency:
		if !slices.Contains([]city.Severity{city.Info, city.Perhatian, city.Siaga, city.Awas}, city.Severity(c.Value)) {
			return "", city.InvalidField("body.value", "there is no urgency %q", c.Value)
		}
		_, err = tx.Exec(ctx, `UPDATE report_analyses SET urgency = $2, urgency_by = 'officer' WHERE report_id = $1`, r.ID, c.Value)
		was = r.Urgency
	default:
		return "", city.InvalidField("body.field", "%q is nothing that could be corrected", c.Field)
	}
	if err != nil {
		return "", fmt.Errorf("correct the %s of report %d: %w", c.Field, r.ID, err)
	}
	return was, nil
}

// keepCorrection remembers who said what, tells the screens and asks for the
// report to be looked at anew.
func (s *Store) keepCorrection(ctx context.Context, tx pgx.Tx, cat *catalogue, by city.Actor, before correctable, c city.Correction, was string) error {
	var officer *int64
	if by.OfficerID != 0 {
		officer = &by.OfficerID
	}
	if _, err := tx.Exec(ctx, `INSERT INTO corrections (report_id, field, value, was, officer_id, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.ReportID, string(c.Field), c.Value, was, officer, by.Name, cleanText(c.Reason)); err != nil {
		return fmt.Errorf("keep the correction: %w", err)
	}
	if err := record(ctx, tx, by, "report.correct", "report:"+strconv.FormatInt(c.ReportID, 10), c.Reason,
		map[string]any{"field": c.Field, "value": c.Value, "was": was}); err != nil {
		return err
	}
	if err := queueAnalysis(ctx, tx, []int64{c.ReportID}); err != nil {
		return err
	}
	events, err := reportEvents(ctx, tx, cat, []int64{c.ReportID}, []whose{{ID: before.ID, AreaCode: before.AreaCode, OfficeID: before.OfficeID}}, time.Time{})
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, events)
}

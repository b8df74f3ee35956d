package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// snapshotDispositions is how many a snapshot carries.
const snapshotDispositions = 300

// dispositionsSeen is the first wall (city.DispositionReaders.SeenBy) in SQL.
const dispositionsSeen = `CASE WHEN @role IN ('sistem', 'wali_kota', 'sekda', 'auditor') THEN true
	WHEN @role IN ('operator', 'layar') THEN d.nature <> 'rahasia'
	WHEN @role = 'kepala_opd' THEN @office <> 0 AND @office = ANY (d.offices)
	WHEN @role = 'lurah' THEN @area <> '' AND @area = ANY (d.areas)
	WHEN @role = 'camat' THEN @area <> '' AND (@area = ANY (d.areas)
		OR d.nature <> 'rahasia' AND EXISTS (SELECT FROM unnest(d.areas) a WHERE a LIKE @area || '.%'))
	ELSE false END`

// dispositionsTo and dispositionsFrom are those that the asker's post was
// given, and that it sent.
const (
	dispositionsTo   = `(d.to_role = @role AND CASE @role WHEN 'kepala_opd' THEN d.to_office_id = @office WHEN 'sekda' THEN true ELSE d.to_area = @area END)`
	dispositionsFrom = `(d.from_role = @role AND CASE WHEN @role = 'kepala_opd' THEN d.from_office_id = @office WHEN @role IN ('camat', 'lurah') THEN d.from_area = @area ELSE true END)`
)

const dispositionsFiltered = ` WHERE ` + dispositionsSeen + `
	AND (cardinality(@statuses::text[]) = 0 OR d.status = ANY (@statuses))
	AND (@box = '' OR @box = 'in' AND ` + dispositionsTo + ` OR @box = 'out' AND ` + dispositionsFrom + `)
	AND (@to_office = '' OR too.short_name = @to_office)
	AND (@within = '' OR d.area_code = @within OR d.area_code LIKE @within || '.%' OR d.to_area = @within OR d.to_area LIKE @within || '.%')
	AND (@incident = 0 OR @incident = ANY (d.incidents))
	AND (@since::timestamptz IS NULL OR d.last_at >= @since)
	AND (NOT @late OR d.status NOT IN ('done', 'canceled') AND coalesce(d.finished_at, d.waits_since, @now::timestamptz) > d.due_at + d.waited_late)`

const listDispositionsQuery = `SELECT ` + dispositionColumns + dispositionTables + dispositionsFiltered + ` ORDER BY d.sent_at DESC, d.id DESC OFFSET @offset LIMIT @limit`
const countDispositionsQuery = `SELECT count(*)` + dispositionTables + dispositionsFiltered

func (s *Store) dispositionArgs(asker city.Asker, f city.DispositionFilter) pgx.NamedArgs {
	scope := asker.Scope()
	statuses := make([]string, len(f.Status))
	for i, st := range f.Status {
		statuses[i] = string(st)
	}
	var since *time.Time
	if !f.Since.IsZero() {
		since = &f.Since
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	return pgx.NamedArgs{
		"role": string(scope.Role), "office": scope.OfficeID, "area": scope.AreaCode, "statuses": statuses, "box": f.Box, "to_office": f.Office, "within": f.AreaCode,
		"incident": f.Incident, "since": since, "late": f.Late, "now": s.now(), "offset": f.Offset, "limit": f.Limit,
	}
}

// Dispositions returns a page of those the asker may see, newest first, and
// how many match in all.
func (s *Store) Dispositions(ctx context.Context, asker city.Asker, f city.DispositionFilter) (page []city.Disposition, total int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if page, err = s.listDispositions(ctx, tx, cat, asker, f); err != nil {
			return err
		}
		return tx.QueryRow(ctx, countDispositionsQuery, s.dispositionArgs(asker, f)).Scan(&total)
	})
	return page, total, err
}

func (s *Store) listDispositions(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, f city.DispositionFilter) ([]city.Disposition, error) {
	rows, err := rowsOf[dispositionRow](ctx, tx, listDispositionsQuery, s.dispositionArgs(asker, f))
	if err != nil {
		return nil, fmt.Errorf("read dispositions: %w", err)
	}
	out := make([]city.Disposition, len(rows))
	for i := range rows {
		if out[i] = rows[i].disposition(cat, s.now()); asker.Role == city.Layar {
			out[i] = out[i].ForWall()
		}
	}
	return out, nil
}

const dispositionsNowQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE ` + dispositionsSeen + `
	AND (d.status NOT IN ('done', 'canceled') OR d.last_at > @now::timestamptz - interval '7 days') ORDER BY d.sent_at DESC, d.id DESC LIMIT @limit`

// dispositionsNow are those that a screen begins with.
func (s *Store) dispositionsNow(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker) ([]city.Disposition, error) {
	rows, err := rowsOf[dispositionRow](ctx, tx, dispositionsNowQuery, s.dispositionArgs(asker, city.DispositionFilter{Limit: snapshotDispositions}))
	if err != nil {
		return nil, fmt.Errorf("read dispositions: %w", err)
	}
	out := make([]city.Disposition, len(rows))
	for i := range rows {
		out[i] = rows[i].disposition(cat, s.now())
	}
	return out, nil
}

const chainQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE d.root_id = $1 ORDER BY d.id`

const dispositionStepsQuery = `SELECT id, at, said_at, kind, name, role, acting_for, coalesce(was, '') AS was, status, text, data FROM disposition_steps
	WHERE disposition_id = $1 ORDER BY id`

// Disposition returns one with its history, its chain and what the asker may
// do; NotFound when there is none that he may see.
func (s *Store) Disposition(ctx context.Context, asker city.Asker, id int64) (out city.DispositionDetail, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		out, err = s.dispositionDetail(ctx, tx, cat, asker, id)
		return err
	})
	return out, err
}

func (s *Store) dispositionDetail(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, id int64) (out city.DispositionDetail, err error) {
	rows, err := rowsOf[dispositionRow](ctx, tx, readDispositionQuery, id)
	if err != nil {
		return out, fmt.Errorf("read disposition %d: %w", id, err)
	}
	if len(rows) == 0 || !rows[0].readers().SeenBy(asker.Scope()) {
		return out, noDisposition(id)
	}
	r := &rows[0]
	out = city.DispositionDetail{Disposition: r.disposition(cat, s.now()), Party: r.partyOf(asker), Below: []string{}}
	if out.Steps, err = stepsOf(ctx, tx, id); err != nil {
		return out, err
	}
	if out.Attachments, err = rowsOf[city.Attachment](ctx, tx, attachmentsOfQuery, id); err != nil {
		return out, fmt.Errorf("read the attachments of disposition %d: %w", id, err)
	}
	chain, err := rowsOf[dispositionRow](ctx, tx, chainQuery, r.RootID)
	if err != nil {
		return out, fmt.Errorf("read the chain of disposition %d: %w", id, err)
	}
	seen := slices.DeleteFunc(chain, func(c dispositionRow) bool { return !c.readers().SeenBy(asker.Scope()) })
	out.Chain = s.inOrderOfParts(cat, seen)
	offices, err := rowsOf[officePlaceRow](ctx, tx, officePlacesQuery)
	if err != nil {
		return out, fmt.Errorf("read offices: %w", err)
	}
	out.May, out.Below, err = s.mayNow(ctx, tx, asker, r, offices)
	return out, err
}

const attachmentsOfQuery = `SELECT a.id, a.name, a.media_type AS type, octet_length(a.bytes) AS size FROM attachments a
	JOIN disposition_attachments d ON d.attachment_id = a.id WHERE d.disposition_id = $1 ORDER BY a.id`

// inOrderOfParts puts parts after their whole, each branch to its end.
func (s *Store) inOrderOfParts(cat *catalogue, rows []dispositionRow) []city.Disposition {
	out := make([]city.Disposition, 0, len(rows))
	below := map[int64][]*dispositionRow{}
	seen := map[int64]bool{}
	for i := range rows {
		seen[rows[i].ID] = true
	}
	for i := range rows {
		above := rows[i].ParentID
		if !seen[above] {
			above = 0 // the asker may not see the whole: the branch begins here
		}
		below[above] = append(below[above], &rows[i])
	}
	var walk func(of int64)
	walk = func(of int64) {
		for _, r := range below[of] {
			out = append(out, r.disposition(cat, s.now()))
			walk(r.ID)
		}
	}
	walk(0)
	return out
}

func stepsOf(ctx context.Context, tx pgx.Tx, id int64) ([]city.DispositionStep, error) {
	rows, err := rowsOf[struct {
		ID        int64
		At        time.Time
		SaidAt    *time.Time
		Kind      string
		Name      string
		Role      string
		ActingFor string
		Was       string
		Status    string
		Text      string
		Data      []byte
	}](ctx, tx, dispositionStepsQuery, id)
	if err != nil {
		return nil, fmt.Errorf("read the history of disposition %d: %w", id, err)
	}
	out := make([]city.DispositionStep, len(rows))
	for i, r := range rows {
		var d stepData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return nil, fmt.Errorf("decode step %d: %w", r.ID, err)
		}
		out[i] = city.DispositionStep{
			ID: r.ID, At: r.At, SaidAt: r.SaidAt, Kind: city.DispositionStepKind(r.Kind), By: r.Name, Role: city.Role(r.Role), ActingFor: r.ActingFor,
			From: city.DispositionStatus(r.Was), To: city.DispositionStatus(r.Status), Text: r.Text, Percent: d.Percent, Obstacle: d.Obstacle, Office: d.Office,
			DueAt: d.DueAt, Parts: d.Parts, Proofs: d.Proofs,
		}
	}
	return out, nil
}

// officePlaceRow is an office with the name of its area.
type officePlaceRow struct {
	ID        int64
	ShortName string
	Name      string
	Kind      string
	AreaCode  string
	AreaName  string
}

func (o officePlaceRow) addressee() city.Addressee {
	return city.AddresseeOf(city.Office{ID: o.ID, ShortName: o.ShortName, Name: o.Name, Kind: o.Kind, AreaCode: o.AreaCode}, o.AreaName)
}

const officePlacesQuery = `SELECT o.id, o.short_name, o.name, o.kind, o.area_code, coalesce(a.name, '') AS area_name
	FROM offices o LEFT JOIN areas a ON a.code = nullif(o.area_code, '') ORDER BY o.area_code, o.short_name`

// mayNow lists the steps that the asker may take now, and the offices he may
// hand the disposition on to.
func (s *Store) mayNow(ctx context.Context, tx pgx.Tx, asker city.Asker, r *dispositionRow, offices []officePlaceRow) ([]city.DispositionStepKind, []string, error) {
	party, below := r.partyOf(asker), []string{}
	if party == city.PartyReader && !city.MayNote(asker.Role) {
		return []city.DispositionStepKind{}, below, nil
	}
	may := city.DispositionStatus(r.Status).Steps(party)
	if slices.Contains(may, city.StepPassOn) {
		for _, o := range offices {
			if city.MayInstruct(asker.Scope(), o.addressee(), true, r.AreaCode) {
				below = append(below, o.ShortName)
			}
		}
	}
	var parts partCounts
	if slices.Contains(may, city.StepFinish) || slices.Contains(may, city.StepConfirm) {
		var err error
		if parts, err = s.partsOf(ctx, tx, r.ID); err != nil {
			return nil, nil, err
		}
	}
	may = slices.DeleteFunc(may, func(k city.DispositionStepKind) bool {
		switch k {
		case city.StepPassOn:
			return len(below) == 0
		case city.StepFinish:
			return parts.Open > 0
		case city.StepConfirm:
			return party.Is(city.PartySender) && r.Proof && r.Verdict != string(city.VerdictValid) && parts.Proven == 0
		}
		return false
	})
	return may, below, nil
}

// Addressees are those to whom the asker may send dispositions of his own
// accord.
func (s *Store) Addressees(ctx context.Context, asker city.Asker) ([]city.Addressee, error) {
	out := []city.Addressee{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		out = out[:0]
		offices, err := rowsOf[officePlaceRow](ctx, tx, officePlacesQuery)
		if err != nil {
			return fmt.Errorf("read offices: %w", err)
		}
		if city.MayInstruct(asker.Scope(), city.SecretaryAddressee, false, "") {
			out = append(out, city.SecretaryAddressee)
		}
		for _, o := range offices {
			if a := o.addressee(); city.MayInstruct(asker.Scope(), a, false, "") {
				out = append(out, a)
			}
		}
		return nil
	})
	return out, err
}

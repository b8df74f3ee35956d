package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// SendDisposition sends an instruction and returns its number in the store;
// sent a second time with the same client_id, the first one's.
func (s *Store) SendDisposition(ctx context.Context, by city.Actor, asker city.Asker, order city.DispositionOrder) (id int64, err error) {
	if order.RecommendationID != 0 {
		return 0, city.InvalidField("recommendation_id", "approve the recommendation instead: its approval sends the disposition")
	}
	err = s.write(ctx, func(tx pgx.Tx) (err error) {
		id, err = s.sendDisposition(ctx, tx, by, asker, order)
		return err
	})
	return id, err
}

// numberLockQuery lets one transaction at a time give the next number of a
// year, so that numbers run without gaps: one that fails gives its number back.
const numberLockQuery = `SELECT pg_advisory_xact_lock(7283017, $1)`

const sentBeforeQuery = `SELECT id, from_role, from_area, coalesce(from_office_id, 0) AS office FROM dispositions WHERE client_id = $1`

// sendDisposition sends an instruction within the caller's transaction: its
// number, its first step, the step of the whole it is a part of, the audit
// trail and the events. Who may send to whom is city.InstructionRules.
func (s *Store) sendDisposition(ctx context.Context, tx pgx.Tx, by city.Actor, asker city.Asker, order city.DispositionOrder) (int64, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	if err := order.Check(now); err != nil {
		return 0, err
	}
	if !city.MayInstructAny(asker.Role) {
		return 0, refused(city.Forbidden, "error.dsp_may_not_send", "your role sends no dispositions")
	}
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return 0, err
	}
	year := now.In(cat.location).Year()
	if _, err := tx.Exec(ctx, numberLockQuery, year); err != nil {
		return 0, fmt.Errorf("take the next number of a letter: %w", err)
	}
	if id, err := orderArrived(ctx, tx, asker, order.ClientID); err != nil || id != 0 {
		return id, err
	}
	d, err := s.draft(ctx, tx, cat, asker, &order, now)
	if err != nil {
		return 0, err
	}
	if d.FromName, err = signature(ctx, tx, by, asker.Role); err != nil {
		return 0, err
	}
	d.OfficerID, d.ActingFor, d.Year = by.OfficerID, by.ActingFor, year
	if err := s.insertDisposition(ctx, tx, d, order.ClientID); err != nil {
		return 0, err
	}
	if err := s.attach(ctx, tx, by, d, order.Attachments); err != nil {
		return 0, err
	}
	return d.ID, s.tellSent(ctx, tx, stepTaken{cat: cat, by: by, asker: asker, party: city.PartySender, in: city.DispositionStepInput{ClientID: order.ClientID, Kind: city.StepSend}}, d, now)
}

func orderArrived(ctx context.Context, tx pgx.Tx, asker city.Asker, clientID string) (int64, error) {
	rows, err := rowsOf[struct {
		ID       int64
		FromRole string
		FromArea string
		Office   int64
	}](ctx, tx, sentBeforeQuery, clientID)
	if err != nil {
		return 0, fmt.Errorf("look for an earlier arrival of a disposition: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	r := rows[0]
	if (city.Asker{Role: city.Role(r.FromRole), AreaCode: r.FromArea, OfficeID: r.Office}).Scope() != asker.Scope() {
		return 0, city.Errorf(city.Conflict, "this client_id belongs to a disposition of somebody else")
	}
	return r.ID, nil
}

// draft is the row that an order makes, and checks what it names. A part takes
// over from its whole what it does not say itself.
func (s *Store) draft(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, o *city.DispositionOrder, now time.Time) (*dispositionRow, error) {
	whole, err := s.wholeFor(ctx, tx, asker, o)
	if err != nil {
		return nil, err
	}
	to, err := addresseeOf(ctx, tx, o.Office, o.Role)
	if err != nil {
		return nil, err
	}
	wholeArea := ""
	if whole != nil {
		wholeArea = whole.AreaCode
	}
	if !city.MayInstruct(asker.Scope(), to, whole != nil, wholeArea) && !city.TakesOn(asker.Scope(), to, o.RecommendationID) {
		return nil, notBelow(to)
	}
	d := &dispositionRow{
		RecommendationID: o.RecommendationID, ParentID: o.ParentID, FromRole: string(asker.Role), FromArea: asker.Scope().AreaCode,
		ToRole: string(to.Role), ToOfficeID: to.OfficeID, ToArea: to.AreaCode, Nature: string(o.Nature),
		Subject: tidy(o.Subject), Instruction: tidy(o.Instruction), Note: tidy(o.Note), Action: o.Action, Status: string(city.DispositionSent),
		SentAt: now, ClockFrom: now, LastAt: now, AreaCode: o.AreaCode, Place: tidy(o.Place), Lon: o.Lon, Lat: o.Lat, Category: o.Category, Indicator: o.Indicator,
		Incidents: sortedIDs(o.Incidents), Reports: sortedIDs(o.Reports),
	}
	due := o.Deadline(cat.calendar, now)
	d.DueAt, d.InHours = due.At.Truncate(time.Microsecond), due.Clock
	if whole != nil && whole.DueAt.After(now) && d.DueAt.After(whole.DueAt) {
		// Who answers for the whole has no more time to give than he was given.
		d.DueAt, d.InHours = whole.DueAt, whole.InHours
	}
	if d.FromOfficeID, err = officeOfPost(ctx, tx, asker); err != nil {
		return nil, err
	}
	if d.Copies, err = copiesOf(cat, o.Copies); err != nil {
		return nil, err
	}
	if err := s.checkNamed(ctx, tx, cat, asker, d); err != nil {
		return nil, err
	}
	d.Offices, d.Areas, err = partiesOf(ctx, tx, asker.Scope(), d.FromOfficeID, to, d.Copies)
	return d, err
}

// wholeFor is the disposition that an order hands on a part of, locked; nil
// when it is none.
func (s *Store) wholeFor(ctx context.Context, tx pgx.Tx, asker city.Asker, o *city.DispositionOrder) (*dispositionRow, error) {
	if o.ParentID == 0 {
		return nil, nil
	}
	w, err := lockDisposition(ctx, tx, asker, o.ParentID)
	if err != nil {
		return nil, err
	}
	if !w.partyOf(asker).Is(city.PartyAddressee) {
		return nil, refused(city.Forbidden, "error.dsp_party", "only whom disposition %d was given to hands it on", w.ID)
	}
	if _, err := city.DispositionStatus(w.Status).Move(city.StepPassOn, city.PartyAddressee); err != nil {
		return nil, refusedWith(city.Conflict, "error.dsp_status", map[string]string{"status": w.Status}, "disposition %d is %s and cannot be handed on", w.ID, w.Status)
	}
	if w.Nature == string(city.NatureSecret) {
		o.Nature = city.NatureSecret
	}
	for _, f := range []struct {
		own   *string
		whole string
	}{{&o.Action, w.Action}, {&o.Category, w.Category}, {&o.Indicator, w.Indicator}} {
		if *f.own == "" {
			*f.own = f.whole
		}
	}
	if o.AreaCode == "" && o.Place == "" && o.Lon == nil {
		o.AreaCode, o.Place, o.Lon, o.Lat = w.AreaCode, w.Place, w.Lon, w.Lat
	}
	if len(o.Incidents)+len(o.Reports) == 0 {
		o.Incidents, o.Reports = w.Incidents, w.Reports
	}
	return w, nil
}

const addresseeQuery = `SELECT o.id, o.short_name, o.name, o.kind, o.area_code, coalesce(a.name, '') AS area_name
	FROM offices o LEFT JOIN areas a ON a.code = nullif(o.area_code, '') WHERE o.short_name = $1`

// addresseeOf finds whom an order is for.
func addresseeOf(ctx context.Context, tx pgx.Tx, office string, role city.Role) (city.Addressee, error) {
	if role == city.Sekda {
		return city.SecretaryAddressee, nil
	}
	rows, err := rowsOf[struct {
		ID        int64
		ShortName string
		Name      string
		Kind      string
		AreaCode  string
		AreaName  string
	}](ctx, tx, addresseeQuery, office)
	if err != nil {
		return city.Addressee{}, fmt.Errorf("find the office %s: %w", office, err)
	}
	if len(rows) == 0 {
		e := city.InvalidField("office", "there is no office %q", office)
		e.Key, e.Params = "error.dsp_office", map[string]string{"office": office}
		return city.Addressee{}, e
	}
	r := rows[0]
	return city.AddresseeOf(city.Office{ID: r.ID, ShortName: r.ShortName, Name: r.Name, Kind: r.Kind, AreaCode: r.AreaCode}, r.AreaName), nil
}

func notBelow(to city.Addressee) error {
	e := city.Errorf(city.Forbidden, "%s is not below you in the chain of instruction", to.Name)
	e.Field, e.Key, e.Params = "office", "error.dsp_not_below", map[string]string{"office": to.Name}
	return e
}

// wholeOf says whether a disposition is a part, and of a whole at which place.
func (s *Store) wholeOf(ctx context.Context, tx pgx.Tx, parent int64) (part bool, area string, err error) {
	if parent == 0 {
		return false, "", nil
	}
	if err := tx.QueryRow(ctx, "SELECT area_code FROM dispositions WHERE id = $1", parent).Scan(&area); err != nil {
		return false, "", fmt.Errorf("read disposition %d: %w", parent, err)
	}
	return true, area, nil
}

const officeOfAreaQuery = `SELECT coalesce((SELECT id FROM offices WHERE area_code = $1 AND kind IN ('kecamatan', 'kelurahan') ORDER BY id LIMIT 1), 0)`

// officeOfPost is the office whose head the asker is, 0 for the mayor and the
// secretary.
func officeOfPost(ctx context.Context, tx pgx.Tx, a city.Asker) (id int64, err error) {
	switch a.Role {
	case city.KepalaOPD:
		return a.OfficeID, nil
	case city.Camat, city.Lurah:
		if err = tx.QueryRow(ctx, officeOfAreaQuery, a.AreaCode).Scan(&id); err != nil {
			return 0, fmt.Errorf("find the office of %s: %w", a.AreaCode, err)
		}
	}
	return id, nil
}

func copiesOf(cat *catalogue, names []string) ([]int64, error) {
	out := []int64{}
	for _, n := range names {
		id := cat.officeID(n)
		if id == 0 {
			e := city.InvalidField("copies", "there is no office %q", n)
			e.Key, e.Params = "error.dsp_office", map[string]string{"office": n}
			return nil, e
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

const copyAreasQuery = `SELECT area_code FROM offices WHERE id = ANY ($1) AND kind IN ('kecamatan', 'kelurahan')`

// partiesOf are the offices and areas a disposition concerns.
func partiesOf(ctx context.Context, tx pgx.Tx, from city.Scope, fromOffice int64, to city.Addressee, copies []int64) (offices []int64, areas []string, err error) {
	offices, areas = []int64{}, []string{}
	addOffice := func(id int64) {
		if id != 0 && !slices.Contains(offices, id) {
			offices = append(offices, id)
		}
	}
	addArea := func(code string) {
		if code != "" && !slices.Contains(areas, code) {
			areas = append(areas, code)
		}
	}
	addOffice(fromOffice)
	addOffice(to.OfficeID)
	addArea(from.AreaCode)
	addArea(to.AreaCode)
	for _, id := range copies {
		addOffice(id)
	}
	codes, err := column[string](ctx, tx, copyAreasQuery, copies)
	if err != nil {
		return nil, nil, fmt.Errorf("find the areas of copies: %w", err)
	}
	for _, c := range codes {
		addArea(c)
	}
	return offices, areas, nil
}

const insertDispositionQuery = `INSERT INTO dispositions (client_id, year, number, recommendation_id, parent_id, root_id, officer_id, from_name, from_role, from_office_id,
	from_area, acting_for, to_role, to_office_id, to_area, offices, areas, copies, nature, subject, instruction, note, action, proof, status, sent_at, due_at,
	first_due_at, in_hours, clock_from, last_at, area_code, place, lon, lat, category, indicator, incidents, reports, simulated)
SELECT $1, $2, 1 + coalesce((SELECT max(number) FROM dispositions WHERE year = $2), 0), $3, $4,
	coalesce((SELECT p.root_id FROM dispositions p WHERE p.id = $4), 0),
	$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 'sent', $23, $24, $24, $25, $23, $23, $26, $27, $28, $29, $30, $31, $32, $33, $34
RETURNING id, number, root_id`

func (s *Store) insertDisposition(ctx context.Context, tx pgx.Tx, d *dispositionRow, clientID string) error {
	err := tx.QueryRow(ctx, insertDispositionQuery, clientID, d.Year, idOrNone(d.RecommendationID), idOrNone(d.ParentID), idOrNone(d.OfficerID), d.FromName, d.FromRole,
		idOrNone(d.FromOfficeID), d.FromArea, d.ActingFor, d.ToRole, idOrNone(d.ToOfficeID), d.ToArea, d.Offices, d.Areas, d.Copies, d.Nature, d.Subject, d.Instruction,
		d.Note, textOrNone(d.Action), d.Proof, d.SentAt, d.DueAt, d.InHours, d.AreaCode, d.Place, d.Lon, d.Lat, textOrNone(d.Category), textOrNone(d.Indicator),
		d.Incidents, d.Reports, d.Simulated).Scan(&d.ID, &d.Number, &d.RootID)
	if err != nil {
		return fmt.Errorf("store a disposition: %w", err)
	}
	if d.RootID == 0 {
		if _, err := tx.Exec(ctx, "UPDATE dispositions SET root_id = id WHERE id = $1", d.ID); err != nil {
			return fmt.Errorf("store a disposition: %w", err)
		}
	}
	return nil
}

const attachQuery = `INSERT INTO disposition_attachments (disposition_id, attachment_id)
	SELECT $1, a.id FROM attachments a WHERE a.id = ANY ($2) AND (a.officer_id IS NOT DISTINCT FROM $3
		OR EXISTS (SELECT FROM disposition_attachments w WHERE w.attachment_id = a.id AND w.disposition_id = $4))`

// attach adds files: the sender's own, or those of the whole.
func (s *Store) attach(ctx context.Context, tx pgx.Tx, by city.Actor, d *dispositionRow, files []int64) error {
	files = sortedIDs(files)
	if len(files) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, attachQuery, d.ID, files, idOrNone(by.OfficerID), d.ParentID)
	if err != nil {
		return fmt.Errorf("attach files to disposition %d: %w", d.ID, err)
	}
	if int(tag.RowsAffected()) != len(files) {
		return refusedField("attachments", "error.dsp_attachment", "one of the files is unknown, or not yours to send")
	}
	return nil
}

func refusedField(field, key, format string, args ...any) error {
	e := city.InvalidField(field, format, args...)
	e.Key = key
	return e
}

// tellSent writes the first step, the step of the whole, the audit trail and
// the events.
func (s *Store) tellSent(ctx context.Context, tx pgx.Tx, t stepTaken, d *dispositionRow, now time.Time) error {
	if err := s.writeStep(ctx, tx, t, d.ID, nil, city.DispositionSent, now); err != nil {
		return err
	}
	rows, err := rowsOf[dispositionRow](ctx, tx, readDispositionQuery, d.ID)
	if err != nil {
		return fmt.Errorf("read disposition %d: %w", d.ID, err)
	}
	*d = rows[0]
	events, err := d.events(t.cat, now)
	if err != nil {
		return err
	}
	if err := record(ctx, tx, t.by, "disposition.send", strconv.FormatInt(d.ID, 10), "", map[string]any{"number": d.Number, "year": d.Year, "to": d.addresseeName(), "part_of": d.ParentID}); err != nil {
		return err
	}
	if d.ParentID != 0 {
		whole, err := lockDisposition(ctx, tx, t.asker, d.ParentID)
		if err != nil {
			return err
		}
		t.party, t.office = city.PartyAddressee, d.ToOffice
		t.in = city.DispositionStepInput{ClientID: newUUID(), Kind: city.StepPassOn}
		more, err := s.applyStep(ctx, tx, t, whole)
		if err != nil {
			return err
		}
		events = append(events, more...)
	}
	return appendEvents(ctx, tx, events)
}

func tidy(s string) string { return strings.TrimSpace(cleanText(s)) }

// sortedIDs are the numbers in order, each once.
func sortedIDs(ids []int64) []int64 {
	out := append([]int64{}, ids...)
	slices.Sort(out)
	return slices.Compact(out)
}

const namedQuery = `SELECT coalesce((SELECT k.proof FROM action_kinds k WHERE k.slug = $1), false) AS proof, $1 = '' OR EXISTS (SELECT FROM action_kinds WHERE slug = $1) AS known,
	EXISTS (SELECT FROM incidents WHERE id = ANY ($2) AND (data->>'simulated')::boolean)
		OR EXISTS (SELECT FROM reports r JOIN sources s ON s.id = r.source_id WHERE r.id = ANY ($3) AND s.simulated)
		OR EXISTS (SELECT FROM recommendations WHERE id = $4 AND (data->>'simulated')::boolean)
		OR EXISTS (SELECT FROM dispositions WHERE id = $5 AND simulated) AS simulated`

const namedMattersQuery = `SELECT 'incidents' AS field, id, area_code, coalesce(office_id, 0) AS office_id FROM incidents WHERE id = ANY ($1)
	UNION ALL SELECT 'reports', id, area_code, coalesce(office_id, 0) FROM reports WHERE id = ANY ($2) AND removed_at IS NULL`

// checkNamed makes sure of what a disposition names: kinds, areas, and matters
// that the sender may see (those of a whole he was given, too).
func (s *Store) checkNamed(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, d *dispositionRow) error {
	var known bool
	if err := tx.QueryRow(ctx, namedQuery, d.Action, d.Incidents, d.Reports, d.RecommendationID, d.ParentID).Scan(&d.Proof, &known, &d.Simulated); err != nil {
		return fmt.Errorf("look up what a disposition names: %w", err)
	}
	if !known {
		return city.InvalidField("action", "there is no kind of action %q", d.Action)
	}
	if _, ok := cat.areas[d.AreaCode]; !ok && d.AreaCode != "" {
		return city.InvalidField("area_code", "there is no area %q", d.AreaCode)
	}
	if _, ok := cat.categories[d.Category]; !ok && d.Category != "" {
		return city.InvalidField("category", "there is no category %q", d.Category)
	}
	if _, ok := cat.indicators[d.Indicator]; !ok && d.Indicator != "" {
		return city.InvalidField("indicator", "there is no indicator %q", d.Indicator)
	}
	given := map[string][]int64{}
	if d.ParentID != 0 {
		var w dispositionMatters
		if err := tx.QueryRow(ctx, "SELECT incidents, reports FROM dispositions WHERE id = $1", d.ParentID).Scan(&w.Incidents, &w.Reports); err != nil {
			return fmt.Errorf("read disposition %d: %w", d.ParentID, err)
		}
		given["incidents"], given["reports"] = w.Incidents, w.Reports
	}
	return s.checkMatters(ctx, tx, asker, d, given)
}

type dispositionMatters struct{ Incidents, Reports []int64 }

func (s *Store) checkMatters(ctx context.Context, tx pgx.Tx, asker city.Asker, d *dispositionRow, given map[string][]int64) error {
	rows, err := rowsOf[struct {
		Field    string
		ID       int64
		AreaCode string
		OfficeID int64
	}](ctx, tx, namedMattersQuery, d.Incidents, d.Reports)
	if err != nil {
		return fmt.Errorf("look up the matters of a disposition: %w", err)
	}
	seen := map[string][]int64{"incidents": given["incidents"], "reports": given["reports"]}
	for _, r := range rows {
		if asker.Scope().Sees(r.AreaCode, r.OfficeID) {
			seen[r.Field] = append(seen[r.Field], r.ID)
		}
	}
	for field, ids := range map[string][]int64{"incidents": d.Incidents, "reports": d.Reports} {
		for _, id := range ids {
			if !slices.Contains(seen[field], id) {
				return city.InvalidField(field, "there is no %d, or it is not yours to see", id)
			}
		}
	}
	return nil
}

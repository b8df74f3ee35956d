package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// dispositionRow is a stored disposition with the names of its offices.
type dispositionRow struct {
	ID               int64
	Year             int
	Number           int
	RecommendationID int64
	ParentID         int64
	RootID           int64
	OfficerID        int64
	FromName         string
	FromRole         string
	FromOfficeID     int64
	FromOffice       string
	FromArea         string
	ActingFor        string
	ToRole           string
	ToOfficeID       int64
	ToArea           string
	ToOffice         string
	ToName           string // of the office
	ToAreaName       string
	Offices          []int64
	Areas            []string
	Copies           []int64
	Nature           string
	Subject          string
	Instruction      string
	Note             string
	Action           string
	Proof            bool
	Status           string
	Percent          int
	SentAt           time.Time
	DueAt            time.Time
	InHours          bool
	ClockFrom        time.Time
	AcceptedAt       *time.Time
	WaitsSince       *time.Time
	WaitedSeconds    float64
	WaitedLate       float64 // seconds
	FinishedAt       *time.Time
	DoneAt           *time.Time
	DoneBy           string
	Obstacle         string
	LastNews         string
	LastAt           time.Time
	Verdict          string
	ReporterWord     string
	Rung             int
	AreaCode         string
	Place            string
	Lon              *float64
	Lat              *float64
	Category         string
	Indicator        string
	Incidents        []int64
	Reports          []int64
	Simulated        bool
}

const dispositionColumns = `d.id, d.year, d.number, coalesce(d.recommendation_id, 0) AS recommendation_id, coalesce(d.parent_id, 0) AS parent_id, d.root_id,
	coalesce(d.officer_id, 0) AS officer_id, d.from_name, d.from_role, coalesce(d.from_office_id, 0) AS from_office_id, coalesce(fo.short_name, '') AS from_office,
	d.from_area, d.acting_for, d.to_role, coalesce(d.to_office_id, 0) AS to_office_id, d.to_area, coalesce(too.short_name, '') AS to_office,
	coalesce(too.name, '') AS to_name, coalesce(toa.name, '') AS to_area_name, d.offices, d.areas, d.copies, d.nature, d.subject, d.instruction, d.note,
	coalesce(d.action, '') AS action, d.proof, d.status, d.percent, d.sent_at, d.due_at, d.in_hours, d.clock_from, d.accepted_at, d.waits_since,
	extract(epoch FROM d.waited)::float8 AS waited_seconds, extract(epoch FROM d.waited_late)::float8 AS waited_late, d.finished_at, d.done_at, d.done_by,
	d.obstacle, d.last_news, d.last_at, d.verdict, d.reporter_word, d.rung, d.area_code, d.place, d.lon, d.lat, coalesce(d.category, '') AS category,
	coalesce(d.indicator, '') AS indicator, d.incidents, d.reports, d.simulated`

const dispositionTables = ` FROM dispositions d LEFT JOIN offices fo ON fo.id = d.from_office_id LEFT JOIN offices too ON too.id = d.to_office_id
	LEFT JOIN areas toa ON toa.code = nullif(d.to_area, '') `

const lockDispositionQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE d.id = $1 FOR UPDATE OF d`

// lockDisposition reads a disposition that the asker may see and keeps others
// from changing it until the transaction ends.
func lockDisposition(ctx context.Context, tx pgx.Tx, asker city.Asker, id int64) (*dispositionRow, error) {
	rows, err := rowsOf[dispositionRow](ctx, tx, lockDispositionQuery, id)
	if err != nil {
		return nil, fmt.Errorf("lock disposition %d: %w", id, err)
	}
	if len(rows) == 0 || !rows[0].readers().SeenBy(asker.Scope()) {
		return nil, noDisposition(id)
	}
	return &rows[0], nil
}

func noDisposition(id int64) error {
	e := city.Errorf(city.NotFound, "there is no disposition %d, or it is not yours to see", id)
	e.Key = "error.dsp_unknown"
	return e
}

func (r *dispositionRow) readers() city.DispositionReaders {
	return city.DispositionReaders{Offices: r.Offices, Areas: r.Areas, Secret: r.Nature == string(city.NatureSecret)}
}

// sender and addressee are the posts on both sides.
func (r *dispositionRow) sender() city.Scope {
	return city.Asker{Role: city.Role(r.FromRole), AreaCode: r.FromArea, OfficeID: r.FromOfficeID}.Scope()
}

func (r *dispositionRow) addressee() city.Scope {
	return city.Asker{Role: city.Role(r.ToRole), AreaCode: r.ToArea, OfficeID: r.ToOfficeID}.Scope()
}

func (r *dispositionRow) partyOf(a city.Asker) city.Party {
	return city.PartyOf(a.Scope(), r.sender(), r.addressee())
}

func (r *dispositionRow) clock() city.DispositionClock {
	c := city.DispositionClock{Status: city.DispositionStatus(r.Status), DueAt: r.DueAt, WaitedLate: time.Duration(r.WaitedLate * float64(time.Second))}
	if r.WaitsSince != nil {
		c.WaitsSince = *r.WaitsSince
	}
	if r.FinishedAt != nil {
		c.FinishedAt = *r.FinishedAt
	}
	return c
}

// addresseeName is the addressee as a letter writes it.
func (r *dispositionRow) addresseeName() string {
	switch city.Role(r.ToRole) {
	case city.Sekda:
		return city.SecretaryAddressee.Name
	case city.Lurah:
		return "Lurah " + r.ToAreaName
	case city.Camat:
		return "Camat " + r.ToAreaName
	}
	return r.ToName
}

// waitsOn names who it waits on while it does.
func (r *dispositionRow) waitsOn() string {
	switch city.DispositionStatus(r.Status) {
	case city.DispositionProof:
		if r.Proof && r.Verdict != "" { // without one no picture of its own is looked at
			return "Pemeriksaan bukti"
		}
	case city.DispositionAsked, city.DispositionHindered, city.DispositionDeclined:
	default:
		return ""
	}
	if r.ActingFor != "" {
		return r.FromName + " a.n. " + r.ActingFor
	}
	return r.FromName
}

// disposition is the row as screens take it, at a moment.
func (r *dispositionRow) disposition(cat *catalogue, now time.Time) city.Disposition {
	d := city.Disposition{
		ID: r.ID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), From: r.FromName, FromRole: city.Role(r.FromRole), FromOffice: r.FromOffice,
		ActingFor: r.ActingFor, Office: r.ToOffice, OfficeName: r.addresseeName(), ToRole: city.Role(r.ToRole), ToArea: r.ToArea, Copies: []string{},
		Nature: city.Nature(r.Nature), Subject: r.Subject, Instruction: r.Instruction, Note: r.Note, Status: city.DispositionStatus(r.Status), Percent: r.Percent,
		SentAt: r.SentAt, DueAt: r.DueAt, DoneAt: r.DoneAt, DoneBy: r.DoneBy, LateHours: r.clock().Late(now).Hours(), WaitsOn: r.waitsOn(), Obstacle: r.Obstacle,
		LastNews: r.LastNews, LastAt: r.LastAt, Proof: r.Proof, Verdict: city.ProofVerdict(r.Verdict), ReporterWord: r.ReporterWord,
		RecommendationID: r.RecommendationID, ParentID: r.ParentID, RootID: r.RootID, Action: r.Action, AreaCode: r.AreaCode, Place: r.Place,
		Lon: r.Lon, Lat: r.Lat, Category: r.Category, Indicator: r.Indicator, Incidents: r.Incidents, Reports: r.Reports, Rung: r.Rung, Simulated: r.Simulated,
	}
	for _, id := range r.Copies {
		d.Copies = append(d.Copies, cat.officeName[id])
	}
	return d
}

// events tell the readers of a disposition as it is.
func (r *dispositionRow) events(cat *catalogue, now time.Time) ([]city.Event, error) {
	data, err := json.Marshal(r.disposition(cat, now))
	if err != nil {
		return nil, fmt.Errorf("encode disposition %d: %w", r.ID, err)
	}
	return r.readers().Events(city.Event{Topic: city.TopicDispositions, Key: strconv.FormatInt(r.ID, 10), Op: "put", Data: data}), nil
}

const readDispositionQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE d.id = $1`

// putDisposition writes what steps change, tells its readers, and takes it off
// the screens of those who no longer are.
func (s *Store) putDisposition(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow, was city.DispositionReaders) ([]city.Event, error) {
	if _, err := tx.Exec(ctx, updateDispositionQuery, r.ID, r.ToRole, idOrNone(r.ToOfficeID), r.ToArea, r.Offices, r.Areas, r.Status, r.Percent, r.DueAt, r.InHours,
		r.ClockFrom, r.AcceptedAt, r.WaitsSince, r.WaitedSeconds, r.WaitedLate, r.FinishedAt, r.DoneAt, r.DoneBy, r.Obstacle, r.LastNews, r.LastAt, r.Verdict,
		r.ReporterWord, r.Rung); err != nil {
		return nil, fmt.Errorf("change disposition %d: %w", r.ID, err)
	}
	rows, err := rowsOf[dispositionRow](ctx, tx, readDispositionQuery, r.ID) // the addressee's names may be others
	if err != nil {
		return nil, fmt.Errorf("read disposition %d: %w", r.ID, err)
	}
	*r = rows[0]
	events, err := r.events(cat, s.now())
	if err != nil {
		return nil, err
	}
	return append(was.Without(r.readers()).Removals(city.TopicDispositions, strconv.FormatInt(r.ID, 10)), events...), nil
}

const updateDispositionQuery = `UPDATE dispositions SET to_role = $2, to_office_id = $3, to_area = $4, offices = $5, areas = $6, status = $7, percent = $8, due_at = $9,
	in_hours = $10, clock_from = $11, accepted_at = $12, waits_since = $13, waited = make_interval(secs => $14), waited_late = make_interval(secs => $15),
	finished_at = $16, done_at = $17, done_by = $18, obstacle = $19, last_news = $20, last_at = $21, verdict = $22, reporter_word = $23, rung = $24 WHERE id = $1`

func idOrNone(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func textOrNone(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// signature is how an actor is named in a disposition's history.
func signature(ctx context.Context, tx pgx.Tx, by city.Actor, role city.Role) (string, error) {
	if by.OfficerID == 0 {
		if title, ok := scriptTitles[role]; ok {
			return title, nil
		}
		return by.Name, nil
	}
	var name string
	if err := tx.QueryRow(ctx, "SELECT name FROM officers WHERE id = $1", by.OfficerID).Scan(&name); err != nil {
		return "", fmt.Errorf("read the name of an officer: %w", err)
	}
	return strings.TrimSpace(name), nil
}

// scriptTitles name a post whose token acts without an account.
var scriptTitles = map[city.Role]string{
	city.WaliKota: "Wali Kota", city.Sekda: "Sekretaris Daerah", city.KepalaOPD: "Kepala OPD", city.Camat: "Camat", city.Lurah: "Lurah",
	city.Operator: "Operator", city.Auditor: "Inspektorat", city.SystemRole: "Balaikota",
}

package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// excerptLength is how many characters of a report's text lists and deltas
// carry.
const excerptLength = 240

// reports upserts one chunk. Rows whose content is what is stored already are
// told apart first by a hash and cost one index look-up each, no write.
func (in *ingestion) reports(ctx context.Context, rs []city.Report) error {
	rs, rows := in.prepare(rs)
	for _, r := range rs {
		in.brought(city.DataReports, "", r.CreatedAt)
		in.brought(city.DataReports, "", r.UpdatedAt)
	}
	if len(rows) == 0 {
		return nil
	}
	fresh, err := in.differing(ctx, rs, rows)
	if err != nil || len(fresh) == 0 {
		in.tally.Unchanged += len(rows)
		return err
	}
	in.tally.Unchanged += len(rows) - len(fresh)
	kept := make([]reportRow, len(fresh))
	keptReports := make([]city.Report, len(fresh))
	for i, f := range fresh {
		kept[i], keptReports[i] = rows[f.N], rs[f.N]
		kept[i].before = f
	}
	if slices.ContainsFunc(fresh, func(f differingRow) bool { return f.Known }) {
		// Whoever changes reports that are there takes the counts first, then
		// the rows, or two would wait for each other.
		if _, err := in.tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
	}
	return in.upsertReports(ctx, keptReports, kept)
}

// reportRow is a report as its columns take it.
type reportRow struct {
	hash     int64
	due      *time.Time
	respond  *time.Time
	category *string
	office   *int64
	stated   *string
	computed *string
	flags    string
	before   differingRow
}

// prepare resolves names, keeps the newest of rows with one id, and refuses
// what cannot be stored at all.
func (in *ingestion) prepare(rs []city.Report) ([]city.Report, []reportRow) {
	at := make(map[string]int, len(rs))
	out := make([]city.Report, 0, len(rs))
	for _, r := range rs {
		if r.ExternalID == "" || r.CreatedAt.IsZero() || r.Status == "" {
			in.refuse("reports", r.ExternalID, "", "external_id, created_at and status must be given", r.Raw)
			continue
		}
		if !plausible(r.CreatedAt) || !plausible(r.UpdatedAt) || (r.RespondedAt != nil && !plausible(*r.RespondedAt)) || (r.ClosedAt != nil && !plausible(*r.ClosedAt)) {
			in.refuse("reports", r.ExternalID, "", "a time lies outside the years 1900 to 2199", r.Raw)
			continue
		}
		if n, ok := at[r.ExternalID]; ok {
			if !r.UpdatedAt.Before(out[n].UpdatedAt) {
				out[n] = r
			}
			continue
		}
		at[r.ExternalID] = len(out)
		out = append(out, r)
	}
	rows := make([]reportRow, len(out))
	for i := range out {
		rows[i] = in.row(&out[i])
	}
	return out, rows
}

// plausible reports whether a time is not given or can be a city's at all. The
// driver would wrap years that no timestamp holds around to others.
func plausible(t time.Time) bool {
	return t.IsZero() || (t.Year() >= 1900 && t.Year() < 2200)
}

func (in *ingestion) row(r *city.Report) reportRow {
	var row reportRow
	r.Text, r.Address, r.Answer = cleanText(r.Text), cleanText(r.Address), cleanText(r.Answer)
	r.CreatedAt = *stored(&r.CreatedAt)
	flag := func(f city.Flag) {
		if !slices.Contains(r.Flags, f) {
			r.Flags = append(slices.Clone(r.Flags), f)
		}
	}
	if c, ok := in.cat.categories[r.Category]; ok {
		row.category, row.office = &c.Slug, &c.OfficeID
	} else if r.Category != "" {
		flag(city.FlagUnknownCategory)
	}
	due := in.firstDeadlines(r.Channel, row.category, r.CreatedAt)
	row.due, row.respond = due.Close, due.Respond
	if id := in.cat.officeID(r.Office); id != 0 {
		row.office = &id
	}
	known := func(code string) *string {
		if _, ok := in.cat.areas[code]; ok {
			return &code
		}
		if code != "" {
			flag(city.FlagUnknownArea)
		}
		return nil
	}
	row.stated, row.computed = known(r.StatedArea), known(r.ComputedArea)
	// A source's clock may be a little off; the rules of the table stay.
	r.RespondedAt = notBefore(stored(r.RespondedAt), r.CreatedAt)
	r.ClosedAt = notBefore(stored(r.ClosedAt), r.CreatedAt)
	row.flags = flagList(r.Flags)
	row.hash = contentHash(r, row)
	return row
}

// stored is a time as the database will give it back, so that an event equals
// what is read later.
func stored(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}

func notBefore(t *time.Time, floor time.Time) *time.Time {
	if t != nil && t.Before(floor) {
		return &floor
	}
	return t
}

func flagList(fs []city.Flag) string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = string(f)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// contentHash covers every stored field, so that equal hashes mean nothing to
// write. 64 bits: among a million versions of one report the chance of an
// unseen change is 1 in 10^7.
func contentHash(r *city.Report, row reportRow) int64 {
	h := fnv.New64a()
	for _, s := range []string{r.ExternalID, r.Channel, r.Text, r.Address, string(r.Status), r.MediaURL, r.Answer, r.Stems, row.flags, deref(row.category), deref(row.stated), deref(row.computed)} {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	for _, t := range []*time.Time{&r.CreatedAt, r.RespondedAt, r.ClosedAt, row.due, row.respond} {
		hashTime(h, t)
	}
	for _, f := range []*float64{r.Lon, r.Lat} {
		if f != nil {
			_, _ = h.Write(strconv.AppendFloat(nil, *f, 'g', -1, 64))
		}
		_, _ = h.Write([]byte{1})
	}
	if row.office != nil {
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(*row.office)))
	}
	if p := r.Reporter; p != nil {
		_, _ = h.Write([]byte(p.Name + "\x00" + p.Phone + "\x00" + p.Email + "\x00" + p.Handle))
	}
	return int64(h.Sum64())
}

func hashTime(h hash.Hash, t *time.Time) {
	var n int64
	if t != nil {
		n = t.UnixMicro()
	}
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// differingQuery leaves out what is stored already and what is older than it.
// Equal content that its source has changed since is written all the same, or
// a still older page could overwrite it later.
const differingQuery = `SELECT t.n::int - 1 AS n, r.id IS NOT NULL AND r.removed_at IS NULL AS known,
	coalesce(r.area_code, '') AS area_code, coalesce(r.office_id, 0) AS office_id, CASE WHEN r.status IN ('closed', 'rejected') THEN r.closed_at END AS closed_at
FROM unnest($2::text[], $3::bigint[], $4::timestamptz[]) WITH ORDINALITY AS t(external_id, content_hash, updated_at, n)
LEFT JOIN reports r ON r.source_id = $1 AND r.external_id = t.external_id
WHERE r.id IS NULL OR (coalesce(t.updated_at >= r.source_updated_at, true)
	AND (r.content_hash <> t.content_hash OR r.removed_at IS NOT NULL
		OR (t.updated_at IS NOT NULL AND t.updated_at IS DISTINCT FROM r.source_updated_at)))`

// differingRow is a row to write, and whose the stored one is.
type differingRow struct {
	N        int32
	Known    bool // screens show it
	AreaCode string
	OfficeID int64
	ClosedAt *time.Time // of one that is settled
}

// differing returns which rows are new or not as stored.
func (in *ingestion) differing(ctx context.Context, rs []city.Report, rows []reportRow) ([]differingRow, error) {
	ids, hashes, updated := make([]string, len(rows)), make([]int64, len(rows)), make([]*time.Time, len(rows))
	for i, r := range rows {
		ids[i], hashes[i], updated[i] = rs[i].ExternalID, r.hash, given(rs[i].UpdatedAt)
	}
	return rowsOf[differingRow](ctx, in.tx, differingQuery, in.sourceID, ids, hashes, updated)
}

// given is nil for a time that is not.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// What an officer has said holds against the source, and what the analysis
// found holds where the source says nothing.
const (
	keptCategory = `(r.category_by = 'officer' OR (r.category_by = 'analysis' AND excluded.category IS NULL))`
	keptOffice   = `(r.office_by = 'officer' OR (r.office_by = 'analysis' AND excluded.office_id IS NULL))`
	keptArea     = `(r.area_by = 'officer' OR (r.area_by = 'analysis' AND excluded.stated_area IS NULL AND excluded.computed_area IS NULL))`
)

// What a person had put right holds against the source, and so does that who they
// are was erased (docs/adr/0028): not against a source that calls the report secret,
// nor against words that were added to the corrected ones.
const (
	held        = `NOT 'rahasia_di_sumber' = ANY (excluded.flags) AND `
	heldText    = `(` + held + `'text' = ANY (r.held) AND NOT starts_with(excluded.text, r.text))`
	heldAddress = `(` + held + `'address' = ANY (r.held))`
	heldPoint   = `(` + held + `'point' = ANY (r.held))`
	heldWords   = `(` + heldText + ` OR (` + heldAddress + ` AND excluded.text = r.text))`
)

// answeredHere is when report r was first answered from here; its source may
// not know.
const answeredHere = `(SELECT greatest(excluded.created_at, min(m.at)) FROM reporter_messages m WHERE m.report_id = r.id AND m.kind = 'jawaban' AND m.taken_at IS NOT NULL HAVING count(*) > 0)`

const upsertReports = `INSERT INTO reports AS r (source_id, external_id, content_hash, channel, created_at, responded_at, closed_at,
	source_updated_at, due_at, text, lon, lat, address, stated_area, computed_area, category, office_id, status, media_url, flags, raw, search, answer,
	respond_due_at)
SELECT $1, t.external_id, t.content_hash, t.channel, t.created_at, t.responded_at, t.closed_at, t.updated_at, t.due_at, t.text, t.lon, t.lat,
	t.address, t.stated, t.computed, t.category, t.office, t.status, t.media, string_to_array(t.flags, ' '), t.raw, t.stems::tsvector, t.answer,
	t.respond_due_at
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
	$10::text[], $11::float8[], $12::float8[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::text[],
	$20::text[], $21::json[], $22::text[], $23::text[], $24::timestamptz[])
	AS t(external_id, content_hash, channel, created_at, responded_at, closed_at, updated_at, due_at, text, lon, lat, address, stated, computed,
		category, office, status, media, flags, raw, stems, answer, respond_due_at)
ON CONFLICT ON CONSTRAINT reports_source_external_id_is_unique DO UPDATE SET
	content_hash = excluded.content_hash, channel = excluded.channel, created_at = excluded.created_at, responded_at = coalesce(excluded.responded_at, ` + answeredHere + `),
	closed_at = excluded.closed_at, source_updated_at = coalesce(excluded.source_updated_at, r.source_updated_at), status = excluded.status,
	text = CASE WHEN ` + heldText + ` THEN r.text ELSE excluded.text END, address = CASE WHEN ` + heldAddress + ` THEN r.address ELSE excluded.address END,
	lon = CASE WHEN ` + heldPoint + ` THEN r.lon ELSE excluded.lon END, lat = CASE WHEN ` + heldPoint + ` THEN r.lat ELSE excluded.lat END,
	computed_area = CASE WHEN ` + heldPoint + ` THEN r.computed_area ELSE excluded.computed_area END,
	answer = excluded.answer,
	stated_area = CASE WHEN ` + keptArea + ` THEN r.stated_area ELSE excluded.stated_area END,
	area_by = CASE WHEN ` + keptArea + ` THEN r.area_by ELSE 'source' END,
	category = CASE WHEN ` + keptCategory + ` THEN r.category ELSE excluded.category END,
	category_by = CASE WHEN ` + keptCategory + ` THEN r.category_by ELSE 'source' END,
	due_at = CASE WHEN ` + keptCategory + ` THEN r.due_at ELSE excluded.due_at END,
	respond_due_at = CASE WHEN ` + keptCategory + ` THEN r.respond_due_at ELSE excluded.respond_due_at END,
	office_id = CASE WHEN ` + keptOffice + ` THEN r.office_id ELSE excluded.office_id END,
	office_by = CASE WHEN ` + keptOffice + ` THEN r.office_by ELSE 'source' END,
	media_url = excluded.media_url, flags = excluded.flags, raw = CASE WHEN 'erased' = ANY (r.held) THEN NULL ELSE excluded.raw END,
	search = CASE WHEN ` + heldWords + ` THEN r.search ELSE excluded.search || r.spoken_search END, changed_at = now(), removed_at = NULL
WHERE r.source_updated_at IS NULL OR excluded.source_updated_at IS NULL OR excluded.source_updated_at >= r.source_updated_at
RETURNING r.id, r.external_id, (xmax = 0) AS added, coalesce(r.category, '') AS category, coalesce(r.office_id, 0) AS office_id,
	coalesce(r.stated_area, '') AS stated_area, r.responded_at, r.due_at, r.respond_due_at, r.spoken, cardinality(r.held) > 0 AS held,
	r.held && ARRAY['identity', 'erased'] AS held_identity, CASE WHEN cardinality(r.held) > 0 THEN r.text END AS held_text,
	CASE WHEN cardinality(r.held) > 0 THEN r.lon END AS held_lon, CASE WHEN cardinality(r.held) > 0 THEN r.lat END AS held_lat,
	CASE WHEN cardinality(r.held) > 0 THEN r.computed_area END AS held_area`

// upserted is a report as it stands after its row was written.
type upserted struct {
	ID                   int64
	ExternalID           string
	Added                bool
	Category, StatedArea string
	OfficeID             int64
	RespondedAt          *time.Time
	DueAt, RespondDueAt  *time.Time
	Paused               bool   `db:"-"`
	Spoken               string // what was heard in its recordings
	// Held: something of it holds against the source; then as it stands.
	Held, HeldIdentity bool
	HeldText, HeldArea *string
	HeldLon, HeldLat   *float64
}

// stands puts into a delivered report what holds against its source, so that
// screens are told what is stored.
func (g upserted) stands(r *city.Report, row *reportRow) {
	if g.Held {
		r.Text, r.Lon, r.Lat, row.computed = deref(g.HeldText), g.HeldLon, g.HeldLat, g.HeldArea
	}
}

func (in *ingestion) upsertReports(ctx context.Context, rs []city.Report, rows []reportRow) error {
	c := newReportColumns(len(rs))
	for i := range rs {
		raw, err := in.record(&rs[i])
		if err != nil {
			return err
		}
		c.add(&rs[i], rows[i], raw)
	}
	got, err := rowsOf[upserted](ctx, in.tx, upsertReports, c.args(in.sourceID)...)
	if err != nil {
		return fmt.Errorf("upsert: %w", err)
	}
	at := make(map[string]int, len(rs))
	for i := range rs {
		at[rs[i].ExternalID] = i
	}
	if err := in.settleClocks(ctx, rs, rows, at, got); err != nil {
		return fmt.Errorf("deadlines: %w", err)
	}
	found, err := in.analysed(ctx, got)
	if err != nil {
		return err
	}
	in.tally.Unchanged += len(rs) - len(got) // older than what is stored
	people := map[int64]*city.Reporter{}
	var parts partColumns
	var notes voiceNoteColumns
	for _, g := range got {
		i := at[g.ExternalID]
		if g.Added {
			in.tally.Added++
		} else {
			in.tally.Changed++
		}
		in.tell("reports", g.ExternalID, g.Added)
		in.touched = append(in.touched, g.ID)
		g.stands(&rs[i], &rows[i])
		if rs[i].Reporter != nil && !g.HeldIdentity {
			people[g.ID] = rs[i].Reporter
		}
		parts.add(g.ID, rs[i].Parts)
		notes.add(g.ID, rs[i].VoiceNotes)
		e, err := in.reportEvent(g, &rs[i], rows[i], found[g.ID])
		if err != nil {
			return err
		}
		if was := rows[i].before; was.Known && (was.AreaCode != e.AreaCode || was.OfficeID != e.OfficeID) {
			// Whose it no longer is must not keep it on the screen.
			in.events = append(in.events, city.Event{Topic: e.Topic, Key: e.Key, Op: "remove", AreaCode: was.AreaCode, OfficeID: was.OfficeID})
		}
		in.events = append(in.events, e)
	}
	if err := in.parts(ctx, parts); err != nil {
		return err
	}
	if err := in.voiceNotes(ctx, notes); err != nil {
		return err
	}
	return in.reporters(ctx, people)
}

const analysedQuery = `SELECT report_id, coalesce(urgency, '') AS urgency, coalesce(incident_id, 0) AS incident_id, review,
	(place->>'lon')::float8 AS lon, (place->>'lat')::float8 AS lat, coalesce((place->>'radius_m')::float8, 0) AS radius
	FROM report_analyses WHERE report_id = ANY ($1)`

// analysed is what the analysis has found of a report.
type analysed struct {
	ReportID   int64
	Urgency    string
	IncidentID int64
	Review     bool
	Lon, Lat   *float64
	Radius     float64
}

// analysed returns what the analysis found, by number, of reports that are not
// new: a change at the source must not take it off the screens until the
// analysis has looked again.
func (in *ingestion) analysed(ctx context.Context, got []upserted) (map[int64]analysed, error) {
	var ids []int64
	for _, g := range got {
		if !g.Added {
			ids = append(ids, g.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := rowsOf[analysed](ctx, in.tx, analysedQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read what the analysis found: %w", err)
	}
	out := make(map[int64]analysed, len(rows))
	for _, a := range rows {
		out[a.ReportID] = a
	}
	return out, nil
}

func (in *ingestion) reportEvent(g upserted, r *city.Report, row reportRow, found analysed) (city.Event, error) {
	sum := city.ReportSummary{
		ID: g.ID, Source: in.src.Slug, ExternalID: r.ExternalID, Channel: r.Channel, CreatedAt: r.CreatedAt,
		RespondedAt: g.RespondedAt, ClosedAt: r.ClosedAt, DueAt: g.DueAt, RespondDueAt: g.RespondDueAt, Paused: g.Paused, Text: city.Excerpt(city.WithSpoken(r.Text, g.Spoken), excerptLength),
		Lon: r.Lon, Lat: r.Lat, StatedArea: g.StatedArea, ComputedArea: deref(row.computed),
		Category: g.Category, Status: r.Status, Simulated: in.src.Simulated,
		Urgency: city.Severity(found.Urgency), IncidentID: found.IncidentID, Review: found.Review,
	}
	if r.Lon == nil && found.Lon != nil && found.Lat != nil {
		sum.Guess = &city.Guess{Lon: *found.Lon, Lat: *found.Lat, RadiusM: found.Radius}
	}
	sum.AreaCode = sum.StatedArea
	if sum.AreaCode == "" {
		sum.AreaCode = sum.ComputedArea
	}
	e := city.Event{Topic: city.TopicReports, Key: strconv.FormatInt(g.ID, 10), Op: "put", AreaCode: sum.AreaCode, OfficeID: g.OfficeID}
	sum.Office = in.cat.officeName[g.OfficeID]
	var err error
	if e.Data, err = json.Marshal(sum); err != nil {
		return e, fmt.Errorf("encode the event: %w", err)
	}
	return e, nil
}

// removed marks reports that their source no longer has.
func (in *ingestion) removed(ctx context.Context, externalIDs []string) error {
	if len(externalIDs) == 0 {
		return nil
	}
	gone, err := rowsOf[struct {
		ID       int64
		AreaCode string
		OfficeID int64
	}](ctx, in.tx, `UPDATE reports SET removed_at = now(), changed_at = now()
		WHERE source_id = $1 AND external_id = ANY ($2) AND removed_at IS NULL RETURNING id, area_code, coalesce(office_id, 0) AS office_id`,
		in.sourceID, externalIDs)
	if err != nil {
		return err
	}
	for _, g := range gone {
		in.tally.Removed++
		in.touched = append(in.touched, g.ID)
		in.events = append(in.events, city.Event{
			Topic: city.TopicReports, Key: strconv.FormatInt(g.ID, 10), Op: "remove", AreaCode: g.AreaCode, OfficeID: g.OfficeID,
		})
	}
	return nil
}

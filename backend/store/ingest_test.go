package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

var dataTables = []string{
	"reports", "reporters", "report_daily", "report_monthly", "observations", "station_states", "indicator_states", "alerts", "events", "event_head",
}

func wideDelivery(source int64) city.Delivery {
	reports := storetest.Reports("lap", 30, func(r *city.Report) {
		r.Reporter = &city.Reporter{Name: "Warga Uji", Phone: "0800"}
	})
	for i := range reports {
		if i%3 == 0 {
			reports[i].Status, reports[i].ClosedAt = city.Closed, new(reports[i].CreatedAt.Add(48*time.Hour))
		}
	}
	return city.Delivery{
		SourceID: source, Reports: reports,
		Observations: []city.Observation{
			storetest.Observation("muka-air-benanga", "", noon.Add(-time.Minute), 8.1),
			storetest.Observation("curah-hujan", storetest.SamarindaUlu, noon, 20),
		},
		Alerts: []city.Alert{{Key: "cap:1", Kind: city.AlertWarning, Severity: city.Siaga, Headline: "Hujan lebat", Since: noon, Until: new(noon.Add(time.Hour))}},
	}
}

func TestIngestTwiceWritesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	d := wideDelivery(f.source)
	first := storetest.Ingest(t, f.Store, d)
	equal(t, "first tally", first, city.Tally{Read: 33, Added: 33})
	before := f.physical(t, dataTables...)
	second := storetest.Ingest(t, f.Store, d)
	equal(t, "second tally", second, city.Tally{Read: 33, Unchanged: 33})
	equal(t, "rows on disk", f.physical(t, dataTables...), before)
	f.rollupsEqualReports(t)
}

func TestOverlappingPagesAddOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := storetest.Reports("p", 30)
	f.ingest(t, all[:20]...)
	equal(t, "tally", f.ingest(t, all[10:]...), city.Tally{Read: 20, Added: 10, Unchanged: 10})
	equal(t, "reports", one[int](t, f.sql, "SELECT count(*)::int FROM reports"), 30)
	f.rollupsEqualReports(t)
}

// version is report "v" as its source had it n hours after noon.
func version(n int, text string) city.Report {
	return storetest.Report("v", func(r *city.Report) { r.UpdatedAt, r.Text = noon.Add(time.Duration(n)*time.Hour), text })
}

func TestNewestVersionWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages []city.Report
		want  string
	}{
		"in order":                         {[]city.Report{version(1, "lama"), version(2, "baru")}, "baru"},
		"older page later":                 {[]city.Report{version(2, "baru"), version(1, "lama")}, "baru"},
		"changed there and back, late":     {[]city.Report{version(1, "a"), version(3, "a"), version(2, "b")}, "a"},
		"a source without times of change": {[]city.Report{version(1, "a"), storetest.Report("v", func(r *city.Report) { r.Text = "b" })}, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			for _, p := range c.pages {
				f.ingest(t, p)
			}
			equal(t, "text after pages", one[string](t, f.sql, "SELECT text FROM reports"), c.want)
			g := newFixture(t)
			if name != "a source without times of change" {
				g.ingest(t, c.pages...)
				equal(t, "text after one page with all", one[string](t, g.sql, "SELECT text FROM reports"), c.want)
			}
		})
	}
}

func TestDuplicatesInADeliveryAreOneReport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	// Far enough apart to fall into two statements.
	many := storetest.Reports("d", 1500)
	many = append(many, storetest.Report("d-3", func(r *city.Report) { r.Text, r.UpdatedAt = "baru", noon }))
	tally := f.ingest(t, many...)
	equal(t, "tally", tally, city.Tally{Read: 1501, Added: 1500, Changed: 1})
	equal(t, "reports", one[int](t, f.sql, "SELECT count(*)::int FROM reports"), 1500)
	equal(t, "text", one[string](t, f.sql, "SELECT text FROM reports WHERE external_id = 'd-3'"), "baru")
	f.rollupsEqualReports(t)
}

func TestChangesMoveRollupsAndScreens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := storetest.Report("g")
	f.ingest(t, r)
	steps := []struct {
		what   string
		change func(*city.Report)
	}{
		{"closed", func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, new(noon) }},
		{"category", func(r *city.Report) { r.Category = "sampah" }},
		{"area", func(r *city.Report) { r.StatedArea = storetest.Lempake }},
		{"opened again", func(r *city.Report) { r.Status, r.ClosedAt = city.InProgress, nil }},
		{"another day", func(r *city.Report) { r.CreatedAt = r.CreatedAt.AddDate(0, -1, 0) }},
		{"no category", func(r *city.Report) { r.Category = "" }},
	}
	for _, s := range steps {
		s.change(&r)
		equal(t, s.what, f.ingest(t, r), city.Tally{Read: 1, Changed: 1})
		f.rollupsEqualReports(t)
	}
	gone := storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Removed: []string{"g", "never seen"}})
	equal(t, "removed", gone, city.Tally{Removed: 1})
	f.rollupsEqualReports(t)
	equal(t, "back", f.ingest(t, r), city.Tally{Read: 1, Changed: 1})
	f.rollupsEqualReports(t)

	got := all[string](t, f.sql, "SELECT op || ' ' || area_code FROM events WHERE topic = 'reports' ORDER BY seq")
	want := []string{
		"put " + storetest.AirPutih, "put " + storetest.AirPutih,
		"remove " + storetest.AirPutih, "put " + storetest.AirPutih, // another category is another office's
		"remove " + storetest.AirPutih, "put " + storetest.Lempake,
		"put " + storetest.Lempake, "put " + storetest.Lempake,
		"remove " + storetest.Lempake, "put " + storetest.Lempake,
		"remove " + storetest.Lempake, "put " + storetest.Lempake,
	}
	equal(t, "events", got, want)
}

func TestUnknownNamesAreFlaggedNotLost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Report("u", func(r *city.Report) { r.Category, r.StatedArea = "lain-sekali", "64.72.99.9999" }))
	got := all[[]string](t, f.sql, "SELECT flags FROM reports WHERE category IS NULL AND area_code = '' AND stated_area IS NULL")
	equal(t, "flags", got, [][]string{{string(city.FlagUnknownCategory), string(city.FlagUnknownArea)}})
	f.rollupsEqualReports(t)
}

func TestOneBadRowIsRefusedTheRestStored(t *testing.T) {
	t.Parallel()
	bad := map[string]func(*city.Report){
		"point outside the world":  func(r *city.Report) { r.Lon, r.Lat = new(117.1), new(95.0) },
		"half a point":             func(r *city.Report) { r.Lon = new(117.1) },
		"no status":                func(r *city.Report) { r.Status = "" },
		"status of another system": func(r *city.Report) { r.Status = "selesai" },
		"no time":                  func(r *city.Report) { r.CreatedAt = time.Time{} },
		"year 400000":              func(r *city.Report) { r.CreatedAt = time.Date(400000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"id of a megabyte":         func(r *city.Report) { r.ExternalID = incompressible(1 << 20) },
		"stems beyond tsvector":    func(r *city.Report) { r.Stems = incompressible(3000) },
		"NUL in the channel":       func(r *city.Report) { r.Channel = "w\x00a" },
	}
	odd := map[string]func(*city.Report){
		"raw nested 9000 deep":             func(r *city.Report) { r.Raw = []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000)) },
		"NUL and broken UTF-8 in the text": func(r *city.Report) { r.Text, r.Address = "a\x00b\xff", "\xc3(" },
		"raw with escaped NUL":             func(r *city.Report) { r.Raw = json.RawMessage(`{"a":"\u0000","b":"\ud800","c":1e999999}`) },
		"raw is no JSON":                   func(r *city.Report) { r.Raw = json.RawMessage("<xml/>") },
		"quotes in stems":                  func(r *city.Report) { r.Stems = `o'clock \back 'x` },
		"closed before it was created":     func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, new(r.CreatedAt.Add(-time.Hour)) },
	}
	f := newFixture(t)
	reports := storetest.Reports("baik", 100)
	for name, change := range bad {
		reports = slices.Insert(reports, len(reports)/2, storetest.Report("buruk "+name, change))
	}
	for name, change := range odd {
		reports = slices.Insert(reports, len(reports)/3, storetest.Report("ganjil "+name, change))
	}
	tally := storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: reports, Cursor: json.RawMessage(`{"page":2}`)})
	equal(t, "tally", tally, city.Tally{Read: len(reports), Added: 100 + len(odd), Refused: len(bad)})
	equal(t, "good ones", one[int](t, f.sql, "SELECT count(*)::int FROM reports WHERE external_id LIKE 'baik%' OR external_id LIKE 'ganjil%'"), 100+len(odd))
	for _, reason := range all[string](t, f.sql, "SELECT reason FROM refused_rows") {
		if len(reason) < 10 {
			t.Errorf("reason %q says nothing", reason)
		}
	}
	equal(t, "cursor", one[string](t, f.sql, "SELECT cursor->>'page' FROM source_state"), "2")
	f.rollupsEqualReports(t)
	before := f.physical(t, "reports", "events")
	again := f.ingest(t, reports...)
	equal(t, "second tally", again, city.Tally{Read: len(reports), Unchanged: 100 + len(odd), Refused: len(bad)})
	equal(t, "rows on disk", f.physical(t, "reports", "events"), before)
	equal(t, "refused rows", all[int](t, f.sql, "SELECT times FROM refused_rows"), slices.Repeat([]int{2}, len(bad)))
}

// incompressible is n letters that neither TOAST nor an index entry can shrink.
func incompressible(n int) string {
	var b strings.Builder
	x := uint32(2463534242)
	for b.Len() < n {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEF"[x%32])
	}
	return b.String()
}

func TestBadObservationsAndAlertsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	obs := []city.Observation{
		storetest.Observation("muka-air-benanga", "", noon, 7.1),
		storetest.Observation("tidak-ada", "", noon, 1),
		storetest.Observation("muka-air-benanga", "99.99", noon, 7),
		storetest.Observation("muka-air-benanga", "", time.Time{}, 7),
		storetest.Observation("muka-air-benanga", "", noon.Add(25*time.Hour), 7),
		{Indicator: "muka-air-benanga", Time: noon, Value: 710, Unit: "cm"},
		{Indicator: "prakiraan-hujan", Time: noon, Value: 1, Forecast: true},
	}
	alerts := []city.Alert{
		{Key: "baik", Kind: city.AlertWarning, Severity: city.Awas, Since: noon},
		{Key: "nul", Kind: city.AlertWarning, Severity: city.Awas, Since: noon, Headline: "a\x00b"},
		{Key: "jenis", Kind: "lain", Severity: city.Awas, Since: noon},
		{Key: "terbalik", Kind: city.AlertWarning, Severity: city.Awas, Since: noon.Add(2 * time.Hour), Until: new(noon.Add(time.Hour))},
	}
	tally := storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Observations: obs, Alerts: alerts})
	equal(t, "tally", tally, city.Tally{Read: 11, Added: 2, Refused: 9})
	equal(t, "alerts", all[string](t, f.sql, "SELECT key FROM alerts"), []string{"baik"})
	equal(t, "refused", one[int](t, f.sql, "SELECT count(*)::int FROM refused_rows"), 9)
}

func TestRefusedRowsAreKeptOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refusals := []city.Refusal{
		{Kind: "reports", ExternalID: "a", Place: "baris 3", Reason: "no time", Raw: json.RawMessage("a,b\x00")},
		{Kind: "reports", ExternalID: "b", Place: "baris 4", Reason: "no time"},
	}
	for range 3 {
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Refused: refusals})
	}
	rows, err := f.RefusedRows(t.Context(), city.Asker{Role: city.Operator}, "uji", 10)
	if err != nil || len(rows) != 2 || rows[0].ExternalID != "b" || rows[0].Times != 3 {
		t.Fatalf("got %+v, %v", rows, err)
	}
	if rows, err := f.RefusedRows(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, "uji", 10); err != nil || len(rows) != 0 {
		t.Fatalf("a lurah sees %d refused rows, %v", len(rows), err)
	}
}

// TestARefusedRowWaitsUntilItComesIn: not longer, and again when it is refused again.
func TestARefusedRowWaitsUntilItComesIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := func(id string) city.Refusal {
		return city.Refusal{Kind: "reports", ExternalID: id, Place: "record " + id, Reason: "no time"}
	}
	give := func(refusals []city.Refusal, ids ...string) string {
		t.Helper()
		d := city.Delivery{SourceID: f.source, Refused: refusals}
		for _, id := range ids {
			d.Reports = append(d.Reports, storetest.Report(id))
		}
		storetest.Ingest(t, f.Store, d)
		return strings.Join(all[string](t, f.sql, "SELECT external_id FROM refused_rows WHERE settled_at IS NULL ORDER BY id"), " ")
	}
	sensor := city.Refusal{Kind: "observations", ExternalID: "a", Reason: "no time"}
	equal(t, "at first", give([]city.Refusal{refused("a"), refused("b"), sensor, refused("")}), "a b a ")
	equal(t, "one came in", give(nil, "a", "c"), "b a ")
	equal(t, "one in two versions", give([]city.Refusal{refused("b")}, "b"), "b a ")
	equal(t, "refused again", give([]city.Refusal{refused("a")}, "b"), "a a ")
	equal(t, "as it was, once more", give(nil, "a"), "a ")
	if h := f.health(t); h.Refused != 2 {
		t.Errorf("%d rows wait on the screen", h.Refused)
	}
	// What it reads is another now: what was said of the former is not waited for.
	if err := f.SendBackSource(t.Context(), "uji", city.RereadAsked, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	equal(t, "read again as it is", give(nil), "a ")
	if err := f.SendBackSource(t.Context(), "uji", city.RereadChanged, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	equal(t, "read as another", give([]city.Refusal{refused("d")}), "d")
}

func TestCursorMovesOnlyWithTheData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	broken := errors.New("the queue is broken")
	f.AfterIngest = func(_ context.Context, _ pgx.Tx, ids []int64) error {
		if len(ids) != 33-3 {
			return fmt.Errorf("got %d ids", len(ids))
		}
		return broken
	}
	d := wideDelivery(f.source)
	d.Cursor, d.Attempt = json.RawMessage(`{"since":1}`), &city.Attempt{Started: noon, Finished: noon}
	d.Refused = []city.Refusal{{Kind: "reports", Reason: "x"}}
	tables := append(slices.Clone(dataTables), "source_runs", "refused_rows")
	before := f.physical(t, tables...)
	health := one[string](t, f.sql, "SELECT s::text FROM source_state s")
	if _, err := f.Ingest(t.Context(), d); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	equal(t, "rows on disk", f.physical(t, tables...), before)
	equal(t, "cursor and health", one[string](t, f.sql, "SELECT s::text FROM source_state s"), health)
	f.AfterIngest = nil
	storetest.Ingest(t, f.Store, d)
	src, err := f.Source(t.Context(), "uji")
	if err != nil || string(src.Cursor) != `{"since": 1}` {
		t.Fatalf("cursor %s, %v", src.Cursor, err)
	}
	// A failed pull moves the health, not the cursor.
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Attempt: &city.Attempt{Started: noon, Finished: noon, Err: broken}})
	src, err = f.Source(t.Context(), "uji")
	if err != nil || string(src.Cursor) != `{"since": 1}` {
		t.Fatalf("cursor %s, %v", src.Cursor, err)
	}
}

func TestIngestFromAnUnknownSource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.Ingest(t.Context(), city.Delivery{SourceID: 999}); city.CodeOf(err) != city.NotFound {
		t.Fatalf("got %v", err)
	}
	// One saved by another node a moment ago is found at once.
	other := storetest.Open(t, f.db)
	id := storetest.Source(t, other, func(s *city.Source) { s.Slug = "baru" })
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Reports: storetest.Reports("x", 1)})
}

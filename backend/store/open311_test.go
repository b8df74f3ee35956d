package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

var theOperator = city.Asker{Role: city.Operator}

// outside is a city whose reports go out by Open311: one source and one
// category are public, others are not.
type outside struct {
	*fixture
	by      city.Actor
	secret  int64 // a source that nobody published
	secrets int
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	f := &outside{fixture: newFixture(t), by: city.Actor{Name: "Operator Uji"}}
	f.secret = storetest.Source(t, f.Store, func(s *city.Source) { s.Slug, s.Name = "tertutup", "Tertutup" })
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	if err := f.PublishSource(t.Context(), f.by, theOperator, slug, true, false); err != nil {
		t.Fatal(err)
	}
	if err := f.SetOpen311Service(t.Context(), f.by, theOperator, "sampah", true, nil); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *outside) key(t *testing.T, name, reads string, files bool) (city.Open311Key, []byte) {
	t.Helper()
	f.secrets++
	hash := []byte(fmt.Sprintf("%032d", f.secrets))
	k, err := f.AddOpen311Key(t.Context(), f.by, theOperator, city.Open311Key{Name: name, Reads: reads, Files: files, PerMinute: 60}, hash)
	if err != nil {
		t.Fatal(err)
	}
	return k, hash
}

// sure says that an officer settled the category, as far as the test cares.
func (f *outside) sure(t *testing.T, external ...string) {
	t.Helper()
	if _, err := f.sql.Exec(t.Context(), "UPDATE reports SET category_by = 'officer' WHERE external_id = ANY ($1)", external); err != nil {
		t.Fatal(err)
	}
}

// sees returns the external numbers that a key sees, by number.
func (f *outside) sees(t *testing.T, key int64) (out []string) {
	t.Helper()
	rows, err := f.ServiceRequests(t.Context(), key, city.Open311Query{From: noon.AddDate(0, -2, 0), To: noon.AddDate(0, 0, 1), Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, one[string](t, f.sql, "SELECT external_id FROM reports WHERE id = $1", r.ID))
	}
	slices.Sort(out)
	return out
}

func (f *outside) number(t *testing.T, external string) int64 {
	t.Helper()
	return one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = $1", external)
}

// TestWhichReportsArePublic: those of a published source and a public category
// that were not turned down, not held back, and of whose category somebody is
// sure; nothing else, also not by SQL written by hand.
func TestWhichReportsArePublic(t *testing.T) {
	t.Parallel()
	f := newOutside(t)
	report := func(id, category string, status city.ReportStatus) city.Report {
		return storetest.Report(id, func(r *city.Report) { r.Category, r.Status = category, status })
	}
	f.ingest(t, report("terlihat", "sampah", city.Open), report("selesai", "sampah", city.Closed), report("ditolak", "sampah", city.Rejected),
		report("jalan", "jalan-rusak", city.Open), report("tanpa", "", city.Open), report("ragu", "sampah", city.Open), report("ditahan", "sampah", city.Open), report("hilang", "sampah", city.Open))
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.secret, Reports: []city.Report{report("tertutup", "sampah", city.Open)}})
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Removed: []string{"hilang"}})
	equal(t, "before anybody is sure", f.sees(t, 0), []string(nil))
	f.sure(t, "terlihat", "selesai", "ditolak", "jalan", "ditahan", "hilang", "tertutup")
	if err := f.WithholdReport(t.Context(), f.by, theOperator, f.number(t, "ditahan"), true, "permintaan pelapor"); err != nil {
		t.Fatal(err)
	}
	equal(t, "everybody", f.sees(t, 0), []string{"selesai", "terlihat"})
	desk, err := f.Open311Desk(t.Context(), theOperator)
	if err != nil || desk.Shown != 2 || desk.Withheld != 1 {
		t.Errorf("desk: %+v, %v", desk, err)
	}

	public, _ := f.key(t, "Aplikasi", city.Open311ReadsPublic, false)
	whole, _ := f.key(t, "Provinsi", city.Open311ReadsCity, false)
	equal(t, "a key that reads what is public", f.sees(t, public.ID), []string{"selesai", "terlihat"})
	all := []string{"ditahan", "ditolak", "jalan", "ragu", "selesai", "tanpa", "terlihat", "tertutup"}
	equal(t, "a key that reads the city's", f.sees(t, whole.ID), all)
	if err := f.RevokeOpen311Key(t.Context(), f.by, theOperator, whole.ID); err != nil {
		t.Fatal(err)
	}
	equal(t, "the same, revoked", f.sees(t, whole.ID), []string{"selesai", "terlihat"})

	app := storetest.Connect(t, f.db.AppURL)
	everybody := store.Open311Settings(0)
	for sql, want := range map[string]int64{
		"SELECT id, text FROM reports": 2, "SELECT id FROM reports WHERE true OR status = 'rejected'": 2, "SELECT raw FROM reports": -1, "SELECT search FROM reports": -1,
		"SELECT FROM reporters": -1, "SELECT name FROM open311_keys": -1, "SELECT secret_hash FROM open311_keys": -1, "SELECT id FROM open311_keys": 0, "SELECT reason FROM open311_withheld": -1,
		"SELECT external_id FROM open311_filed": 0, "SELECT digest FROM open311_filed": -1, "SELECT FROM sources": -1, "SELECT FROM events": -1, "SELECT FROM audit": -1, "SELECT FROM incidents": -1,
		"SELECT urgency FROM report_analyses": -1, "UPDATE reports SET status = 'closed'": -1, "INSERT INTO open311_sources (source_id, media, changed_at, changed_by) VALUES (1, true, now(), 'x')": -1,
	} {
		n, err := as(t, app, everybody, sql)
		if want < 0 && !denied(err) || want >= 0 && (err != nil || n != want) {
			t.Errorf("%s: %d rows, want %d, %v", sql, n, want, err)
		}
	}
	if err := f.PublishSource(t.Context(), f.by, theOperator, one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source), false, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "everybody, once the source is closed", f.sees(t, 0), []string(nil))
}

// TestWhatThePublicIsToldOfAReport: no number, name or house, the place on a
// grid, no picture; the key that may read the city's gets the words as officers do.
func TestWhatThePublicIsToldOfAReport(t *testing.T) {
	t.Parallel()
	f := newOutside(t)
	lon, lat := 117.146_812_3, -0.462_718_9
	f.ingest(t, storetest.Report("sampah-1", func(r *city.Report) {
		r.Text, r.Address, r.Channel = "Sampah depan rumah Ibu Siti Aminah, Jalan Merdeka nomor 17, hubungi 0812-3456-7890", "Jl. Merdeka No. 17", "whatsapp"
		r.Category, r.Lon, r.Lat, r.MediaURL = "sampah", &lon, &lat, "https://media.example/foto.jpg"
		r.Reporter = &city.Reporter{Name: "Siti Aminah", Phone: "081234567890", Email: "siti@example.test"}
	}))
	f.sure(t, "sampah-1")
	whole, _ := f.key(t, "Provinsi", city.Open311ReadsCity, false)
	ask := func(key int64) city.ServiceRequest {
		t.Helper()
		rows, err := f.ServiceRequests(t.Context(), key, city.Open311Query{IDs: []int64{f.number(t, "sampah-1")}})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		return rows[0]
	}
	got := ask(0)
	for _, said := range []string{"Siti", "Aminah", "17", "0812", "7890"} {
		if strings.Contains(got.Text+got.Address, said) {
			t.Errorf("everybody is told %q: %s | %s", said, got.Text, got.Address)
		}
	}
	if *got.Lon != 117.147 || *got.Lat != -0.463 || got.MediaURL != "" || got.Channel != "" || got.Trusted {
		t.Errorf("everybody is told %+v at %v %v", got, *got.Lon, *got.Lat)
	}
	told := ask(whole.ID)
	if strings.Contains(told.Text, "0812") || !strings.Contains(told.Text, "nomor 17") || *told.Lon != lon || told.MediaURL == "" || told.Channel != "whatsapp" {
		t.Errorf("a trusted key is told %+v", told)
	}
	slug := one[string](t, f.sql, "SELECT slug FROM sources WHERE id = $1", f.source)
	if err := f.PublishSource(t.Context(), f.by, theOperator, slug, true, true); err != nil {
		t.Fatal(err)
	}
	if got := ask(0); got.MediaURL != "https://media.example/foto.jpg" {
		t.Errorf("a source whose pictures are public: %q", got.MediaURL)
	}
}

func TestOpen311KeysAreTheOperators(t *testing.T) {
	t.Parallel()
	f := newOutside(t)
	key, hash := f.key(t, "Aplikasi", city.Open311ReadsPublic, true)
	got, err := f.Open311Key(t.Context(), hash)
	if err != nil || got.ID != key.ID || !got.Files {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := f.AddOpen311Key(t.Context(), f.by, theOperator, city.Open311Key{Name: "aplikasi", Reads: "public", PerMinute: 1}, []byte(strings.Repeat("x", 32))); city.CodeOf(err) != city.Invalid {
		t.Errorf("the same name twice: %v", err)
	}
	for name, asker := range theAskers(0) {
		if asker.Role != city.Operator {
			_, err := f.AddOpen311Key(t.Context(), f.by, asker, city.Open311Key{Name: "x", Reads: "city", PerMinute: 1}, []byte(strings.Repeat("y", 32)))
			for what, err := range map[string]error{
				"key": err, "revoke": f.RevokeOpen311Key(t.Context(), f.by, asker, key.ID), "source": f.PublishSource(t.Context(), f.by, asker, "uji", true, true),
				"service": f.SetOpen311Service(t.Context(), f.by, asker, "sampah", true, nil), "withhold": f.WithholdReport(t.Context(), f.by, asker, 1, false, ""),
			} {
				if city.CodeOf(err) != city.Forbidden {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
		}
		_, err := f.Open311Desk(t.Context(), asker)
		if may := asker.Role == city.Operator || asker.Role == city.Auditor; may != (err == nil) {
			t.Errorf("%s looks at the desk: %v", name, err)
		}
	}
	if err := f.RevokeOpen311Key(t.Context(), f.by, theOperator, key.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open311Key(t.Context(), hash); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a revoked key: %v", err)
	}
	if _, _, err := f.BeginFiling(t.Context(), city.Open311Filing{Key: key, Digest: hash}, func() (string, error) { return "o3-x", nil }); city.CodeOf(err) != city.Forbidden {
		t.Errorf("a revoked key files: %v", err)
	}
	equal(t, "audit", all[string](t, f.sql, "SELECT action FROM audit WHERE action LIKE 'open311%' ORDER BY id"),
		[]string{"open311.source", "open311.service", "open311.key_added", "open311.key_revoked"})
}

// TestTheSameFormIsFiledOnce within ten minutes, by the same key.
func TestTheSameFormIsFiledOnce(t *testing.T) {
	t.Parallel()
	f := newOutside(t)
	first, _ := f.key(t, "A", city.Open311ReadsPublic, true)
	second, _ := f.key(t, "B", city.Open311ReadsPublic, true)
	n := 0
	file := func(k city.Open311Key, digest byte) string {
		t.Helper()
		id, _, err := f.BeginFiling(t.Context(), city.Open311Filing{Key: k, Digest: slices.Repeat([]byte{digest}, 32)}, func() (string, error) { n++; return fmt.Sprint("o3-", n), nil })
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	equal(t, "numbers", []string{file(first, 1), file(first, 1), file(second, 1), file(first, 2)}, []string{"o3-1", "o3-1", "o3-2", "o3-3"})
	f.clock.now = f.clock.now.Add(11 * time.Minute)
	equal(t, "later", file(first, 1), "o3-4")
	if _, err := f.FiledNumber(t.Context(), first.ID, "o3-1"); city.CodeOf(err) != city.NotFound {
		t.Errorf("a number whose report has not arrived: %v", err)
	}
}

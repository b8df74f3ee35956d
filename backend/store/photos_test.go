package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// toFetch are the addresses of the pictures to fetch now, and the first of them.
func (f *fixture) toFetch(t *testing.T, limit int) (urls []string, first store.PhotoToFetch) {
	t.Helper()
	got, err := f.PhotosToFetch(t.Context(), limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		urls = append(urls, p.URL)
	}
	if len(got) > 0 {
		first = got[0]
	}
	return urls, first
}

func pictured(id, url string, change ...func(*city.Report)) city.Report {
	return storetest.Report(id, append([]func(*city.Report){func(r *city.Report) { r.MediaURL = url }}, change...)...)
}

func (f *fixture) keep(t *testing.T, p store.Photo) {
	t.Helper()
	if err := f.SavePhoto(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// emptyQueue lets nothing wait for analysis.
func (f *fixture) emptyQueue(t *testing.T) {
	t.Helper()
	if _, err := f.sql.Exec(t.Context(), "DELETE FROM analysis_queue"); err != nil {
		t.Fatal(err)
	}
}

func TestPicturesAreFetchedOnceNewestFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t,
		pictured("a", "https://foto.example/a.jpg"),
		pictured("b", "https://foto.example/b.jpg", func(r *city.Report) { r.CreatedAt = r.CreatedAt.Add(time.Hour) }),
		pictured("old", "https://foto.example/old.jpg", func(r *city.Report) { r.CreatedAt = noon.AddDate(0, 0, -61) }),
		pictured("gone", "https://foto.example/gone.jpg"),
		storetest.Report("none"),
	)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Removed: []string{"gone"}})
	urls, first := f.toFetch(t, 30)
	equal(t, "to fetch", urls, []string{"https://foto.example/b.jpg", "https://foto.example/a.jpg"})
	equal(t, "source", first.SourceID, f.source)
	urls, _ = f.toFetch(t, 1)
	equal(t, "at most one", urls, []string{"https://foto.example/b.jpg"})

	// The highest bit is one like any other, and the report is read anew.
	const bits = uint64(0xf000_0000_0000_0001)
	f.emptyQueue(t)
	f.keep(t, store.Photo{ReportID: first.ReportID, URL: first.URL, Fingerprint: bits, Width: 640, Height: 480})
	pending, err := f.Pending(t.Context(), 10)
	if err != nil || len(pending) != 1 || pending[0].ID != first.ReportID || uint64(pending[0].Photo) != bits {
		t.Fatalf("queued: %d, %v", len(pending), err)
	}
	urls, _ = f.toFetch(t, 30)
	equal(t, "what is left", urls, []string{"https://foto.example/a.jpg"})

	// Another address is another picture; until it is here, none is known.
	f.ingest(t, pictured("b", "https://foto.example/b2.jpg", func(r *city.Report) { r.CreatedAt = r.CreatedAt.Add(time.Hour) }))
	urls, _ = f.toFetch(t, 1)
	equal(t, "changed", urls, []string{"https://foto.example/b2.jpg"})
	if pending, err = f.Pending(t.Context(), 10); err != nil || len(pending) != 1 || pending[0].Photo != 0 {
		t.Errorf("the old picture still counts: %v", err)
	}
	// What comes late for the old address is not kept.
	f.keep(t, store.Photo{ReportID: first.ReportID, URL: first.URL, Fingerprint: 7, Width: 640, Height: 480})
	equal(t, "fingerprints", all[int64](t, f.sql, "SELECT fingerprint FROM report_photos"), []int64{-0xfff_ffff_ffff_ffff})
}

func TestPicturesThatFailAreTriedFiveTimes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, pictured("a", "https://foto.example/a.jpg"))
	f.emptyQueue(t)
	for attempt := range 5 {
		urls, first := f.toFetch(t, 30)
		equal(t, "to fetch", len(urls), 1)
		equal(t, "failures", first.Failures, attempt)
		f.keep(t, store.Photo{ReportID: first.ReportID, URL: first.URL, Error: "not found", RetryAt: f.clock.now.Add(time.Hour)})
		urls, _ = f.toFetch(t, 30)
		equal(t, "before its time", len(urls), 0)
		f.clock.forward(time.Hour)
	}
	urls, _ := f.toFetch(t, 30)
	equal(t, "after five failures", len(urls), 0)
	equal(t, "queued", one[int](t, f.sql, "SELECT count(*)::int FROM analysis_queue"), 0)
	// A new address has all attempts again; a picture that says nothing is no failure.
	f.ingest(t, pictured("a", "https://foto.example/a2.jpg"))
	f.emptyQueue(t)
	urls, first := f.toFetch(t, 30)
	equal(t, "the new address", urls, []string{"https://foto.example/a2.jpg"})
	equal(t, "its failures", first.Failures, 0)
	f.keep(t, store.Photo{ReportID: first.ReportID, URL: first.URL, Width: 9, Height: 9})
	urls, _ = f.toFetch(t, 30)
	equal(t, "fetched", len(urls), 0)
	equal(t, "rows", one[string](t, f.sql, "SELECT concat_ws(' ', fingerprint IS NULL, width, failures, error, next_attempt) FROM report_photos"), "t 9 0 ")
	equal(t, "queued for nothing", one[int](t, f.sql, "SELECT count(*)::int FROM analysis_queue"), 0)
}

// TestPicturesAreSeenWithTheirReports: who may not see a report does not see
// where its picture lies.
func TestPicturesAreSeenWithTheirReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, pictured("a", "https://foto.example/a.jpg"), pictured("b", "https://foto.example/b.jpg", func(r *city.Report) { r.StatedArea = storetest.Lempake }))
	got, err := f.PhotosToFetch(t.Context(), 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		f.keep(t, store.Photo{ReportID: p.ReportID, URL: p.URL, Fingerprint: 5, Width: 10, Height: 10})
	}
	app := storetest.Connect(t, f.db.AppURL)
	for _, c := range []struct {
		asker city.Asker
		want  int64
	}{
		{city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, 1}, {city.Asker{Role: city.WaliKota}, 2},
		{city.Asker{Role: city.Publik, AreaCode: storetest.CityCode}, 0}, {city.Asker{}, 0},
	} {
		n, err := as(t, app, store.AskerSettings(c.asker, ""), "SELECT FROM report_photos")
		if err != nil || n != c.want {
			t.Errorf("%s sees %d of 2: %v", c.asker.Role, n, err)
		}
	}
	if _, err := as(t, app, store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "UPDATE report_photos SET failures = 0"); !denied(err) {
		t.Errorf("a reader may write: %v", err)
	}
}

package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestAnUnusualSilenceIsNotedAndEnds: what a source brings is counted by the
// hour it was taken in; a silence that is unusual is told once, and over with
// the next new row, not with a changed one.
func TestAnUnusualSilenceIsNotedAndEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := 0
	bring := func(at time.Time, reports ...city.Report) {
		t.Helper()
		f.clock.now = at
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: reports, Attempt: &city.Attempt{Started: at, Finished: at}})
	}
	fresh := func(at time.Time) city.Report {
		n++
		return storetest.Report(fmt.Sprint("r", n), func(r *city.Report) { r.CreatedAt = at })
	}
	now := noon.Truncate(time.Hour).Add(20 * time.Minute)
	// Four weeks in which it brought eight in the three hours before this one.
	for week := 4; week >= 1; week-- {
		for h := 3; h >= 1; h-- {
			at := now.AddDate(0, 0, -7*week).Add(-time.Duration(h) * time.Hour)
			bring(at, fresh(at), fresh(at), fresh(at))
		}
	}
	last := now.Add(-4 * time.Hour)
	bring(last, fresh(last))
	bring(now)
	before := f.head(t)
	health := func() city.SourceHealth {
		t.Helper()
		all, err := f.SourceHealths(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	for range 2 {
		if err := f.WatchSilence(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	h := health()
	if h.Silence == nil || h.Silence.Hours != 3 || h.Silence.Usual != 9 || h.Freshness != city.Fresh {
		t.Fatalf("silence %+v, %s", h.Silence, h.Freshness)
	}
	events, err := f.EventsAfter(t.Context(), before, 100)
	if err != nil || len(events) != 1 || events[0].Topic != city.TopicSources {
		t.Fatalf("events %+v, %v", events, err)
	}
	var told city.SourceHealth
	if err := json.Unmarshal(events[0].Data, &told); err != nil || told.Silence == nil {
		t.Fatalf("told %s, %v", events[0].Data, err)
	}
	// One that no longer answers is stale, not silent.
	f.clock.now = now.Add(100 * 24 * time.Hour)
	if h := health(); h.Silence != nil {
		t.Errorf("a source that is away is called silent: %+v", h)
	}
	f.clock.now = now
	bring(now, storetest.Report("r1", func(r *city.Report) {
		r.CreatedAt, r.Status = now.AddDate(0, 0, -28).Add(-3*time.Hour), city.InProgress
	}))
	if health().Silence == nil {
		t.Error("an update ends the silence")
	}
	bring(now, fresh(now))
	if h := health(); h.Silence != nil {
		t.Errorf("still silent: %+v", h.Silence)
	}
	a, err := f.SourceActivities(t.Context())
	if err != nil || len(a) != 1 || a[0].Today != 2 || a[0].UsualDay == nil || *a[0].UsualDay != 9 || len(a[0].Days) != 14 {
		t.Errorf("activity %+v, %v", a, err)
	}
	if got := one[int](t, f.sql, "SELECT sum(changed)::int FROM source_hourly"); got != 1 {
		t.Errorf("%d changes counted", got)
	}
	// What is too old to be compared is forgotten.
	f.clock.now = now.AddDate(0, 0, 65)
	if err := f.WatchSilence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := one[int](t, f.sql, "SELECT count(*)::int FROM source_hourly"); got != 0 {
		t.Errorf("%d hours kept", got)
	}
}

func TestWhatPeopleSayOfASourceStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	yes := true
	card := city.SourceCard{Owner: "Diskominfo", Contact: "ext. 12", LegalBasis: "Perwali 1/2026", PersonalData: &yes}
	if err := f.DescribeSource(t.Context(), city.CommandLine, "uji", card); err != nil {
		t.Fatal(err)
	}
	if err := f.DescribeSource(t.Context(), city.CommandLine, "tidak-ada", card); city.CodeOf(err) != city.NotFound {
		t.Errorf("no source: %v", err)
	}
	// Its configuration is saved anew and says nothing of the legal basis.
	src, err := f.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	src.LegalBasis, src.PersonalData = "", nil
	if _, err := f.SaveSource(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	all, err := f.SourceHealths(t.Context())
	if err != nil || len(all) != 1 || all[0].LegalBasis != card.LegalBasis || all[0].PersonalData == nil || !*all[0].PersonalData || all[0].Owner != card.Owner {
		t.Errorf("%+v, %v", all, err)
	}
	lines, err := f.Audit(t.Context(), city.Asker{Role: city.Auditor}, 0, 10)
	if err != nil || len(lines) == 0 || lines[0].Action != "source.describe" || lines[0].Subject != "uji" {
		t.Errorf("audit %+v, %v", lines, err)
	}
}

// TestWhoLookedAtAReporterIsSeenByThoseWhoWatchOverIt: with the reason, in
// which personal data is masked; to others the report says nothing of it.
func TestWhoLookedAtAReporterIsSeenByThoseWhoWatchOverIt(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	all, err := f.Reports(t.Context(), city.System, city.ReportFilter{AreaCode: storetest.AirPutih})
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	id := all[0].ID
	by := city.Actor{Name: "Operator Satu"}
	if _, err := f.Reporter(t.Context(), by, city.Asker{Role: city.Operator}, id, "Menghubungi pelapor di 0812-3456-7890"); err != nil {
		t.Fatal(err)
	}
	app := storetest.Connect(t, f.db.AppURL)
	for _, asker := range []city.Asker{
		{Role: city.WaliKota}, {Role: city.Sekda}, {Role: city.Operator}, {Role: city.Auditor},
		{Role: city.KepalaOPD, OfficeID: office}, {Role: city.Camat, AreaCode: storetest.SamarindaUlu}, {Role: city.Lurah, AreaCode: storetest.AirPutih},
	} {
		watches := asker.Role.CityWide()
		d, err := f.Report(t.Context(), asker, id)
		if err != nil {
			if city.CodeOf(err) != city.NotFound || asker.Role != city.KepalaOPD {
				t.Errorf("%s: %v", asker.Role, err)
			}
			continue
		}
		if watches && (len(d.IdentityReads) != 1 || d.IdentityReads[0].By != by.Name || d.IdentityReads[0].Reason != "Menghubungi pelapor di [telepon]") || !watches && d.IdentityReads != nil {
			t.Errorf("%s sees %+v", asker.Role, d.IdentityReads)
		}
	}
	// Of the audit trail mayor and secretary see that and nothing else.
	if err := f.Record(t.Context(), by, "lain", "1", "", nil); err != nil {
		t.Fatal(err)
	}
	if n, err := as(t, app, store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT FROM audit"); n != 1 || err != nil {
		t.Errorf("the mayor reads %d lines of the audit trail, %v", n, err)
	}
}

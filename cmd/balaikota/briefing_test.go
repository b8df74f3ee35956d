package main

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestTheMorningsSheetIsMadeOnceByTheCitysClock: not before 06.00, once from
// then on however often and by however many it is tried, late when the server
// was down, and not after noon; its figures are those of the screens.
func TestTheMorningsSheetIsMadeOnceByTheCitysClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	clock := day
	place := storetest.NewDB(t)
	s := storetest.Open(t, place, storetest.WithClock(func() time.Time { return clock }))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mayor := storetest.Officer(t, s, city.WaliKota)
	source := storetest.Source(t, s)
	storetest.Ingest(t, s, city.Delivery{SourceID: source, Reports: storetest.Reports("malam", 7, func(r *city.Report) {
		r.CreatedAt, r.StatedArea = day.Add(time.Hour), storetest.AirPutih
	})})
	b := &briefer{
		db: &database{Store: s, url: place.AppURL, city: setting}, offered: func() []city.NoticeChannel { return nil },
		log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock },
	}
	for _, step := range []struct {
		at    time.Duration
		sheet int
	}{
		{5*time.Hour + 59*time.Minute, 0}, {6 * time.Hour, 1}, {6*time.Hour + time.Minute, 1}, {11 * time.Hour, 1},
		{24*time.Hour + 12*time.Hour, 1}, // down all morning
		{48*time.Hour + 9*time.Hour, 2},  // down until 09.00
	} {
		clock = day.Add(step.at)
		if err := b.watch(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := s.Briefings(t.Context(), city.System, 10)
		if err != nil || len(list) != step.sheet {
			t.Fatalf("%s after midnight: %d sheets, not %d: %v", step.at, len(list), step.sheet, err)
		}
	}
	first, err := s.Briefing(t.Context(), asMayor, "1")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(first.Sheet.Cutoff, "data s.d. 06.00 WITA") || first.Kind != city.BriefingMorning || first.Day != day.Format(time.DateOnly) {
		t.Errorf("the first: %+v, %s", first.BriefingHead, first.Sheet.Cutoff)
	}
	if !strings.Contains(first.Sheet.Summary.What, "masuk 7,") {
		t.Errorf("the summary: %s", first.Sheet.Summary.What)
	}
	at := slices.IndexFunc(first.Sheet.Map.Areas, func(a city.BriefingShape) bool { return a.Code == storetest.AirPutih })
	if at < 0 || first.Sheet.Map.Areas[at].Value != 7 || first.Sheet.Map.Areas[at].Class != 3 {
		t.Errorf("the map: %+v", first.Sheet.Map.Areas[at].Value)
	}
	if second, err := s.Briefing(t.Context(), asMayor, "2"); err != nil || !strings.HasSuffix(second.Sheet.Cutoff, "data s.d. 09.00 WITA") {
		t.Errorf("the late one: %s %v", second.Sheet.Cutoff, err)
	}
	told, _, err := s.Notices(t.Context(), city.Asker{OfficerID: mayor.ID, Role: city.WaliKota}, false)
	paths := []string{}
	for _, n := range told {
		paths = append(paths, n.Path)
	}
	if err != nil || !slices.Equal(paths, []string{"/lembar/2", "/lembar/1"}) {
		t.Errorf("told: %v %v", paths, err)
	}
}

// TestASheetComesWithoutWhatCannotBeRead: one part that fails takes no other
// with it, and the sheet says which.
func TestASheetComesWithoutWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	place := storetest.NewDB(t)
	s := storetest.Open(t, place)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sql := storetest.Connect(t, place.OwnerURL)
	if _, err := sql.Exec(t.Context(), "REVOKE SELECT ON hazard_states FROM balaikota_city_reader"); err != nil {
		t.Fatal(err)
	}
	b := &briefer{db: &database{Store: s, url: place.AppURL, city: setting}, offered: func() []city.NoticeChannel { return nil }, log: slog.New(slog.DiscardHandler), now: time.Now}
	made, err := b.MakeBriefing(t.Context(), city.CommandLine, city.System)
	if err != nil {
		t.Fatal(err)
	}
	if note := made.Sheet.Weather.Note; !strings.HasPrefix(note, "Tidak dapat dibaca") {
		t.Errorf("the weather says %q", note)
	}
	if !strings.HasPrefix(made.Sheet.Decisions.Note, "Tidak ada yang mendesak") || len(made.Sheet.Map.Areas) != 59 {
		t.Errorf("the rest: %q, %d areas", made.Sheet.Decisions.Note, len(made.Sheet.Map.Areas))
	}
}

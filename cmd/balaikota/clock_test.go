package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// A city whose Dishub needs a week for lamps and whose DLH needs hours for
// waste: the first will miss its deadlines, and is told before it does.
func TestBreachesAreForecastBeforeTheyHappen(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	now := time.Date(2026, 7, 15, 10, 0, 0, 0, zone) // a Wednesday
	s := storetest.New(t, storetest.WithClock(func() time.Time { return now }))
	source := storetest.Source(t, s)
	var reports []city.Report
	for i := range 400 {
		created := now.Add(-time.Duration(i) * 7 * time.Hour)
		reports = append(reports,
			aged(fmt.Sprint("lampu-", i), "lampu-jalan", created, time.Duration(120+i*37%180)*time.Hour, now),
			aged(fmt.Sprint("sampah-", i), "sampah", created, time.Duration(3+i%11)*time.Hour, now))
	}
	storetest.Ingest(t, s, city.Delivery{SourceID: source, Reports: reports})
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keeper := &paceKeeper{db: &database{Store: s, city: setting}, log: slog.New(slog.DiscardHandler), now: func() time.Time { return now }}
	if err := keeper.watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	alerts, err := s.Alerts(t.Context(), city.Asker{Role: city.WaliKota})
	if err != nil {
		t.Fatal(err)
	}
	var breach []city.Alert
	for _, a := range alerts {
		if a.Kind == city.AlertBreach {
			breach = append(breach, a)
		}
	}
	if len(breach) != 1 || breach[0].Office != "Dishub" || !strings.HasPrefix(breach[0].Headline, "Dishub: ") || len([]rune(breach[0].Headline)) > 90 || !strings.Contains(breach[0].Evidence, "WITA") {
		t.Fatalf("%+v", breach)
	}
	list, err := keeper.AtRisk(t.Context(), city.Asker{Role: city.WaliKota}, "", "", breachDays)
	if err != nil || !strings.Contains(breach[0].Headline, fmt.Sprintf(" %d laporan ", len(list.Items))) || list.Brier >= list.Base || list.Tested < 50 {
		t.Errorf("%d listed, %s; %+v, %v", len(list.Items), breach[0].Headline, list, err)
	}
	for _, item := range list.Items {
		if !item.Report.DueAt.After(now) || item.Report.DueAt.After(list.Within) || item.Probability < 0.5 || !strings.Contains(item.Why, "lampu jalan di Dishub") {
			t.Errorf("%+v", item)
		}
	}
	t.Log(breach[0].Headline, "|", breach[0].Evidence, "|", list.Items[0].Why)
	dlh, err := s.OfficeID(t.Context(), "DLH")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := keeper.AtRisk(t.Context(), city.Asker{Role: city.KepalaOPD, OfficeID: dlh}, "", "", breachDays); err != nil || len(other.Items) != 0 {
		t.Errorf("the head of DLH sees %+v, %v", other.Items, err)
	}
	// Raised again, it is the same alert; once the reports are closed it ends.
	before, _, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, _, err := s.Head(t.Context()); err != nil || after != before {
		t.Errorf("the same again told screens: %d then %d, %v", before, after, err)
	}
	for i := range reports {
		if reports[i].ClosedAt == nil {
			reports[i].Status, reports[i].ClosedAt = city.Closed, &now
		}
	}
	storetest.Ingest(t, s, city.Delivery{SourceID: source, Reports: reports})
	if err := keeper.watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if alerts, err = s.Alerts(t.Context(), city.Asker{Role: city.WaliKota}); err != nil || len(alerts) != 0 {
		t.Errorf("%+v, %v", alerts, err)
	}
}

// aged is a report that takes so long, unfinished if that is not over yet.
func aged(id, category string, created time.Time, takes time.Duration, now time.Time) city.Report {
	return storetest.Report(id, func(r *city.Report) {
		r.Category, r.CreatedAt = category, created
		if end := created.Add(takes); end.Before(now) {
			r.Status, r.ClosedAt = city.Closed, &end
		}
	})
}

func TestNoForecastWithoutAPast(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Ingest(t, s, city.Delivery{SourceID: storetest.Source(t, s), Reports: storetest.Reports("r", 30)})
	keeper := &paceKeeper{db: &database{Store: s}, log: slog.New(slog.DiscardHandler), now: time.Now}
	list, err := keeper.AtRisk(t.Context(), city.Asker{Role: city.WaliKota}, "", "", 5)
	if err != nil || len(list.Items) != 0 || list.Items == nil || list.Tested != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

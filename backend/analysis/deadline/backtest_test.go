package deadline

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/pack"
	"balaikota/connectors/simcity/world"
)

// The two forecasts of rain and the two of none that a hand can check.
func TestMeasureByHand(t *testing.T) {
	t.Parallel()
	s := Measure([]Scored{{0.9, true}, {0.7, false}, {0.2, false}, {0.25, true}})
	// (0.01 + 0.49 + 0.04 + 0.5625) / 4, and 0.5 × 0.5.
	if s.Count != 4 || math.Abs(s.Brier-0.275625) > 1e-9 || s.Base != 0.25 || len(s.Bins) != 3 || s.Bins[0].Count != 2 || s.Bins[0].Came != 0.5 {
		t.Errorf("%+v", s)
	}
	if s.Skilled() || Measure(nil).Skilled() {
		t.Error("skilled on next to nothing")
	}
}

func calendar(t *testing.T, c pack.City) city.Calendar {
	t.Helper()
	cal := city.Calendar{Location: c.Location(), Holidays: map[string]bool{}}
	for _, h := range c.Holidays {
		cal.Holidays[h.Date.Format(time.DateOnly)] = true
	}
	return cal
}

func report(t *testing.T, s Score) {
	t.Helper()
	t.Logf("%d forecasts, Brier %.4f, base rate in hindsight %.4f, skill %.3f", s.Count, s.Brier, s.Base, 1-s.Brier/s.Base)
	for _, b := range s.Bins {
		t.Logf("  %.1f–%.1f  n %5d  said %.3f  came %.3f", b.From, b.To, b.Count, b.Said, b.Came)
	}
}

// calibration is the mean difference of what was said and what came, each bin
// as much as it was used.
func calibration(s Score) float64 {
	sum := 0.0
	for _, b := range s.Bins {
		sum += float64(b.Count) * math.Abs(b.Said-b.Came)
	}
	return sum / float64(s.Count)
}

// TestBackTestOnTheEvaluationCity learns from the half year before each moment
// and is held against what came. The offices of that city close at any hour of
// any day, which the working clock does not know.
func TestBackTestOnTheEvaluationCity(t *testing.T) {
	t.Parallel()
	past, cal := evaluationCity(t)
	now := time.Date(2026, 6, 30, 23, 0, 0, 0, cal.Location)
	var moments []time.Time
	for at := now.AddDate(0, 0, -70).Add(-14 * time.Hour); at.Before(now); at = at.AddDate(0, 0, 6) {
		moments = append(moments, at)
	}
	s := Measure(BackTest(cal, past, now, moments))
	report(t, s)
	if !s.Skilled() || calibration(s) > 0.08 {
		t.Errorf("not better than the base rate, or %.3f off on average", calibration(s))
	}
}

func evaluationCity(t *testing.T) ([]city.PastReport, city.Calendar) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "evaluation", "city", "reports.csv"))
	if err != nil {
		t.Skip("the evaluation city is not here: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	cal, days := calendar(t, c), map[string]int{}
	for _, k := range c.Categories {
		days[k.Slug] = k.WorkingDaysToClose
	}
	var out []city.PastReport
	for _, row := range rows[1:] {
		if row[column["status"]] == string(city.Rejected) || days[row[column["category"]]] == 0 {
			continue
		}
		created, err := time.Parse(time.RFC3339, row[column["created_at"]])
		if err != nil {
			t.Fatal(err)
		}
		r := city.PastReport{Office: row[column["office"]], Category: row[column["category"]], CreatedAt: created}
		r.DueAt = new(cal.Due(created, days[r.Category]))
		if s := row[column["closed_at"]]; s != "" {
			closed, err := time.Parse(time.RFC3339, s)
			if err != nil {
				t.Fatal(err)
			}
			r.ClosedAt = &closed
		}
		out = append(out, r)
	}
	return out, cal
}

// TestBackTestOnTheSimulatedCity does the same on the simulated city, whose
// crews work in office hours and slow down as their reports pile up.
func TestBackTestOnTheSimulatedCity(t *testing.T) {
	t.Parallel()
	past, cal, now := simulatedCity(t, 11, 50)
	var moments []time.Time
	for at := now.AddDate(0, 0, -25); at.Before(now); at = at.Add(72 * time.Hour) {
		moments = append(moments, at)
	}
	s := Measure(BackTest(cal, past, now, moments))
	report(t, s)
	if !s.Skilled() || calibration(s) > 0.08 {
		t.Errorf("not better than the base rate, or %.3f off on average", calibration(s))
	}
}

func simulatedCity(t *testing.T, seed int64, days int) ([]city.PastReport, city.Calendar, time.Time) {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	cal, norms := calendar(t, c), map[string]int{}
	for _, k := range c.Categories {
		norms[k.Slug] = k.WorkingDaysToClose
	}
	w := world.New(world.Config{Seed: seed, Start: time.Date(2026, 6, 1, 0, 0, 0, 0, world.Zone), Prefix: "U", Pace: 1})
	byID := map[string]*city.PastReport{}
	var order []string
	for range days * 1440 {
		out := w.Step()
		for _, r := range out.Reports {
			byID[r.ID] = &city.PastReport{Office: r.Office, Category: r.Category, CreatedAt: r.At, DueAt: new(cal.Due(r.At, norms[r.Category]))}
			order = append(order, r.ID)
		}
		for _, ch := range out.Changes {
			switch r := byID[ch.Report]; {
			case r == nil:
			case ch.Status == world.Closed:
				r.ClosedAt = &ch.At
			case ch.Status == world.Rejected:
				delete(byID, ch.Report)
			}
		}
	}
	var past []city.PastReport
	for _, id := range order {
		if r := byID[id]; r != nil {
			past = append(past, *r)
		}
	}
	return past, cal, w.TimeOf(int64(days * 1440))
}

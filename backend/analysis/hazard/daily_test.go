package hazard_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"balaikota/backend/analysis/hazard"
)

// day is one day of the recorded series: rain of a reanalysis, a modelled tide
// and whether somebody noted a flood.
type day struct {
	date     time.Time
	rain     float64
	hours    float64
	tide     float64
	before   float64 // rain of the three days before, where they are there
	flood    bool
	labelled bool
}

// recordedDays reads the series; labels exist only for days of 20 mm or more,
// the rest says nothing of floods.
func recordedDays(t testing.TB) []day {
	t.Helper()
	f, err := os.Open("../../../../shared/data/samarinda/rain_tide_flood_daily_2020-12_2024-12.csv")
	if err != nil {
		t.Skip("no recorded days beside the repository")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	number := func(row []string, name string) float64 {
		v, err := strconv.ParseFloat(row[at[name]], 64)
		if err != nil {
			t.Fatalf("%s of %s: %v", name, row[0], err)
		}
		return v
	}
	var days []day
	for _, r := range rows[1:] {
		date, err := time.Parse(time.DateOnly, r[at["tanggal"]])
		if err != nil {
			t.Fatal(err)
		}
		label := r[at["is_banjir"]]
		days = append(days, day{date: date, rain: number(r, "curah_hujan_mm"), hours: number(r, "durasi_hujan_jam"), tide: number(r, "pasut_msl_max"),
			labelled: label != "", flood: label == "1.0"})
	}
	slices.SortFunc(days, func(a, b day) int { return a.date.Compare(b.date) })
	for i := range days {
		for j := i - 1; j >= 0 && days[i].date.Sub(days[j].date) <= 72*time.Hour; j-- {
			days[i].before += days[j].rain
		}
	}
	return days
}

// factors of a day for the model that is learned: rain, hours of rain, tide,
// rain with tide, and what fell before.
func (d day) factors() []float64 {
	return []float64{d.rain / 50, d.hours / 24, d.tide, d.rain / 50 * max(0, d.tide-0.5), d.before / 100}
}

// expert is the day by the shipped way of reckoning, as far as a day's sums
// allow: rain, tide above 1.5 of 2.5 m (0.4 and 1.4 above the mean of 1.1), and
// both together.
func (d day) expert() float64 {
	tide := max(0, d.tide-0.4)
	return min(d.rain/100, 2) + 0.4*tide + min(d.rain/60, 1.5)*tide
}

// TestDailyBackTest prints the back-test of docs/quality.md: learned on the
// earlier years, tried on the later ones.
func TestDailyBackTest(t *testing.T) {
	t.Parallel()
	days := recordedDays(t)
	split := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, set := range []struct {
		name string
		keep func(day) bool
	}{
		{"all days, no label counted as no flood", func(day) bool { return true }},
		{"labelled days only (rain of 20 mm or more)", func(d day) bool { return d.labelled }},
	} {
		var rows [][]float64
		var floods []bool
		var train, test []day
		for _, d := range days {
			switch {
			case !set.keep(d):
			case d.date.Before(split):
				rows, floods, train = append(rows, d.factors()), append(floods, d.flood), append(train, d)
			default:
				test = append(test, d)
			}
		}
		w, err := hazard.Fit(rows, floods, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d days to learn from, %d to try; weights %.2f", set.name, len(train), len(test), w)
		learned := func(d day) float64 {
			z := w[0]
			for i, f := range d.factors() {
				z += w[i+1] * f
			}
			return z
		}
		for _, m := range []struct {
			name  string
			score func(day) float64
		}{
			{"learned (rain, hours, tide, both, before)", learned},
			{"shipped reckoning, by day", day.expert},
			{"rain alone", func(d day) float64 { return d.rain }},
			{"rain + tide", func(d day) float64 { return d.rain/50 + d.tide }},
			{"tide alone", func(d day) float64 { return d.tide }},
		} {
			for _, rate := range []float64{0.1, 0.2} {
				recall := backTest(t, m.name, m.score, train, test, rate)
				// On all days even rain alone finds most: a label needs 20 mm.
				if len(train) > 500 && rate == 0.2 && m.name != "tide alone" && recall < 0.6 {
					t.Errorf("%s finds only %.2f of the floods", m.name, recall)
				}
			}
		}
	}
}

// backTest prints recall with the threshold that the learning years give, and
// at exactly the false-alarm rate of the later years.
func backTest(t *testing.T, name string, score func(day) float64, train, test []day, rate float64) float64 {
	t.Helper()
	var quiet []float64
	for _, d := range train {
		if !d.flood {
			quiet = append(quiet, score(d))
		}
	}
	cut := hazard.Quantile(quiet, 1-rate)
	var scores []float64
	var floods []bool
	caught, wrong, calm := 0, 0, 0
	for _, d := range test {
		scores, floods = append(scores, score(d)), append(floods, d.flood)
		switch over := score(d) > cut; {
		case d.flood && over:
			caught++
		case !d.flood:
			calm++
			if over {
				wrong++
			}
		}
	}
	hits, of, _ := hazard.RecallAt(scores, floods, rate)
	low, high := hazard.Wilson(hits, of)
	bootLow, bootHigh := resampled(scores, floods, rate)
	t.Logf("  %-42s at %2.0f %%: recall %2d of %2d = %.2f (Wilson %.2f–%.2f, bootstrap %.2f–%.2f); with the earlier years' threshold %d of %d at %.1f %% false alarms",
		name, 100*rate, hits, of, float64(hits)/float64(of), low, high, bootLow, bootHigh, caught, of, 100*float64(wrong)/float64(calm))
	return float64(hits) / float64(of)
}

// resampled is the 95 % percentile interval of the recall over 1,000
// resamples of the days, thresholds drawn anew each time.
func resampled(scores []float64, floods []bool, rate float64) (low, high float64) {
	r := rand.New(rand.NewPCG(1, 2))
	var recalls []float64
	for range 1000 {
		s, f := make([]float64, len(scores)), make([]bool, len(scores))
		for i := range s {
			k := r.IntN(len(scores))
			s[i], f[i] = scores[k], floods[k]
		}
		if hits, of, _ := hazard.RecallAt(s, f, rate); of > 0 {
			recalls = append(recalls, float64(hits)/float64(of))
		}
	}
	return hazard.Quantile(recalls, 0.025), hazard.Quantile(recalls, 0.975)
}

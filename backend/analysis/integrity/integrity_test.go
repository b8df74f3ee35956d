package integrity

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/connectors/simcity/world"

	"github.com/google/go-cmp/cmp"
)

var (
	wita     = time.FixedZone("WITA", 8*3600)
	calendar = city.Calendar{Location: wita, Holidays: map[string]bool{"2026-03-19": true}}
	april    = time.Date(2026, 4, 1, 0, 0, 0, 0, wita)
)

func voice(id int64, hours float64, who uint64, area, text string) Voice {
	return Voice{
		ID: id, At: april.Add(time.Duration(hours * float64(time.Hour))), Reporter: who, Channel: "web", Area: area,
		Words: language.Tokens(text),
	}
}

const copied = "Kami warga %s menolak rencana pemindahan pasar karena merugikan pedagang kecil, mohon bapak wali kota meninjau ulang keputusan tersebut segera"

func TestACopiedTextFromManyPlacesIsACampaign(t *testing.T) {
	t.Parallel()
	var voices []Voice
	for i, area := range []string{"Melati", "Kenanga", "Cempaka", "Anggrek", "Dahlia", "Mawar"} {
		voices = append(voices, voice(int64(i+1), float64(i), uint64(i+1), area, fmt.Sprintf(copied, area)))
	}
	voices = append(voices,
		voice(50, 1, 60, "Melati", "Pasar dipindah jauh dari rumah saya, tolong dipikirkan lagi karena ibu-ibu di sini jalan kaki semua"),
		voice(51, 200, 61, "Melati", fmt.Sprintf(copied, "Melati")), // a week later: another matter
	)
	got := Campaigns(voices)
	if len(got) != 1 {
		t.Fatalf("%d campaigns: %+v", len(got), got)
	}
	c := got[0]
	if !slices.Equal(c.Voices, []int64{1, 2, 3, 4, 5, 6}) || c.Reporters != 6 || len(c.Areas) != 6 || c.Alike < 0.7 {
		t.Errorf("%+v", c)
	}
	if kinds(c.Reasons) != "same_text many_places" {
		t.Errorf("reasons %s", kinds(c.Reasons))
	}
	// Neither order nor batch of arrival changes anything.
	slices.Reverse(voices)
	if d := cmp.Diff(got, Campaigns(voices)); d != "" {
		t.Errorf("in another order:\n%s", d)
	}
}

func kinds(rs []Reason) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Kind)
	}
	return strings.Join(out, " ")
}

func TestOneReporterWithOneTextIsSaidSo(t *testing.T) {
	t.Parallel()
	var voices []Voice
	for i := range 7 {
		voices = append(voices, voice(int64(i+1), float64(i), 9, "Melati", fmt.Sprintf(copied, "Melati")))
	}
	got := Campaigns(voices)
	if len(got) != 1 || kinds(got[0].Reasons) != "same_text one_reporter" {
		t.Errorf("%+v", got)
	}
}

func TestShortTextsAreNoCampaign(t *testing.T) {
	t.Parallel()
	var voices []Voice
	for i := range 20 {
		voices = append(voices, voice(int64(i+1), float64(i), uint64(i+1), "Melati", "Lampu jalan mati di sini"))
	}
	if got := Campaigns(voices); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// MinHash is an estimate: of pairs as alike as a campaign's, hardly any may be
// missed. Texts of twenty words with two changed.
func TestCandidatesAreNotMissed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	missed, alike := 0, 0
	for n := range 2000 {
		a := make([]string, 20)
		for i := range a {
			a[i] = fmt.Sprint("kata", r.IntN(5000))
		}
		b := slices.Clone(a)
		b[r.IntN(20)], b[r.IntN(20)] = "lain", "beda"
		pa, pb := pairsOf(a), pairsOf(b)
		if jaccard(pa, pb) < limit("campaign_similarity") {
			continue
		}
		alike++
		s := newSearch()
		s.place(&Voice{ID: int64(2 * n), At: april}, pa)
		s.place(&Voice{ID: int64(2*n + 1), At: april}, pb)
		if len(s.groups) != 1 {
			missed++
		}
	}
	t.Logf("%d of %d pairs missed", missed, alike)
	if alike < 500 || float64(missed)/float64(alike) > 0.03 {
		t.Errorf("%d of %d pairs missed", missed, alike)
	}
}

// TestSimulatedCitizensRunNoCampaigns measures false flags on a month of the
// simulated city, whose citizens speak by a grammar of a few thousand
// sentences: texts there are more alike than people's.
func TestSimulatedCitizensRunNoCampaigns(t *testing.T) {
	t.Parallel()
	var voices []Voice
	w := world.New(world.Config{Seed: 5, Start: april, Prefix: "T", Pace: 1})
	for range 30 * 1440 {
		for _, r := range w.Step().Reports {
			h := fnv.New64a()
			h.Write([]byte(r.Handle))
			voices = append(voices, Voice{ID: int64(len(voices) + 1), At: r.At, Reporter: h.Sum64(), Channel: r.Channel, Area: r.Area, Words: language.Tokens(r.Text)})
		}
	}
	got := Campaigns(voices)
	t.Logf("%d campaigns in %d reports of a month", len(got), len(voices))
	if len(got) > 1 {
		t.Errorf("%d campaigns in a month without any", len(got))
	}
}

// TestRealComplaintsRunFewCampaigns: each text of a year's real complaints is
// by a citizen for themselves; those alike are copies the operator made.
func TestRealComplaintsRunFewCampaigns(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "complaints", "surabaya_mediacenter.train.jsonl"))
	if err != nil {
		t.Skip("the shared complaints are not here")
	}
	defer f.Close()
	var voices []Voice
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		id := int64(len(voices) + 1)
		voices = append(voices, voice(id, float64(id)/2, uint64(id), "", row.Text)) // some 48 a day
	}
	got := Campaigns(voices)
	t.Logf("%d campaigns in %d complaints", len(got), len(voices))
	if len(got) > len(voices)/500 {
		t.Errorf("%d campaigns in %d complaints", len(got), len(voices))
	}
}

// day is the nth working day's morning of March 2026.
func workdays() (days []time.Time) {
	for d := april.AddDate(0, -1, 0); d.Before(april); d = d.AddDate(0, 0, 1) {
		if calendar.Working(d) {
			days = append(days, d.Add(8*time.Hour))
		}
	}
	return days
}

func poisson(r *rand.Rand, mean float64) int {
	limit, p, k := math.Exp(-mean), 1.0, -1
	for p > limit {
		p *= r.Float64()
		k++
	}
	return k
}

// people report at random times of a working day.
func people(r *rand.Rand, day time.Time, n int) (times []time.Time) {
	for range n {
		times = append(times, day.Add(time.Duration(r.Float64()*8*float64(time.Hour))))
	}
	return times
}

func TestATargetShows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 1))
	days := workdays()
	var exact, clock, burst []time.Time
	for i, d := range days {
		exact = append(exact, people(r, d, 10)...)
		n := poisson(r, 3)
		if i >= len(days)-2 {
			n = 40
		}
		burst = append(burst, people(r, d, n)...)
		for k := range 6 {
			clock = append(clock, d.Add(time.Duration(30*k)*time.Minute))
		}
	}
	for _, c := range []struct {
		name  string
		times []time.Time
		want  string
	}{
		{"ten every day", exact, "even_days same_count"},
		{"a burst at the month's end", burst, "last_days"},
		{"every half hour", clock, "even_days same_count even_gaps round_minutes"},
	} {
		got, flagged := Quota("loket", c.times, april, calendar)
		if !flagged || kinds(got.Reasons) != c.want {
			t.Errorf("%s: %v %q, want %q", c.name, flagged, kinds(got.Reasons), c.want)
		}
	}
}

// TestPeopleMeetNoTarget measures false flags over 3000 honest months of
// channels of all sizes, some of them with clerks who round to five minutes.
func TestPeopleMeetNoTarget(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	flags, reasons := 0, map[string]int{}
	for n := range 3000 {
		var times []time.Time
		level := []float64{1, 3, 8, 20}[n%4]
		for _, d := range workdays() {
			today := people(r, d, poisson(r, level*[]float64{0, 1.3, 1.1, 1, 0.9, 0.7}[d.Weekday()]))
			if n%3 == 0 {
				for i := range today {
					today[i] = today[i].Truncate(5 * time.Minute)
				}
			}
			times = append(times, today...)
		}
		if f, flagged := Quota("loket", times, april, calendar); flagged {
			flags++
			reasons[kinds(f.Reasons)]++
		}
	}
	t.Logf("%d of 3000 honest months flagged: %v", flags, reasons)
	if flags > 3 {
		t.Errorf("%d of 3000 honest months flagged: %v", flags, reasons)
	}
}

func TestTooLittleSaysNothing(t *testing.T) {
	t.Parallel()
	if f, flagged := Quota("loket", nil, april, calendar); flagged || f.Count != 0 {
		t.Errorf("%+v", f)
	}
	if _, flagged := Quota("loket", workdays(), april, calendar); flagged {
		t.Error("one report a day is called a target")
	}
	if f, flagged := MassClosing("DPUPR", nil, april, calendar); flagged || f.Count != 0 {
		t.Errorf("%+v", f)
	}
}

// office closes n reports of a day at random times, answered but for a tenth.
func office(r *rand.Rand, day time.Time, n int) (out []Closing) {
	for _, at := range people(r, day, n) {
		out = append(out, Closing{At: at, Answered: r.Float64() < 0.9})
	}
	return out
}

func quarter(r *rand.Rand, level float64) (out []Closing) {
	for d := april.AddDate(0, -4, 0); d.Before(april); d = d.AddDate(0, 0, 1) {
		if calendar.Working(d) {
			pace := level * math.Exp(0.4*r.NormFloat64()) // crews come and go
			out = append(out, office(r, d.Add(8*time.Hour), poisson(r, pace))...)
		}
	}
	return out
}

func TestMassClosingIsSeen(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 1))
	closings := quarter(r, 6)
	last := april.AddDate(0, 0, -1).Add(15 * time.Hour)
	for i := range 60 {
		closings = append(closings, Closing{At: last.Add(time.Duration(i) * 20 * time.Second)})
	}
	f, flagged := MassClosing("DPUPR", closings, april, calendar)
	if !flagged || kinds(f.Reasons) != "last_days at_once unanswered" || f.Count < 60 {
		t.Fatalf("%v %+v", flagged, f)
	}
	if r := f.Reasons[0]; r.Usual < 6 || r.Usual > 25 || r.P > 1e-5 {
		t.Errorf("%+v", r)
	}
	if want := time.Date(2026, 3, 30, 0, 0, 0, 0, wita); !f.From.Equal(want) {
		t.Errorf("from %v, want the last two working days from %v", f.From, want)
	}
}

// TestHonestOfficesAreNotFlagged measures false flags over 2000 quarters.
func TestHonestOfficesAreNotFlagged(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	flags := 0
	for n := range 2000 {
		if _, flagged := MassClosing("DLH", quarter(r, []float64{0.5, 2, 6, 15}[n%4]), april, calendar); flagged {
			flags++
		}
	}
	t.Logf("%d of 2000 honest quarters flagged", flags)
	if flags > 4 {
		t.Errorf("%d of 2000 honest quarters flagged", flags)
	}
}

func TestEveryLimitSaysWhy(t *testing.T) {
	t.Parallel()
	for name, l := range Limits {
		if len(l.Why) < 10 || l.Value <= 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func BenchmarkCampaigns(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var voices []Voice
	for i := range 10_000 {
		voices = append(voices, voice(int64(i), float64(i)/100, uint64(i), "", world.Words(r.Int64(), r.IntN(len(world.Categories)))))
	}
	b.ResetTimer()
	for range b.N {
		Campaigns(voices)
	}
	b.ReportMetric(float64(b.N*len(voices))/b.Elapsed().Seconds(), "texts/s")
}

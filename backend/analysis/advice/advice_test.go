package advice_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/analysis/advice"
	"balaikota/backend/city"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
)

func propose(c pack.City, in advice.Inputs) []city.Recommendation {
	return advice.Propose(in, c.ActionRules, c.ActionKinds, now)
}

// line is one row of the golden table; withdrawn is why it does not stand.
type line struct {
	Score                              float64
	Key, Title, Office, Due, Withdrawn string
}

func lines(rs []city.Recommendation) []line {
	out := []line{}
	for _, r := range rs {
		l := line{r.Score, r.Key, r.Title, r.Office, r.DueAt.In(wita).Format("02.01 15.04"), ""}
		if r.Withdrawn != nil {
			l.Withdrawn = r.Withdrawn.Text
		}
		out = append(out, l)
	}
	return out
}

// TestABusyDay is the table of what Samarinda's own rules advise on a day on
// which every trigger speaks.
func TestABusyDay(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	want := []line{
		{27, "banjir-siaga|banjir:64.72.08", "Siagakan petugas dan pompa di Sungai Pinang Dalam +1 kelurahan, Kec. Sungai Pinang", "BPBD", "12.03 15.00", ""},
		{20.79, "kejadian-banjir-gawat|kejadian:12", "Kerahkan petugas dan pompa ke Jl. Pangeran Antasari, Sidodadi", "BPBD", "12.03 15.00", ""},
		{12.427, "muka-air|indikator:muka-air-benanga", "Siagakan petugas dan pompa: tinggi muka air Bendungan Benanga 7,90 m", "BPBD", "12.03 15.00", ""},
		{12, "banjir-perhatian|banjir:64.72.08", "Bersihkan drainase di Sungai Pinang Dalam +1 kelurahan, Kec. Sungai Pinang sebelum hujan", "DPUPR", "13.03 12.00", "Bertentangan dengan saran: Siagakan petugas dan pompa di Sungai Pinang Dalam +1 kelurahan, Kec. Sungai Pinang."},
		{11.88, "kejadian-banjir|kejadian:12", "Bersihkan drainase di Jl. Pangeran Antasari, Sidodadi", "DPUPR", "17.03 00.00", ""},
		{9.123, "peringatan-resmi|peringatan:cap:bmkg-1", "Sebarkan peringatan BMKG: hujan lebat disertai petir di Samarinda", "BPBD", "12.03 15.00", ""},
		{8.342, "banjir-lurah|banjir:64.72.08.1001", "Periksa saluran dan kabari ketua RT di Temindung Permai", "Kel. Temindung Permai", "12.03 15.00", ""},
		{8.342, "banjir-lurah|banjir:64.72.08.1002", "Periksa saluran dan kabari ketua RT di Sungai Pinang Dalam", "Kel. Sungai Pinang Dalam", "12.03 15.00", ""},
		{7.416, "banjir-perhatian|banjir:64.72.04", "Bersihkan drainase di Sidomulyo, Kec. Samarinda Ilir sebelum hujan", "DPUPR", "13.03 12.00", ""},
		{7.272, "ramalan-laporan|ramalan:laporan:64.72.08", "Siapkan petugas: laporan di Kec. Sungai Pinang diramalkan naik", "Kec. Sungai Pinang", "17.03 00.00", ""},
		{5.717, "kumpulan-laporan|pola:hotspot:air-bersih:64.72.01.1001", "Periksa air bersih di Rawa Makmur: laporan berkumpul", "Perumdam Tirta Kencana", "18.03 00.00", ""},
		{5.225, "hampir-lewat|perangkat:DPUPR", "Dahulukan 7 laporan DPUPR yang hampir lewat", "DPUPR", "17.03 00.00", "Digantikan oleh saran: Selesaikan 23 laporan lewat tenggat di DPUPR."},
		{5.121, "hampir-lewat|perangkat:DLH", "Dahulukan 6 laporan DLH yang hampir lewat", "DLH", "17.03 00.00", ""},
		{5.07, "lewat-tenggat|perangkat:DPUPR", "Selesaikan 23 laporan lewat tenggat di DPUPR", "DPUPR", "27.03 00.00", ""},
		{4.453, "kejadian-jalan|kejadian:13", "Tambal jalan di Jl. DI Panjaitan, Lempake", "DPUPR", "27.03 00.00", ""},
		{4.027, "data-diam|sumber:sensor", "Pulihkan data Sensor kota yang berhenti 30 jam", "Diskominfo", "13.03 12.00", ""},
		{3.682, "ramalan-harga|ramalan:harga-beras:64.72", "Siapkan operasi pasar: harga beras medium diramalkan naik", "DKPP", "18.03 00.00", ""},
		{3.056, "kejadian-sampah|kejadian:14", "Angkut sampah di Loa Bakung", "DLH", "17.03 00.00", ""},
		{2.375, "berulang|kejadian:13", "Kaji sebab jalan rusak berulang di Jl. DI Panjaitan, Lempake", "DPUPR", "03.04 00.00", "Digantikan oleh saran: Tambal jalan di Jl. DI Panjaitan, Lempake."},
		{2.071, "wilayah-sunyi|pola:silent:64.72.07.1005", "Periksa mengapa warga Pulau Atas jarang melapor", "Kec. Sambutan", "27.03 00.00", ""},
		{1.833, "kejadian-lurah|kejadian:14", "Periksa sampah di Loa Bakung dan laporkan keadaannya", "Kel. Loa Bakung", "17.03 00.00", "Digantikan oleh saran: Angkut sampah di Loa Bakung."},
	}
	if d := cmp.Diff(want, lines(propose(c, busy(c)))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestWhatCameOldHasNotStopped: a table of former years that somebody connected
// never flowed, so there is no flow to restore. It is called old where sources are.
func TestWhatCameOldHasNotStopped(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	state := city.IndicatorState{Indicator: "muka-air-mahakam", AreaCode: "64.72", Time: ago(700 * 24 * time.Hour), Value: 1, Source: "sensor", ReceivedAt: ago(time.Hour)}
	in.States = []city.IndicatorState{state}
	if got := lines(propose(c, in)); len(got) > 0 {
		t.Errorf("history: %v", got)
	}
	state.ReceivedAt = state.Time.Add(time.Minute)
	in.States = []city.IndicatorState{state}
	if got := lines(propose(c, in)); len(got) != 1 || !strings.HasPrefix(got[0].Key, "data-diam|") {
		t.Errorf("what flowed and stopped: %v", got)
	}
}

func TestNothingToAdvise(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	if got := propose(c, quiet(c)); len(got) != 0 {
		t.Errorf("advised %v", lines(got))
	}
}

// TestEveryPackRuleSpeaks: a rule that no city can make speak is a mistake.
func TestEveryPackRuleSpeaks(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := randomCity(c, 800, 7)
	in.States = append(in.States,
		city.IndicatorState{Indicator: "harga-telur", AreaCode: "64.72", Time: ago(time.Hour), Value: 31000, Source: "pasar"},
		city.IndicatorState{Indicator: "hunian-rs", AreaCode: "64.72", Time: ago(time.Hour), Value: 97, Source: "rs"},
		city.IndicatorState{Indicator: "pm25", AreaCode: "64.72", Time: ago(time.Minute), Value: 80, Source: "udara"})
	in.States = slices.DeleteFunc(in.States, func(s city.IndicatorState) bool { return s.Indicator == "pm25" && s.Source == "sensor" })
	in.States = append(in.States, city.IndicatorState{Indicator: "muka-air-mahakam", AreaCode: "64.72", Time: ago(30 * time.Hour), Value: 1, Source: "sensor"})
	spoke := map[string]bool{}
	for _, r := range propose(c, in) {
		spoke[r.Rule] = true
	}
	for _, r := range c.ActionRules {
		if !spoke[r.Slug] {
			t.Errorf("rule %s never spoke", r.Slug)
		}
	}
}

// exists are the rows that evidence may name.
type exists map[string]bool

func rowsOf(in advice.Inputs) exists {
	e := exists{}
	for _, i := range in.Incidents {
		e["incident:"+strconv.FormatInt(i.ID, 10)] = true
	}
	for _, p := range in.Patterns {
		e["pattern:"+p.Key] = true
	}
	for _, f := range in.Forecasts {
		subject := "reports"
		if f.Kind == city.ForecastIndicator {
			subject = f.Indicator
		}
		e["forecast:"+subject+":"+f.AreaCode] = true
	}
	for _, list := range [][]advice.OfficeCases{in.Overdue, in.AtRisk} {
		for _, c := range list {
			for _, id := range c.Reports {
				e["deadline:"+strconv.FormatInt(id, 10)] = true
			}
		}
	}
	for _, s := range in.States {
		e["indicator:"+s.Indicator+":"+s.AreaCode] = true
	}
	for _, r := range in.Flood.Risks {
		e["flood:"+r.AreaCode] = true
	}
	for _, a := range in.Alerts {
		e["alert:"+a.Key] = true
	}
	return e
}

// rows are what a line of evidence names; none means that it names nothing.
func rows(e city.Evidence) []string {
	var out []string
	switch e.Kind {
	case "incident", "deadline":
		for _, id := range e.IDs {
			out = append(out, e.Kind+":"+strconv.FormatInt(id, 10))
		}
	case "pattern", "alert":
		out = append(out, e.Kind+":"+e.Key)
	case "forecast", "indicator":
		out = append(out, e.Kind+":"+e.Key+":"+e.AreaCode)
	case "flood":
		out = append(out, e.Kind+":"+e.AreaCode)
	}
	return out
}

// TestAdviceRestsOnRows: over many cities made at random, every piece of advice
// names an existing office, a title that fits, a deadline ahead, four factors
// within their bounds whose product is the score, and evidence each line of
// which names rows of the inputs.
func TestAdviceRestsOnRows(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	offices := map[string]bool{}
	for _, o := range c.Offices {
		offices[o.ShortName] = true
	}
	for seed := range uint64(20) {
		in := randomCity(c, 150, seed)
		known := rowsOf(in)
		for _, r := range propose(c, in) {
			if len(r.Evidence) == 0 || len(r.Evidence) > 6 {
				t.Errorf("%s has %d lines of evidence", r.Key, len(r.Evidence))
			}
			for _, e := range r.Evidence {
				names := rows(e)
				if len(names) == 0 || e.Text == "" || e.TextEN == "" || e.At.IsZero() {
					t.Errorf("%s: a line of evidence names no row or says nothing: %+v", r.Key, e)
				}
				for _, n := range names {
					if !known[n] {
						t.Errorf("%s: evidence names %s, which is not there", r.Key, n)
					}
				}
			}
			if !offices[r.Office] {
				t.Errorf("%s is for %q, which is no office", r.Key, r.Office)
			}
			for _, title := range []string{r.Title, r.TitleEN} {
				if n := utf8.RuneCountInString(title); n == 0 || n > 90 || strings.ContainsAny(title, "{}") {
					t.Errorf("title %q has %d letters", title, n)
				}
			}
			for _, s := range []string{r.Why.Text, r.Why.TextEN, r.Risk.Text, r.Effect.Text} {
				if s == "" || strings.ContainsAny(s, "{}") {
					t.Errorf("%s says %q", r.Key, s)
				}
			}
			if !r.DueAt.After(now) || (r.DueDays > 0) == (r.DueHours > 0) {
				t.Errorf("%s is due %v", r.Key, r.DueAt)
			}
			checkRank(t, r)
		}
	}
}

func checkRank(t *testing.T, r city.Recommendation) {
	t.Helper()
	bounds := map[string][2]float64{"dampak": {1, 8}, "mendesak": {0.3, 4}, "dapat-ditindak": {0.3, 1.3}, "bobot": {0.1, 10}}
	product := 1.0
	for _, p := range r.Parts {
		b, ok := bounds[p.Factor]
		if !ok || p.Value < b[0] || p.Value > b[1] || p.Text == "" {
			t.Errorf("%s: factor %+v is out of bounds", r.Key, p)
		}
		product *= p.Value
	}
	if len(r.Parts) != 4 || product-r.Score > 0.001 || r.Score-product > 0.001 {
		t.Errorf("%s: score %v is not the product %v", r.Key, r.Score, product)
	}
}

// TestAFloodAsksForOneCrew: where the rule for floods sends crews and pumps, the
// one for whatever is grave sends nobody besides; any other grave matter it serves.
func TestAFloodAsksForOneCrew(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	flood := incident(1, "banjir-drainase", "64.72.03.1004", "", 60, city.Awas, time.Hour)
	flood.LastAt = ago(time.Minute)
	road := incident(2, "jalan-rusak", "64.72.05.1003", "", 6, city.Awas, time.Hour)
	road.LastAt = ago(time.Minute)
	in.Incidents = []city.Incident{flood, road}
	crews := map[int64][]string{}
	for _, r := range propose(c, in) {
		if r.Status == city.RecommendationProposed && (r.Action == "periksa-lapangan" || r.Action == "siagakan-pompa") {
			crews[r.IncidentID] = append(crews[r.IncidentID], r.Rule)
		}
		if r.Rule == "kejadian-gawat" && r.IncidentID == 1 && (r.Withdrawn == nil || !strings.HasPrefix(r.Withdrawn.Text, "Digantikan oleh saran: Kerahkan petugas dan pompa")) {
			t.Errorf("the general advice about the flood: %s, %v", r.Status, r.Withdrawn)
		}
	}
	if d := cmp.Diff(map[int64][]string{1: {"kejadian-banjir-gawat"}, 2: {"kejadian-gawat"}}, crews); d != "" {
		t.Errorf("who is sent (-want +got):\n%s", d)
	}
}

// TestOrderOfInputsDoesNotMatter: the same city in any order is advised the
// same, to the letter.
func TestOrderOfInputsDoesNotMatter(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := randomCity(c, 200, 3)
	want, err := json.Marshal(propose(c, in))
	if err != nil {
		t.Fatal(err)
	}
	rules := slices.Clone(c.ActionRules)
	for seed := range uint64(10) {
		slices.Reverse(rules)
		got, err := json.Marshal(advice.Propose(shuffled(in, seed), rules, c.ActionKinds, now))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("seed %d: another answer", seed)
		}
	}
}

// TestOneAdviceForOneMatter: of what stands, no two tell one office about one
// incident, and no key is there twice.
func TestOneAdviceForOneMatter(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	for seed := range uint64(10) {
		keys, told := map[string]bool{}, map[string]bool{}
		for _, r := range propose(c, randomCity(c, 300, 100+seed)) {
			if keys[r.Key] {
				t.Errorf("%s twice", r.Key)
			}
			keys[r.Key] = true
			if r.Status != city.RecommendationProposed || r.IncidentID == 0 {
				continue
			}
			k := fmt.Sprint(r.IncidentID, r.Office)
			if told[k] {
				t.Errorf("%s is told of incident %d twice", r.Office, r.IncidentID)
			}
			told[k] = true
		}
	}
}

func ledger(office string, cases int, change float64) city.LedgerLine {
	return city.LedgerLine{Action: "tambal-jalan", Office: office, Cases: cases, Worked: cases - 1, Change: new(change), Low: new(change - 10), High: new(change + 10)}
}

// TestLedgerBeforePrior: five measured cases of the city outweigh the prior, an
// office's own outweigh everybody's, and four do not.
func TestLedgerBeforePrior(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	effectOf := func(lines ...city.LedgerLine) city.Recommendation {
		in := busy(c)
		in.Ledger = lines
		for _, r := range propose(c, in) {
			if r.Rule == "kejadian-jalan" {
				return r
			}
		}
		t.Fatal("no advice about the road")
		return city.Recommendation{}
	}
	for _, x := range []struct {
		lines []city.LedgerLine
		from  string
		mid   float64
		cases int
	}{
		{nil, "rule", -50, 0},
		{[]city.LedgerLine{ledger("", 4, -30)}, "rule", -50, 0},
		{[]city.LedgerLine{ledger("", 5, -30)}, "ledger", -30, 5},
		{[]city.LedgerLine{ledger("DPUPR", 6, -70), ledger("", 50, -30)}, "ledger", -70, 6},
		{[]city.LedgerLine{ledger("DLH", 60, -70), ledger("DPUPR", 2, -10), ledger("", 50, -30)}, "ledger", -30, 50},
	} {
		r := effectOf(x.lines...)
		if r.Effect.From != x.from || r.Effect.Mid != x.mid || r.Effect.Cases != x.cases || r.Effect.Low > r.Effect.Mid || r.Effect.High < r.Effect.Mid {
			t.Errorf("%v: effect %+v", x.lines, r.Effect)
		}
		if x.from == "rule" && r.Effect.Source != "penilaian Balaikota, belum diuji" {
			t.Errorf("source %q", r.Effect.Source)
		}
	}
}

// TestDoubtfulReportsRankLower: what looks like a campaign is advised, but
// after what does not.
func TestDoubtfulReportsRankLower(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	x := incident(1, "jalan-rusak", "64.72.05.1003", "", 6, city.Perhatian, 48*time.Hour)
	y := x
	y.ID, y.Flags = 2, []city.IncidentFlag{city.IncidentCampaign}
	in.Incidents = []city.Incident{y, x}
	got := propose(c, in)
	if len(got) != 2 || got[0].IncidentID != 1 || got[1].Score >= got[0].Score {
		t.Errorf("%v", lines(got))
	}
}

func TestFloodIsGroupedByKecamatan(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	in.Flood = city.HazardPicture{At: ago(time.Minute)}
	for _, a := range c.Areas {
		if a.Level == city.Kelurahan && city.Within(a.Code, "64.72.08") {
			in.Flood.Risks = append(in.Flood.Risks, risk(a.Code, a.Name, city.Awas, 0.9))
		}
	}
	var bpbd, lurah []city.Recommendation
	for _, r := range propose(c, in) {
		switch r.Rule {
		case "banjir-siaga":
			bpbd = append(bpbd, r)
		case "banjir-lurah":
			lurah = append(lurah, r)
		}
	}
	if len(bpbd) != 1 || len(bpbd[0].AreaCodes) != 5 || len(lurah) != 5 {
		t.Errorf("%d for BPBD, %d for lurah", len(bpbd), len(lurah))
	}
}

func BenchmarkPropose2000Incidents(b *testing.B) {
	c := samarinda(b)
	in := randomCity(c, 2000, 1)
	b.ReportAllocs()
	for b.Loop() {
		advice.Propose(in, c.ActionRules, c.ActionKinds, now)
	}
}

func BenchmarkSettle2000Incidents(b *testing.B) {
	c := samarinda(b)
	in := randomCity(c, 2000, 1)
	rs := advice.Propose(in, c.ActionRules, c.ActionKinds, now)
	before := advice.Settle(nil, rs, in, c.ActionRules, now)
	for b.Loop() {
		advice.Settle(before, rs, in, c.ActionRules, now)
	}
}

// TestAFloodComesFirst: water that rises now over a whole kelurahan stands
// before one voice about one lamp and before a drain reported two days ago,
// each of the same level.
func TestAFloodComesFirst(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	in.Incidents = []city.Incident{
		incident(1, "lampu-jalan", "64.72.06.1006", "Jalan Meranti", 1, city.Awas, time.Hour),
		incident(2, "banjir-drainase", "64.72.05.1003", "Gang Delapan", 10, city.Awas, 50*time.Hour),
	}
	in.Flood = city.HazardPicture{At: now, Risks: []city.HazardRisk{{AreaCode: "64.72.08.1001", AreaName: "Temindung Permai", HorizonHours: 6, At: now, Since: now, Level: city.Awas, Score: 1}}}
	got := advice.Propose(in, c.ActionRules, c.ActionKinds, now)
	if got[0].Rule != "banjir-siaga" {
		for _, r := range got[:3] {
			t.Errorf("%s %g %+v", r.Title, r.Score, r.Parts)
		}
	}
}

// TestWhatIsNoLongerReportedCanWait: an incident without a report for three
// days is no matter of hours, and one that was last reported long ago ranks
// below the same one reported today; what is settled does not count.
func TestWhatIsNoLongerReportedCanWait(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	fresh := incident(1, "jalan-rusak", "64.72.05.1003", "", 6, city.Awas, 20*24*time.Hour)
	old := fresh
	fresh.LastAt = ago(time.Hour)
	old.ID, old.LastAt = 2, ago(9*24*time.Hour)
	settled := fresh
	settled.ID, settled.Urgency, settled.Unfinished = 3, city.Perhatian, 2
	in.Incidents = []city.Incident{old, fresh, settled}
	rules := map[int64]string{}
	scores := map[int64]float64{}
	for _, r := range propose(c, in) {
		if r.Status == city.RecommendationProposed {
			rules[r.IncidentID], scores[r.IncidentID] = r.Rule, r.Score
		}
	}
	if d := cmp.Diff(map[int64]string{1: "kejadian-gawat", 2: "kejadian-jalan"}, rules); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if scores[2] >= scores[1]/3 {
		t.Errorf("the old one scores %v, the fresh one %v", scores[2], scores[1])
	}
}

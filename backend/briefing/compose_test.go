package briefing_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/briefing"
	"balaikota/backend/briefing/briefingtest"
	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden texts again")

// text is a sheet as words, without the outlines of its map.
func text(s city.BriefingSheet) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line := func(l city.BriefingLine) {
		put("- [%s] %s | %s | %s | %s %v", l.Mark, l.What, l.Why, l.Advice, l.Who, l.Refs)
	}
	part := func(p city.BriefingPart) {
		put("\n# %s", p.Heading)
		for _, l := range p.Lines {
			line(l)
		}
		put("> %s", p.Note)
	}
	put("%s / %s / %s / %s", s.Classification, s.Title, s.City, s.Cutoff)
	line(s.Summary)
	part(s.Decisions)
	part(s.Night)
	part(s.Indicators)
	for _, r := range s.IndicatorRows {
		hours := 0
		for _, v := range r.Spark {
			if v != nil {
				hours++
			}
		}
		put("- %s (%s) %s | %s | %s | %s | %d jam %v", r.Name, r.Place, r.Shown, r.Target, r.Change, r.Stale, hours, r.Refs)
	}
	put("\n# Peta: %s, %d kelurahan, tanda %d, %s", s.Map.Title, len(s.Map.Areas), len(s.Map.Marks), s.Map.Note)
	for _, p := range []city.BriefingPart{s.FollowUps, s.Agenda, s.Weather, s.Sources} {
		part(p)
	}
	put("\n# Bukti")
	for _, e := range s.Evidence {
		put("[%d] %s | %s | %s | %s", e.Number, e.Text, e.When, e.Path, e.Source)
	}
	return b.String()
}

func TestSheetsReadAsTheyShould(t *testing.T) {
	t.Parallel()
	unread := briefingtest.Full(t)
	unread.Unread = map[briefing.Part]bool{}
	for _, p := range []briefing.Part{
		briefing.PartDecisions, briefing.PartNight, briefing.PartIndicators, briefing.PartMap, briefing.PartFollowUps, briefing.PartAgenda, briefing.PartWeather, briefing.PartSources,
	} {
		unread.Unread[p] = true
	}
	for name, in := range map[string]briefing.Input{"penuh": briefingtest.Full(t), "kosong": briefingtest.Empty(t), "tak-terbaca": unread} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := text(briefing.Compose(in))
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the sheet reads otherwise (-update writes it): %s", diff)
			}
		})
	}
}

// TestEveryFigureHasItsEvidence: each line with a figure leads to evidence that
// is there, and each piece of evidence to a screen.
func TestEveryFigureHasItsEvidence(t *testing.T) {
	t.Parallel()
	s := briefing.Compose(briefingtest.Full(t))
	cited := map[int]bool{}
	check := func(what string, refs []int) {
		if strings.ContainsAny(what, "0123456789") && len(refs) == 0 {
			t.Errorf("%q has no evidence", what)
		}
		for _, n := range refs {
			if cited[n] = true; n < 1 || n > len(s.Evidence) || s.Evidence[n-1].Number != n {
				t.Errorf("%q cites %d of %d", what, n, len(s.Evidence))
			}
		}
	}
	check(s.Summary.What, s.Summary.Refs)
	for _, p := range []city.BriefingPart{s.Decisions, s.Night, s.FollowUps, s.Agenda, s.Weather, s.Sources} {
		for _, l := range p.Lines {
			check(l.What+l.Why, l.Refs)
		}
	}
	for _, r := range s.IndicatorRows {
		check(r.Shown, r.Refs)
	}
	check(s.Map.Note, s.Map.Refs)
	for _, e := range s.Evidence {
		if !strings.HasPrefix(e.Path, "/") || e.When == "" || !cited[e.Number] {
			t.Errorf("evidence %+v", e)
		}
	}
}

func TestSecretLettersAreOnNoSheet(t *testing.T) {
	t.Parallel()
	frozen, err := json.Marshal(briefing.Compose(briefingtest.Full(t)))
	if err != nil || strings.Contains(string(frozen), "Surat rahasia") {
		t.Errorf("a secret letter is on the sheet, %v", err)
	}
}

// TestNoIndicatorThatSomeReaderMayNotSee: a sheet has readers of several roles.
func TestNoIndicatorThatSomeReaderMayNotSee(t *testing.T) {
	t.Parallel()
	in := briefingtest.Full(t)
	slug := briefing.Compose(in).IndicatorRows[0].Slug
	for i := range in.Indicators {
		if in.Indicators[i].Slug == slug {
			in.Indicators[i].VisibleTo = []city.Role{city.WaliKota, city.Sekda}
		}
	}
	for _, r := range briefing.Compose(in).IndicatorRows {
		if r.Slug == slug {
			t.Errorf("%s is on the sheet, although an auditor may not see it", slug)
		}
	}
}

func TestReadingsAreThoseOfTheTiles(t *testing.T) {
	t.Parallel()
	at := briefingtest.At
	state := func(area string, v float64, h int, s city.Severity) city.IndicatorState {
		before := v - 1
		return city.IndicatorState{Indicator: "x", AreaCode: area, Value: v, Time: at.Add(-time.Duration(h) * time.Hour), Severity: s, Previous: &before}
	}
	for name, c := range map[string]struct {
		aggregation, direction string
		states                 []city.IndicatorState
		value, before          float64
		how                    string
		areas                  int
		severity               city.Severity
	}{
		"the city's own":         {"mean", "down", []city.IndicatorState{state("a", 9, 0, city.Awas), state("64.72", 3, 0, city.Info)}, 3, 2, "", 1, city.Info},
		"the only one":           {"mean", "down", []city.IndicatorState{state("a", 9, 0, city.Awas)}, 9, 8, "", 1, city.Awas},
		"mean of the newest":     {"mean", "down", []city.IndicatorState{state("a", 2, 0, city.Info), state("b", 4, 0, city.Siaga), state("c", 90, 2, city.Awas)}, 3, 2, "mean", 2, city.Siaga},
		"sum":                    {"sum", "down", []city.IndicatorState{state("a", 2, 0, city.Info), state("b", 4, 0, city.Info)}, 6, 4, "sum", 2, city.Info},
		"highest":                {"max", "down", []city.IndicatorState{state("a", 2, 0, city.Info), state("b", 4, 5, city.Info)}, 4, 3, "max", 2, city.Info},
		"last, lower is worse":   {"last", "up", []city.IndicatorState{state("a", 2, 0, city.Info), state("b", 4, 0, city.Info)}, 2, 1, "min", 2, city.Info},
		"last, higher is worse":  {"last", "down", []city.IndicatorState{state("a", 2, 0, city.Info), state("b", 4, 0, city.Info)}, 4, 3, "max", 2, city.Info},
		"a mean over four areas": {"mean", "up", []city.IndicatorState{state("a", 1, 0, city.Info), state("b", 2, 0, city.Info), state("c", 3, 0, city.Info), state("d", 4, 0, city.Info)}, 2.5, 1.5, "mean", 4, city.Info},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := city.Indicator{Slug: "x", Aggregation: c.aggregation, Direction: c.direction, VisibleTo: city.Roles}
			got := briefing.Readings([]city.Indicator{i}, c.states, "64.72")
			if len(got) != 1 {
				t.Fatalf("%d readings", len(got))
			}
			r := got[0]
			if r.Value != c.value || r.Previous == nil || *r.Previous != c.before || r.How != c.how || r.Areas != c.areas || r.Severity != c.severity {
				t.Errorf("%+v, before %v", r, *r.Previous)
			}
		})
	}
}

// TestAMissedTargetStandsOnTheSheet: past no limit, but short of what the city
// means to reach; after what is past a limit, and only until it is reached.
func TestAMissedTargetStandsOnTheSheet(t *testing.T) {
	t.Parallel()
	aim := func(v float64) *city.Target {
		return &city.Target{Value: v, By: "2029-12-31", Source: "RPJMD 2025–2029"}
	}
	in := briefingtest.Empty(t)
	in.Indicators = []city.Indicator{
		{Slug: "ipm", Name: "IPM", Direction: "up", Decimals: 2, Target: aim(84)},
		{Slug: "sampah", Name: "Sampah", Unit: "t", Direction: "down", Decimals: 1, Target: aim(600)},
		{Slug: "udara", Name: "Udara", Direction: "down", Target: aim(50), Thresholds: []city.Threshold{{Level: city.Siaga, Above: true, Value: 100, Source: "PP 22/2021", EffectiveOn: "2021-02-02"}}},
		{Slug: "warga", Name: "Warga", Direction: "none", Target: aim(900)},
	}
	for i := range in.Indicators {
		in.Indicators[i].VisibleTo = briefing.Readers
	}
	rows := func(ipm, waste, air float64, air2 city.Severity) (out []string) {
		in.States = nil
		for slug, v := range map[string]float64{"ipm": ipm, "sampah": waste, "udara": air, "warga": 1} {
			st := city.IndicatorState{Indicator: slug, AreaCode: in.Setting.Code, Time: in.At, Value: v, Severity: city.Info, Source: "uji"}
			if slug == "udara" {
				st.Severity = air2
			}
			in.States = append(in.States, st)
		}
		s := briefing.Compose(in)
		for _, r := range s.IndicatorRows {
			out = append(out, r.Name+" "+r.Shown+" | "+r.Target+" | "+s.Evidence[r.Refs[0]-1].Source)
		}
		return append(out, s.Indicators.Note)
	}
	want := []string{
		"Udara 120 | Siaga ≥ 100; target ≤ 50 | batas: PP 22/2021",
		"IPM 82,90 | target ≥ 84 | target: RPJMD 2025–2029",
		"Sampah 612,4 t | target ≤ 600 | target: RPJMD 2025–2029",
		"",
	}
	if d := cmp.Diff(want, rows(82.9, 612.4, 120, city.Siaga)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"Semua 4 indikator yang punya batas atau target memenuhinya."}, rows(84, 600, 50, city.Info)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTheNightBegins(t *testing.T) {
	t.Parallel()
	zone := briefingtest.Zone
	for at, want := range map[string]string{
		"2026-11-23T06:00:00+08:00": "2026-11-22T18:00:00+08:00",
		"2026-11-23T00:10:00+08:00": "2026-11-22T18:00:00+08:00",
		"2026-11-23T11:59:00+08:00": "2026-11-22T18:00:00+08:00",
		"2026-11-23T12:00:00+08:00": "2026-11-23T06:00:00+08:00",
		"2026-11-23T23:00:00+08:00": "2026-11-23T06:00:00+08:00",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := briefing.NightStart(moment.UTC(), zone).Format(time.RFC3339); got != want {
			t.Errorf("night of %s begins %s, not %s", at, got, want)
		}
	}
}

// TestSheetsOfPartialKnowledge: with no recommendation the alerts stand in their
// place; a forecast that is old says so.
func TestSheetsOfPartialKnowledge(t *testing.T) {
	t.Parallel()
	in := briefingtest.Full(t)
	in.Advice, in.Waiting = nil, 0
	in.Alerts = append(in.Alerts, city.Alert{Key: "k", Kind: city.AlertThreshold, Severity: city.Awas, Headline: "Muka air 9 m", Evidence: "9 m, batas 8,25 m", Advice: "Buka pintu air", Office: "BPBD", Since: in.At.Add(-time.Hour)})
	for i := range in.Rain.Steps {
		in.Rain.Steps[i].IssuedAt = in.At.Add(-40 * time.Hour)
	}
	s := briefing.Compose(in)
	first := s.Decisions.Lines[0]
	if first.What != "Muka air 9 m" || first.Mark != "Awas" || first.Advice != "Buka pintu air" || first.Who != "BPBD, sejak 05.00" {
		t.Errorf("the gravest alert comes first: %+v", first)
	}
	if !slices.ContainsFunc(s.Weather.Lines, func(l city.BriefingLine) bool {
		return strings.HasPrefix(l.What, "Hujan") && strings.Contains(l.What, "prakiraan lama, terbit 21 November 14.00")
	}) {
		t.Errorf("an old forecast does not say so: %+v", s.Weather.Lines)
	}
	in.Rain.Steps, in.Rain.Indicator, in.Tide.Indicator, in.Flood = nil, nil, nil, nil
	words := text(briefing.Compose(in))
	for _, want := range []string{"belum punya sumber prakiraan", "belum punya alat ukur pasang", "Risiko banjir belum dinilai"} {
		if !strings.Contains(words, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
}

// TestNothingUnreadCountsAsNothing: a part that leans on rows which could not be
// read says so, rather than that there are none.
func TestNothingUnreadCountsAsNothing(t *testing.T) {
	t.Parallel()
	in := briefingtest.Full(t)
	in.Advice, in.Alerts, in.Waiting, in.Dispositions = nil, nil, 0, nil
	in.Unread = map[briefing.Part]bool{briefing.PartDecisions: true}
	words := text(briefing.Compose(in))
	for _, want := range []string{"rekomendasi (tidak terbaca)", "Peringatan cuaca tidak dapat dibaca"} {
		if !strings.Contains(words, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
	in.Unread = map[briefing.Part]bool{briefing.PartFollowUps: true}
	if words = text(briefing.Compose(in)); strings.Contains(words, "Tidak ada disposisi yang jatuh tempo") {
		t.Error("what was not read counts as none")
	}
}

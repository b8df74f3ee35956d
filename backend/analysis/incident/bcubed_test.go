package incident

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/place"
)

// figures are B-cubed precision, recall and F1 (Bagga & Baldwin 1998).
type figures struct{ p, r, f float64 }

func (f figures) String() string {
	return fmt.Sprintf("precision %.3f recall %.3f F1 %.3f", f.p, f.r, f.f)
}

// score compares groups with the truth, over all reports and over those that
// share a matter with another.
func bcubed(truth, got map[string]string) (all, shared figures) {
	g, t := map[string]int{}, map[string]int{}
	both := map[[2]string]int{}
	for k, want := range truth {
		g[got[k]]++
		t[want]++
		both[[2]string{got[k], want}]++
	}
	var nAll, nShared float64
	for k, want := range truth {
		n := float64(both[[2]string{got[k], want}])
		p, r := n/float64(g[got[k]]), n/float64(t[want])
		all.p, all.r, nAll = all.p+p, all.r+r, nAll+1
		if t[want] > 1 {
			shared.p, shared.r, nShared = shared.p+p, shared.r+r, nShared+1
		}
	}
	return mean(all, nAll), mean(shared, nShared)
}

func mean(f figures, n float64) figures {
	f.p, f.r = f.p/n, f.r/n
	f.f = 2 * f.p * f.r / (f.p + f.r)
	return f
}

// grouped gives each key the key of its incident.
func grouped(links []Link) map[string]string {
	out := map[string]string{}
	for _, g := range Settle(links, nil) {
		for _, k := range g.Keys {
			out[k] = g.Key
		}
	}
	return out
}

// sharedCity reads the test city of the evaluation, which is not part of the
// repository.
func sharedCity(t testing.TB) (reports []Report, truth map[string]string) {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "..", "shared", "evaluation", "city")
	rows, err := readCSV(filepath.Join(folder, "reports.csv"))
	if err != nil {
		t.Skipf("the evaluation's test city is not here: %v", err)
	}
	matters, err := readCSV(filepath.Join(folder, "incidents.truth.csv"))
	if err != nil {
		t.Skipf("the evaluation's test city is not here: %v", err)
	}
	truth = map[string]string{}
	for _, row := range rows {
		at, err := time.Parse(time.RFC3339, row["created_at"])
		if err != nil {
			t.Fatal(err)
		}
		r := Report{
			Key: row["external_id"], At: at, Text: row["text"], Category: row["category"], Stated: row["area_code"], Channel: row["channel"],
		}
		if lon, err := strconv.ParseFloat(row["lon"], 64); err == nil {
			lat, _ := strconv.ParseFloat(row["lat"], 64)
			r.Lon, r.Lat = &lon, &lat
		}
		reports = append(reports, r)
		truth[r.Key] = r.Key
	}
	for _, row := range matters {
		truth[row["external_id"]] = row["incident"]
	}
	return reports, truth
}

func readCSV(path string) ([]map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out, nil
}

func featuresOf(m *Model, reports []Report) []Features {
	out := make([]Features, len(reports))
	for i, r := range reports {
		out[i] = m.Features(r)
	}
	return out
}

// TestSharedCity holds the figures that issue 3 asks for on the test city,
// whole and in halves of time and of place.
func TestSharedCity(t *testing.T) {
	t.Parallel()
	m := Default()
	reports, truth := sharedCity(t)
	hold := func(name string, keep func(Report) bool) {
		var part []Report
		want := map[string]string{}
		for _, r := range reports {
			if keep(r) {
				part = append(part, r)
				want[r.Key] = truth[r.Key]
			}
		}
		all, shared := bcubed(want, grouped(Group(m, featuresOf(m, part))))
		t.Logf("%-12s %5d reports; all: %v; sharing a matter: %v", name, len(part), all, shared)
		if all.p < 0.95 || shared.f < 0.90 {
			t.Errorf("%s: precision over all %.3f, want 0.95; F1 of those that share a matter %.3f, want 0.90", name, all.p, shared.f)
		}
	}
	middle := reports[len(reports)/2].At
	hold("whole", func(Report) bool { return true })
	hold("first half", func(r Report) bool { return r.At.Before(middle) })
	hold("second half", func(r Report) bool { return !r.At.Before(middle) })
	hold("one side", func(r Report) bool { return hash32(parent(r.Stated))%2 == 0 })
	hold("other side", func(r Report) bool { return hash32(parent(r.Stated))%2 == 1 })
}

var numbered = regexp.MustCompile(`(?i)(\bjl?n?\.? \pL+) \d+`)

// strange turns every letter into another one: words that nobody knows.
func strange(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return 'a' + (r-'a'+7)%26
		}
		return r
	}, strings.ToLower(s))
}

// strangely leaves the places of a text as they are and makes the rest strange.
func strangely(text string) string {
	var b strings.Builder
	done := 0
	for _, m := range place.Mentions(text) {
		if m.Start > done {
			b.WriteString(strange(text[done:m.Start]))
		}
		if m.End > done {
			b.WriteString(text[max(done, m.Start):m.End])
			done = m.End
		}
	}
	return b.String() + strange(text[done:])
}

// TestSharedCityImpaired takes from the test city, one at a time, what the
// figures might lean on: its wording, categories, points, areas, the numbers of
// its streets.
func TestSharedCityImpaired(t *testing.T) {
	t.Parallel()
	m := Default()
	for name, impair := range map[string]func(*Report){
		"strange words":                         func(r *Report) { r.Text = strangely(r.Text) },
		"strange words, categories say nothing": func(r *Report) { r.Text, r.Category = strangely(r.Text), strange(r.Category) },
		"strange words, no categories":          func(r *Report) { r.Text, r.Category = strangely(r.Text), "" },
		"no points":                             func(r *Report) { r.Lon, r.Lat = nil, nil },
		"no areas":                              func(r *Report) { r.Stated = "" },
		"streets without numbers":               func(r *Report) { r.Text = numbered.ReplaceAllString(r.Text, "$1") },
		"all small letters":                     func(r *Report) { r.Text = strings.ToLower(r.Text) },
		"all capitals":                          func(r *Report) { r.Text = strings.ToUpper(r.Text) },
	} {
		reports, truth := sharedCity(t)
		for i := range reports {
			impair(&reports[i])
		}
		all, shared := bcubed(truth, grouped(Group(m, featuresOf(m, reports))))
		t.Logf("%-38s all: %v; sharing a matter: %v", name, all, shared)
		if all.p < 0.95 || shared.f < 0.90 {
			t.Errorf("%s: precision over all %.3f, want 0.95; F1 of those that share a matter %.3f, want 0.90", name, all.p, shared.f)
		}
	}
}

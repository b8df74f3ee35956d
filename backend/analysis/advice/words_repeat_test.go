package advice_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"balaikota/backend/city"
)

// shared is the longest run of words that two texts have in common.
func shared(a, b string) string {
	split := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != ',' || r == ' '
		})
	}
	x, y := split(a), split(b)
	best := []string{}
	for i := range x {
		for j := range y {
			n := 0
			for i+n < len(x) && j+n < len(y) && strings.Trim(x[i+n], ".,") == strings.Trim(y[j+n], ".,") {
				n++
			}
			if n > len(best) {
				best = x[i : i+n]
			}
		}
	}
	return strings.Join(best, " ")
}

// TestAPlaceIsNotNamedTwice: a market that its kelurahan is called after stands
// once in the sentence, and a condition is not put into another one.
func TestAPlaceIsNotNamedTwice(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	in := quiet(c)
	in.Incidents = []city.Incident{incident(9, "lampu-jalan", "64.72.09.1003", "Pasar Pagi, Jalan Punai", 3, city.Awas, 5*time.Hour)}
	got := propose(c, in)
	if len(got) == 0 || got[0].Title != "Kirim petugas ke Pasar Pagi, Jalan Punai untuk lampu jalan" {
		t.Errorf("%+v", got)
	}
	for _, r := range c.ActionRules {
		if strings.Contains(strings.ToLower(r.Risk), " bila ") || strings.Contains(r.RiskEN, " unless ") || strings.Contains(r.RiskEN, " when ") {
			t.Errorf("%s: %q / %q follows “bila dibiarkan” and holds a condition of its own", r.Slug, r.Risk, r.RiskEN)
		}
	}
}

// TestWhyIsOneSentenceAndEvidenceTheRows: why says the reason and what follows
// if nothing is done; the first line of evidence names the row and does not say
// the reason again. What is measured, and where, may stand in both.
func TestWhyIsOneSentenceAndEvidenceTheRows(t *testing.T) {
	t.Parallel()
	c := samarinda(t)
	seen := 0
	for seed := range uint64(8) {
		for _, r := range propose(c, randomCity(c, 300, seed)) {
			for _, s := range [][3]string{{r.Why.Text, r.Risk.Text, r.Evidence[0].Text}, {r.Why.TextEN, r.Risk.TextEN, r.Evidence[0].TextEN}} {
				why, risk, first := s[0], s[1], s[2]
				whole := strings.NewReplacer("Jl. ", "", "Kec. ", "", "Kel. ", "").Replace(why)
				if !strings.HasSuffix(strings.ToLower(why), strings.ToLower(risk)) || strings.Contains(whole, ". ") {
					t.Errorf("%s: %q is not one sentence that ends in %q", r.Key, why, risk)
				}
				run := shared(why, first)
				if len(strings.Fields(run)) >= 5 && !strings.Contains(strings.ToLower(r.Title+r.TitleEN), run) {
					t.Errorf("%s: why %q and its first row %q both say %q", r.Rule, why, first, run)
				}
				seen++
			}
		}
	}
	if seen < 100 {
		t.Fatalf("only %d looked at", seen)
	}
}

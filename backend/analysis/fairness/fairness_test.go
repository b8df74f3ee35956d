package fairness

import (
	"math"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func pages(t *testing.T, facts []Facts, cells []Cell, rain *float64) map[string]city.OfficePage {
	t.Helper()
	until := time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC)
	out := map[string]city.OfficePage{}
	for _, p := range Pages(until.AddDate(0, 0, -90), until, facts, cells, rain) {
		out[p.Office] = p
	}
	return out
}

// TestHardCasesAreExpected: an office with only hard cases has more late ones
// than one with easy cases, and yet is not worse.
func TestHardCasesAreExpected(t *testing.T) {
	t.Parallel()
	cells := []Cell{
		{Office: "berat", Category: "banjir", Cases: 400, Late: 200}, {Office: "ringan", Category: "lampu", Cases: 400, Late: 40},
		{Office: "a", Category: "banjir", Cases: 200, Late: 100}, {Office: "a", Category: "lampu", Cases: 200, Late: 20},
		{Office: "buruk", Category: "lampu", Cases: 200, Late: 60}, {Office: "baik", Category: "banjir", Cases: 200, Late: 40}, {Office: "kecil", Category: "lampu", Cases: 4, Late: 3},
	}
	facts := []Facts{
		{Office: "berat", Received: 400}, {Office: "ringan", Received: 400}, {Office: "buruk", Received: 200}, {Office: "baik", Received: 200},
		{Office: "kecil", Received: 4, Inherited: 30, InheritedLate: 7, Waiting: 2, WaitingReports: 5},
		{Office: "sepi"},
	}
	rain := 1.8
	got := pages(t, facts, cells, &rain)
	hard, easy, bad, good, small := got["berat"], got["ringan"], got["buruk"], got["baik"], got["kecil"]
	if math.Abs(*hard.Ratio-*easy.Ratio) > 0.5 || hard.Late != 200 {
		t.Errorf("hard cases %v, easy ones %v", *hard.Ratio, *easy.Ratio)
	}
	if *bad.RatioLow <= 1 || bad.Standing != city.StandingMore || !strings.Contains(bad.Text.Text, "lebih banyak daripada sesama") {
		t.Errorf("three times as many as expected: %+v", bad)
	}
	if *good.RatioHigh >= 1 || good.Standing != city.StandingFewer || !strings.Contains(good.Text.Text, "lebih sedikit daripada sesama") {
		t.Errorf("less than half as many as expected: %+v", good)
	}
	// Three of four is a ratio of 7 and says nothing.
	if *small.Ratio > 3.5 || small.Standing != city.StandingThin || !strings.Contains(small.Text.Text, "terlalu sedikit untuk dibandingkan") {
		t.Errorf("three of four: ratio %v, %s", *small.Ratio, small.Text.Text)
	}
	if idle := got["sepi"]; idle.Standing != city.StandingNone || idle.Text.Text != "Tidak ada laporan yang tenggatnya jatuh dalam periode ini." {
		t.Errorf("an office without a case: %s, %s", idle.Standing, idle.Text.Text)
	}
	// What is late is of what fell due, not of what came in: 30 inherited and 4
	// received are not the denominator.
	if small.Cases != 4 || small.Late != 3 || !strings.HasPrefix(small.Text.Text, "Terlambat 3 dari 4 laporan yang tenggatnya jatuh dalam periode ini") {
		t.Errorf("%d late of %d: %s", small.Late, small.Cases, small.Text.Text)
	}
	said := ""
	for _, n := range small.Notes {
		said += n.Text + "\n"
	}
	for _, want := range []string{"7 laporan sudah lewat tenggat", "Warisan besar", "5 laporan menunggu", "2 disposisi menunggu", "Hujan 1,8 kali", "Hanya 4 laporan"} {
		if !strings.Contains(said, want) {
			t.Errorf("no note says %q:\n%s", want, said)
		}
	}
}

// TestExpectedAddsUp: over all offices as many late ones are expected as there
// were, as indirect standardisation has it (Breslow and Day 1987, §2.3), up to what
// thin strata lean on their category.
func TestExpectedAddsUp(t *testing.T) {
	t.Parallel()
	cells := []Cell{
		{Office: "a", Category: "x", Channel: "lapor", Cases: 120, Late: 30}, {Office: "b", Category: "x", Channel: "lapor", Wet: true, Cases: 80, Late: 40},
		{Office: "a", Category: "y", Channel: "wa", Cases: 200, Late: 10}, {Office: "b", Category: "y", Channel: "lapor", Cases: 300, Late: 60},
	}
	got := pages(t, []Facts{{Office: "a"}, {Office: "b"}, {Office: "tanpa"}}, cells, nil)
	if sum := got["a"].ExpectLate + got["b"].ExpectLate; math.Abs(sum-140) > 5 {
		t.Errorf("%.1f expected of 140", sum)
	}
	if p := got["tanpa"]; p.Ratio != nil || p.Text.Text == "" {
		t.Errorf("an office without cases: %+v", p)
	}
}

package effect

import (
	"math"
	"strings"
	"testing"
)

func TestLedgerLeansOnTheWholeKind(t *testing.T) {
	t.Parallel()
	var all []Past
	for i := range 10 {
		all = append(all, Past{Action: "a", Season: "hujan", Office: 1, Outcome: NoChange, LogRatio: 0.02 * float64(i-5), LogErr: 0.2, Hours: float64(10 * i), Verified: i%2 == 0})
	}
	all = append(all, Past{Action: "a", Season: "kemarau", Office: 2, Outcome: Worked, LogRatio: -1, LogErr: 0.4, Hours: math.NaN()},
		Past{Action: "b", Season: "hujan", Outcome: Unclear, Hours: 3})
	lines := map[string]Line{}
	for _, l := range Ledger(all) {
		lines[l.Action+"/"+string(rune('0'+l.Office))+"/"+l.Season] = l
	}
	if len(lines) != 9 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	whole, lucky, empty := lines["a/0/"], lines["a/2/"], lines["b/0/"]
	if whole.Cases != 11 || whole.Worked != 1 || whole.Verified != 5 || whole.MedianHours != 45 || !whole.Known {
		t.Errorf("the kind as a whole: %+v", whole)
	}
	// One case of −63 % among eleven is no −63 %.
	if !(lucky.Change < whole.Change && lucky.Change > -40 && lucky.High > whole.Low) {
		t.Errorf("one lucky case is %+v, the kind %+v", lucky, whole)
	}
	if empty.Known || empty.Cases != 1 || empty.MedianHours != 3 {
		t.Errorf("nothing measured is %+v", empty)
	}
}

// TestWordsOfEveryOutcome: each sentence has the figures, and none says that
// something worked which did not.
func TestWordsOfEveryOutcome(t *testing.T) {
	t.Parallel()
	c, s := Case{Kind: Counts, Days: 28}, Subject{Name: "Laporan jalan rusak di Sidodadi", NameEN: "Reports of damaged roads in Sidodadi", Unit: "laporan", UnitEN: "reports"}
	base := Result{Measured: 28, Seen: 18, Expected: 31.2, Known: true, Change: -42.3, ChangeLow: -57, ChangeHigh: -25, Forecast: 30}
	for _, one := range []struct {
		change func(*Result)
		want   string
	}{
		{func(r *Result) { r.Outcome = Worked }, "Laporan jalan rusak di Sidodadi: turun 42 % (selang 80 %: -57 sampai -25 %): 18 laporan terlihat, 31 diperkirakan tanpa tindakan, dalam 28 hari."},
		{func(r *Result) { r.Outcome, r.Change, r.ChangeLow, r.ChangeHigh = NoChange, 3, -20, 30 }, "tidak banyak berubah, naik 3 % (selang 80 %: -20 sampai 30 %)"},
		{func(r *Result) { r.Outcome, r.Reason = Unclear, Wide }, "belum jelas, masih dalam batas kebetulan"},
		{func(r *Result) { r.Outcome, r.Reason = Unclear, Disagrees }, "tidak sejalan"},
		{func(r *Result) { r.Outcome, r.Reason = Unclear, AtPeak }, "biasanya mereda sendiri"},
		{func(r *Result) { r.Outcome, r.Reason, r.Known, r.Seen, r.Expected = Unclear, TooFew, false, 2, 1.4 }, "terlalu sedikit untuk disimpulkan: 2 laporan terlihat, 1 diperkirakan"},
		{func(r *Result) { r.Outcome, r.Reason = Unclear, TooShort }, "riwayat atau data sesudahnya terlalu sedikit"},
		{func(r *Result) { r.Outcome, r.Measured = Measuring, 3 }, "baru 3 dari 28 hari"},
		{func(r *Result) { r.Outcome, r.Measured = Measuring, 14 }, "masih diukur sampai 28 hari, sementara turun 42 %"},
	} {
		r := base
		one.change(&r)
		said := r.Words(c, s)
		if !strings.Contains(said.Text, one.want) || !strings.HasPrefix(said.TextEN, s.NameEN) {
			t.Errorf("%s/%s: %q", r.Outcome, r.Reason, said)
		}
	}
}

package urgency

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

var levels = []city.Severity{city.Info, city.Perhatian, city.Siaga, city.Awas}

type labelled struct {
	level city.Severity
	text  string
}

func sentences(t *testing.T, file string) (out []labelled) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if level, s, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			if !slices.Contains(levels, city.Severity(level)) {
				t.Fatalf("level %q", level)
			}
			out = append(out, labelled{city.Severity(level), s})
		}
	}
	return out
}

// TestSentences shows what the rules make of sentences of our own. Those that
// were held out say more about what the rules can do; the bounds are a little
// below what was reached.
func TestSentences(t *testing.T) {
	t.Parallel()
	for file, least := range map[string]float64{"testdata/sentences.txt": 0.95, "testdata/sentences_held_out.txt": 0.80} {
		all := sentences(t, file)
		table := map[[2]city.Severity]int{}
		right, grave, missed := 0, 0, 0
		for _, s := range all {
			j := Judge(s.text, Facts{})
			table[[2]city.Severity{s.level, j.Level}]++
			if j.Level == s.level {
				right++
			} else {
				t.Logf("%s: want %s, got %s: %s %v", file, s.level, j.Level, s.text, rulesOf(j))
			}
			if s.level.Rank() >= city.Siaga.Rank() {
				grave++
				if j.Level.Rank() < city.Siaga.Rank() {
					missed++
				}
			}
		}
		var b strings.Builder
		fmt.Fprintf(&b, "\n%-22s", "should be \\ is")
		for _, is := range levels {
			fmt.Fprintf(&b, "%10s", is)
		}
		for _, want := range levels {
			fmt.Fprintf(&b, "\n%-22s", want)
			for _, is := range levels {
				fmt.Fprintf(&b, "%10d", table[[2]city.Severity{want, is}])
			}
		}
		rate := float64(right) / float64(len(all))
		t.Logf("%s: %d of %d right (%.1f %%), %d of %d grave ones missed%s", file, right, len(all), 100*rate, missed, grave, b.String())
		if rate < least {
			t.Errorf("%s: %.3f right, want at least %.2f", file, rate, least)
		}
	}
}

func rulesOf(j Judgement) (out []string) {
	for _, r := range j.Reasons {
		out = append(out, r.Rule+"/"+string(r.Level)+"/"+string(r.Standing))
	}
	return out
}

func TestAQuietCrackOutranksFortyVoices(t *testing.T) {
	t.Parallel()
	bridge := Judge("Jembatan kecil di ujung gang retak", Facts{Voices: 1, Category: "jalan-rusak"})
	drain := Judge("Drainase tersumbat, air tergenang di jalan, tolong segera dibersihkan", Facts{Voices: 40, Category: "banjir-drainase", Warning: city.Perhatian})
	if bridge.Score <= drain.Score || bridge.Level.Rank() <= drain.Level.Rank() {
		t.Errorf("bridge %s %d, drain %s %d %v", bridge.Level, bridge.Score, drain.Level, drain.Score, rulesOf(drain))
	}
}

func TestReasonsPointAtTheWords(t *testing.T) {
	t.Parallel()
	const text = "Tdk ada korban, tp KABEL listriknya putus!!"
	j := Judge(text, Facts{})
	if j.Level != city.Awas || len(j.Reasons) == 0 {
		t.Fatalf("%+v", j)
	}
	var got []string
	for _, w := range j.Reasons[0].Words {
		if text[w.Start:w.End] != w.Text {
			t.Errorf("%q is not at %d–%d", w.Text, w.Start, w.End)
		}
		got = append(got, w.Text)
	}
	if d := cmp.Diff([]string{"KABEL", "putus"}, got); d != "" {
		t.Error(d)
	}
	if want := "Kabel putus atau menjuntai (“KABEL … putus”)"; j.Reasons[0].Text != want {
		t.Errorf("%q, want %q", j.Reasons[0].Text, want)
	}
}

func TestStandings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Standing{
		"ada korban di jalan":                             Now,
		"takut nanti ada korban":                          Possible,
		"tahun lalu ada korban":                           Past,
		"tahun lalu ada korban, sekarang juga ada korban": Now,
		"kebakaran sudah dipadamkan":                      Over,
		"sudah diperbaiki tapi longsor lagi":              Now,
		"tidak pernah dibersihkan, ada korban":            Now,
		"tidak hanya rusak, ada korban":                   Now,
	} {
		j := Judge(text, Facts{})
		if len(j.Reasons) == 0 || j.Reasons[0].Standing != want {
			t.Errorf("%q: %v, want %s", text, rulesOf(j), want)
		}
	}
	for _, text := range []string{"tidak ada korban", "korban nihil", "korban jiwa tidak ada", "tanpa menimbulkan korban", "kada ada korban", "bukan kebakaran"} {
		if j := Judge(text, Facts{}); len(j.Reasons) != 0 {
			t.Errorf("%q: %v, want no reason", text, rulesOf(j))
		}
	}
}

func TestFactsRaise(t *testing.T) {
	t.Parallel()
	const text = "banjir di jalan"
	for _, c := range []struct {
		facts Facts
		want  city.Severity
	}{
		{Facts{}, city.Perhatian},
		{Facts{Voices: 40}, city.Perhatian},
		{Facts{Warning: city.Siaga}, city.Siaga},
	} {
		if j := Judge(text, c.facts); j.Level != c.want {
			t.Errorf("%+v: %s, want %s: %v", c.facts, j.Level, c.want, rulesOf(j))
		}
	}
	if j := Judge("minta rambu", Facts{Warning: city.Awas, Category: "parkir-liar"}); j.Level != city.Info {
		t.Errorf("a warning raises what no weather touches: %v", rulesOf(j))
	}
	if j := Judge("saluran tersumbat", Facts{Warning: city.Siaga, Category: "banjir-drainase"}); j.Level != city.Perhatian {
		t.Errorf("a warning leaves a drain at %s", j.Level)
	}
}

// TestEveryRuleHolds makes a sentence of each rule's own first words: a rule
// that can never hold is a mistake in the table.
func TestEveryRuleHolds(t *testing.T) {
	t.Parallel()
	for _, r := range stated().rules {
		words := func(ps []phrase) (out []string) {
			if len(ps) > 0 {
				for _, w := range ps[len(ps)-1] {
					out = append(out, w.word)
				}
			}
			return out
		}
		text := strings.Join(append(words(r.what), words(r.with)...), " ")
		if j := Judge(text, Facts{}); !slices.ContainsFunc(j.Reasons, func(x Reason) bool { return x.Rule == r.id }) {
			t.Errorf("rule %s does not hold for %q", r.id, text)
		}
	}
}

func TestBrokenTablesAreRefused(t *testing.T) {
	t.Parallel()
	const head = "id,theme,level,what,with,reason,reason_en,why\n"
	for name, table := range map[string]string{
		"level": head + "a,life,gawat,mati,,x,y,z\n", "theme": head + "a,hidup,awas,mati,,x,y,z\n", "raise": head + "a,many,awas,mati,,x,y,z\n",
		"twice": head + "a,life,awas,mati,,x,y,z\na,life,awas,mati,,x,y,z\n", "empty": head + "a,life,awas,,,x,y,z\n", "columns": head + "a,life\n",
	} {
		if _, err := readRules(table, ""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	const text = "Tlg jln2 di depan rmh kami rusak parahhh sdh 2bulan blm diperbaiki, kabelnya menjuntai, takut ada korban"
	for b.Loop() {
		Judge(text, Facts{Voices: 3})
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("tidak ada korban, jembatan retak. sudah diperbaiki tapi", 3)
	f.Add("\xff korban\x00 İ jembatan-jembatannya", -1)
	f.Fuzz(func(t *testing.T, text string, voices int) {
		j := Judge(text, Facts{Voices: voices})
		if !slices.Contains(levels, j.Level) {
			t.Errorf("level %q", j.Level)
		}
		for _, r := range j.Reasons {
			for _, w := range r.Words {
				if text[w.Start:w.End] != w.Text {
					t.Errorf("%+v", w)
				}
			}
		}
	})
}

// TestARoadIsNoPedestrian: "pejalan" and "jalan" have one root, and a tree across a
// road has struck nobody.
func TestARoadIsNoPedestrian(t *testing.T) {
	t.Parallel()
	for text, struck := range map[string]bool{
		"Pohon tumbang menutup jalan dan menimpa kabel listrik": false,
		"Dahan patah menimpa pejalan kaki di depan pasar":       true,
	} {
		got := slices.ContainsFunc(Judge(text, Facts{}).Reasons, func(r Reason) bool { return r.Rule == "tertimpa" })
		if got != struck {
			t.Errorf("%q: struck is %v", text, got)
		}
	}
}

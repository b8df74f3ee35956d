package place

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// labelled is one sentence of testdata/places.jsonl, written and labelled by
// ourselves. "dev" was tuned on. "held" was written with it, before any tuning,
// and its errors were first read when it had reached F1 0.932 of all mentions;
// what they showed to be wrong in general was then mended, so it is no longer
// unseen. "fresh" was written after that, and its errors were never read: 0.930
// at first. A mention is written head=name#number/house~ (~ = near).
type labelled struct {
	Half     string   `json:"half"`
	Text     string   `json:"text"`
	Mentions []string `json:"mentions"`
	Areas    []string `json:"areas"`
}

func sentences(t testing.TB) []labelled {
	t.Helper()
	raw, err := os.ReadFile("testdata/places.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		var l labelled
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// written is a mention in the notation of the test data.
func written(m Mention) string {
	s := m.Head + "=" + m.Name
	if m.Number != "" {
		s += "#" + m.Number
	}
	if m.House != "" {
		s += "/" + m.House
	}
	if m.Near {
		s += "~"
	}
	return s
}

// kindOf returns the kind of a written mention by its head.
func kindOf(s string) Kind {
	switch head, _, _ := strings.Cut(s, "="); head {
	case "jalan":
		return Street
	case "gang", "blok":
		return Alley
	case "rt", "rw":
		return Neighbourhood
	case "kelurahan", "kecamatan", "desa", "kampung":
		return Area
	}
	return Landmark
}

// tally counts what was expected, found and right.
type tally struct{ want, got, right int }

func (a tally) precision() float64 { return ratio(a.right, a.got) }
func (a tally) recall() float64    { return ratio(a.right, a.want) }
func (a tally) f1() float64        { return ratio(2*a.right, a.want+a.got) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func TestMentionsOfLabelledSentences(t *testing.T) {
	t.Parallel()
	scores := map[string]map[Kind]*tally{"dev": {}, "held": {}, "fresh": {}}
	whole, count, near, nearRight := map[string]int{}, map[string]int{}, 0, 0
	for _, l := range sentences(t) {
		count[l.Half]++
		of := scores[l.Half]
		for _, k := range []Kind{Street, Alley, Landmark, Neighbourhood, Area, "all"} {
			if of[k] == nil {
				of[k] = &tally{}
			}
		}
		wanted := map[string]string{}
		for _, m := range l.Mentions {
			bare := strings.TrimSuffix(m, "~")
			wanted[bare] = m
			of[kindOf(m)].want++
			of["all"].want++
		}
		good := true
		got := 0
		for _, m := range Mentions(l.Text) {
			got++
			w := written(m)
			of[m.Kind].got++
			of["all"].got++
			if full, ok := wanted[strings.TrimSuffix(w, "~")]; ok {
				of[m.Kind].right++
				of["all"].right++
				near++
				if full == w {
					nearRight++
				}
				continue
			}
			good = false
			if l.Half != "fresh" {
				t.Logf("%q: %s is not among %v", l.Text, w, l.Mentions)
			}
		}
		if good && got == len(l.Mentions) {
			whole[l.Half]++
		} else if good && (l.Half != "fresh") {
			t.Logf("%q: found %d of %v", l.Text, got, l.Mentions)
		}
	}
	for _, half := range []string{"dev", "held", "fresh"} {
		for _, k := range []Kind{Street, Alley, Landmark, Neighbourhood, Area, "all"} {
			s := scores[half][k]
			t.Logf("%-4s %-13s %3d expected: precision %.3f, recall %.3f, F1 %.3f", half, k, s.want, s.precision(), s.recall(), s.f1())
		}
		// The floor is a little under what was reached on 2026-11-21.
		if f1 := scores[half]["all"].f1(); f1 < 0.92 {
			t.Errorf("%s: F1 of mentions fell to %.3f", half, f1)
		}
		t.Logf("%-4s sentences with all mentions exactly right: %d of %d", half, whole[half], count[half])
	}
	if nearRight*100 < near*97 {
		t.Errorf("nearness is right in %d of %d only", nearRight, near)
	}
	t.Logf("near said rightly: %d of %d", nearRight, near)
}

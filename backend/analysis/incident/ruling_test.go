package incident

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func at(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }

// tree is a, with b and c behind it, d behind c; and x, with y behind it.
func tree() []Link {
	return []Link{
		{Key: "a", Root: "a"}, {Key: "b", Root: "a", Parent: "a"}, {Key: "c", Root: "a", Parent: "b", Other: "x"}, {Key: "d", Root: "a", Parent: "c"},
		{Key: "x", Root: "x"}, {Key: "y", Root: "x", Parent: "x"},
	}
}

func keysOf(groups []Members) (out []string) {
	for _, g := range groups {
		out = append(out, fmt.Sprint(g.Keys))
	}
	return out
}

// ruled are verdicts given at one moment.
func ruled(verdicts []city.Verdict[string]) (out []Ruling) {
	for _, v := range verdicts {
		out = append(out, Ruling{A: v.A, B: v.B, Same: v.Same, At: at(1)})
	}
	return out
}

func TestRulings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		rulings []Ruling
		want    []string
	}{
		{"none", nil, []string{"[a b c d]", "[x y]"}},
		{"merge", ruled(city.OneMatter("a", "x")), []string{"[a b c d x y]"}},
		{"split in two", ruled(city.TwoMatters([]string{"a", "b"}, []string{"c", "d"})), []string{"[a b]", "[c d x y]"}},
		{"split and away from the second best", append(ruled(city.TwoMatters([]string{"a", "b"}, []string{"c", "d"})), Ruling{A: "x", B: "c", At: at(2)}), []string{"[a b]", "[c d]", "[x y]"}},
		{"one out", []Ruling{{A: "d", B: "c", At: at(1)}}, []string{"[a b c]", "[d]", "[x y]"}},
		{"the newer word", []Ruling{{A: "a", B: "x", Same: true, At: at(1)}, {A: "x", B: "a", At: at(2)}}, []string{"[a b c d]", "[x y]"}},
		{"through others", []Ruling{{A: "a", B: "y", At: at(3)}, {A: "b", B: "y", Same: true, At: at(2)}}, []string{"[a]", "[b c d x y]"}},
		{"not there yet", []Ruling{{A: "a", B: "nobody", Same: true, At: at(1)}}, []string{"[a b c d]", "[x y]"}},
	} {
		for seed := range uint64(6) { // whatever the order they are told in
			rnd := rand.New(rand.NewPCG(seed, 1))
			told := slices.Clone(c.rulings)
			rnd.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
			for i := range told {
				if rnd.IntN(2) == 0 {
					told[i].A, told[i].B = told[i].B, told[i].A
				}
			}
			if diff := gocmp.Diff(c.want, keysOf(Settle(tree(), told))); diff != "" {
				t.Errorf("%s, told as %v (-want +got):\n%s", c.name, told, diff)
			}
		}
	}
}

// TestBridge: a report that shows two incidents to be one joins them, unless
// an officer parted them.
func TestBridge(t *testing.T) {
	t.Parallel()
	links := append(tree(), Link{Key: "z", Root: "a", Parent: "d", Other: "y", Bridges: true})
	if diff := gocmp.Diff([]string{"[a b c d x y z]"}, keysOf(Settle(links, nil))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := gocmp.Diff([]string{"[a b c d z]", "[x y]"}, keysOf(Settle(links, []Ruling{{A: "a", B: "x", At: at(1)}}))); diff != "" {
		t.Errorf("parted by an officer, -want +got:\n%s", diff)
	}
}

// TestRulingsHoldForEver: what officers parted is never in one incident and
// what they joined always is, whatever arrives later.
func TestRulingsHoldForEver(t *testing.T) {
	t.Parallel()
	m := Default()
	made := buildCity(31, 30, 300, 120)
	all := featuresOf(m, made.reports)
	links := Group(m, all[:len(all)/2])
	rnd := rand.New(rand.NewPCG(1, 1))
	var rulings []Ruling
	for _, l := range links {
		if l.Parent != "" && rnd.IntN(6) == 0 {
			rulings = append(rulings, Ruling{A: l.Key, B: l.Parent, At: at(rnd.IntN(24))})
		}
		if rnd.IntN(15) == 0 {
			rulings = append(rulings, Ruling{A: l.Key, B: links[rnd.IntN(len(links))].Key, Same: true, At: at(rnd.IntN(24))})
		}
	}
	half, whole := groupOf(Settle(links, rulings)), groupOf(Settle(Group(m, all), rulings))
	kept := 0
	for _, r := range rulings {
		if half[r.A] == half[r.B] == r.Same { // not overruled by a newer one
			kept++
			if whole[r.A] == whole[r.B] != r.Same {
				t.Errorf("%+v no longer holds once more reports are there", r)
			}
		}
	}
	if kept < len(rulings)*9/10 {
		t.Errorf("only %d of %d rulings hold", kept, len(rulings))
	}
}

func groupOf(groups []Members) map[string]string {
	out := map[string]string{}
	for _, g := range groups {
		for _, k := range g.Keys {
			out[k] = g.Key
		}
	}
	return out
}

// TestLearn: rulings move the weights towards what officers say, within
// bounds, the same whatever the order of the lessons.
func TestLearn(t *testing.T) {
	t.Parallel()
	m := Default()
	city := buildCity(33, 60, 800, 150)
	fs := featuresOf(m, city.reports)
	lessons := corrections(m, city, fs)
	learned := Learn(lessons)
	rnd := rand.New(rand.NewPCG(2, 2))
	rnd.Shuffle(len(lessons), func(i, j int) { lessons[i], lessons[j] = lessons[j], lessons[i] })
	for i := range lessons {
		lessons[i].A, lessons[i].B = lessons[i].B, lessons[i].A
	}
	if diff := gocmp.Diff(learned, Learn(lessons), cmpopts.IgnoreUnexported(Model{})); diff != "" {
		t.Errorf("the order of lessons matters:\n%s", diff)
	}
	before, after := loss(m, lessons), loss(learned, lessons)
	t.Logf("%d rulings: mean loss %.4f before, %.4f after", len(lessons), before, after)
	if after >= before {
		t.Errorf("mean loss %.4f before learning, %.4f after", before, after)
	}
	fresh := buildCity(34, 60, 800, 150)
	wasAll, was := bcubed(fresh.truth, grouped(Group(m, featuresOf(m, fresh.reports))))
	isAll, is := bcubed(fresh.truth, grouped(Group(learned, featuresOf(m, fresh.reports))))
	t.Logf("another city before: %v (all: %v)", was, wasAll)
	t.Logf("another city after:  %v (all: %v)", is, isAll)
	if is.f < was.f-0.01 || isAll.p < 0.95 {
		t.Errorf("learning made another city worse: %v before, %v after", was, is)
	}
	// However often officers say the unlikely, the model cannot be turned round.
	stubborn := make([]Lesson, 5000)
	for i := range stubborn {
		stubborn[i] = Lesson{A: lessons[i%20].A, B: lessons[i%20].A, Same: false}
	}
	turned := Learn(stubborn)
	for i, w := range turned.Weights {
		if math.Abs(w-defaultWeights[i]) > maxShift+1e-9 || math.Abs(turned.Threshold) > maxThresholdShift {
			t.Errorf("%s moved from %g to %g", Evidence(i), defaultWeights[i], w)
		}
	}
}

// corrections are what officers who know the truth do: they take out what was
// linked wrongly, and merge a matter's first report of a second incident with
// the likeliest one of the first.
func corrections(m *Model, city *made, fs []Features) (out []Lesson) {
	byKey := map[string]*Features{}
	for i := range fs {
		byKey[fs[i].Key] = &fs[i]
	}
	seen := map[string][]string{}
	for _, l := range Group(m, fs) {
		matter := city.truth[l.Key]
		switch {
		case l.Parent != "" && city.truth[l.Parent] != matter:
			out = append(out, Lesson{A: *byKey[l.Key], B: *byKey[l.Parent]})
		case l.Parent == "" && len(seen[matter]) > 0:
			best := slices.MaxFunc(seen[matter], func(a, b string) int {
				return cmp.Compare(m.Score(byKey[l.Key], byKey[a]), m.Score(byKey[l.Key], byKey[b]))
			})
			out = append(out, Lesson{A: *byKey[l.Key], B: *byKey[best], Same: true})
		}
		seen[matter] = append(seen[matter], l.Key)
	}
	return out
}

func loss(m *Model, lessons []Lesson) float64 {
	sum := 0.0
	for i := range lessons {
		p := logistic(m.Score(&lessons[i].A, &lessons[i].B))
		if !lessons[i].Same {
			p = 1 - p
		}
		sum -= math.Log(max(p, 1e-9))
	}
	return sum / float64(len(lessons))
}

func TestModelIsKept(t *testing.T) {
	t.Parallel()
	m := Default()
	m.Weights[Near] += 0.5
	m.Threshold, m.Lessons = 0.25, 12
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(*m, back, cmpopts.IgnoreUnexported(Model{})); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"weights":{"near":99}}`, `{"threshold":-5}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

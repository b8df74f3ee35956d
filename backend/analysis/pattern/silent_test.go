package pattern

import (
	"math"
	"math/rand/v2"
	"testing"
)

// town is n areas in a ring that report per person alike, up to a factor.
func town(r *rand.Rand, n int, perDay, spread float64) (voices []Voice, neighbours [][]int) {
	for i := range n {
		people := 3000 + 1000*(i%9)
		rate := perDay * float64(people) / 7000 * math.Exp(spread*r.NormFloat64())
		voices = append(voices, Voice{Recent: draw(r, 28*rate), Past: draw(r, 152*rate), RecentDays: 28, PastDays: 152, People: people})
		neighbours = append(neighbours, []int{(i + n - 1) % n, (i + 1) % n, (i + 2) % n, (i + n - 2) % n})
	}
	return voices, neighbours
}

// draw is a Poisson count of any mean, in steps small enough for Knuth's.
func draw(r *rand.Rand, mean float64) (k int) {
	for ; mean > 50; mean -= 50 {
		k += poisson(r, 50)
	}
	return k + poisson(r, mean)
}

func TestAnAreaThatFallsSilentIsHeard(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(31, 1))
	voices, neighbours := town(r, 59, 1, 0.3)
	voices[7].Recent = 3
	found := Silent(voices, neighbours)
	if len(found) != 1 || found[0].Area != 7 || found[0].Basis != AgainstPast {
		t.Fatalf("found %+v, want area 7 against its past", found)
	}
	if s := found[0]; s.Seen != 3 || s.Expected < 10 || s.Q > 0.01 {
		t.Errorf("%+v", s)
	}
	// A broken source, or none of the days seen, is no silence.
	blind := voices[7]
	blind.Blind = true
	voices[7] = blind
	if found := Silent(voices, neighbours); len(found) != 0 {
		t.Errorf("a blind area is called silent: %+v", found)
	}
	voices[7].Blind, voices[7].RecentDays = false, 0
	if found := Silent(voices, neighbours); len(found) != 0 {
		t.Errorf("an area of which no day was seen is called silent: %+v", found)
	}
}

func TestAnOldFloodDoesNotMakeTodaySilent(t *testing.T) {
	t.Parallel()
	days := make([]int, 180)
	for i := range days {
		days[i] = 1
	}
	for i := 100; i < 104; i++ {
		days[i] = 40
	}
	past, now := Steady(days, 28)
	if now != 28 || past < 152 || past > 152+14 {
		t.Errorf("%d before, %d now, want about 152 and 28", past, now)
	}
	if past, now = Steady(nil, 28); past != 0 || now != 0 {
		t.Errorf("of nothing: %d, %d", past, now)
	}
	if past, now = Steady([]int{0, 0, 9, 0, 0, 0, 0, 0, 0}, 7); past != 0 || now != 4 {
		t.Errorf("of nine days: %d, %d", past, now)
	}
}

func TestFloodsComeInBurstsAndLampsDoNot(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(35, 1))
	lamps, floods := make([]int, 180), make([]int, 180)
	for i := range lamps {
		lamps[i], floods[i] = poisson(r, 9), poisson(r, 4)
		if i%25 == 3 {
			floods[i] += 80
		}
	}
	if Bursty(lamps) || !Bursty(floods) || Bursty(nil) {
		t.Errorf("lamps %v, floods %v, nothing %v", Bursty(lamps), Bursty(floods), Bursty(nil))
	}
}

func TestAnAreaThatNeverSpeaksIsHeard(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(32, 1))
	voices, neighbours := town(r, 59, 1, 0.3)
	voices[20].Recent, voices[20].Past, voices[20].People = 1, 9, 9000
	found := Silent(voices, neighbours)
	if len(found) != 1 || found[0].Area != 20 || found[0].Basis != AgainstNeighbours {
		t.Fatalf("found %+v, want area 20 against its neighbours", found)
	}
}

func TestAQuietMonthOfTheWholeCitySilencesNobody(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(33, 1))
	voices, neighbours := town(r, 59, 1, 0.3)
	for i := range voices {
		voices[i].Recent /= 4
	}
	if found := Silent(voices, neighbours); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
	for i := range voices {
		voices[i].Recent = 0 // no data at all
	}
	for _, s := range Silent(voices, neighbours) {
		if s.Basis == AgainstPast {
			t.Errorf("no data is called silence: %+v", s)
		}
	}
	if found := Silent(nil, nil); found != nil {
		t.Errorf("no area gave %v", found)
	}
}

// TestOrdinaryTownsHaveFewSilentAreas measures false alarms over 300 months.
func TestOrdinaryTownsHaveFewSilentAreas(t *testing.T) {
	t.Parallel()
	for _, perDay := range []float64{0.1, 0.5, 2} {
		r := rand.New(rand.NewPCG(34, 1))
		silent := 0
		for range 300 {
			voices, neighbours := town(r, 59, perDay, 0.35)
			silent += len(Silent(voices, neighbours))
		}
		t.Logf("%.1f reports a day and area: %d silent areas in 300 months", perDay, silent)
		if silent > 9 {
			t.Errorf("%.1f reports a day and area: %d silent areas in 300 months of nothing", perDay, silent)
		}
	}
}

// The prior's moments of two areas worked by hand: y = 10, 30, E = 20, 20: m =
// 1, weighted variance 0.25, of which chance 0.05: shape and rate 5.
func TestPriorByHand(t *testing.T) {
	t.Parallel()
	g := priorOf([]float64{10, 30}, []float64{20, 20})
	if !near(g.shape, 5, 1e-9) || !near(g.rate, 5, 1e-9) {
		t.Errorf("%+v, want 5 and 5", g)
	}
	// The predicted count of E = 5: negative binomial with mean 5 and variance
	// 5 + 25/5; P(0) = (5/10)^5.
	if p := g.atMost(0, 5); !near(p, math.Pow(0.5, 5), 1e-12) {
		t.Errorf("P(0) = %g", p)
	}
}

package simcity

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault makes requests under a path go wrong with a probability.
type Fault struct {
	// Path is a prefix, such as /open311 or /bmkg/publik; "" is everything.
	Path string `json:"path"`
	// Kind is one of FaultKinds.
	Kind string `json:"kind"`
	// P is the probability, 0 to 1.
	P float64 `json:"p"`
	// After is the Retry-After of "limit" in seconds (0 is 2) and the pause
	// between the drops of "slow" in milliseconds (0 is 100).
	After int `json:"after,omitempty"`
}

// Faults are independent of each other; the first of a kind that breaks the
// answer wins, those that change its content add up.
type Faults []Fault

// FaultKinds say what can go wrong.
var FaultKinds = map[string]string{
	"error":     "500, 502 or 503 with a page of HTML",
	"limit":     "429 with Retry-After",
	"slow":      "the answer drips",
	"hang":      "headers, then nothing",
	"cut":       "the connection ends half way",
	"malformed": "broken JSON or XML, or NUL bytes in it",
	"endless":   "the answer never ends",
	"duplicate": "rows more than once",
	"reorder":   "rows in another order",
	"ahead":     "a clock that is a day ahead",
	"edit":      "a row of the page is changed between two polls",
}

func (f Faults) check() error {
	for _, x := range f {
		if _, ok := FaultKinds[x.Kind]; !ok {
			return fmt.Errorf("simcity: unknown fault %q", x.Kind)
		}
		if x.P < 0 || x.P > 1 || x.P != x.P {
			return fmt.Errorf("simcity: fault %s: probability %g is not between 0 and 1", x.Kind, x.P)
		}
	}
	return nil
}

// faultBox holds the faults that are on and rolls the dice, seeded: the same
// requests in the same order fail the same way.
type faultBox struct {
	mu    sync.Mutex
	on    Faults
	dice  *rand.Rand
	fired map[string]int
}

func newFaultBox(seed int64, f Faults) *faultBox {
	return &faultBox{on: f, dice: rand.New(rand.NewPCG(uint64(seed), 0xfa017)), fired: map[string]int{}}
}

func (b *faultBox) set(f Faults) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = slices.Clone(f)
}

func (b *faultBox) list() (Faults, map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(Faults{}, b.on...), maps.Clone(b.fired)
}

// roll decides for one request: the fault that breaks the answer, if any, and
// the view for its content.
func (b *faultBox) roll(path string) (*Fault, view) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var broken *Fault
	v := view{seed: b.dice.Uint64()}
	for _, f := range b.on {
		if !strings.HasPrefix(path, f.Path) || b.dice.Float64() >= f.P {
			continue
		}
		switch f.Kind {
		case "duplicate":
			v.duplicate = true
		case "reorder":
			v.reorder = true
		case "ahead":
			v.shift = 24 * time.Hour
		case "edit":
			v.edit = true
		default:
			if broken != nil {
				continue
			}
			broken = &f
		}
		b.fired[f.Kind]++
	}
	return broken, v
}

// faulty puts the faults before the protocols.
func (c *City) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, v := c.faults.roll(r.URL.Path)
		r = withView(r, v)
		if v.shift != 0 {
			w.Header().Set("Date", c.opt.Now().Add(v.shift).UTC().Format(http.TimeFormat))
		}
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		breakAnswer(w, r, *f, v, next)
	})
}

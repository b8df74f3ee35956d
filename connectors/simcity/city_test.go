package simcity

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// client is a stranger's; a city that hangs must not hang a test for ever.
var client = &http.Client{Timeout: 2 * time.Minute}

// patience is how long tests wait for what must happen; long, because the race
// detector on a busy machine is slow, and never waited out when all is well.
const patience = 3 * time.Minute

// testStart is where the tests' simulated clock begins.
var testStart = time.Date(2026, 3, 2, 8, 0, 0, 0, zone)

// hand is a clock that tests move.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func newHand() *hand { return &hand{now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)} }

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) Move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// small is a city with a short past, at a moved clock.
func small(dir string, h *hand) Options {
	return Options{Dir: dir, Seed: 5, Start: testStart, Backlog: 6 * 24 * time.Hour, History: 24 * time.Hour, Now: h.Now}
}

// open makes a city and brings it up to its clock, without running it.
func open(t *testing.T, o Options) *City {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.CatchUp(); err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts a city and stops it with the test.
func run(t *testing.T, o Options) *City {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-c.Ready():
	case err := <-done:
		done <- nil
		t.Fatal("city ended:", err)
	case <-time.After(patience):
		t.Fatal("city is not ready in time")
	}
	return c
}

// fetch gets an address of the city.
func fetch(t *testing.T, url string) (int, http.Header, []byte) {
	t.Helper()
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, body
}

// fetchJSON gets JSON and wants 200.
func fetchJSON(t *testing.T, url string, into any) {
	t.Helper()
	status, _, body := fetch(t, url)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", url, status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("GET %s: %v in %.300s", url, err, body)
	}
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal("never happened:", what)
		case <-tick.C:
		}
	}
}

func TestCityRunsAndItsLedgerIsContiguous(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	before := c.State()
	if before.Reports < 250 || before.WallClock {
		t.Fatalf("after six days of backlog: %+v", before)
	}
	h.Move(24 * time.Hour)
	eventually(t, "a day passes", func() bool { return c.State().Tick == before.Tick+1440 })
	after := c.State()
	if after.Reports <= before.Reports || !after.Stamped.Equal(testStart.Add(24*time.Hour)) {
		t.Errorf("a day later: %+v", after)
	}
	seen := map[string]bool{}
	for i, e := range c.Ledger() {
		key := e.Kind + e.ID + string(rune(e.Version))
		if e.Seq != int64(i+1) || seen[key] || len(e.Hash) != 16 {
			t.Fatalf("entry %d is %+v (seen before: %v)", i+1, e, seen[key])
		}
		seen[key] = true
	}
	if err := c.SetSpeed(1e9); err == nil {
		t.Error("an absurd speed was accepted")
	}
}

func TestWallClockCityNeverSpeaksOfTheFuture(t *testing.T) {
	t.Parallel()
	h := newHand()
	dir := t.TempDir()
	o := Options{Dir: dir, Backlog: 2 * 24 * time.Hour, Speed: 600, Now: h.Now}
	check := func(c *City, times time.Duration) {
		t.Helper()
		last := time.Time{}
		for _, e := range c.Ledger() {
			if e.Time.After(h.Now()) {
				t.Fatalf("%s %s is stamped %s, it is %s", e.Kind, e.ID, e.Time, h.Now())
			}
			if e.Kind == "observations" && e.Feed == "rain" {
				if !e.Time.After(last) {
					t.Fatalf("rain at %s after %s", e.Time, last)
				}
				last = e.Time
			}
		}
		if gap := h.Now().Sub(last); gap > times {
			t.Errorf("newest reading is %s old", gap)
		}
	}
	c := open(t, o)
	check(c, 11*time.Minute)
	h.Move(5 * time.Minute) // 50 simulated hours
	if err := c.CatchUp(); err != nil {
		t.Fatal(err)
	}
	check(c, 10*time.Second)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	h.Move(6 * time.Hour) // switched off
	c = open(t, o)
	check(c, 11*time.Minute)
	filed := 0
	for _, e := range c.Ledger() {
		if e.Kind == "report" && e.Version == 1 && e.Time.After(h.Now().Add(-6*time.Hour)) {
			filed++
		}
	}
	if filed == 0 || filed > 80 {
		t.Errorf("%d complaints in the six hours without us; they should be lived through at their own pace", filed)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, o := range map[string]Options{
		"no folder":       {},
		"open to all":     {Dir: dir, Addr: ":8081"},
		"another machine": {Dir: dir, Addr: "192.168.1.4:80"},
		"speed":           {Dir: dir, Speed: -1},
		"fault":           {Dir: dir, Faults: Faults{{Kind: "earthquake", P: 1}}},
		"probability":     {Dir: dir, Faults: Faults{{Kind: "error", P: 2}}},
		"replay":          {Dir: dir, Replay: []string{"no-such-file.jsonl"}},
	} {
		if c, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
			_ = c.Close()
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("refused options left %v in the folder (%v)", entries, err)
	}
}

func TestOneCityPerFolder(t *testing.T) {
	t.Parallel()
	h := newHand()
	o := small(t.TempDir(), h)
	c := open(t, o)
	if _, err := New(o); err == nil {
		t.Fatal("two cities in one folder")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	o.Seed = 6
	if _, err := New(o); err == nil {
		t.Fatal("the folder of seed 5 was opened with seed 6")
	}
	o.Seed = 0
	if err := open(t, o).Close(); err != nil {
		t.Fatal(err)
	}
}

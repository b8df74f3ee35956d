package simcity

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/connectors/simcity/world"
)

// eventful leads a city through days with commands from outside.
func eventful(t *testing.T, c *City, h *hand, days int) {
	t.Helper()
	for day := range days {
		for part := range 4 {
			h.Move(6 * time.Hour)
			if err := c.CatchUp(); err != nil {
				t.Fatal(err)
			}
			if part == 1 {
				if err := c.Flood(world.Areas[day*7%59].Code, 120, time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			if part == 2 {
				rep := world.Report{Channel: world.ByOpen311, Category: "sampah", Office: "DLH", Text: fmt.Sprintf("dari luar %d", day)}
				if err := c.file(&rep); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// emitted leaves out the export files: those depend on when the city ran.
func emitted(list []Entry) []Entry {
	var kept []Entry
	for _, e := range list {
		if e.Kind != "export" {
			e.Seq = 0
			kept = append(kept, e)
		}
	}
	return kept
}

// TestRestartAtAnyByte cuts a city's files where a kill could have cut them,
// starts it again, and wants what an uninterrupted one emits: nothing lost,
// nothing twice, the same numbers.
func TestRestartAtAnyByte(t *testing.T) {
	t.Parallel()
	h := newHand()
	dir := t.TempDir()
	o := small(dir, h)
	o.Backlog = 24 * time.Hour
	c := open(t, o)
	eventful(t, c, h, 1)
	flood := func(area string) { // one that the state knows, one of the same minute that it does not
		if err := c.Flood(area, 150, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	flood("64.72.03.1004")
	if err := c.save(true); err != nil {
		t.Fatal(err)
	}
	state, err := os.ReadFile(c.statePath())
	if err != nil {
		t.Fatal(err)
	}
	flood("64.72.05.1013")
	stateAt := c.journal.size
	eventful(t, c, h, 2)
	want := emitted(c.Ledger())
	stop := h.Now()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	journal, ledger := readAll(t, filepath.Join(dir, "journal.jsonl")), readAll(t, filepath.Join(dir, "ledger.jsonl"))
	r := rand.New(rand.NewPCG(1, 2))
	for try := range 18 {
		cut := dir + fmt.Sprint("-", try)
		j := stateAt + r.Int64N(int64(len(journal))-stateAt+1)
		withState := try%3 != 0
		if !withState {
			j = 2000 + r.Int64N(int64(len(journal))-2000) // the state was never saved
		}
		seed(t, cut, journal[:j], ledgerFor(r, ledger, try), withState, state)
		got := goOn(t, Options{Dir: cut, Seed: 5, Now: func() time.Time { return stop }}, journal, j)
		if d := cmp.Diff(firstReports(want), firstReports(got)); d != "" {
			t.Fatalf("try %d, cut at byte %d of %d, state %v (-uninterrupted +restarted):\n%.3000s", try, j, len(journal), withState, d)
		}
	}
}

func readAll(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ledgerFor is a ledger as it may stand beside a cut journal: ahead (a power
// failure can do that), behind and torn, or gone.
func ledgerFor(r *rand.Rand, ledger []byte, try int) []byte {
	switch try % 3 {
	case 0:
		return ledger
	case 1:
		return ledger[:r.IntN(len(ledger))]
	}
	return nil
}

func seed(t *testing.T, dir string, journal, ledger []byte, withState bool, state []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"journal.jsonl": journal, "ledger.jsonl": ledger}
	if withState {
		files["state.json"] = state
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// goOn opens a cut city and leads it on as the first one went, repeating the
// commands that the cut lost.
func goOn(t *testing.T, o Options, whole []byte, cut int64) []Entry {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	end := bytes.LastIndexByte(whole[:cut], '\n') + 1
	scan := bufio.NewScanner(bytes.NewReader(whole[end:]))
	scan.Buffer(nil, 1<<22)
	c.mu.Lock()
	defer c.mu.Unlock()
	last := int64(0)
	for scan.Scan() {
		var l line
		if err := json.Unmarshal(scan.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		last = max(last, l.Tick)
		if !l.isCommand() {
			continue
		}
		if err := c.stepTo(c.world.TimeOf(l.Tick)); err != nil {
			t.Fatal(err)
		}
		c.obey(&l)
		if err := c.commit([]line{l}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.stepTo(c.world.TimeOf(last)); err != nil {
		t.Fatal(err)
	}
	if onFile := readAll(t, filepath.Join(o.Dir, "ledger.jsonl")); !bytes.Equal(onFile, encodeLines(c.entries)) {
		t.Errorf("the ledger on file has %d bytes and is not the one in memory", len(onFile))
	}
	return emitted(c.entries)
}

// firstReports is the ledger in a form whose differences are readable.
func firstReports(list []Entry) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = strings.Join([]string{e.Kind, e.ID, fmt.Sprint(e.Version), e.Status, e.Hash}, " ")
	}
	return out
}

const childDir = "SIMCITY_TEST_CHILD"

// TestChild is the process that TestKill kills; alone it does nothing.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only as a child of TestKill")
	}
	c, err := New(Options{Dir: dir, Seed: 5, Start: testStart, Backlog: 24 * time.Hour, Speed: maxSpeed})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a running city with SIGKILL, again and again, and compares
// what it emitted with a city that was left alone.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "city")
	r := rand.New(rand.NewPCG(3, 4))
	var sizes []int64
	for range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		grown := fileSize(dir) + 30_000 + r.Int64N(100_000)
		eventually(t, "the journal grows", func() bool { return fileSize(dir) > grown })
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		sizes = append(sizes, fileSize(dir))
	}
	c, err := New(Options{Dir: dir, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := firstReports(emitted(c.Ledger()))
	h := newHand()
	o := small(t.TempDir(), h)
	o.Backlog = 24 * time.Hour
	calm := open(t, o)
	calm.mu.Lock()
	err = calm.stepTo(c.world.TimeOf(c.world.TickNow()))
	calm.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	want := firstReports(emitted(calm.Ledger()))
	t.Logf("journal sizes when killed: %v; %d entries", sizes, len(got))
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("killed five times (-left alone +killed):\n%.3000s", d)
	}
}

func fileSize(dir string) int64 {
	i, err := os.Stat(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		return 0
	}
	return i.Size()
}

func TestForeignFoldersAreRefused(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"another's ledger": {"ledger.jsonl": `{"seq":1}` + "\n"},
		"no start":         {"journal.jsonl": `{"k":"flood","tick":3}` + "\n"},
		"not JSON":         {"journal.jsonl": "id,text\n1,halo\n"},
	} {
		dir := t.TempDir()
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if c, err := New(Options{Dir: dir}); err == nil {
			t.Errorf("%s: accepted", name)
			_ = c.Close()
		}
	}
}

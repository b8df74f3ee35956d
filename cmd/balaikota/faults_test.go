package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
)

// badRows is how many reports each of the bad city's systems has to tell.
const badRows = 30

// badCity plays many systems of a city, most of which misbehave until they are
// mended. Each has the same rows to tell, but those that are well go on and on.
type badCity struct {
	bomb []byte
	urls map[string]string // by system

	mu     sync.Mutex
	mended bool
	told   int            // rows of those that are well
	asked  map[string]int // requests by system
	kept   chan struct{}  // closed when hanging answers may end
	ended  bool           // a hanging answer has ended by itself
}

// badKinds are the systems that misbehave and how many there are of each.
var badKinds = map[string]int{"gantung": 14, "tetes": 6, "bom": 3, "tak-berujung": 2, "galat": 4, "tunggu": 2, "rusak": 2, "html": 1, "nul": 1}

func newBadCity(t *testing.T) *badCity {
	t.Helper()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, blanks{}, 256<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	c := &badCity{bomb: bomb.Bytes(), urls: map[string]string{}, asked: map[string]int{}, kept: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/{kind}/{n}", c.answer)
	free := hosts(t, 40, mux)
	t.Cleanup(c.mend)
	for kind, n := range badKinds {
		for i := range n {
			c.urls[fmt.Sprintf("%s/%d", kind, i)], free = free[0], free[1:]
		}
	}
	for _, system := range []string{"ganda/0", "sunting/0", "jam-maju/0"} {
		c.urls[system] = free[0]
	}
	for i := range 3 {
		c.urls[fmt.Sprintf("sehat/%d", i)] = free[1+i]
	}
	return c
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func (c *badCity) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.mended {
		c.mended = true
		close(c.kept)
	}
}

func (c *badCity) answer(w http.ResponseWriter, r *http.Request) {
	kind, n := r.PathValue("kind"), r.PathValue("n")
	c.mu.Lock()
	c.asked[kind+"-"+n]++
	times, mended, told := c.asked[kind+"-"+n], c.mended, c.told
	c.mu.Unlock()
	if kind != "sehat" {
		told = badRows
	}
	rows := make([]map[string]any, 0, told)
	now := time.Now().UTC()
	for i := range told {
		at := now.Add(-time.Hour).Truncate(time.Hour).Add(time.Duration(i) * time.Second)
		row := map[string]any{"id": fmt.Sprintf("%s-%s-%d", kind, n, i), "time": at.Format(time.RFC3339), "edited": at.Format(time.RFC3339), "text": fmt.Sprintf("Lampu jalan padam di tiang nomor %d", i)}
		switch {
		case kind == "jam-maju":
			row["time"] = now.Add(24 * time.Hour).Format(time.RFC3339)
		case kind == "sunting" && times%2 == 0: // every second answer is older than the one before
			row["text"] = "Versi lama"
		case kind == "sunting":
			row["text"], row["edited"] = "Versi baru", at.Add(time.Minute).Format(time.RFC3339)
		}
		rows = append(rows, row)
	}
	if kind == "ganda" { // each row twice, in an order of its own at each request
		rows = append(rows[times%badRows:], append(rows[:times%badRows], rows...)...)
	}
	body, _ := json.Marshal(map[string]any{"data": rows})
	if mended || badKinds[kind] == 0 {
		_, _ = w.Write(body)
		return
	}
	c.misbehave(w, r, kind, body)
}

func (c *badCity) misbehave(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	part := func(b []byte) bool {
		_, err := w.Write(b)
		_ = http.NewResponseController(w).Flush()
		return err == nil
	}
	switch kind {
	case "gantung":
		part(body[:1])
		select {
		case <-c.kept:
		case <-r.Context().Done():
			c.mu.Lock()
			c.ended = true
			c.mu.Unlock()
		}
	case "tetes":
		for _, b := range body {
			if !part([]byte{b}) {
				return
			}
			select {
			case <-c.kept:
				return
			case <-r.Context().Done():
				return
			case <-time.After(time.Second):
			}
		}
	case "bom":
		w.Header().Set("Content-Encoding", "gzip")
		part(c.bomb)
	case "tak-berujung":
		for part(bytes.Repeat([]byte("[1,"), 20_000)) {
			if r.Context().Err() != nil {
				return
			}
		}
	case "galat":
		http.Error(w, "galat", http.StatusInternalServerError)
	case "tunggu":
		w.Header().Set("Retry-After", "2")
		http.Error(w, "pelan-pelan", http.StatusTooManyRequests)
	case "rusak":
		part(body[:len(body)/2])
	case "html":
		part([]byte("<html><body>Sedang pemeliharaan</body></html>"))
	case "nul":
		part(bytes.ReplaceAll(body, []byte("Lampu"), []byte("\x00\xff\xfe")))
	}
}

func (c *badCity) tell(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = n
}

// everyBadOneWasAsked says whether each misbehaving system was asked.
func (c *badCity) everyBadOneWasAsked() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for kind, n := range badKinds {
		for i := range n {
			if c.asked[fmt.Sprintf("%s-%d", kind, i)] == 0 {
				return fmt.Errorf("%s-%d was not asked yet", kind, i)
			}
		}
	}
	return nil
}

const badSource = `slug: %[1]s
name: %[1]s
connector: httpjson
schedule: "@every 1s"
expect_seconds: 60
config:
  allow_private: true
  timeout: 80s
  mapping:
    url: "%[2]s"
    items: .data
    kind: reports
    fields: {external_id: .id, created_at: .time, updated_at: .edited, text: .text, channel: {const: aplikasi}}
`

// TestBadSourcesDisturbNoOther asks systems that hang, drip, explode, fail or lie,
// all at once, beside some that are well. The latter go on meanwhile, memory stays
// bounded, and once all are mended each row is there once.
func TestBadSourcesDisturbNoOther(t *testing.T) {
	i := newInstallation(t)
	c := newBadCity(t)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	operator := strings.TrimSpace(i.must("user", "token", "--role", "operator", "--for", "24h"))
	connect := func(kind string, n int) string {
		slug, system := fmt.Sprintf("uji-%s-%d", kind, n), fmt.Sprintf("%s/%d", kind, n)
		file := filepath.Join(i.data, slug+".yaml")
		if err := os.WriteFile(file, fmt.Appendf(nil, badSource, slug, c.urls[system]+"/"+system), 0o600); err != nil {
			t.Fatal(err)
		}
		i.must("source", "add", file)
		return slug
	}
	before := peakMemory(t, p.Process.Pid)
	var bad, well []string
	for kind, n := range badKinds {
		for k := range n {
			bad = append(bad, connect(kind, k))
		}
	}
	liars := []string{connect("ganda", 0), connect("sunting", 0), connect("jam-maju", 0)}
	for k := range 3 {
		well = append(well, connect("sehat", k))
	}
	eventually(t, time.Minute, "each bad system is asked", c.everyBadOneWasAsked)
	db := ownerConnection(t, i.data)
	c.tell(badRows)
	eventually(t, time.Minute, "what those that are well tell is stored meanwhile", func() error {
		for _, s := range well {
			if n := len(stored(t, db, s)); n != badRows {
				return fmt.Errorf("%s has %d rows", s, n)
			}
		}
		return nil
	})
	if c.mu.Lock(); c.ended {
		t.Error("those that are well were heard only after one that hangs was given up")
	}
	c.mu.Unlock()
	eventually(t, time.Minute, "what fails is said of the source", func() error {
		for _, src := range fetch[[]city.SourceHealth](t, operator, p.url+"/api/sources") {
			if strings.HasPrefix(src.Slug, "uji-bom") && src.Failures == 0 {
				return fmt.Errorf("%s has not failed", src.Slug)
			}
		}
		return nil
	})
	if grown := peakMemory(t, p.Process.Pid) - before; grown > 192<<20 {
		t.Errorf("memory grew by %d MB at its peak", grown>>20)
	}
	c.mend()
	mended(t, operator, p.url, append(bad, liars...), func(s string) int { return len(stored(t, db, s)) })
	liarsAreSeenThrough(t, i)
	if n := rollupDifferences(t, db); n > 0 {
		t.Errorf("%d cells of the rollups are not what the reports say", n)
	}
}

// mended asks each source that waits after its failures until it has told all.
func mended(t *testing.T, token, url string, slugs []string, have func(slug string) int) {
	t.Helper()
	for _, s := range slugs {
		eventually(t, 2*time.Minute, s+" has told all", func() error {
			if n := have(s); n == badRows {
				return nil
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/sources/"+s+"/run", http.NoBody)
			if err != nil {
				return err
			}
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			return fmt.Errorf("%d rows; asked again: %s, %w", have(s), resp.Status, resp.Body.Close())
		})
	}
}

func liarsAreSeenThrough(t *testing.T, i *installation) {
	t.Helper()
	db := ownerConnection(t, i.data)
	eventually(t, time.Minute, "the newest version of an edited row", func() error {
		var old int
		if err := db.QueryRow(t.Context(), `SELECT count(*) FROM reports WHERE external_id LIKE 'sunting-%' AND text <> 'Versi baru'`).Scan(&old); err != nil {
			return err
		}
		if old > 0 {
			return fmt.Errorf("%d rows show an older version", old)
		}
		return nil
	})
	var ahead int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM reports WHERE external_id LIKE 'jam-maju-%' AND flags @> ARRAY[$1]`, string(city.FlagFutureTime)).Scan(&ahead); err != nil {
		t.Fatal(err)
	}
	if ahead != badRows {
		t.Errorf("%d of %d reports from the future say so", ahead, badRows)
	}
}

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the most memory the process has held, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := peakLine.FindSubmatch(raw)
	if m == nil {
		t.Fatal("the kernel does not say how much memory a process has held")
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

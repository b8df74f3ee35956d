package open311

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/connectors"
)

// record is a request at the fake city.
type record struct {
	id                 string
	requested, updated time.Time
	status             string
}

// fakeCity answers requests.json as the specification says: newest first, at
// most 90 days and most rows.
type fakeCity struct {
	t       *testing.T
	mu      sync.Mutex
	records []record
	most    int
	asked   int
	// wild repeats and shuffles rows; deaf ignores page.
	wild, deaf bool
}

func (f *fakeCity) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	q := r.URL.Query()
	moment := func(name string) time.Time {
		if q.Get(name) == "" {
			return time.Time{}
		}
		at, err := time.Parse(time.RFC3339, q.Get(name))
		if err != nil {
			f.t.Errorf("%s=%q: %v", name, q.Get(name), err)
		}
		return at
	}
	start, end, after := moment("start_date"), moment("end_date"), moment("updated_after")
	if after.IsZero() && end.Sub(start) > 90*24*time.Hour {
		f.t.Errorf("asked for %v", end.Sub(start))
	}
	var rows []map[string]any
	for _, c := range slices.Backward(f.records) {
		if after.IsZero() && (c.requested.Before(start) || c.requested.After(end)) || !after.IsZero() && c.updated.Before(after) {
			continue
		}
		rows = append(rows, map[string]any{"service_request_id": c.id, "status": c.status, "description": "contoh",
			"requested_datetime": c.requested.Format(time.RFC3339), "updated_datetime": c.updated.Format(time.RFC3339)})
	}
	size, page := f.most, 1
	if q.Get("page") != "" && !f.deaf {
		_, _ = fmt.Sscan(q.Get("page"), &page)
		_, _ = fmt.Sscan(q.Get("page_size"), &size)
		size = min(size, f.most)
	}
	rows = rows[min(len(rows), (page-1)*size):min(len(rows), page*size)]
	if f.wild && len(rows) > 0 {
		rows = append(rows, rows[rand.IntN(len(rows))])
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if rows == nil {
		rows = []map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(rows)
}

func (f *fakeCity) fill(n int, from time.Time, step time.Duration) {
	for i := range n {
		at := from.Add(time.Duration(i) * step)
		f.records = append(f.records, record{id: fmt.Sprint("r", len(f.records)), requested: at, updated: at, status: "open"})
	}
}

func config(t *testing.T, f *fakeCity, more string) json.RawMessage {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return json.RawMessage(fmt.Sprintf(`{"base_url":%q,"allow_private":true%s}`, s.URL, more))
}

func ids(out outcome) map[string]string {
	m := map[string]string{}
	for _, r := range out.Reports {
		m[r["ExternalID"].(string)] = r["Status"].(string)
	}
	return m
}

func TestFullWindowsAreSplitUntilNothingIsCutOff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		more string
		wild bool
		deaf bool
	}{
		"no paging":                 {more: `,"max_rows":20`},
		"repeated, reordered":       {more: `,"max_rows":20`, wild: true},
		"paging":                    {more: `,"max_rows":20,"paging":"page","page_size":7`},
		"paging, reordered":         {more: `,"max_rows":20,"paging":"page","page_size":7`, wild: true},
		"server that ignores pages": {more: `,"max_rows":20,"paging":"page","page_size":20`, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := caseClock()
			f := &fakeCity{t: t, most: 20, wild: tc.wild, deaf: tc.deaf}
			f.fill(150, now.AddDate(0, 0, -80), 12*time.Hour)
			f.fill(90, now.Add(-3*time.Hour), time.Minute) // a rush: 90 in 90 minutes
			out, _ := run(t, config(t, f, tc.more), nil, now)
			if got := ids(out); len(got) != 240 || out.Error != "" {
				t.Errorf("%d of 240 reports after %d requests; error %q", len(got), f.asked, out.Error)
			}
		})
	}
}

func TestLongLookbackIsReadIn90DayWindows(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 1000}
	f.fill(100, now.AddDate(-2, 0, 1), 7*24*time.Hour)
	out, _ := run(t, config(t, f, `,"lookback":"17520h"`), nil, now)
	if got := ids(out); len(got) != 100 || f.asked < 8 || f.asked > 10 {
		t.Errorf("%d of 100 reports in %d requests", len(got), f.asked)
	}
}

func TestOverlapFindsChangesAndRefreshFindsOldOnes(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 1000}
	f.fill(60, now.AddDate(0, 0, -30), 12*time.Hour)
	cfg := config(t, f, "")
	_, cursor := run(t, cfg, nil, now)
	change := func(i int, at time.Time) { f.records[i].status, f.records[i].updated = "closed", at }

	now = now.Add(time.Minute)
	change(59, now) // half a day old: within the overlap
	change(3, now)  // weeks old
	out, cursor := run(t, cfg, cursor, now)
	if got := ids(out); got["r59"] != "closed" || got["r3"] != "" || len(got) > 6 {
		t.Errorf("the overlap brought %v", got)
	}
	now = now.Add(7 * time.Hour)
	out, _ = run(t, cfg, cursor, now)
	if got := ids(out); got["r3"] != "closed" || len(got) != 60 {
		t.Errorf("the refresh brought %d reports, r3 is %q", len(got), got["r3"])
	}
}

func TestUpdatedAfterFindsOldChangesAtOnce(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 1000}
	f.fill(60, now.AddDate(0, 0, -30), 12*time.Hour)
	cfg := config(t, f, `,"updated_after":true`)
	_, cursor := run(t, cfg, nil, now)
	now = now.Add(time.Minute)
	f.records[3].status, f.records[3].updated = "closed", now
	f.fill(1, now, 0)
	f.asked = 0
	out, cursor := run(t, cfg, cursor, now)
	if got := ids(out); got["r3"] != "closed" || got["r60"] == "" || len(got) > 4 || f.asked != 1 {
		t.Errorf("brought %v in %d requests", got, f.asked)
	}

	// A clock a day ahead must not carry our mark with it.
	f.records[5].updated = now.Add(24 * time.Hour)
	_, cursor = run(t, cfg, cursor, now.Add(time.Minute))
	f.records[7].status, f.records[7].updated = "closed", now.Add(2*time.Minute)
	out, _ = run(t, cfg, cursor, now.Add(3*time.Minute))
	if got := ids(out); got["r7"] != "closed" {
		t.Errorf("after a clock ran ahead the change is lost: %v", got)
	}
}

func TestUpdatedAfterThatIsCutOffIsReadByWindow(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 20}
	f.fill(60, now.AddDate(0, 0, -30), 12*time.Hour)
	cfg := config(t, f, `,"updated_after":true,"max_rows":20`)
	_, cursor := run(t, cfg, nil, now)
	now = now.Add(time.Minute)
	for i := range f.records {
		f.records[i].status, f.records[i].updated = "closed", now
	}
	_, cursor = run(t, cfg, cursor, now)
	out, _ := run(t, cfg, cursor, now.Add(time.Minute))
	closed := 0
	for _, status := range ids(out) {
		if status == "closed" {
			closed++
		}
	}
	if closed != 60 {
		t.Errorf("%d of 60 changes arrived", closed)
	}
}

func TestReadingGoesOnFromTheCursorAfterAnError(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 20}
	f.fill(150, now.AddDate(0, 0, -80), 12*time.Hour)
	var broken bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.asked > 5 && !broken {
			broken = true
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		f.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	cfg := json.RawMessage(fmt.Sprintf(`{"base_url":%q,"allow_private":true,"max_rows":20}`, s.URL))
	first, cursor := run(t, cfg, nil, now)
	second, _ := run(t, cfg, cursor, now.Add(time.Minute))
	all := ids(first)
	for id := range ids(second) {
		all[id] = "x"
	}
	if first.Error == "" || second.Error != "" || len(all) != 150 {
		t.Errorf("first %q, second %q, %d of 150 reports", first.Error, second.Error, len(all))
	}
}

func TestAccessKeyIsSentAndKeptOutOfErrors(t *testing.T) {
	t.Parallel()
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query().Get("api_key") + "/" + r.URL.Query().Get("jurisdiction_id")
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(s.Close)
	env := testEnv(t, caseClock())
	secrets := &connectors.Secrets{Lookup: func(string) (string, bool) { return "kunci-uji", true }}
	env.HTTP, env.Secret = connectors.NewClient("t", secrets), secrets.Reveal
	c, err := Spec.New(json.RawMessage(fmt.Sprintf(`{"base_url":%q,"allow_private":true,"api_key":"env:K","jurisdiction_id":"smd"}`, s.URL)), env)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Pull(t.Context(), nil)
	if got != "kunci-uji/smd" || err == nil {
		t.Fatalf("sent %q, got %v", got, err)
	}
	if strings.Contains(err.Error(), "kunci-uji") || connectors.Explain(err).Key != string(connectors.FailKey) {
		t.Errorf("told as %v", err)
	}
}

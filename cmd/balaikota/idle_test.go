package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

const idleSources = 200

// BenchmarkIdleSources says what 200 sources cost that are asked (each every
// BENCH_EVERY, 5m) and have nothing to tell, in percent of a processor, Postgres
// included and beyond what the server costs without them. BENCH_LOAD is how long each
// of the two is watched (1m; what is promised is measured with 10m).
func BenchmarkIdleSources(b *testing.B) {
	span, every := time.Minute, "5m"
	if s := os.Getenv("BENCH_LOAD"); s != "" {
		var err error
		if span, err = time.ParseDuration(s); err != nil {
			b.Fatal(err)
		}
	}
	if s := os.Getenv("BENCH_EVERY"); s != "" {
		every = s
	}
	for b.Loop() {
		idle(b, span, every)
	}
}

func idle(b *testing.B, span time.Duration, every string) {
	b.Helper()
	i := newInstallation(b)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	operator := strings.TrimSpace(i.must("user", "token", "--role", "operator", "--for", "24h"))
	urls := hosts(b, idleSources, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":[]}`))
	}))
	watch := func() float64 {
		select { // what starting costs is not what idling costs
		case <-b.Context().Done():
		case <-time.After(30 * time.Second):
		}
		before := spent(b, i.data, p.Process.Pid)
		select {
		case <-b.Context().Done():
		case <-time.After(span):
		}
		return 100 * (spent(b, i.data, p.Process.Pid) - before).Seconds() / span.Seconds()
	}
	without := watch()
	for n, url := range urls {
		connectIdle(b, p.url, operator, fmt.Sprintf("diam-%d", n), every, url)
	}
	with := watch()
	var asked int
	db := ownerConnection(b, i.data)
	if err := db.QueryRow(b.Context(), `SELECT count(*) FROM source_state s JOIN sources x ON x.id = s.source_id WHERE x.slug LIKE 'diam-%' AND s.last_success IS NOT NULL`).Scan(&asked); err != nil {
		b.Fatal(err)
	}
	if asked != idleSources {
		b.Errorf("only %d of %d sources were asked", asked, idleSources)
	}
	b.ReportMetric(without, "%core-without")
	b.ReportMetric(with, "%core-with")
	b.ReportMetric(with-without, "%core-of-the-sources")
}

func connectIdle(b *testing.B, url, token, slug, every, source string) {
	b.Helper()
	body, err := json.Marshal(map[string]any{
		"slug": slug, "name": slug, "connector": "httpjson", "schedule": "@every " + every, "expect_seconds": 3600,
		"config": map[string]any{"allow_private": true, "mapping": map[string]any{
			"url": source + "/data?sejak={{since}}", "items": ".data", "kind": "reports",
			"fields": map[string]any{"external_id": ".id", "created_at": ".time", "text": ".text", "channel": map[string]any{"const": "aplikasi"}},
		}},
	})
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/api/sources", strings.NewReader(string(body)))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		b.Fatalf("connect %s: %s", slug, resp.Status)
	}
}

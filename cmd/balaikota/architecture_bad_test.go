package main

import (
	"strings"
	"testing"
)

// sound is a small tree that keeps every rule; each bad example below differs
// from it in what the example names.
var sound = map[string]string{
	"go.mod":                           "module balaikota\n\ngo 1.26.0\n\nrequire github.com/paulmach/orb v0.14.0\n",
	"backend/city/doc.go":              "// Package city is the domain; it imports orb only.\npackage city\n\nimport _ \"github.com/paulmach/orb/geojson\"\n",
	"backend/store/report.go":          "// Package store is all SQL; it imports city.\npackage store\n\nimport (\n\t_ \"github.com/jackc/pgx/v5\"\n\n\t_ \"balaikota/backend/city\"\n)\n\nconst newest = `SELECT id FROM reports`\n",
	"backend/store/storetest/db.go":    "// Package storetest imports store and localdb.\npackage storetest\n\nimport (\n\t_ \"balaikota/backend/localdb\"\n\t_ \"balaikota/backend/store\"\n)\n",
	"backend/live/doc.go":              "// Package live imports city.\npackage live\n\nimport _ \"balaikota/backend/city\"\n",
	"backend/live/hub_test.go":         "package live\n\nimport (\n\t_ \"github.com/coder/websocket\"\n\n\t_ \"balaikota/backend/store/storetest\"\n)\n\nconst count = `SELECT count(*) FROM events`\n",
	"backend/live/generate.go":         "//go:build ignore\n\n// Command generate stands alone.\npackage main\n",
	"backend/web/routes.go":            "// Package web imports live and echo.\npackage web\n\nimport (\n\t_ \"github.com/labstack/echo/v4\"\n\n\t_ \"balaikota/agents/assistant\"\n\t_ \"balaikota/backend/live\"\n)\n\n// Message is prose, not a query.\nconst Message = \"select an area from the list, then update it\"\n",
	"connectors/bmkg/bmkg.go":          "// Package bmkg imports connectors and city.\npackage bmkg\n\nimport (\n\t_ \"balaikota/backend/city\"\n\t_ \"balaikota/connectors\"\n)\n",
	"connectors/all/all.go":            "// Package all imports every connector.\npackage all\n\nimport _ \"balaikota/connectors/bmkg\"\n",
	"connectors/simcity/doc.go":        "// Package simcity imports city.\npackage simcity\n\nimport _ \"balaikota/connectors/simcity/world\"\n",
	"connectors/simcity/world/rain.go": "// Package world imports city.\npackage world\n",
	"cmd/balaikota/main.go":            "// Command balaikota imports everything.\npackage main\n\nimport (\n\t_ \"balaikota/backend/store\"\n\t_ \"balaikota/connectors/all\"\n\t_ \"github.com/jackc/pgx/v5/pgxpool\"\n)\n",
	"frontend/src/api/schema.gen.ts":   strings.Repeat("export {};\n", longestFile+1),
	"docs/development.md":              "See https://pkg.go.dev and ./var, or /var/lib/balaikota.\n",
	"README.md":                        "make run\n",
}

// bad examples: what the rule must say, and the file that makes it say so.
var bad = []struct {
	rule, path, text, says string
}{
	{"the one rule", "backend/city/area.go", "package city\n\nimport _ \"balaikota/backend/geo\"\n", "backend/city/area.go imports backend/geo"},
	{"the one rule", "backend/geo/doc.go", "// Package geo.\npackage geo\n\nimport _ \"balaikota/backend/store\"\n", "imports backend/store"},
	{"the one rule", "backend/live/hub.go", "package live\n\nimport _ \"balaikota/backend/web\"\n", "imports backend/web"},
	{"the one rule", "backend/web/reports.go", "package web\n\nimport _ \"balaikota/backend/store\"\n", "imports backend/store"},
	{"the one rule", "backend/web/reports_test.go", "package web\n\nimport _ \"balaikota/backend/jobs\"\n", "imports backend/jobs"},
	{"the one rule", "connectors/bmkg/quake.go", "package bmkg\n\nimport _ \"balaikota/connectors/open311\"\n", "imports connectors/open311"},
	{"the one rule", "connectors/bmkg/sim.go", "package bmkg\n\nimport _ \"balaikota/connectors/simcity\"\n", "imports connectors/simcity"},
	{"the one rule", "connectors/runner.go", "package connectors\n\nimport _ \"balaikota/connectors/bmkg\"\n", "imports connectors/bmkg"},
	{"the one rule", "connectors/simcity/feed.go", "package simcity\n\nimport _ \"balaikota/connectors\"\n", "which connectors/simcity may not"},
	{"the one rule", "connectors/simcity/world/feed.go", "package world\n\nimport _ \"balaikota/backend/geo\"\n", "which connectors/simcity may not"},
	{"the one rule", "connectors/all/sim.go", "package all\n\nimport _ \"balaikota/connectors/simcity\"\n", "imports connectors/simcity"},
	{"the one rule", "agents/tools/reports.go", "package tools\n\nimport _ \"balaikota/backend/store\"\n", "imports backend/store"},
	{"the one rule", "backend/novelty/doc.go", "// Package novelty.\npackage novelty\n", "has no place"},
	{"the domain is plain", "backend/city/id.go", "package city\n\nimport _ \"github.com/google/uuid\"\n", "github.com/google/uuid"},
	{"gatekeepers", "backend/live/db.go", "package live\n\nimport _ \"github.com/jackc/pgx/v5\"\n", "only backend/store"},
	{"gatekeepers", "cmd/balaikota/serve.go", "package main\n\nimport _ \"github.com/labstack/echo/v4/middleware\"\n", "only backend/web"},
	{"gatekeepers", "connectors/bmkg/ws.go", "package bmkg\n\nimport _ \"github.com/coder/websocket\"\n", "only backend/web"},
	{"gatekeepers", "backend/live/api.go", "package live\n\nimport _ \"github.com/danielgtaylor/huma/v2\"\n", "only backend/web"},
	{"gatekeepers", "connectors/cron.go", "package connectors\n\nimport _ \"github.com/riverqueue/river/rivertype\"\n", "only backend/jobs"},
	{"SQL lives in the store", "backend/live/snapshot.go", "package live\n\nconst q = `\n\tSELECT seq\n\tFROM events`\n", "snapshot.go:3"},
	{"SQL lives in the store", "cmd/balaikota/doctor.go", "package main\n\nconst q = \"INSERT INTO audit (what) VALUES ($1)\"\n", "doctor.go:3"},
	{"test packages are for tests", "cmd/balaikota/demo.go", "package main\n\nimport _ \"balaikota/backend/store/storetest\"\n", "demo.go"},
	{"one package comment", "backend/live/other.go", "// Package live again imports city.\npackage live\n", "has 2 package comments"},
	{"one package comment", "backend/geo/index.go", "package geo\n", "has 0 package comments"},
	{"one package comment", "backend/geo/index.go", "// Package geography imports city.\npackage geo\n", "must begin with"},
	{"one package comment", "backend/geo/index.go", "// Package geo finds areas.\npackage geo\n", "may import"},
	{"names that say nothing", "backend/web/helpers.go", "package web\n", "backend/web/helpers.go"},
	{"names that say nothing", "frontend/src/utils/format.ts", "export {};\n", "utils/format.ts"},
	{"names that say nothing", "docs/Common.md", "x\n", "docs/Common.md"},
	{"names that say nothing", "backend/area/area.go", "// Package models.\npackage models\n", "package models"},
	{"top-level folders", "internal/a.md", "x\n", "internal/a.md"},
	{"top-level folders", "doc.go", "package balaikota\n", "doc.go"},
	{"go.mod as published", "go.mod", "module balaikota\n\nreplace a.example/b => ../b\n", "replace a.example/b"},
	{"go.mod as published", "go.mod", "module balaikota\n\nreplace (\n\ta.example/b => ../b\n)\n", "replace ("},
	{"go.mod as published", "go.mod", "module balaikota\n\nexclude a.example/b v1.0.0\n", "exclude"},
	{"no machine, no registry", "docs/a.md", "kept\nin " + "/wo" + "rk/main\n", "docs/a.md:2"},
	{"no machine, no registry", "Makefile", "X=" + "/ho" + "me/ana/go\n", "Makefile:1"},
	{"no machine, no registry", "frontend/package-lock.json", "\"resolved\": \"https://regis" + "try.npm" + "js.org/x\"\n", "package-lock.json:1"},
	{"no machine, no registry", ".ci/run", "GOPROXY=https://pro" + "xy.golang.org\n", ".ci/run:1"},
	{"connectors are listed", "connectors/open311/client.go", "// Package open311.\npackage open311\n", "connectors/open311 is not imported"},
	{"file length", "frontend/src/ui/Table.svelte", strings.Repeat("<p></p>\n", longestFile+1), "has 801 lines"},
}

// treeOf lays the examples over the sound tree.
func treeOf(t *testing.T, over map[string]string) []source {
	t.Helper()
	var tree []source
	add := func(name, text string) {
		s, err := newSource(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		tree = append(tree, s)
	}
	for name, text := range sound {
		if _, replaced := over[name]; !replaced {
			add(name, text)
		}
	}
	for name, text := range over {
		add(name, text)
	}
	return tree
}

// TestRulesAcceptASoundTree guards against a rule that cries wolf.
func TestRulesAcceptASoundTree(t *testing.T) {
	t.Parallel()
	tree := treeOf(t, nil)
	for _, r := range rules {
		for _, broken := range r.check(tree) {
			t.Errorf("%s: %s", r.name, broken)
		}
	}
}

// TestRulesFire guards against a rule that never bites: each bad example is
// named once by its rule, and every rule has an example.
func TestRulesFire(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, example := range bad {
		tried[example.rule] = true
		t.Run(example.rule+" "+example.path, func(t *testing.T) {
			t.Parallel()
			tree := treeOf(t, map[string]string{example.path: example.text})
			for _, r := range rules {
				if r.name != example.rule {
					continue
				}
				said := r.check(tree)
				if len(said) != 1 || !strings.Contains(said[0], example.says) {
					t.Errorf("said %q, wants one that contains %q", said, example.says)
				}
				return
			}
			t.Errorf("there is no rule %q", example.rule)
		})
	}
	for _, r := range rules {
		if !tried[r.name] {
			t.Errorf("no bad example for the rule %q", r.name)
		}
	}
}

// TestQuantile pins what the reported sizes mean.
func TestQuantile(t *testing.T) {
	t.Parallel()
	values := []int{9, 1, 8, 2, 7, 3, 6, 4, 5, 10}
	for pct, want := range map[int]int{0: 1, 50: 5, 90: 9, 91: 10, 100: 10} {
		if got := quantile(values, pct); got != want {
			t.Errorf("quantile %d of 1…10 = %d, wants %d", pct, got, want)
		}
	}
	if got := quantile([]int{}, 50); got != 0 {
		t.Errorf("quantile of nothing = %d, wants 0", got)
	}
}

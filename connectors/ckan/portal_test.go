package ckan

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// portal is a CKAN portal for tests. It answers the actions that we use as
// CKAN 2.10 does and refuses what CKAN would: unknown parameters and columns,
// limits beyond its own, a token that is not one.
type portal struct {
	// Packages are the datasets, as package_show gives them.
	Packages []map[string]any `json:"packages"`
	// Tables are the datastore's, by resource.
	Tables map[string]table `json:"tables"`
	// Files are the files below /download by name, with their content type.
	Files map[string]string `json:"files"`
	// Token must come with every request; "" for a public portal.
	Token string `json:"token"`
	// DKAN answers package_show with an array and has no datastore_search.
	DKAN bool `json:"dkan"`
	// Says is an error that every action answers with, under the status 200.
	Says json.RawMessage `json:"says"`

	folder string
}

type table struct {
	Records []map[string]any `json:"records"`
	Most    int              `json:"most"` // rows an answer holds at most
}

func readPortal(t testing.TB, folder string) *portal {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "portal.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{folder: folder}
	if err := json.Unmarshal(text, p); err != nil {
		t.Fatal(err)
	}
	return p
}

// ServeHTTP implements http.Handler.
func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.Token != "" && r.Header.Get("Authorization") != p.Token {
		p.fail(w, http.StatusForbidden, "Authorization Error", "Access denied")
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/download/"); ok {
		p.file(w, r, name)
		return
	}
	action, ok := strings.CutPrefix(r.URL.Path, "/api/3/action/")
	if !ok || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	if len(p.Says) > 0 {
		_, _ = fmt.Fprintf(w, `{"help":"x","success":false,"error":%s}`, p.Says)
		return
	}
	q := r.URL.Query()
	actions := map[string]func(http.ResponseWriter, url.Values){
		"package_show": p.packageShow, "package_search": p.packageSearch, "resource_show": p.resourceShow, "datastore_search": p.datastoreSearch,
	}
	do := actions[action]
	if do == nil || p.DKAN && action == "datastore_search" {
		http.NotFound(w, r)
		return
	}
	do(w, q)
}

func (p *portal) file(w http.ResponseWriter, r *http.Request, name string) {
	kind, ok := p.Files[name]
	body, err := os.ReadFile(filepath.Join(p.folder, filepath.Base(name)))
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("ETag", strconv.Quote(name))
	if r.Header.Get("If-None-Match") == strconv.Quote(name) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}

func (p *portal) answer(w http.ResponseWriter, result any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"help": "x", "success": true, "result": result})
}

func (p *portal) fail(w http.ResponseWriter, status int, kind string, what any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	e := map[string]any{"__type": kind}
	if text, ok := what.(string); ok {
		e["message"] = text
	} else {
		maps.Copy(e, what.(map[string]any))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"help": "x", "success": false, "error": e})
}

func (p *portal) packageShow(w http.ResponseWriter, q url.Values) {
	for _, d := range p.Packages {
		if d["name"] == q.Get("id") || d["id"] == q.Get("id") {
			if p.DKAN {
				p.answer(w, []any{d})
				return
			}
			p.answer(w, d)
			return
		}
	}
	p.fail(w, http.StatusNotFound, "Not Found Error", "Not found")
}

func (p *portal) resourceShow(w http.ResponseWriter, q url.Values) {
	for _, d := range p.Packages {
		for _, r := range d["resources"].([]any) {
			if r.(map[string]any)["id"] == q.Get("id") {
				p.answer(w, r)
				return
			}
		}
	}
	p.fail(w, http.StatusNotFound, "Not Found Error", "Not found")
}

// packageSearch finds datasets whose title holds every word, newest first when
// asked so.
func (p *portal) packageSearch(w http.ResponseWriter, q url.Values) {
	var found []map[string]any
	for _, d := range p.Packages {
		title := strings.ToLower(fmt.Sprint(d["title"]))
		if !slices.ContainsFunc(strings.Fields(strings.ToLower(q.Get("q"))), func(word string) bool { return !strings.Contains(title, word) }) {
			found = append(found, d)
		}
	}
	if q.Get("sort") == "metadata_modified desc" {
		slices.SortStableFunc(found, func(a, b map[string]any) int {
			return strings.Compare(fmt.Sprint(b["metadata_modified"]), fmt.Sprint(a["metadata_modified"]))
		})
	}
	p.answer(w, map[string]any{"count": len(found), "results": slices.Concat([]map[string]any{}, found)})
}

func (p *portal) datastoreSearch(w http.ResponseWriter, q url.Values) {
	t, ok := p.Tables[q.Get("resource_id")]
	if !ok {
		p.fail(w, http.StatusNotFound, "Not Found Error", `Resource "`+q.Get("resource_id")+`" was not found.`)
		return
	}
	limit, lerr := strconv.Atoi(q.Get("limit"))
	offset, oerr := strconv.Atoi(q.Get("offset"))
	wrong := map[string]any{}
	if lerr != nil || oerr != nil || limit < 0 || offset < 0 {
		wrong["limit"] = []string{"Invalid integer"}
	}
	for name := range q {
		if !slices.Contains([]string{"resource_id", "limit", "offset", "sort", "filters"}, name) {
			wrong[name] = []string{"invalid value"}
		}
	}
	rows := t.Records
	has := func(column string) bool {
		_, ok := rows[0][column]
		return ok
	}
	if sort := strings.TrimSuffix(strings.Trim(q.Get("sort"), `"`), " desc"); sort != "" && !has(sort) {
		wrong["sort"] = []string{"field " + sort + " not in table"}
	}
	filters := map[string]string{}
	if text := q.Get("filters"); text != "" {
		if err := json.Unmarshal([]byte(text), &filters); err != nil {
			wrong["filters"] = []string{"Cannot parse JSON"}
		}
	}
	for column, value := range filters {
		if !has(column) {
			wrong["filters"] = []string{"field " + column + " not in table"}
			continue
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r map[string]any) bool { return fmt.Sprint(r[column]) != value })
	}
	if len(wrong) > 0 {
		p.fail(w, http.StatusConflict, "Validation Error", wrong)
		return
	}
	limit = min(limit, 32_000)
	if t.Most > 0 {
		limit = min(limit, t.Most)
	}
	from := min(offset, len(rows))
	p.answer(w, map[string]any{
		"resource_id": q.Get("resource_id"), "total": len(rows), "total_was_estimated": false, "limit": limit,
		"records": slices.Concat([]map[string]any{}, rows[from:min(from+limit, len(rows))]),
	})
}

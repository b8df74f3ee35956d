package ogcfeatures

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// server is a map server with collections, for tests: OGC API Features below
// /ogc and WFS 2.0 at /wfs. It refuses what the standards refuse: unknown
// parameters, collections and versions, and gives HTML to whoever does not ask
// for GeoJSON.
type server struct {
	Collections map[string][]map[string]any `json:"collections"`
	Most        int                         `json:"most"` // features a page holds at most; 0: 1000
	Key         string                      `json:"key"`
	// LatLon writes coordinates latitude first, and says so in Content-Crs when
	// Says is set.
	LatLon bool   `json:"lat_lon"`
	Says   string `json:"says"`
	// Unknown: WFS does not count what matches. NoKey: it cannot page without
	// an order. Elsewhere: the next link leads to another host.
	Unknown   bool `json:"unknown"`
	NoKey     bool `json:"no_key"`
	Elsewhere bool `json:"elsewhere"`
}

func readServer(t testing.TB, folder string) *server {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "server.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{}
	if err := json.Unmarshal(text, s); err != nil {
		t.Fatal(err)
	}
	if s.Most == 0 {
		s.Most = 1000
	}
	return s
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.Key {
		http.Error(w, `{"code":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	if r.URL.Path == "/wfs" {
		s.wfs(w, r.URL.Query())
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/ogc/collections/")
	name, isItems := strings.CutSuffix(name, "/items")
	if !ok || !isItems || s.Collections[name] == nil {
		s.refuse(w, http.StatusNotFound, "NotFound", "Collection not found")
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "application/geo+json") {
		_, _ = w.Write([]byte("<!doctype html><title>items</title>"))
		return
	}
	s.items(w, r, name)
}

func (s *server) refuse(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "description": text})
}

func (s *server) items(w http.ResponseWriter, r *http.Request, name string) {
	q := r.URL.Query()
	for p := range q {
		if !slices.Contains([]string{"limit", "bbox", "datetime", "offset", "status"}, p) {
			s.refuse(w, http.StatusBadRequest, "InvalidParameterValue", "unknown query parameter "+p)
			return
		}
	}
	found := s.Collections[name]
	if status := q.Get("status"); status != "" {
		found = keep(found, func(f map[string]any) bool { return f["properties"].(map[string]any)["status"] == status })
	}
	if from, ok := strings.CutSuffix(q.Get("datetime"), "/.."); ok {
		found = keep(found, func(f map[string]any) bool { return fmt.Sprint(f["properties"].(map[string]any)["waktu"]) >= from })
	}
	found, err := within(found, q.Get("bbox"))
	limit, lerr := strconv.Atoi(q.Get("limit"))
	if err != nil || lerr != nil || limit < 1 {
		s.refuse(w, http.StatusBadRequest, "InvalidParameterValue", "bbox or limit is invalid")
		return
	}
	limit = min(limit, s.Most)
	offset, _ := strconv.Atoi(q.Get("offset"))
	offset = min(offset, len(found))
	end := min(offset+limit, len(found))
	out := map[string]any{"type": "FeatureCollection", "numberMatched": len(found), "numberReturned": end - offset, "features": s.written(found[offset:end])}
	links := []map[string]string{{"rel": "self", "href": r.URL.String()}}
	if end < len(found) {
		q.Set("offset", strconv.Itoa(end))
		host := r.Host
		if s.Elsewhere {
			host = "lain.contoh.go.id"
		}
		links = append(links, map[string]string{"rel": "next", "type": "text/html", "href": "http://" + host + r.URL.Path + "?f=html"},
			map[string]string{"rel": "next", "type": "application/geo+json", "href": "http://" + host + r.URL.Path + "?" + q.Encode()})
	}
	out["links"] = links
	w.Header().Set("Content-Type", "application/geo+json")
	if s.Says != "" {
		w.Header().Set("Content-Crs", s.Says)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func keep(all []map[string]any, good func(map[string]any) bool) []map[string]any {
	return slices.DeleteFunc(slices.Clone(all), func(f map[string]any) bool { return !good(f) })
}

// within keeps the points in a box; CRS84 may be named after it.
func within(all []map[string]any, box string) ([]map[string]any, error) {
	if box == "" {
		return all, nil
	}
	box = strings.TrimSuffix(box, ","+crs84)
	b, err := parseBox(box)
	if err != nil {
		return nil, err
	}
	return keep(all, func(f map[string]any) bool {
		g, ok := f["geometry"].(map[string]any)
		if !ok || g["type"] != "Point" {
			return false
		}
		c := g["coordinates"].([]any)
		x, y := c[0].(float64), c[1].(float64)
		return x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3]
	}), nil
}

// written turns the points when the server writes latitude first.
func (s *server) written(all []map[string]any) []map[string]any {
	if !s.LatLon {
		return slices.Concat([]map[string]any{}, all)
	}
	out := []map[string]any{}
	for _, f := range all {
		c := f["geometry"].(map[string]any)["coordinates"].([]any)
		out = append(out, map[string]any{"type": "Feature", "id": f["id"], "properties": f["properties"],
			"geometry": map[string]any{"type": "Point", "coordinates": []any{c[1], c[0]}}})
	}
	return out
}

func (s *server) wfs(w http.ResponseWriter, q url.Values) {
	exception := func(status int, code, text string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0"><ows:Exception exceptionCode="%s" locator="x"><ows:ExceptionText>%s</ows:ExceptionText></ows:Exception></ows:ExceptionReport>`, code, text)
	}
	all, known := s.Collections[q.Get("typeNames")]
	switch {
	case q.Get("service") != "WFS" || q.Get("version") != "2.0.0" || q.Get("request") != "GetFeature":
		exception(http.StatusBadRequest, "OperationNotSupported", "only GetFeature of WFS 2.0.0")
		return
	case !known:
		exception(http.StatusBadRequest, "InvalidParameterValue", "Feature type "+q.Get("typeNames")+" unknown")
		return
	case q.Get("outputFormat") != "application/json":
		_, _ = w.Write([]byte(`<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0"/>`))
		return
	case s.NoKey && q.Get("sortBy") == "":
		exception(http.StatusOK, "NoApplicableCode", "java.lang.IllegalArgumentException: Cannot do natural order without a primary key, please add it or specify a manual sort")
		return
	case q.Get("srsName") != crs84:
		exception(http.StatusBadRequest, "InvalidParameterValue", "srsName")
		return
	}
	all, err := within(all, q.Get("bbox"))
	start, serr := strconv.Atoi(q.Get("startIndex"))
	count, cerr := strconv.Atoi(q.Get("count"))
	if err != nil || serr != nil || cerr != nil {
		exception(http.StatusBadRequest, "InvalidParameterValue", "bbox, startIndex or count")
		return
	}
	start = min(start, len(all))
	end := min(start+min(count, s.Most), len(all))
	out := map[string]any{"type": "FeatureCollection", "numberMatched": any(len(all)), "numberReturned": end - start, "features": s.written(all[start:end]), "totalFeatures": any(len(all))}
	if s.Unknown {
		out["numberMatched"], out["totalFeatures"] = "unknown", "unknown"
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(out)
}

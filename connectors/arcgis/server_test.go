package arcgis

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// server is an ArcGIS server with one layer, for tests. It answers as one does,
// errors under the status 200 included, and refuses what one refuses: unknown
// columns, conditions it cannot read, paging it does not offer, no token.
type server struct {
	Layer    map[string]any   `json:"layer"`
	Features []map[string]any `json:"features"`
	Token    string           `json:"token"`
	// KeepsSR leaves coordinates in the layer's own reference system (wkid),
	// whatever outSR says, as old servers do.
	KeepsSR int `json:"keeps_sr"`
	// Page is a page of HTML that every request gets.
	Page string `json:"page"`
}

func readServer(t testing.TB, folder string) *server {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "server.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(s); err != nil {
		t.Fatal(err)
	}
	return s
}

const layerPath = "/arcgis/rest/services/publik/uji/FeatureServer/0"

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var answer any
	switch {
	case s.Page != "":
		_, _ = w.Write([]byte(s.Page))
		return
	case !slices.Contains([]string{"json", "geojson"}, q.Get("f")):
		_, _ = w.Write([]byte("<html>ArcGIS REST Services Directory</html>"))
		return
	case s.Token != "" && q.Get("token") == "":
		answer = wrong(499, "Token Required")
	case s.Token != "" && q.Get("token") != s.Token:
		answer = wrong(498, "Invalid token.")
	case r.URL.Path == layerPath:
		answer = s.Layer
	case r.URL.Path == layerPath+"/query":
		answer = s.query(q)
	default:
		answer = wrong(404, "Service not found")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}

func wrong(code int, message string, details ...string) any {
	return map[string]any{"error": map[string]any{"code": code, "message": message, "details": slices.Concat([]string{}, details)}}
}

func (s *server) types() map[string]string {
	out := map[string]string{}
	for _, f := range s.Layer["fields"].([]any) {
		m := f.(map[string]any)
		out[m["name"].(string)] = m["type"].(string)
	}
	return out
}

func (s *server) query(q url.Values) any {
	const failed = "Cannot perform query. Invalid query parameters."
	types := s.types()
	id := "OBJECTID"
	if name, ok := s.Layer["objectIdField"].(string); ok {
		id = name
	}
	capable, _ := s.Layer["advancedQueryCapabilities"].(map[string]any)
	if q.Has("resultOffset") && capable["supportsPagination"] != true {
		return wrong(400, "Failed to execute query.", "Pagination is not supported.")
	}
	formats, _ := s.Layer["supportedQueryFormats"].(string)
	if q.Get("f") == "geojson" && !strings.Contains(formats, "geoJSON") {
		return wrong(400, failed, "Output format not supported.")
	}
	for name := range strings.SplitSeq(q.Get("outFields"), ",") {
		if _, ok := types[name]; name != "" && name != "*" && !ok {
			return wrong(400, failed, "'outFields' parameter is invalid")
		}
	}
	if order := q.Get("orderByFields"); order != "" && types[order] == "" {
		return wrong(400, failed, "'orderByFields' parameter is invalid")
	}
	found := []map[string]any{}
	for _, f := range s.Features {
		yes, err := s.meets(f["attributes"].(map[string]any), q.Get("where"), types)
		if err != nil {
			return wrong(400, failed, "'where' clause is invalid: "+err.Error())
		}
		if yes {
			found = append(found, f)
		}
	}
	if q.Get("returnIdsOnly") == "true" {
		ids := []any{}
		for _, f := range slices.Backward(found) { // in no order that helps
			ids = append(ids, f["attributes"].(map[string]any)[id])
		}
		return map[string]any{"objectIdFieldName": id, "objectIds": ids}
	}
	from, _ := strconv.Atoi(q.Get("resultOffset"))
	most := 1000
	if n, ok := s.Layer["maxRecordCount"].(json.Number); ok {
		most, _ = strconv.Atoi(n.String())
	}
	if n, err := strconv.Atoi(q.Get("resultRecordCount")); err == nil {
		most = min(most, n)
	}
	from = min(from, len(found))
	rows := found[from:min(from+most, len(found))]
	return s.page(rows, from+most < len(found), q)
}

func (s *server) page(rows []map[string]any, exceeded bool, q url.Values) any {
	if q.Get("f") == "geojson" {
		features := []any{}
		for _, f := range rows {
			a := f["attributes"].(map[string]any)
			feature := map[string]any{"type": "Feature", "id": a["OBJECTID"], "properties": a, "geometry": nil}
			if g, ok := f["geometry"].(map[string]any); ok && g["x"] != nil {
				feature["geometry"] = map[string]any{"type": "Point", "coordinates": []any{g["x"], g["y"]}}
			}
			features = append(features, feature)
		}
		out := map[string]any{"type": "FeatureCollection", "features": features}
		if exceeded {
			out["properties"] = map[string]any{"exceededTransferLimit": true}
		}
		return out
	}
	sr := 4326
	if s.KeepsSR != 0 {
		sr = s.KeepsSR
	} else if q.Get("outSR") != "4326" {
		sr = 102100
	}
	out := map[string]any{"spatialReference": map[string]any{"wkid": sr}, "features": rows}
	if exceeded {
		out["exceededTransferLimit"] = true
	}
	return out
}

var condition = regexp.MustCompile(`^(\w+) (=|>|>=|<=) (?:TIMESTAMP )?'?([^']*)'?$`)

// meets evaluates a condition of terms joined by AND.
func (s *server) meets(a map[string]any, where string, types map[string]string) (bool, error) {
	for term := range strings.SplitSeq(where, " AND ") {
		term = strings.Trim(term, "()")
		if term == "1=1" {
			continue
		}
		m := condition.FindStringSubmatch(term)
		if m == nil || types[m[1]] == "" {
			return false, fmt.Errorf("%s", term)
		}
		if types[m[1]] == "esriFieldTypeString" {
			if fmt.Sprint(a[m[1]]) != m[3] {
				return false, nil
			}
			continue
		}
		want, err := strconv.ParseFloat(m[3], 64)
		if types[m[1]] == "esriFieldTypeDate" {
			var at time.Time
			at, err = time.Parse(time.DateTime, m[3])
			want = float64(at.UnixMilli())
		}
		have, herr := strconv.ParseFloat(fmt.Sprint(a[m[1]]), 64)
		if err != nil || herr != nil {
			return false, err
		}
		if !map[string]bool{"=": have == want, ">": have > want, ">=": have >= want, "<=": have <= want}[m[2]] {
			return false, nil
		}
	}
	return true, nil
}

package simcity

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// replayRow is one recorded complaint.
type replayRow struct {
	At                          time.Time
	Text                        string
	District, Village, AreaCode string
	Category                    string // one of our slugs or ""
	Lat, Lon                    *float64
}

// place is where the record says it was.
func (r replayRow) place() string {
	return strings.Trim(r.Village+", "+r.District, ", ")
}

// Names under which recorded complaints carry their fields, best first.
var (
	textNames     = []string{"text", "isi", "keluhan", "isi_laporan", "isi_keluhan", "laporan", "description", "deskripsi", "pesan", "content", "aduan"}
	timeNames     = []string{"created_at", "tanggal", "time", "waktu", "tgl", "requested_datetime", "posting_date", "datetime", "date", "timestamp"}
	districtNames = []string{"kecamatan", "district", "wadmkc"}
	villageNames  = []string{"kelurahan", "desa", "village", "wadmkd"}
	topicNames    = []string{"category", "kategori", "topic", "topik", "service_code", "jenis", "sektor"}
	latNames      = []string{"lat", "latitude"}
	lonNames      = []string{"lon", "lng", "long", "longitude"}
)

const (
	maxReplayText = 8000
	maxReplayLine = 1 << 20
)

// load takes one recorded file in.
func (p *replay) load(data []byte) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) == 0 {
		return errors.New("the file is empty")
	}
	if trimmed[0] == '<' {
		return p.loadXML(trimmed)
	}
	if ok, err := p.loadPayload(trimmed); ok || err != nil {
		return err
	}
	return p.loadComplaints(data)
}

// loadPayload recognises BMKG's JSON; ok is false when it is something else.
func (p *replay) loadPayload(data []byte) (ok bool, err error) {
	var shape struct {
		Info  json.RawMessage `json:"Infogempa"`
		Place json.RawMessage `json:"lokasi"`
		Data  json.RawMessage `json:"data"`
	}
	if !json.Valid(data) || data[0] != '{' {
		return false, nil // several lines
	}
	if err := json.Unmarshal(data, &shape); err != nil {
		return false, fmt.Errorf("read payload: %w", err)
	}
	if shape.Info != nil {
		name, err := quakeShape(shape.Info)
		if err != nil {
			return false, err
		}
		p.quakeFile[name] = data
		return true, nil
	}
	var place struct {
		Adm4 string `json:"adm4"`
	}
	// A complaint may have a "lokasi" too, in plain words.
	if shape.Data == nil || json.Unmarshal(shape.Place, &place) != nil || place.Adm4 == "" {
		return false, nil //nolint:nilerr // another shape is not an error
	}
	p.forecasts[place.Adm4] = data
	return true, nil
}

// quakeShape names the endpoint a list of earthquakes comes from.
func quakeShape(info json.RawMessage) (string, error) {
	var body struct {
		Quake json.RawMessage `json:"gempa"`
	}
	if err := json.Unmarshal(info, &body); err != nil {
		return "", fmt.Errorf("read Infogempa: %w", err)
	}
	raw := bytes.TrimSpace(body.Quake)
	if len(raw) > 0 && raw[0] == '{' {
		return "autogempa.json", nil
	}
	var rows []map[string]any
	if err := json.Unmarshal(raw, &rows); err != nil {
		return "", fmt.Errorf("read Infogempa.gempa: %w", err)
	}
	for _, row := range rows {
		if _, ok := row["Potensi"]; ok {
			return "gempaterkini.json", nil
		}
	}
	return "gempadirasakan.json", nil
}

// loadXML recognises a nowcast feed and CAP files.
func (p *replay) loadXML(data []byte) error {
	var shape struct {
		XMLName    xml.Name
		Identifier string `xml:"identifier"`
		Items      []struct {
			Link string `xml:"link"`
			GUID string `xml:"guid"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(data, &shape); err != nil {
		return fmt.Errorf("read XML: %w", err)
	}
	switch shape.XMLName.Local {
	case "rss":
		p.feed = data
		for _, item := range shape.Items {
			p.link(item.GUID, item.Link)
		}
	case "alert":
		p.caps[shape.Identifier] = data
	default:
		return fmt.Errorf("XML with root %q is neither a nowcast feed nor a CAP alert", shape.XMLName.Local)
	}
	if p.feed != nil { // a feed and its alerts may come in either order
		return p.linkAll()
	}
	return nil
}

// linkAll files the alerts under the names the feed gives them.
func (p *replay) linkAll() error {
	var feed struct {
		Items []struct {
			Link string `xml:"link"`
			GUID string `xml:"guid"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(p.feed, &feed); err != nil {
		return fmt.Errorf("read feed: %w", err)
	}
	for _, item := range feed.Items {
		p.link(item.GUID, item.Link)
	}
	return nil
}

func (p *replay) link(guid, link string) {
	code, ok := strings.CutSuffix(link[strings.LastIndexByte(link, '/')+1:], "_alert.xml")
	if alert, known := p.caps[strings.TrimSpace(guid)]; ok && known {
		p.caps[code] = alert
	}
}

// loadComplaints reads JSON lines, or one JSON array, of recorded complaints.
// Lines that are not JSON, or that have no text, are counted, not fatal, as
// long as some are good.
func (p *replay) loadComplaints(data []byte) error {
	var objects []json.RawMessage
	if json.Unmarshal(data, &objects) != nil {
		objects = nil
		for l := range bytes.Lines(data) {
			if l = bytes.TrimSpace(l); len(l) > 0 {
				objects = append(objects, l)
			}
		}
	}
	good := 0
	last := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	for _, raw := range objects {
		row, err := decodeReplay(raw, last)
		if err != nil {
			p.refused++
			continue
		}
		last = row.At
		p.rows = append(p.rows, row)
		good++
	}
	if good == 0 {
		return errors.New("neither recorded complaints (JSON lines with a text) nor a payload of a known shape")
	}
	return nil
}

// decodeReplay reads one recorded complaint. One without a time comes ten
// minutes after the last.
func decodeReplay(raw []byte, last time.Time) (replayRow, error) {
	var row replayRow
	if len(raw) > maxReplayLine {
		return row, errors.New("line is too long")
	}
	var fields map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil {
		return row, fmt.Errorf("read line: %w", err)
	}
	lowered := make(map[string]any, len(fields))
	for k, v := range fields {
		lowered[strings.ToLower(k)] = v
	}
	row.Text = strings.TrimSpace(textField(lowered, textNames))
	if row.Text == "" {
		return row, errors.New("no text")
	}
	if utf8.RuneCountInString(row.Text) > maxReplayText {
		row.Text = string([]rune(row.Text)[:maxReplayText])
	}
	row.District, row.Village = textField(lowered, districtNames), textField(lowered, villageNames)
	row.AreaCode = textField(lowered, []string{"area_code", "kode_wilayah"})
	row.Category = guessCategory(textField(lowered, topicNames))
	row.Lat, row.Lon = numberField(lowered, latNames, 90), numberField(lowered, lonNames, 180)
	row.At = last.Add(10 * time.Minute)
	if t, ok := timeField(lowered); ok {
		row.At = t
	}
	return row, nil
}

func textField(fields map[string]any, names []string) string {
	for _, n := range names {
		switch v := fields[n].(type) {
		case string:
			if v != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

func numberField(fields map[string]any, names []string, limit float64) *float64 {
	f, err := strconv.ParseFloat(textField(fields, names), 64)
	if err != nil || !(math.Abs(f) <= limit) {
		return nil
	}
	return &f
}

var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly, "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", "02-01-2006 15:04", "02-01-2006"}

// timeField reads a time; one without zone is taken as WITA, a number as Unix
// seconds or milliseconds.
func timeField(fields map[string]any) (time.Time, bool) {
	s := textField(fields, timeNames)
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return plausible(t)
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if n > 1e11 || n < -1e11 {
		return plausible(time.UnixMilli(n))
	}
	return plausible(time.Unix(n, 0))
}

// plausible refuses times whose distances would overflow a duration.
func plausible(t time.Time) (time.Time, bool) {
	return t, t.Year() >= 1990 && t.Year() <= 2100
}

// topicWords lead from words of a recorded topic to our categories.
var topicWords = []struct{ word, slug string }{
	{"pju", "lampu-jalan"}, {"lampu", "lampu-jalan"}, {"penerangan", "lampu-jalan"}, {"traffic", "lampu-jalan"},
	{"banjir", "banjir-drainase"}, {"saluran", "banjir-drainase"}, {"drainase", "banjir-drainase"}, {"genangan", "banjir-drainase"}, {"gorong", "banjir-drainase"}, {"sungai", "banjir-drainase"},
	{"parkir", "parkir-liar"}, {"pohon", "pohon-tumbang"}, {"taman", "pohon-tumbang"}, {"sampah", "sampah"}, {"kebersihan", "sampah"},
	{"pdam", "air-bersih"}, {"air", "air-bersih"}, {"ktp", "adminduk"}, {"penduduk", "adminduk"}, {"akta", "adminduk"}, {"kartu", "adminduk"},
	{"sehat", "kesehatan"}, {"puskesmas", "kesehatan"}, {"bpjs", "kesehatan"}, {"sekolah", "pendidikan"}, {"didik", "pendidikan"}, {"ppdb", "pendidikan"},
	{"bantuan", "bantuan-sosial"}, {"sosial", "bantuan-sosial"}, {"bansos", "bantuan-sosial"}, {"pkl", "ketertiban"}, {"tertib", "ketertiban"}, {"gangguan", "ketertiban"},
	{"jalan", "jalan-rusak"}, {"jembatan", "jalan-rusak"}, {"aspal", "jalan-rusak"}, {"paving", "jalan-rusak"},
}

func guessCategory(topic string) string {
	topic = strings.ToLower(topic)
	if service(topic).Slug == topic {
		return topic
	}
	for _, t := range topicWords {
		if strings.Contains(topic, t.word) {
			return t.slug
		}
	}
	return ""
}

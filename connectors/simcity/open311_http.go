package simcity

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"balaikota/connectors/simcity/world"
)

// simulated is the hint that everything here is made up.
const simulated = "SIMULASI Balaikota (simcity): kota tiruan, bukan data warga"

// format splits "requests.json" into name and format; ok is false for other
// formats.
func format(file string) (name, ext string, ok bool) {
	i := strings.LastIndexByte(file, '.')
	if i < 0 {
		return file, "json", false
	}
	return file[:i], file[i+1:], file[i+1:] == "json" || file[i+1:] == "xml"
}

// reply writes v as JSON or, under a root element, as XML.
func reply(w http.ResponseWriter, ext string, status int, jsonBody, xmlBody any) {
	if ext != "xml" {
		writeJSON(w, status, jsonBody)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, xml.Header)
	// The client is gone when this fails; there is nobody left to tell.
	_ = xml.NewEncoder(w).Encode(xmlBody)
}

type wireError struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

// refuse answers with GeoReport's error array.
func refuse(w http.ResponseWriter, ext string, status int, description string) {
	e := []wireError{{status, description}}
	reply(w, ext, status, e, struct {
		XMLName xml.Name    `xml:"errors"`
		Errors  []wireError `xml:"error"`
	}{Errors: e})
}

type wireService struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

// open311Get answers discovery, services and requests.
func (c *City) open311Get(w http.ResponseWriter, r *http.Request) {
	name, ext, ok := format(r.PathValue("file"))
	switch {
	case !ok:
		refuse(w, ext, http.StatusNotFound, "format must be json or xml")
	case name == "discovery":
		c.open311Discovery(w, r, ext)
	case name == "services":
		var list []wireService
		for _, s := range services() {
			list = append(list, wireService{s.Slug, s.Name, "Layanan " + s.Office + " (simulasi)", hasDefinition(s.Slug), "realtime", strings.ReplaceAll(s.Slug, "-", ","), s.Group})
		}
		reply(w, ext, http.StatusOK, list, struct {
			XMLName xml.Name      `xml:"services"`
			List    []wireService `xml:"service"`
		}{List: list})
	case name == "requests":
		c.open311Requests(w, r, ext)
	default:
		refuse(w, ext, http.StatusNotFound, "unknown resource "+name)
	}
}

type wireEndpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

func (c *City) open311Discovery(w http.ResponseWriter, r *http.Request, ext string) {
	changed := c.start.Begin.In(zone).Format("2006-01-02T15:04:05-07:00")
	type body struct {
		XMLName    xml.Name       `json:"-" xml:"discovery"`
		Changeset  string         `json:"changeset" xml:"changeset"`
		Contact    string         `json:"contact" xml:"contact"`
		KeyService string         `json:"key_service" xml:"key_service"`
		Simulation bool           `json:"simulation" xml:"simulation"`
		Endpoints  []wireEndpoint `json:"endpoints" xml:"endpoints>endpoint"`
	}
	b := body{Changeset: changed, Contact: simulated, KeyService: "Kunci ada pada pengaturan simcity", Simulation: true,
		Endpoints: []wireEndpoint{{"http://wiki.open311.org/GeoReport_v2", baseOf(r) + "/open311/v2", changed, "test", []string{"text/xml", "application/json"}}}}
	reply(w, ext, http.StatusOK, b, b)
}

func (c *City) open311Requests(w http.ResponseWriter, r *http.Request, ext string) {
	v := viewOf(r)
	q, err := parseQuery(r.URL.Query(), c.nowStamped())
	if err != nil {
		refuse(w, ext, http.StatusBadRequest, err.Error())
		return
	}
	page := c.find(q)
	if v.edit {
		if err := c.editOne(page, v); err != nil {
			refuse(w, ext, http.StatusInternalServerError, err.Error())
			return
		}
	}
	c.replyRequests(w, r, ext, distort(v, page), q.extended)
}

func (c *City) replyRequests(w http.ResponseWriter, r *http.Request, ext string, page []complaint, extended bool) {
	list := make([]wireRequest, 0, len(page))
	for _, k := range page {
		list = append(list, wire(k, viewOf(r), extended, ext == "xml", baseOf(r)))
	}
	reply(w, ext, http.StatusOK, list, struct {
		XMLName xml.Name      `xml:"service_requests"`
		List    []wireRequest `xml:"request"`
	}{List: list})
}

// open311Request answers one request by its number.
func (c *City) open311Request(w http.ResponseWriter, r *http.Request) {
	id, ext, ok := format(r.PathValue("file"))
	if !ok {
		refuse(w, ext, http.StatusNotFound, "format must be json or xml")
		return
	}
	page := c.find(query{ids: map[string]bool{id: true}, page: 1, pageSize: 1})
	if len(page) == 0 {
		refuse(w, ext, http.StatusNotFound, "service_request_id not found")
		return
	}
	c.replyRequests(w, r, ext, page, r.URL.Query().Get("extensions") == "true")
}

// open311Token answers the number of a request by its token; here both are
// the same.
func (c *City) open311Token(w http.ResponseWriter, r *http.Request) {
	id, ext, ok := format(r.PathValue("file"))
	if !ok || len(c.find(query{ids: map[string]bool{id: true}, page: 1, pageSize: 1})) == 0 {
		refuse(w, ext, http.StatusNotFound, "token not found")
		return
	}
	type row struct {
		ID    string `json:"service_request_id" xml:"service_request_id"`
		Token string `json:"token" xml:"token"`
	}
	list := []row{{id, id}}
	reply(w, ext, http.StatusOK, list, struct {
		XMLName xml.Name `xml:"service_requests"`
		List    []row    `xml:"request"`
	}{List: list})
}

// open311Post files a new request.
func (c *City) open311Post(w http.ResponseWriter, r *http.Request) {
	name, ext, ok := format(r.PathValue("file"))
	if !ok || name != "requests" {
		refuse(w, ext, http.StatusNotFound, "unknown resource")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		refuse(w, ext, http.StatusBadRequest, "the form cannot be read")
		return
	}
	if r.PostForm.Get("api_key") != c.opt.APIKey {
		refuse(w, ext, http.StatusForbidden, "api_key missing or not valid")
		return
	}
	rep, err := readPost(r)
	if err != nil {
		refuse(w, ext, http.StatusBadRequest, err.Error())
		return
	}
	if err := c.file(&rep); err != nil {
		refuse(w, ext, http.StatusInternalServerError, err.Error())
		return
	}
	type row struct {
		ID      string `json:"service_request_id" xml:"service_request_id"`
		Notice  string `json:"service_notice" xml:"service_notice"`
		Account string `json:"account_id" xml:"account_id"`
	}
	list := []row{{rep.ID, "Laporan diterima oleh " + rep.Office + " (simulasi)", ""}}
	reply(w, ext, http.StatusCreated, list, struct {
		XMLName xml.Name `xml:"service_requests"`
		List    []row    `xml:"request"`
	}{List: list})
}

// readPost checks a filed request. Names, addresses and telephone numbers of
// the sender are not kept.
func readPost(r *http.Request) (world.Report, error) {
	f := r.PostForm
	s := service(f.Get("service_code"))
	rep := world.Report{Channel: world.ByOpen311, Category: s.Slug, Office: s.Office, TrueCategory: s.Slug,
		Text: strings.ToValidUTF8(f.Get("description"), "\uFFFD"), Address: f.Get("address_string")}
	switch {
	case f.Get("service_code") == "":
		return rep, errors.New("service_code is required")
	case s.Slug != f.Get("service_code"):
		return rep, fmt.Errorf("service_code %q is not offered", f.Get("service_code"))
	case len([]rune(rep.Text)) > 4000:
		return rep, errors.New("description is longer than 4000 characters")
	}
	lat, errLat := strconv.ParseFloat(f.Get("lat"), 64)
	long, errLong := strconv.ParseFloat(f.Get("long"), 64)
	switch {
	case errLat == nil && errLong == nil && validPoint(lat, long):
		rep.Lat, rep.Lon = &lat, &long
	case f.Get("lat") != "" || f.Get("long") != "":
		return rep, errors.New("lat and long are not degrees")
	case rep.Address == "" && f.Get("address_id") == "":
		return rep, errors.New("one of lat and long, address_string or address_id is required")
	}
	return rep, nil
}

// file gives a request from outside its number and lets it in.
func (c *City) file(rep *world.Report) error {
	return c.command(func(tick int64) ([]line, error) {
		rep.ID = fmt.Sprintf("SIM-%s-L%05d", c.start.Prefix, c.data.posted+1)
		rep.At = c.stampNow()
		c.adopt(rep)
		return []line{{Kind: lineReport, Tick: tick, At: rep.At, Report: rep, Outside: true}}, nil
	})
}

// adopt hands a complaint that came from outside to its office.
func (c *City) adopt(rep *world.Report) {
	c.commands++
	c.world.Adopt(rep.ID, rep.Category)
}

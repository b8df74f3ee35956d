package mapping

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Rows is the part of a configuration that says what a record is and which of
// its values become which of our fields. Connectors embed it in an object that
// is called mapping, or use it as that object.
type Rows struct {
	Zone      string              `json:"zone" label:"Time zone" label_id:"Zona waktu" doc:"Time zone of times without one; the city's if empty, or the one that the connector's page names." doc_id:"Zona waktu bagi waktu yang tidak menyebutnya. Bila kosong: zona kota, atau yang disebut di atas." example:"Asia/Jakarta"`
	MaxAge    connectors.Duration `json:"max_age" label:"Oldest value" label_id:"Umur nilai paling tua" doc:"Observations only: older ones are not taken, for systems that go on showing what a silent sensor said long ago." doc_id:"Hanya untuk angka: yang lebih tua tidak diambil. Berguna bila sistem itu terus menampilkan nilai lama dari sensor yang sudah diam." example:"48h"`
	Where     string              `json:"where" label:"Only these rows" label_id:"Hanya baris ini" doc:"Expression on a record; only those for which it is true are taken." doc_id:"Ungkapan (rumus); hanya baris yang memenuhinya yang diambil." example:".status == \"aktif\""`
	Kind      string              `json:"kind" required:"true" enum:"reports,observations" label:"What a row is" label_id:"Isi satu baris" doc:"What a record is." doc_id:"Isi satu baris: laporan warga atau angka."`
	AreaLevel string              `json:"area_level" enum:"as_given,declared,kelurahan,kecamatan,kota" default:"as_given" label:"Level of areas" label_id:"Tingkat wilayah" doc:"Observations only: the level the area found is raised to; declared takes the indicator's own grain." doc_id:"Hanya untuk angka: wilayah yang ditemukan dinaikkan ke tingkat ini."`
	Unknown   string              `json:"unknown_indicators" enum:"refuse,skip" default:"refuse" label:"Undeclared indicators" label_id:"Indikator yang belum dinyatakan" doc:"Observations only: what to do with an indicator that is not declared." doc_id:"Hanya untuk angka: barisnya ditolak, atau dilewati."`
	Fields    map[string]Field    `json:"fields" required:"true" label:"Fields" label_id:"Bidang" doc:"For each field of ours an expression on the record, or an object with more about it (connectors/mapping/README.md)." doc_id:"Untuk tiap bidang di sini: ungkapan pada satu baris, atau objek dengan keterangan lain."`
}

// Check finds what is wrong with the mapping without running it. Errors are
// *city.Error Invalid with the field's path, which begins with "mapping.".
func (m Rows) Check() error {
	_, err := m.compile(time.UTC)
	return err
}

// Reader reads records. It belongs to one run of one source.
type Reader struct {
	env    connectors.Env
	m      Rows
	zone   *time.Location
	where  *Program
	fields map[string]*fieldReader
	sample any // the first record that was read, for Mapped
	passed connectors.PassedTally
	// seen are the first records of a trial, over all its pages and messages, of
	// which so many were there when a mapping was proposed last.
	seen     []any
	proposed int
	// read are the page's records that passed the filter, lacking those of them that
	// do not even know the value's column.
	read, lacking int
}

// Reader prepares the mapping. Times without zone are read in the mapping's
// zone, in env.Location if it names none.
func (m Rows) Reader(env connectors.Env) (*Reader, error) {
	zone := env.Location
	if m.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(m.Zone); err != nil {
			return nil, city.InvalidField("mapping.zone", "is not a time zone; write for example Asia/Makassar")
		}
	}
	c, err := m.compile(zone)
	if err != nil {
		return nil, err
	}
	c.env = env
	return c, nil
}

// Location is the zone of times without one.
func (c *Reader) Location() *time.Location { return c.zone }

func (m Rows) compile(zone *time.Location) (*Reader, error) {
	if m.Zone != "" {
		if _, err := time.LoadLocation(m.Zone); err != nil {
			return nil, city.InvalidField("mapping.zone", "is not a time zone; write for example Asia/Makassar")
		}
	}
	c := &Reader{m: m, zone: zone}
	var err error
	if c.where, err = Compile("mapping.where", m.Where); err != nil {
		return nil, err
	}
	c.fields, err = compileFields(m, zone)
	return c, err
}

// Convert turns records into rows of the page; one that cannot be understood is
// refused with its place and reason. The error is for the context alone.
func (c *Reader) Convert(ctx context.Context, records []any, page *connectors.Page) error {
	if c.env.Trial {
		page.Columns = columns(page.Columns, records)
		c.propose(records, page)
	}
	c.passed, c.read, c.lacking = nil, 0, 0
	defer func() { page.PassedOver = append(page.PassedOver, c.passed.List()...) }()
	for i, record := range records {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := c.convertOne(ctx, record, page)
		if err == nil {
			continue
		}
		if u, ok := errors.AsType[undeclared](err); ok && !slices.ContainsFunc(page.Undeclared, func(x city.TrialIndicator) bool { return x.Slug == u.Slug }) {
			page.Undeclared = append(page.Undeclared, city.TrialIndicator(u))
		}
		raw, merr := json.Marshal(record)
		if merr != nil || c.secret(ctx, record) {
			raw = nil // jq can make infinities, which JSON has no word for
		}
		id := c.identity(ctx, record)
		place := "record " + id
		if id == "" {
			place = "record " + strconv.Itoa(i+1)
		}
		page.Refused = append(page.Refused, city.Refusal{Kind: c.m.Kind, ExternalID: id, Place: place, Reason: err.Error(), Raw: raw})
	}
	if c.lacking > 0 && c.lacking == c.read {
		// One sensor may be silent. That all lack the very column is a change at the
		// source, which would else be silence for ever.
		page.Refused = append(page.Refused, city.Refusal{
			Kind: c.m.Kind, ExternalID: "value", Place: "value", Reason: fmt.Sprintf("value: no record holds %s; was the column renamed?", clip(c.fields["value"].Get, 80)),
		})
	}
	return nil
}

// propose proposes a mapping for what a trial has seen so far: anew when that has
// doubled or is all that is looked at, since sensors give one record a message.
func (c *Reader) propose(records []any, page *connectors.Page) {
	c.seen = append(c.seen, records[:min(len(records), proposeRecords-len(c.seen))]...)
	if n := len(c.seen); n >= 2*c.proposed && n > 0 || n == proposeRecords && n > c.proposed {
		c.proposed = n
		page.Proposed = Propose(c.env, c.seen)
	}
}

var errWhistle = errors.New("secrecy: this is whistleblowing; it stays in its source, and none of it is kept here")

// secret reports whether a refused record's words must not be kept: it says that it
// is secret, or nobody can tell.
func (c *Reader) secret(ctx context.Context, record any) bool {
	f := c.fields["secrecy"]
	if f == nil {
		return false
	}
	s, err := f.value(ctx, record)
	return err != nil || s != string(city.NotSecret)
}

// identity is what a refused record is called, the same at every reading:
// its id, or its station; "" when it has neither.
func (c *Reader) identity(ctx context.Context, record any) string {
	for _, name := range []string{"external_id", "station"} {
		if f := c.fields[name]; f != nil {
			if s, err := f.value(ctx, record); err == nil && s != "" {
				return clip(s, 80)
			}
		}
	}
	return ""
}

func (c *Reader) convertOne(ctx context.Context, record any, page *connectors.Page) error {
	if c.where != nil {
		v, err := c.where.ofRecord(ctx, record)
		if err != nil {
			return fmt.Errorf("where: %w", err)
		}
		if v != true {
			c.passed.Add(city.PassedFilter, 1)
			return nil
		}
	}
	c.read++
	if c.sample == nil && !c.secret(ctx, record) {
		c.sample = record
	}
	in := reader{c: c, ctx: ctx, record: record}
	if c.m.Kind == "reports" {
		r, err := in.report()
		if err != nil {
			return err
		}
		page.Reports = append(page.Reports, r)
		return nil
	}
	o, ok, err := in.observation()
	if err == nil && ok {
		page.Observations = append(page.Observations, o)
	}
	return err
}

// reader reads the fields of one record and keeps the first error.
type reader struct {
	c      *Reader
	ctx    context.Context //nolint:containedctx // lives for one record
	record any
	err    error
}

func (in *reader) fail(name string, err error) {
	if err != nil && in.err == nil {
		in.err = fmt.Errorf("%s: %w", name, err)
	}
}

func (in *reader) text(name string) string {
	f := in.c.fields[name]
	if f == nil {
		return ""
	}
	s, err := f.value(in.ctx, in.record)
	in.fail(name, err)
	return s
}

func (in *reader) number(name string) *float64 {
	f := in.c.fields[name]
	if f == nil {
		return nil
	}
	x, err := f.number(in.ctx, in.record)
	in.fail(name, err)
	return x
}

func (in *reader) time(name string) time.Time {
	f := in.c.fields[name]
	if f == nil {
		return time.Time{}
	}
	t, err := in.c.timeOf(in.ctx, f, in.record)
	in.fail(name, err)
	return t
}

func (in *reader) timePointer(name string) *time.Time {
	t := in.time(name)
	if t.IsZero() {
		return nil
	}
	return &t
}

func (in *reader) report() (city.Report, error) {
	r := city.Report{
		ExternalID: in.text("external_id"), Channel: in.text("channel"), CreatedAt: in.time("created_at"), UpdatedAt: in.time("updated_at"),
		RespondedAt: in.timePointer("responded_at"), ClosedAt: in.timePointer("closed_at"), Text: in.text("text"),
		Lon: in.number("lon"), Lat: in.number("lat"), Address: in.text("address"), StatedArea: in.text("area"),
		Category: in.text("category"), Office: in.text("office"), Status: city.ReportStatus(in.text("status")), MediaURL: webAddress(in.text("media_url")),
	}
	who := city.Reporter{Name: in.text("reporter_name"), Phone: in.text("reporter_phone"), Email: in.text("reporter_email"), Handle: in.text("reporter_handle")}
	if who != (city.Reporter{}) {
		r.Reporter = &who
	}
	if in.err != nil {
		return r, in.err
	}
	if known := in.c.env.Categories; r.Category != "" && len(known) > 0 &&
		!slices.ContainsFunc(known, func(k city.Category) bool { return k.Slug == r.Category }) {
		return r, fmt.Errorf("category: %q is not the slug of a category; translate it in the mapping's table", clip(r.Category, 40))
	}
	if flag := city.Flag(in.text("flag")); slices.Contains(city.Flags, flag) {
		r.Flags = []city.Flag{flag}
	} else if flag != "" {
		return r, fmt.Errorf("flag: %q is none of ours; translate it in the mapping's table", clip(string(flag), 40))
	}
	return in.withhold(r)
}

// withhold keeps the source's record with the report, unless it is secret.
func (in *reader) withhold(r city.Report) (city.Report, error) {
	secrecy := city.Secrecy(in.text("secrecy"))
	switch {
	case in.err != nil:
		return r, in.err
	case secrecy == city.Whistleblowing:
		return r, errWhistle
	case secrecy == city.NotSecret:
		raw, err := json.Marshal(in.record)
		if err != nil {
			return r, errors.New("the record cannot be kept as JSON")
		}
		r.Raw = raw
		return r, nil
	case !slices.Contains(city.Secrecies, secrecy):
		return r, errors.New("secrecy: holds none of anonim, rahasia, pelanggaran; translate it in the mapping's table")
	}
	r.Raw = secrecy.Record() // the source's own may name the reporter anywhere
	r.Withhold(secrecy)
	return r, nil
}

func webAddress(s string) string {
	if u, err := url.Parse(s); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return u.String()
	}
	return ""
}

// observation reads a record; ok is false when it holds no value or an
// indicator that is to be skipped.
func (in *reader) observation() (o city.Observation, ok bool, err error) {
	value := in.number("value")
	o = city.Observation{Indicator: in.text("indicator"), Unit: in.text("unit"), Station: in.text("station")}
	if in.err == nil && value == nil {
		in.c.passed.Add(city.PassedNoValue, 1)
		if f := in.c.fields["value"]; f.Const == "" && !holds(in.record, f.Get) {
			in.c.lacking++
		}
		return o, false, nil // a sensor that did not answer
	}
	o.Time, o.IssuedAt = in.time("time"), in.time("issued_at")
	o.Forecast = !o.IssuedAt.IsZero()
	if in.err != nil {
		return o, false, in.err
	}
	if age := time.Duration(in.c.m.MaxAge); age > 0 && in.c.env.Now().Sub(o.Time) > age {
		in.c.passed.Add(city.PassedTooOld, 1)
		return o, false, nil
	}
	o.Value = *value
	declared, known := in.c.indicator(o.Indicator)
	if len(in.c.env.Indicators) > 0 && !known {
		if in.c.m.Unknown == "skip" {
			in.c.passed.Add(city.PassedIndicator, 1)
			return o, false, nil
		}
		return o, false, undeclared{Slug: o.Indicator, Unit: o.Unit}
	}
	if err := checkUnit(&o, declared); err != nil {
		return o, false, err
	}
	o.AreaCode, err = in.area(declared)
	return o, err == nil, err
}

// undeclared is the error of a row whose indicator nobody declared.
type undeclared city.TrialIndicator

func (u undeclared) Error() string {
	return fmt.Sprintf("indicator: %q is not declared", clip(u.Slug, 40))
}

func (c *Reader) indicator(slug string) (city.Indicator, bool) {
	i := slices.IndexFunc(c.env.Indicators, func(x city.Indicator) bool { return x.Slug == slug })
	if i < 0 {
		return city.Indicator{}, false
	}
	return c.env.Indicators[i], true
}

// area finds the area of an observation: as given by code or name, else by its
// point, raised to the level the mapping asks for. A point outside the city is
// refused at every level: the value is another city's.
func (in *reader) area(declared city.Indicator) (string, error) {
	level := in.c.areaLevel(declared)
	given, lon, lat := in.text("area"), in.number("lon"), in.number("lat")
	if in.err != nil {
		return "", in.err
	}
	code := ""
	if given != "" {
		code = areaIn(in.c.env.Areas, given, cmp.Or(level, grainLevels[declared.Grain]))
		if code == "" && level != city.Kota { // the whole city goes by many names
			return "", fmt.Errorf("area: %q is not one area of this city", clip(given, 40))
		}
	}
	if code == "" && lon != nil && lat != nil {
		located, ok := in.c.env.Areas.Locate(orb.Point{*lon, *lat})
		if !ok && (level != city.Kota || in.c.hasBorders()) {
			return "", errors.New("lon, lat: the point lies outside the city")
		}
		code = located
	}
	if level == city.Kota {
		return "", nil
	}
	if level == city.Kecamatan {
		if l, _ := city.LevelOfCode(code); l == city.Kelurahan {
			code = city.ParentCode(code)
		}
	}
	return code, nil
}

// hasBorders tells whether a point can be said to lie outside the city at all.
func (c *Reader) hasBorders() bool {
	return slices.ContainsFunc(c.env.Areas.Areas(city.Kelurahan), func(a city.Area) bool { return len(a.Outline) > 0 })
}

// grainLevels are the levels of areas by an indicator's grain.
var grainLevels = map[string]city.Level{"city": city.Kota, "district": city.Kecamatan, "village": city.Kelurahan}

// areaLevel is the level to raise an area to; "" leaves it.
func (c *Reader) areaLevel(declared city.Indicator) city.Level {
	switch c.m.AreaLevel {
	case "as_given":
		return ""
	case "declared":
		return grainLevels[declared.Grain]
	}
	return city.Level(c.m.AreaLevel)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

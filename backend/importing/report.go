package importing

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"
)

// statuses are the words in use, by folded name.
var statuses = map[string]city.ReportStatus{
	"open": city.Open, "baru": city.Open, "masuk": city.Open, "laporanmasuk": city.Open, "terkirim": city.Open, "diterima": city.Open,
	"belumdiproses": city.Open, "belumselesai": city.Open, "belumditindaklanjuti": city.Open, "menunggu": city.Open, "pending": city.Open,
	"new": city.Open, "received": city.Open, "submitted": city.Open, "terbuka": city.Open, "belumdikerjakan": city.Open, "belumverifikasi": city.Open, "tunda": city.Open,
	"inprogress": city.InProgress, "diproses": city.InProgress, "proses": city.InProgress, "dalamproses": city.InProgress, "sedangdiproses": city.InProgress,
	"ditindaklanjuti": city.InProgress, "tindaklanjut": city.InProgress, "disposisi": city.InProgress, "didisposisikan": city.InProgress, "diteruskan": city.InProgress,
	"verifikasi": city.InProgress, "terverifikasi": city.InProgress, "diverifikasi": city.InProgress, "telahdisurvei": city.InProgress, "disurvei": city.InProgress,
	"dikerjakan": city.InProgress, "sedangdikerjakan": city.InProgress, "ditangani": city.InProgress, "processing": city.InProgress, "acknowledged": city.InProgress, "assigned": city.InProgress,
	"closed": city.Closed, "selesai": city.Closed, "tuntas": city.Closed, "ditutup": city.Closed, "tutup": city.Closed, "telahselesai": city.Closed, "sudahselesai": city.Closed,
	"telahdikerjakan": city.Closed, "done": city.Closed, "resolved": city.Closed, "completed": city.Closed, "arsip": city.Closed, "diarsipkan": city.Closed, "arsipkan": city.Closed,
	"rejected": city.Rejected, "ditolak": city.Rejected, "tolak": city.Rejected, "reject": city.Rejected, "bukanwewenang": city.Rejected, "dibatalkan": city.Rejected, "batal": city.Rejected,
	"tidakvalid": city.Rejected, "invalid": city.Rejected, "spam": city.Rejected, "hoaks": city.Rejected, "duplikat": city.Rejected, "duplicate": city.Rejected, "cancelled": city.Rejected, "canceled": city.Rejected,
}

// Report turns a row into a citizen's report. Only what no report can be
// without is refused: id, time, text, and fields that are not what they should
// be. An area's name that means nothing or several areas becomes the address;
// an unknown category or area code stays for the store to flag. The computed
// area and the flags about the point are settled on the way to the store.
func Report(row Row, e Env) (city.Report, *Refused) {
	p := reader{row: row, kind: Reports, env: e}
	secrecy := p.secrecy()
	r := city.Report{
		ExternalID: p.required("external_id"), Channel: p.text("channel"), Text: p.words(),
		CreatedAt: p.created(), RespondedAt: p.optionalTime("responded_at"), ClosedAt: p.optionalTime("closed_at"),
		Address: p.text("address"), MediaURL: p.text("media_url"),
		Category: p.category(), Office: p.text("office"),
	}
	if r.Channel == "" && row.sp4n {
		r.Channel = "sp4n-lapor"
	}
	if len(r.ExternalID) > 200 {
		p.fail("external_id", "is longer than 200 characters; take the source's own id")
	}
	if r.Text == "" && r.Category == "" && secrecy != city.Secret {
		p.fail("text", "is blank; a report needs its text or at least a category")
	}
	if t := p.optionalTime("updated_at"); t != nil {
		r.UpdatedAt = *t
	}
	r.Lon, r.Lat = p.point()
	p.place(&r)
	p.status(&r)
	if p.refused != nil {
		if secrecy == city.Secret || secrecy == city.Whistleblowing || p.refused.Withheld {
			p.withhold()
		}
		return city.Report{}, p.refused
	}
	dropEarlier(&r)
	if c, ok := e.categories[foldName(r.Category)]; ok {
		r.Category = c.Slug
	}
	if o, ok := e.offices[foldName(r.Office)]; ok {
		r.Office = o.ShortName
	}
	if who := (city.Reporter{Name: p.text("reporter_name"), Phone: p.text("reporter_phone"), Email: p.text("reporter_email")}); who != (city.Reporter{}) {
		r.Reporter = &who
	}
	r.Raw = p.raw()
	r.Withhold(secrecy)
	return r, nil
}

// place finds the area that was named: a code, a name, or the columns
// kelurahan and kecamatan together.
func (p *reader) place(r *city.Report) {
	written := p.text("area_code")
	if written == "" {
		kel, kec := p.text("kelurahan"), p.text("kecamatan")
		switch {
		case kel != "" && kec != "":
			written = "Kelurahan " + kel + ", Kecamatan " + kec
		case kel != "":
			written = "Kelurahan " + kel
		case kec != "":
			written = "Kecamatan " + kec
		}
	}
	code, _, ok := p.env.area(written)
	switch {
	case ok:
		r.StatedArea = code
	case looksLikeCode(written):
		r.StatedArea = written
	default:
		if r.Address == "" {
			r.Address = written
		}
		r.Flags = append(r.Flags, city.FlagUnknownArea)
	}
}

func looksLikeCode(s string) bool {
	_, ok := city.LevelOfCode(s)
	return ok
}

func (p *reader) status(r *city.Report) {
	word := p.text("status")
	known, ok := statuses[foldName(word)]
	if there, says := sp4nStatuses[foldName(word)]; p.row.sp4n && says {
		known, ok = there, true
	}
	if notOurs[foldName(word)] {
		r.Flags = append(r.Flags, city.FlagNotOurs)
	}
	switch {
	case ok:
		r.Status = known
	case word != "":
		p.fail("status", "%.40q is no status; use open, in_progress, closed or rejected (baru, diproses, selesai, ditolak)", word)
	case r.ClosedAt != nil:
		r.Status = city.Closed
	case r.RespondedAt != nil:
		r.Status = city.InProgress
	default:
		r.Status = city.Open
	}
}

func dropEarlier(r *city.Report) {
	for _, t := range []**time.Time{&r.RespondedAt, &r.ClosedAt} {
		if *t != nil && (*t).Before(r.CreatedAt) {
			*t = nil
			if !slices.Contains(r.Flags, city.FlagTimeOrder) {
				r.Flags = append(r.Flags, city.FlagTimeOrder)
			}
		}
	}
}

// raw is the row as the source gave it, without who reported: identity goes
// to its own table only.
func (p *reader) raw() json.RawMessage {
	fields := make(map[string]string, len(p.row.Fields))
	for name, v := range p.row.Fields {
		switch name {
		case "reporter_name", "reporter_phone", "reporter_email":
		default:
			fields[name] = v
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return raw
}

// reader reads the fields of one row and keeps the first thing that is wrong.
type reader struct {
	row     Row
	kind    Kind
	env     Env
	refused *Refused
}

func (p *reader) fail(field, reason string, args ...any) {
	if p.refused == nil {
		p.refused = refuse(p.row, p.kind, field, "%s", fmt.Sprintf(reason, args...))
	}
}

func (p *reader) text(field string) string { return p.row.Fields[field] }

func (p *reader) required(field string) string {
	v := p.text(field)
	if v == "" {
		p.fail(field, "is blank; fill it in")
	}
	return v
}

func (p *reader) time(field string) time.Time {
	if p.required(field) == "" {
		return time.Time{}
	}
	if t := p.optionalTime(field); t != nil {
		return *t
	}
	return time.Time{}
}

func (p *reader) optionalTime(field string) *time.Time {
	v := p.text(field)
	if v == "" {
		return nil
	}
	t, err := ParseTime(v, p.env.Zone)
	if err != nil {
		p.fail(field, "%.60q %v", v, err)
		return nil
	}
	return &t
}

func (p *reader) number(field string, parse func(string) (float64, error)) *float64 {
	v := p.text(field)
	if v == "" {
		return nil
	}
	f, err := parse(v)
	if err != nil {
		p.fail(field, "%.40q %v", v, err)
		return nil
	}
	return &f
}

func (p *reader) point() (lon, lat *float64) {
	lon, lat = p.number("lon", parseDegrees), p.number("lat", parseDegrees)
	if (lon == nil) != (lat == nil) && p.refused == nil {
		p.fail(map[bool]string{true: "lon", false: "lat"}[lon == nil], "is blank while the other half of the point is given; give both or neither")
	}
	return lon, lat
}

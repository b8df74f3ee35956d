package connectors

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

// clockSlack is how far ahead a source's clock may be before it is remarked.
const clockSlack = 5 * time.Minute

// earliest is before any record a city hall's systems hold; a time before it
// is a zero or a two-digit year.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	maxIDBytes   = 256
	maxTextBytes = 64 << 10
	maxHeadline  = 90
)

// checker holds the rows of one page against what Balaikota can keep: rows
// that cannot be kept become refusals with a reason, doubtful ones get flags.
type checker struct {
	env Env
	src city.Source
	now time.Time
}

func (c checker) page(p Page, d *city.Delivery) {
	d.Refused, d.Letters, d.Words, d.Greetings, d.Listing, d.Cameras = p.Refused, p.Letters, p.Words, p.Greetings, p.Listing, p.Cameras
	for _, r := range p.Reports {
		if reason := c.report(&r); reason != "" {
			d.Refused = append(d.Refused, refusal("reports", r.ExternalID, reason, r.Raw))
			continue
		}
		d.Reports = append(d.Reports, r)
	}
	for _, o := range p.Observations {
		if reason := c.observation(&o); reason != "" {
			raw, _ := json.Marshal(map[string]any{"indicator": o.Indicator, "area_code": o.AreaCode, "time": o.Time, "value": fmt.Sprint(o.Value), "station": o.Station})
			d.Refused = append(d.Refused, refusal("observations", o.Indicator, reason, raw))
			continue
		}
		d.Observations = append(d.Observations, o)
	}
	for _, a := range p.Alerts {
		if reason := c.alert(&a); reason != "" {
			d.Refused = append(d.Refused, refusal("alerts", a.Key, reason, nil))
			continue
		}
		d.Alerts = append(d.Alerts, a)
	}
	d.Reports = newestReports(d.Reports)
	d.Repeated = repeatedObservations(d.Observations)
	d.Observations = lastObservations(d.Observations)
	d.Alerts = lastAlerts(d.Alerts)
	for _, id := range p.Removed {
		if plainText(id) && id != "" {
			d.Removed = append(d.Removed, id)
		}
	}
	d.Agenda = c.agenda(p.Agenda, &d.Refused)
	for i := range d.Refused {
		storable(&d.Refused[i])
	}
}

func refusal(kind, id, reason string, raw json.RawMessage) city.Refusal {
	return city.Refusal{ExternalID: id, Kind: kind, Place: id, Reason: reason, Raw: raw}
}

// storable makes a refusal fit to be kept and shown, whatever its row held: no bytes that
// are not text, and of what the reason quotes nothing that may speak of a person.
func storable(r *city.Refusal) {
	r.Reason, r.Place = city.RefusalWords(r.Reason), city.MaskPersonal(r.Place)
	for _, s := range []*string{&r.ExternalID, &r.Kind, &r.Place, &r.Reason} {
		*s = clip(strings.ReplaceAll(strings.ToValidUTF8(*s, "\uFFFD"), "\x00", "\uFFFD"), 500)
	}
	if len(r.Raw) > 0 && !storableJSON(r.Raw) {
		text := strings.ReplaceAll(strings.ToValidUTF8(string(r.Raw), "\uFFFD"), "\x00", "\uFFFD")
		text = strings.ReplaceAll(text, `\u0000`, "\uFFFD")
		r.Raw, _ = json.Marshal(clip(text, maxTextBytes))
	}
}

// plainText reports whether Postgres can keep s: valid UTF-8 without NUL.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

// storableJSON reports whether Postgres can keep raw as jsonb. The escape
// \u0000 is refused by its letters; in the rare text that holds a backslash
// before it the row is refused too, which is the safe side.
func storableJSON(raw json.RawMessage) bool {
	return utf8.Valid(raw) && json.Valid(raw) && !strings.Contains(string(raw), `\u0000`)
}

package httpjson

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

var placeForm = regexp.MustCompile(`\{\{\s*([a-z_.0-9]+)(?::([^}]*))?\s*\}\}`)

// place is the value of a {{place}}: a time, which a layout may follow, or text.
type place struct {
	text string
	at   time.Time
}

// values are the places of a request. {{now}} and {{since}} are in the
// mapping's zone, RFC 3339 unless a layout follows; the layouts unix, unix_ms
// and date stand for those.
func (c *connector) values(cur cursor) map[string]place {
	since := cur.Since.Add(-time.Duration(c.m.Overlap))
	if cur.Since.IsZero() {
		since = cur.Began.Add(-time.Duration(c.m.Lookback))
	}
	v := map[string]place{
		"now": {at: cur.Began.In(c.rows.Location())}, "since": {at: since.In(c.rows.Location())},
		"page":   {text: strconv.Itoa(c.m.Paging.Start + cur.Page)},
		"offset": {text: strconv.Itoa(cur.Page * c.m.Paging.Size)},
		"size":   {text: strconv.Itoa(c.m.Paging.Size)},
		"next":   {text: cur.Next},
		"secret": {text: c.secret},
	}
	if cur.Next == "" {
		v["next"] = v["since"]
	}
	for name, value := range c.places {
		v["param."+name] = place{text: value}
	}
	return v
}

// fillPlaces puts the values into a template, escaped. With address, a place at
// the very beginning is the beginning of an address and stays as it is.
func fillPlaces(template string, values map[string]place, address bool, escape func(string) string) (string, error) {
	var wrong string
	first := true
	out := placeForm.ReplaceAllStringFunc(template, func(m string) string {
		parts := placeForm.FindStringSubmatch(m)
		v, ok := values[parts[1]]
		if !ok {
			wrong = parts[1]
			return ""
		}
		raw := address && first && v.at.IsZero() && strings.HasPrefix(template, m)
		first = false
		if raw {
			return strings.TrimSuffix(v.text, "/")
		}
		return escape(v.write(parts[2]))
	})
	if wrong != "" {
		return "", city.InvalidField("mapping.url", "{{%s}} has no value; give it in params, or use since, now, page, offset, size or next", wrong)
	}
	return out, nil
}

func (p place) write(layout string) string {
	if p.at.IsZero() {
		return p.text
	}
	switch layout {
	case "":
		return p.at.Format(time.RFC3339)
	case "unix":
		return strconv.FormatInt(p.at.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(p.at.UnixMilli(), 10)
	case "date":
		return p.at.Format(time.DateOnly)
	}
	return p.at.Format(layout)
}

// jsonEscape writes text as the inside of a JSON string.
func jsonEscape(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(b[1 : len(b)-1])
}

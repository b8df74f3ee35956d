package store

import (
	"encoding/json"
	"strings"
	"time"

	"balaikota/backend/city"
)

// reportColumns gathers reports column by column for unnest.
type reportColumns struct {
	externalID, channel, text, address, status, media, flags, stems, answer []string
	hash                                                                    []int64
	created                                                                 []time.Time
	responded, closed, updated, due, respond                                []*time.Time
	lon, lat                                                                []*float64
	stated, computed, category, raw                                         []*string
	office                                                                  []*int64
}

func newReportColumns(n int) *reportColumns {
	s := func() []string { return make([]string, 0, n) }
	t := func() []*time.Time { return make([]*time.Time, 0, n) }
	p := func() []*string { return make([]*string, 0, n) }
	return &reportColumns{
		externalID: s(), channel: s(), text: s(), address: s(), status: s(), media: s(), flags: s(), stems: s(), answer: s(),
		hash: make([]int64, 0, n), created: make([]time.Time, 0, n), responded: t(), closed: t(), updated: t(), due: t(), respond: t(),
		lon: make([]*float64, 0, n), lat: make([]*float64, 0, n), stated: p(), computed: p(), category: p(), raw: p(),
		office: make([]*int64, 0, n),
	}
}

func (c *reportColumns) add(r *city.Report, row reportRow, raw *string) {
	c.externalID = append(c.externalID, r.ExternalID)
	c.hash = append(c.hash, row.hash)
	c.channel = append(c.channel, r.Channel)
	c.created = append(c.created, r.CreatedAt)
	c.responded = append(c.responded, r.RespondedAt)
	c.closed = append(c.closed, r.ClosedAt)
	c.updated = append(c.updated, given(r.UpdatedAt))
	c.due, c.respond = append(c.due, row.due), append(c.respond, row.respond)
	c.text = append(c.text, r.Text)
	c.lon, c.lat = append(c.lon, r.Lon), append(c.lat, r.Lat)
	c.address = append(c.address, r.Address)
	c.stated, c.computed = append(c.stated, row.stated), append(c.computed, row.computed)
	c.category, c.office = append(c.category, row.category), append(c.office, row.office)
	c.status = append(c.status, string(r.Status))
	c.media = append(c.media, r.MediaURL)
	c.flags = append(c.flags, row.flags)
	c.raw = append(c.raw, raw)
	c.stems = append(c.stems, vector(r.Stems))
	c.answer = append(c.answer, r.Answer)
}

func (c *reportColumns) args(sourceID int64) []any {
	return []any{
		sourceID, c.externalID, c.hash, c.channel, c.created, c.responded, c.closed, c.updated, c.due, c.text, c.lon, c.lat,
		c.address, c.stated, c.computed, c.category, c.office, c.status, c.media, c.flags, c.raw, c.stems, c.answer, c.respond,
	}
}

// rawJSON is a source's record as the column takes it: JSON as it is, anything
// else as a JSON string.
func rawJSON(raw []byte) *string {
	if len(raw) == 0 {
		return nil
	}
	s := cleanText(string(raw))
	if !json.Valid([]byte(s)) {
		quoted, _ := json.Marshal(s) // a string cannot fail
		s = string(quoted)
	}
	return &s
}

// vector writes space-separated stems as a tsvector literal.
func vector(stems string) string {
	var b strings.Builder
	for w := range strings.FieldsSeq(stems) {
		b.WriteByte('\'')
		b.WriteString(strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w))
		b.WriteString("' ")
	}
	return b.String()
}

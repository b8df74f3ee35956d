// Package chat makes reports of what people write in a chat: one message is
// seldom a whole report, so a place, a picture or a reply that follows joins the
// report it belongs to. It owns that joining and the report's wording; it may
// import connectors and backend/city.
package chat

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Message is one message of one person to the city.
type Message struct {
	// ID is the message's own at the source, Answers that of the one it replies
	// to ("" for none), Person the writer's: none of them leaves as it is.
	ID, Answers, Person string
	// At is when it was sent, Changed when it was last edited (zero: never).
	At, Changed time.Time
	Words       string
	// Command is the bot's command that began it, without its stroke ("start");
	// Words are what followed.
	Command string
	// Voice says that it brought speech.
	Voice bool
	// Lon and Lat are WGS 84 degrees, nil if it brought no place; Place is what
	// the place is called.
	Lon, Lat *float64
	Place    string
	// Notes say in a few words each what it brought that is no text ("Foto").
	Notes []string
	// Media is where the connector finds its picture again, "" for none.
	Media string
	// Sound is where the connector finds what it says aloud again, "" for nothing.
	Sound string
	// Reporter is who wrote it.
	Reporter city.Reporter
}

func (m Message) empty() bool { return m.Words == "" && m.Lon == nil && len(m.Notes) == 0 }

// Options say how messages become reports.
type Options struct {
	Env     connectors.Env
	Channel string
	// Prefix begins the external ids ("tg").
	Prefix string
	// Key keys the hashes that stand for messages and persons: a secret of the
	// source.
	Key string
	// Within is how far apart a person's messages may lie that belong together
	// although none says that it answers another.
	Within time.Duration
}

// Weaver makes one page's messages into reports. It is used by one Pull.
type Weaver struct {
	Options
	drafts []*draft
	byPart map[string]*draft
	// officers are those of whom it is known whether they write as one; words is
	// what they wrote.
	officers map[string]bool
	words    []city.OfficerWord
}

// NewWeaver returns a weaver for a page.
func NewWeaver(o Options) *Weaver {
	return &Weaver{Options: o, byPart: map[string]*draft{}, officers: map[string]bool{}}
}

// part is a message as it is kept beside its report, without anybody's name or
// number.
type part struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Changed time.Time `json:"changed,omitzero"`
	Words   string    `json:"words,omitempty"`
	Place   string    `json:"place,omitempty"`
	Lon     *float64  `json:"lon,omitempty"`
	Lat     *float64  `json:"lat,omitempty"`
	Notes   []string  `json:"notes,omitempty"`
	Media   string    `json:"media,omitempty"`
	Sound   string    `json:"sound,omitempty"`
}

// record is what stands in a report's raw record.
type record struct {
	Parts []part `json:"parts"`
}

// draft is a report on its way.
type draft struct {
	person   string
	report   city.Report
	parts    []part
	reporter city.Reporter
	stored   bool // its reporter is known to the store
	touched  bool
}

// Bounds of a report: what follows beyond them begins another.
const (
	maxParts = 50
	maxWords = 8 << 10  // bytes of one message; the services allow 4096 characters
	maxText  = 60 << 10 // bytes of a report
)

// Add puts a message into the report that it belongs to. It returns "" or why the
// message became part of none, for people to read. A message that was added
// before changes nothing.
func (w *Weaver) Add(ctx context.Context, m Message) (refused string, err error) {
	if m.empty() {
		return "nothing in the message can be read", nil
	}
	m.Words = clip(tidy(m.Words), maxWords)
	id, person := w.hash("part", m.Person, m.ID), w.hash("person", m.Person)
	d, err := w.belongs(ctx, m, id, person)
	if err == nil && d == nil {
		d, err = w.begin(ctx, m, person)
	}
	if err != nil {
		return "", err
	}
	d.put(part{ID: id, At: m.At.UTC(), Changed: utc(m.Changed), Words: m.Words, Place: oneLine(m.Place), Lon: m.Lon, Lat: m.Lat, Notes: m.Notes, Media: m.Media, Sound: m.Sound})
	d.reporter = completed(d.reporter, m.Reporter)
	w.byPart[id] = d
	return "", nil
}

// completed is what both messages say of who wrote, the later one first.
func completed(before, after city.Reporter) city.Reporter {
	return city.Reporter{
		Name: cmp.Or(after.Name, before.Name), Phone: cmp.Or(after.Phone, before.Phone), Email: cmp.Or(after.Email, before.Email), Handle: cmp.Or(after.Handle, before.Handle),
	}
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// put adds a part, or replaces it by a later edit of its own. An edit does not
// move the place: a telephone that shares where it is edits its message as it
// moves away from the matter.
func (d *draft) put(p part) {
	at := slices.IndexFunc(d.parts, func(q part) bool { return q.ID == p.ID })
	if at < 0 {
		d.parts = append(d.parts, p)
		slices.SortStableFunc(d.parts, func(a, b part) int { return a.At.Compare(b.At) })
		d.touched = true
		return
	}
	old := d.parts[at]
	if !p.Changed.After(old.Changed) {
		return
	}
	if old.Lon != nil {
		p.Lon, p.Lat, p.Place = old.Lon, old.Lat, old.Place
	}
	p.At = old.At
	d.parts[at] = p
	d.touched = true
}

// belongs finds the report that a message is or becomes part of, nil for none.
func (w *Weaver) belongs(ctx context.Context, m Message, id, person string) (*draft, error) {
	asked := []string{id}
	if m.Answers != "" {
		asked = append(asked, w.hash("part", m.Person, m.Answers))
	}
	known, err := w.known(ctx, asked, person)
	if err != nil {
		return nil, err
	}
	if d := known[id]; d != nil {
		return d, nil
	}
	if len(asked) > 1 {
		if d := known[asked[1]]; d != nil && d.open() {
			return d, nil
		}
	}
	// Who was asked answers with words, whatever they answer to; a reply to what
	// nobody here knows is one to a message of ours. A greeting answers nothing.
	if m.Answers != "" || !m.courtesy() {
		if asked, err := w.asked(ctx, m, person); err != nil || asked != nil {
			return asked, err
		}
	}
	latest, err := w.latest(ctx, m, person)
	if err != nil || latest == nil || !latest.open() || !latest.wants(m) {
		return nil, err
	}
	return latest, nil
}

// open: what is closed or full is not added to; its reporter begins anew.
func (d *draft) open() bool {
	return d.report.Status != city.Closed && d.report.Status != city.Rejected && len(d.parts) < maxParts
}

// wants reports whether a message completes the report although it does not say
// that it answers: a place for one without, words for one without, and whatever
// else comes without words. Words after words are another report, but for greetings
// and thanks: they belong to what is written before or after them.
func (d *draft) wants(m Message) bool {
	switch {
	case m.Words != "" && d.worded() && !courtesy(m.Words):
		return false
	case m.Lon != nil && d.point() != nil:
		return false
	}
	return true
}

// worded reports whether somebody said something of a matter.
func (d *draft) worded() bool {
	return slices.ContainsFunc(d.parts, func(p part) bool { return p.Words != "" && !courtesy(p.Words) })
}

// point is the last place that was sent.
func (d *draft) point() *part {
	for i := len(d.parts) - 1; i >= 0; i-- {
		if d.parts[i].Lon != nil && d.parts[i].Lat != nil {
			return &d.parts[i]
		}
	}
	return nil
}

// known finds the reports of parts, in this page and in the store.
func (w *Weaver) known(ctx context.Context, asked []string, person string) (map[string]*draft, error) {
	out := map[string]*draft{}
	var missing []string
	for _, p := range asked {
		if d := w.byPart[p]; d != nil {
			out[p] = d
			continue
		}
		missing = append(missing, p)
	}
	if len(missing) == 0 || w.Env.Store == nil {
		return out, nil
	}
	stored, err := w.Env.Store.ReportsOfParts(ctx, w.Env.Source, missing)
	if err != nil {
		return nil, err
	}
	for p, r := range stored {
		d, err := w.take(r, person)
		if err != nil {
			return nil, err
		}
		out[p] = d
	}
	return out, nil
}

// asked is the report that a message answers a question or message of ours about.
func (w *Weaver) asked(ctx context.Context, m Message, person string) (*draft, error) {
	if w.Env.Store == nil {
		return nil, nil
	}
	r, err := w.Env.Store.AskedReportOf(ctx, w.Env.Source, person, m.At, m.Answers != "")
	if err != nil || r == nil {
		return nil, err
	}
	d, err := w.take(*r, person)
	if err != nil || len(d.parts) >= maxParts {
		return nil, err
	}
	return d, nil
}

// latest is the report of the person's message nearest before or after m, within
// the time that messages belong together.
func (w *Weaver) latest(ctx context.Context, m Message, person string) (*draft, error) {
	from, to := m.At.Add(-w.Within), m.At.Add(w.Within)
	var best *draft
	var bestAt time.Time
	for _, d := range w.drafts {
		if d.person != person {
			continue
		}
		for _, p := range d.parts {
			if !p.At.Before(from) && !p.At.After(to) && !p.At.Before(bestAt) {
				best, bestAt = d, p.At
			}
		}
	}
	if best != nil || w.Env.Store == nil {
		return best, nil
	}
	r, err := w.Env.Store.LatestReportOf(ctx, w.Env.Source, person, from, to)
	if err != nil || r == nil {
		return nil, err
	}
	return w.take(*r, person)
}

// take makes a stored report a draft, once.
func (w *Weaver) take(r city.Report, person string) (*draft, error) {
	for _, d := range w.drafts {
		if d.report.ExternalID == r.ExternalID {
			return d, nil
		}
	}
	var rec record
	if err := json.Unmarshal(r.Raw, &rec); err != nil {
		return nil, fmt.Errorf("read the record of an earlier report: %w", err)
	}
	r.Raw = nil
	d := &draft{person: person, report: r, parts: rec.Parts, stored: true}
	w.drafts = append(w.drafts, d)
	for _, p := range rec.Parts {
		w.byPart[p.ID] = d
	}
	return d, nil
}

// Reports are the reports that the page's messages made or changed.
func (w *Weaver) Reports() ([]city.Report, error) {
	var out []city.Report
	for _, d := range w.drafts {
		if !d.touched || d.greets() {
			continue
		}
		r, err := w.finish(d)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// finish words a report anew from its parts, so that it is the same however they
// came in.
func (w *Weaver) finish(d *draft) (city.Report, error) {
	r, reporter := d.report, d.reporter
	r.Reporter, r.Text, r.MediaURL, r.Parts, r.VoiceNotes = &reporter, "", "", nil, nil
	if d.stored && (reporter.Name == "" || reporter.Phone == "") {
		r.Reporter = nil // what is known stays: an earlier message may have said more
	}
	var texts []string
	for _, p := range d.parts {
		if t := w.worded(p, len(texts) > 0, d.atOnce(p)); t != "" {
			texts = append(texts, t)
		}
		for _, at := range []time.Time{p.At, p.Changed} {
			if at.After(r.UpdatedAt) {
				r.UpdatedAt = at
			}
		}
		if r.MediaURL == "" {
			r.MediaURL = p.Media
		}
		if p.Sound != "" {
			r.VoiceNotes = append(r.VoiceNotes, city.VoiceNote{Address: p.Sound, At: p.At})
		}
		if p.At.Before(r.CreatedAt) {
			r.CreatedAt = p.At
		}
		r.Parts = append(r.Parts, city.ReportPart{ID: p.ID, Person: d.person, At: p.At})
	}
	if len(texts) == 0 {
		texts = []string{"[Lokasi tanpa keterangan]"}
	}
	r.Text = clip(strings.Join(texts, "\n\n"), maxText)
	if p := d.point(); p != nil {
		r.Lon, r.Lat, r.Address = p.Lon, p.Lat, p.Place
	}
	var err error
	if r.Raw, err = json.Marshal(record{d.parts}); err != nil {
		return r, fmt.Errorf("write the record of a report: %w", err)
	}
	r.RawNamesNobody = true // it holds words and keyed hashes
	return r, nil
}

// sentAtOnce is within how much time words, place and pictures are one saying: a
// telephone sends them as messages of their own.
const sentAtOnce = time.Minute

// atOnce reports whether a part was sent with the report's first words.
func (d *draft) atOnce(p part) bool {
	first := slices.IndexFunc(d.parts, func(q part) bool { return q.Words != "" })
	return first >= 0 && p.At.Sub(d.parts[first].At).Abs() < sentAtOnce
}

// worded is what a part says in the report: the first as it is, those that follow
// with their time; a mere place nothing, and nothing a picture that was sent at once
// with its words.
func (w *Weaver) worded(p part, follows, atOnce bool) string {
	if atOnce && p.Words == "" && p.Media != "" && len(p.Notes) == 1 {
		return ""
	}
	var out []string
	if p.Words != "" {
		out = append(out, p.Words)
	}
	if len(p.Notes) > 0 {
		out = append(out, "["+strings.Join(p.Notes, "; ")+"]")
	}
	if follows && len(out) > 0 {
		at := p.At.In(w.Env.Location)
		out = slices.Insert(out, 0, "Pesan susulan "+city.FormatMoment(p.At, w.Env.Location, at.Format("MST"))+":")
	}
	return strings.Join(out, "\n")
}

// hash stands for what may name somebody.
func (w *Weaver) hash(of ...string) string {
	h := hmac.New(sha256.New, []byte(w.Key))
	for _, s := range of {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:15]))
}

// tidy ends lines alike and takes out what is no text.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\r' || r == 0 || (r < ' ' && r != '\n' && r != '\t') {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), ""))
	return strings.TrimSpace(s)
}

func oneLine(s string) string { return clip(strings.Join(strings.Fields(tidy(s)), " "), 300) }

// clip bounds a text at a character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:most], "")) + " …"
}

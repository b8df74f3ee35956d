// Package cap follows a feed of warnings in the Common Alerting Protocol: an
// Atom or RSS index and the CAP 1.2 documents it names, or one document. It may
// import connectors, connectors/capalert, connectors/syndication and
// backend/city.
package cap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/capalert"
	"balaikota/connectors/syndication"
)

// Config is the configuration of a cap source.
type Config struct {
	connectors.HTTPOptions
	URL           string              `json:"url" anew:"true" required:"true" format:"url" label:"Address" label_id:"Alamat" doc:"Address of the feed (Atom or RSS) whose entries lead to CAP documents, or of one CAP document." doc_id:"Alamat umpan (Atom atau RSS) yang menunjuk dokumen CAP, atau alamat satu dokumen CAP." example:"https://peringatan.contoh.go.id/cap/feed.atom"`
	Hosts         []string            `json:"hosts" label:"Other hosts" label_id:"Host lain" doc:"Hosts besides the feed's own on which documents may lie; links to others are refused." doc_id:"Host selain host umpan tempat dokumen boleh berada; tautan ke host lain ditolak." example:"[\"cdn.contoh.go.id\"]"`
	Authorization string              `json:"authorization" secret:"true" label:"Authorization" label_id:"Otorisasi" doc:"Value of the header Authorization, sent to the feed's own host only." doc_id:"Isi tajuk Authorization, dikirim hanya ke host umpan." example:"env:CAP_AUTHORIZATION"`
	Senders       []string            `json:"senders" label:"Only these senders" label_id:"Hanya pengirim ini" doc:"Senders (the CAP field sender) whose messages count; all if empty." doc_id:"Pengirim (isian sender pada CAP) yang pesannya dipakai; semua bila kosong."`
	Everywhere    string              `json:"everywhere" label:"Name of the whole" label_id:"Nama keseluruhan" doc:"A name in areaDesc that means the whole city, such as the province's; counts only where a message has no shape." doc_id:"Nama pada areaDesc yang berarti seluruh kota, misalnya nama provinsi; dipakai hanya bila pesan tanpa bentuk wilayah." example:"Kalimantan Timur"`
	Hold          connectors.Duration `json:"hold" default:"24h" label:"Without an end" label_id:"Tanpa akhir" doc:"How long a warning holds that does not say until when; 0s refuses it." doc_id:"Berapa lama peringatan berlaku bila tidak menyebut akhirnya; 0s menolaknya."`
	Attribution   string              `json:"attribution" label:"Source to name" label_id:"Sumber yang disebut" doc:"Who must be named beside the warnings; the feed's title if empty." doc_id:"Siapa yang harus disebut di samping peringatan; judul umpan bila kosong."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	if c.Hold < 0 || time.Duration(c.Hold) > 31*24*time.Hour {
		return city.InvalidField("hold", "must be between 0s and 744h")
	}
	for n, h := range c.Hosts {
		if h == "" || strings.ContainsAny(h, "/: ") {
			return city.InvalidField(fmt.Sprintf("hosts.%d", n), "must be the name of a host alone")
		}
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "cap",
	Title: connectors.Text{ID: "Peringatan CAP", EN: "CAP warnings"},
	Description: connectors.Text{
		ID: "Peringatan resmi menurut Common Alerting Protocol 1.2 dari umpan Atom atau RSS.",
		EN: "Official warnings in the Common Alerting Protocol 1.2 from an Atom or RSS feed.",
	},
	Docs:     "https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html",
	Schedule: "@every 2m",
	Brings:   []string{"alerts"},
}, newConnector)

type connector struct {
	connectors.ReadsWhole
	cfg           Config
	env           connectors.Env
	home          *url.URL
	authorization string
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env}
	var err error
	if c.home, err = url.Parse(cfg.URL); err != nil {
		return nil, city.InvalidField("url", "cannot be read")
	}
	if cfg.Authorization != "" {
		if c.authorization, err = env.Secret(cfg.Authorization); err != nil {
			return nil, fmt.Errorf("authorization: %w", err)
		}
	}
	return c, nil
}

// cursor is what was read so far.
type cursor struct {
	Validators connectors.Validators `json:"validators,omitzero"`
	// Entries are those that need no second look, by their mark; the time is
	// when they were last in the feed.
	Entries map[string]time.Time `json:"entries,omitempty"`
	Chains  capalert.Chains      `json:"chains,omitempty"`
}

// documentsPerPage bounds the documents fetched in one page.
const documentsPerPage = 20

// Pull reads the feed and the documents of its new entries, oldest first.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (page connectors.Page, err error) {
	cur := cursor{Entries: map[string]time.Time{}}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	res, err := c.get(ctx, c.cfg.URL, cur.Validators)
	if err != nil {
		return page, fmt.Errorf("feed of warnings: %w", err)
	}
	if err := res.CheckClock(); err != nil {
		return page, fmt.Errorf("feed of warnings: %w", err)
	}
	if res.NotModified {
		return page, nil
	}
	feed, err := syndication.Parse(res.Body, res.Header.Get("Content-Type"), c.cfg.URL)
	switch {
	case feed.Root == "alert": // the address is a document's own
		switch w, err := c.read(res); {
		case err == nil:
			c.fold(&cur, []capalert.Warning{w}, "", &page)
		case !errors.Is(err, capalert.ErrNotForUs):
			page.Refused = append(page.Refused, refusal(w.ID, "document", err))
		}
	case err != nil:
		return page, fmt.Errorf("feed of warnings: %w", err)
	default:
		if page.More, err = c.follow(ctx, &cur, feed, &page); err != nil {
			return page, err
		}
	}
	if !page.More && len(page.Refused) == 0 {
		cur.Validators = res.Validators
	}
	page.Cursor, err = json.Marshal(cur)
	return page, err
}

func (c *connector) get(ctx context.Context, address string, v connectors.Validators) (*connectors.Response, error) {
	header := http.Header{"Accept": {"application/cap+xml, application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"}}
	if u, err := url.Parse(address); err == nil && c.authorization != "" && u.Host == c.home.Host && u.Scheme == c.home.Scheme {
		header.Set("Authorization", c.authorization)
	}
	return c.env.HTTP.Do(ctx, connectors.Request{URL: address, Header: header, Validators: v})
}

// mark tells an entry from its next version.
func mark(e syndication.Entry) string {
	if e.Updated.IsZero() {
		return e.ID
	}
	return e.ID + " " + e.Updated.UTC().Format(time.RFC3339)
}

// follow reads the documents of new entries; more are left when it says so. A
// document that fails for a while (not by its content) ends the reading with
// that error at the next try: what was read before it is kept by then.
func (c *connector) follow(ctx context.Context, cur *cursor, feed syndication.Feed, page *connectors.Page) (more bool, err error) {
	now := c.env.Now()
	inFeed := map[string]bool{}
	var fresh []syndication.Entry
	for _, e := range feed.Entries {
		m := mark(e)
		if _, known := cur.Entries[m]; known {
			cur.Entries[m] = now
		} else if !inFeed[m] {
			fresh = append(fresh, e)
		}
		inFeed[m] = true
	}
	for m, seen := range cur.Entries {
		if !inFeed[m] && now.Sub(seen) > 7*24*time.Hour {
			delete(cur.Entries, m)
		}
	}
	cur.Chains.Forget(now, func(string) bool { return false })
	slices.SortStableFunc(fresh, func(a, b syndication.Entry) int { return when(a).Compare(when(b)) })
	var warnings []capalert.Warning
	for n, e := range fresh {
		if n == documentsPerPage {
			more = true
			break
		}
		w, err := c.document(ctx, e)
		var passing *passingError
		switch {
		case errors.As(err, &passing) && n == 0:
			return false, err
		case errors.As(err, &passing): // keep what was read; this one comes first next time
			c.fold(cur, warnings, feed.Title, page)
			return true, nil
		case errors.Is(err, capalert.ErrNotForUs):
		case err != nil:
			page.Refused = append(page.Refused, refusal(e.ID, e.Title, err))
		default:
			warnings = append(warnings, w)
		}
		cur.Entries[mark(e)] = now
	}
	c.fold(cur, warnings, feed.Title, page)
	return more, nil
}

func when(e syndication.Entry) time.Time {
	if e.Updated.After(e.Published) {
		return e.Updated
	}
	return e.Published
}

func refusal(id, place string, err error) city.Refusal {
	if r := []rune(place); len(r) > 120 {
		place = string(r[:120]) + "…"
	}
	return city.Refusal{Kind: "alerts", ExternalID: id, Place: place, Reason: err.Error()}
}

// passingError is a failure that a later try may not meet.
type passingError struct{ error }

func (e *passingError) Unwrap() error { return e.error }

// document fetches the CAP document of an entry.
func (c *connector) document(ctx context.Context, e syndication.Entry) (capalert.Warning, error) {
	address := e.Documents["application/cap+xml"]
	if address == "" {
		address = e.Link
	}
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return capalert.Warning{}, errors.New("the entry leads to no document")
	}
	if u.Host != c.home.Host && !slices.ContainsFunc(c.cfg.Hosts, func(h string) bool { return strings.EqualFold(h, u.Hostname()) }) {
		return capalert.Warning{}, errors.New("the entry leads to another host; add it to the setting hosts if that is meant")
	}
	res, err := c.get(ctx, address, connectors.Validators{})
	var status *connectors.StatusError
	if errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone) {
		return capalert.Warning{}, errors.New("the document is not there")
	}
	if err != nil {
		return capalert.Warning{}, &passingError{fmt.Errorf("document of a warning: %w", err)}
	}
	return c.read(res)
}

// errSender is a message of somebody whom the city does not listen to.
var errSender = errors.New("its sender is none of the setting senders")

func (c *connector) read(res *connectors.Response) (capalert.Warning, error) {
	w, err := capalert.Parse(res.Body, res.Header.Get("Content-Type"), time.Duration(c.cfg.Hold))
	if err == nil && len(c.cfg.Senders) > 0 && !slices.Contains(c.cfg.Senders, w.Sender) {
		return w, errSender
	}
	return w, err
}

// fold turns messages into alerts.
func (c *connector) fold(cur *cursor, warnings []capalert.Warning, title string, page *connectors.Page) {
	source := firstOf(c.cfg.Attribution, title)
	page.Alerts = append(page.Alerts, cur.Chains.Fold(c.env.Now(), c.env.Areas, c.cfg.Everywhere, warnings, func(root string, w capalert.Warning, codes []string) city.Alert {
		return c.alert(root, w, codes, source)
	})...)
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			return w
		}
	}
	return ""
}

func (c *connector) alert(root string, w capalert.Warning, codes []string, source string) city.Alert {
	until := w.Expires
	clock := func(t time.Time) string { return t.In(c.env.Location).Format("2006-01-02 15.04") }
	a := city.Alert{
		Key: capalert.Key(root), Kind: city.AlertWarning, Severity: capalert.Severity(w.Info.Severity),
		Headline: short(firstOf(w.Info.Headline, w.Info.Event)), HeadlineEN: short(w.HeadlineEN), Advice: syndication.Plain(w.Info.Instruction),
		Evidence:   fmt.Sprintf("%s, berlaku %s sampai %s", syndication.Plain(w.Info.Event), clock(w.Since), clock(until)),
		EvidenceEN: fmt.Sprintf("%s, from %s to %s", syndication.Plain(w.Info.Event), clock(w.Since), clock(until)),
		AreaCodes:  codes, Since: w.Since, Until: &until, Attribution: firstOf(source, w.Sender), Geometry: capalert.Geometry(w),
	}
	if strings.HasPrefix(w.Info.Web, "https://") || strings.HasPrefix(w.Info.Web, "http://") {
		a.URL = strings.TrimSpace(w.Info.Web)
	}
	return a
}

// mostHeadline is what a headline on screen may have, in characters.
const mostHeadline = 160

func short(s string) string {
	s = strings.Join(strings.Fields(syndication.Plain(s)), " ")
	if r := []rune(s); len(r) > mostHeadline {
		return string(r[:mostHeadline-1]) + "…"
	}
	return s
}

package bmkg

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// nowcastState is what the warnings read so far said.
type nowcastState struct {
	Validators connectors.Validators `json:"validators,omitzero"`
	// Messages are known CAP messages by identifier.
	Messages map[string]knownMessage `json:"messages,omitempty"`
	// Prefixes are the first letters of the files of our province, learned
	// from items that name it ("CKT").
	Prefixes []string `json:"prefixes,omitempty"`
}

// knownMessage is a CAP message that needs no second look.
type knownMessage struct {
	// Root is the identifier of the first message of its chain when it
	// concerns the city, "" when it does not.
	Root    string    `json:"root,omitempty"`
	Expires time.Time `json:"expires"`
}

// feedItem is one warning in the RSS feed, which itself says neither where
// exactly nor until when.
type feedItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	GUID        string `xml:"guid"`
	Published   string `xml:"pubDate"`
}

type feed struct {
	Items []feedItem `xml:"channel>item"`
}

// detailsPerPage bounds the files read in one page.
const detailsPerPage = 20

var fileForm = regexp.MustCompile(`^[A-Za-z0-9_-]{3,40}_alert\.xml$`)

// pullNowcast reads the feed and the files of new warnings in it, oldest
// first, so that an update never comes before what it updates.
func (c *connector) pullNowcast(ctx context.Context, st *nowcastState) (feedPage, error) {
	items, validators, err := c.readFeed(ctx, st)
	if err != nil {
		return feedPage{}, err
	}
	c.forgetOld(st, items)
	fresh := c.newItems(st, items)
	page := feedPage{done: len(fresh) <= detailsPerPage}
	var warnings []warning
	for _, item := range fresh[:min(len(fresh), detailsPerPage)] {
		w, err := c.readWarning(ctx, item)
		var malformed *connectors.MalformedError
		switch {
		case errors.Is(err, errNotForUs):
			c.know(st, item.GUID, knownMessage{Expires: c.env.Now().Add(24 * time.Hour)})
		case errors.Is(err, errUnreadable), errors.As(err, &malformed):
			page.Refused = append(page.Refused, city.Refusal{Kind: "alerts", ExternalID: item.GUID, Place: path.Base(item.Link), Reason: err.Error()})
		case err != nil:
			c.fold(st, warnings, &page.Page)
			return page, err
		default:
			warnings = append(warnings, w)
		}
	}
	c.fold(st, warnings, &page.Page)
	if page.done && len(page.Refused) == 0 {
		st.Validators = validators // nothing in this feed is left to read
	}
	return page, nil
}

func (c *connector) readFeed(ctx context.Context, st *nowcastState) ([]feedItem, connectors.Validators, error) {
	header := http.Header{"Accept": {"application/rss+xml, application/xml, text/xml"}}
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: c.addresses.nowcast + "rss.xml", Header: header, Validators: st.Validators})
	if err != nil {
		return nil, connectors.Validators{}, fmt.Errorf("feed of warnings: %w", err)
	}
	if err := res.CheckClock(); err != nil {
		return nil, connectors.Validators{}, fmt.Errorf("feed of warnings: %w", err)
	}
	if res.NotModified {
		return nil, st.Validators, nil
	}
	var f feed
	if err := connectors.DecodeXML(res.Body, res.Header.Get("Content-Type"), &f); err != nil {
		return nil, connectors.Validators{}, fmt.Errorf("feed of warnings: %w", err)
	}
	return f.Items, res.Validators, nil
}

// forgetOld drops messages that are over for a day and no longer in the feed.
func (c *connector) forgetOld(st *nowcastState, items []feedItem) {
	inFeed := map[string]bool{}
	for _, it := range items {
		inFeed[strings.TrimSpace(it.GUID)] = true
	}
	for id, m := range st.Messages {
		if !inFeed[id] && c.env.Now().After(m.Expires.Add(24*time.Hour)) {
			delete(st.Messages, id)
		}
	}
}

// newItems are the items to read, oldest first; those of other provinces are
// noted as known without reading them.
func (c *connector) newItems(st *nowcastState, items []feedItem) []feedItem {
	province := strings.ToLower(c.cfg.Province)
	var fresh []feedItem
	for _, it := range items {
		it.GUID = strings.TrimSpace(it.GUID)
		if _, known := st.Messages[it.GUID]; known || !fileForm.MatchString(path.Base(it.Link)) {
			continue
		}
		if strings.Contains(strings.ToLower(it.Title+" "+it.Description), province) {
			if p := path.Base(it.Link)[:3]; !slices.Contains(st.Prefixes, p) {
				st.Prefixes = append(st.Prefixes, p)
			}
		}
		fresh = append(fresh, it)
	}
	fresh = slices.DeleteFunc(fresh, func(it feedItem) bool {
		if province == "" || slices.Contains(st.Prefixes, path.Base(it.Link)[:3]) {
			return false
		}
		c.know(st, it.GUID, knownMessage{Expires: c.env.Now().Add(24 * time.Hour)})
		return true
	})
	slices.SortStableFunc(fresh, func(a, b feedItem) int { return published(a).Compare(published(b)) })
	return slices.CompactFunc(fresh, func(a, b feedItem) bool { return a.GUID != "" && a.GUID == b.GUID })
}

// published reads pubDate, which comes with +0700, +0800 or +0900.
func published(it feedItem) time.Time {
	t, err := connectors.ParseTime(it.Published, time.UTC, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", time.RFC1123)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (c *connector) know(st *nowcastState, id string, m knownMessage) {
	if st.Messages == nil {
		st.Messages = map[string]knownMessage{}
	}
	st.Messages[id] = m
}

// errUnreadable is a message whose content breaks the agreed form.
var errUnreadable = errors.New("the warning cannot be understood")

// readWarning fetches one file. Only its name is taken from the feed: the
// place is where the feed itself lies, whatever the link says.
func (c *connector) readWarning(ctx context.Context, it feedItem) (warning, error) {
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: c.addresses.nowcast + path.Base(it.Link)})
	var status *connectors.StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		return warning{}, fmt.Errorf("%w: the file is not there", errUnreadable)
	}
	if err == nil {
		err = res.CheckClock()
	}
	if err != nil {
		return warning{}, fmt.Errorf("warning %s: %w", path.Base(it.Link), err)
	}
	w, err := parseCAP(res.Body, res.Header.Get("Content-Type"))
	var malformed *connectors.MalformedError
	if err != nil && !errors.Is(err, errNotForUs) && !errors.As(err, &malformed) {
		return w, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if it.GUID != "" && w.ID != it.GUID && err == nil {
		return w, fmt.Errorf("%w: its identifier is not the one in the feed", errUnreadable)
	}
	return w, err
}

// fold turns messages, in order of sending, into alerts: a chain of Alert,
// Update and Cancel is one alert under the identifier of its first message.
func (c *connector) fold(st *nowcastState, warnings []warning, page *connectors.Page) {
	slices.SortStableFunc(warnings, func(a, b warning) int { return a.Sent.Compare(b.Sent) })
	for _, w := range warnings {
		root := st.root(w)
		codes, whole := c.covered(w)
		concerns := whole || len(codes) > 0
		active := root != "" && st.active(root)
		m := knownMessage{Expires: latest(w.Expires, w.Sent)}
		switch {
		case w.Over || !concerns || w.Expires.Before(c.env.Now()):
			if active {
				page.Alerts = append(page.Alerts, city.Alert{Key: "cap:" + root, Kind: city.AlertWarning, Since: w.Since, Over: true})
				st.end(root)
			}
		default:
			if root == "" {
				root = w.ID
				if len(w.References) > 0 {
					root = w.References[0]
				}
			}
			m.Root = root
			page.Alerts = append(page.Alerts, c.warningAlert(root, w, codes))
		}
		c.know(st, w.ID, m)
	}
}

// root finds the chain a message belongs to among those that concern the city.
func (st *nowcastState) root(w warning) string {
	if m := st.Messages[w.ID]; m.Root != "" {
		return m.Root
	}
	for _, ref := range w.References {
		if m := st.Messages[ref]; m.Root != "" {
			return m.Root
		}
	}
	return ""
}

func (st *nowcastState) active(root string) bool {
	for _, m := range st.Messages {
		if m.Root == root {
			return true
		}
	}
	return false
}

// end marks all messages of a chain as of no further concern.
func (st *nowcastState) end(root string) {
	for id, m := range st.Messages {
		if m.Root == root {
			m.Root = ""
			st.Messages[id] = m
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// eventsEN are BMKG's events in English; others stay as they are.
var eventsEN = map[string]string{
	"hujan lebat dan petir": "Heavy rain and thunderstorms", "hujan lebat": "Heavy rain", "hujan sangat lebat": "Very heavy rain",
	"angin kencang": "Strong wind", "puting beliung": "Tornado", "petir": "Thunderstorms", "hujan es": "Hail",
}

func (c *connector) warningAlert(root string, w warning, codes []string) city.Alert {
	if codes == nil {
		codes = []string{}
	}
	until := w.Expires
	event := eventsEN[strings.ToLower(strings.TrimSpace(w.Info.Event))]
	if event == "" {
		event = "Weather warning (" + strings.TrimSpace(w.Info.Event) + ")"
	}
	headEN := w.HeadlineEN
	if headEN == "" {
		headEN = event + ", " + c.cfg.Province
	}
	a := city.Alert{
		Key: "cap:" + root, Kind: city.AlertWarning, Severity: capSeverity(w.Info.Severity),
		Headline: strings.TrimSpace(w.Info.Headline), HeadlineEN: headEN, Advice: strings.TrimSpace(w.Info.Instruction),
		Evidence:   fmt.Sprintf("%s, berlaku %s sampai %s", w.Info.Event, c.clock(w.Since, false), c.clock(until, false)),
		EvidenceEN: fmt.Sprintf("%s, from %s to %s", event, c.clock(w.Since, true), c.clock(until, true)),
		AreaCodes:  codes, Since: w.Since, Until: &until, Attribution: attribution, Geometry: geometry(w),
	}
	if a.Headline == "" {
		a.Headline = strings.TrimSpace(w.Info.Event)
	}
	if strings.HasPrefix(w.Info.Web, "https://") || strings.HasPrefix(w.Info.Web, "http://") {
		a.URL = strings.TrimSpace(w.Info.Web)
	}
	return a
}

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
	"balaikota/connectors/capalert"
)

// nowcastState is what the warnings read so far said.
type nowcastState struct {
	Validators connectors.Validators `json:"validators,omitzero"`
	// Messages are known CAP messages by identifier.
	Messages capalert.Chains `json:"messages,omitempty"`
	// Prefixes are the first letters of the files of our province, learned
	// from items that name it ("CKT").
	Prefixes []string `json:"prefixes,omitempty"`
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
	var warnings []capalert.Warning
	for _, item := range fresh[:min(len(fresh), detailsPerPage)] {
		w, err := c.readWarning(ctx, item)
		var malformed *connectors.MalformedError
		switch {
		case errors.Is(err, capalert.ErrNotForUs):
			st.Messages.Know(item.GUID, capalert.Known{Expires: c.env.Now().Add(24 * time.Hour)})
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
	st.Messages.Forget(c.env.Now(), func(id string) bool { return inFeed[id] })
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
		st.Messages.Know(it.GUID, capalert.Known{Expires: c.env.Now().Add(24 * time.Hour)})
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

// errUnreadable is a message whose content breaks the agreed form.
var errUnreadable = errors.New("the warning cannot be understood")

// readWarning fetches one file. Only its name is taken from the feed: the
// place is where the feed itself lies, whatever the link says.
func (c *connector) readWarning(ctx context.Context, it feedItem) (capalert.Warning, error) {
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: c.addresses.nowcast + path.Base(it.Link)})
	var status *connectors.StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		return capalert.Warning{}, fmt.Errorf("%w: the file is not there", errUnreadable)
	}
	if err == nil {
		err = res.CheckClock()
	}
	if err != nil {
		return capalert.Warning{}, fmt.Errorf("warning %s: %w", path.Base(it.Link), err)
	}
	w, err := capalert.Parse(res.Body, res.Header.Get("Content-Type"), 0)
	var malformed *connectors.MalformedError
	if err != nil && !errors.Is(err, capalert.ErrNotForUs) && !errors.As(err, &malformed) {
		return w, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if it.GUID != "" && w.ID != it.GUID && err == nil {
		return w, fmt.Errorf("%w: its identifier is not the one in the feed", errUnreadable)
	}
	return w, err
}

// fold turns messages into alerts.
func (c *connector) fold(st *nowcastState, warnings []capalert.Warning, page *connectors.Page) {
	page.Alerts = append(page.Alerts, st.Messages.Fold(c.env.Now(), c.env.Areas, c.cfg.Province, warnings, c.warningAlert)...)
}

// eventsEN are BMKG's events in English; others stay as they are.
var eventsEN = map[string]string{
	"hujan lebat dan petir": "Heavy rain and thunderstorms", "hujan lebat": "Heavy rain", "hujan sangat lebat": "Very heavy rain",
	"angin kencang": "Strong wind", "puting beliung": "Tornado", "petir": "Thunderstorms", "hujan es": "Hail",
}

func (c *connector) warningAlert(root string, w capalert.Warning, codes []string) city.Alert {
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
		Key: capalert.Key(root), Kind: city.AlertWarning, Severity: capalert.Severity(w.Info.Severity),
		Headline: strings.TrimSpace(w.Info.Headline), HeadlineEN: headEN, Advice: strings.TrimSpace(w.Info.Instruction),
		Evidence:   fmt.Sprintf("%s, berlaku %s sampai %s", w.Info.Event, c.clock(w.Since, false), c.clock(until, false)),
		EvidenceEN: fmt.Sprintf("%s, from %s to %s", event, c.clock(w.Since, true), c.clock(until, true)),
		AreaCodes:  codes, Since: w.Since, Until: &until, Attribution: attribution, Geometry: capalert.Geometry(w),
	}
	if a.Headline == "" {
		a.Headline = strings.TrimSpace(w.Info.Event)
	}
	if strings.HasPrefix(w.Info.Web, "https://") || strings.HasPrefix(w.Info.Web, "http://") {
		a.URL = strings.TrimSpace(w.Info.Web)
	}
	return a
}

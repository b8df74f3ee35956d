// Package syndication reads feeds, RSS 2.0, RSS 1.0 and Atom (RFC 4287), to
// entries of one form, for every connector that follows some. It fetches
// nothing. It may import connectors and backend/city.
package syndication

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"balaikota/connectors"
)

// Entry is one item of a feed. Title and Text are plain text: markup is taken
// out. What the feed does not say is empty.
type Entry struct {
	// ID is the entry's own number: guid, id, else its address, else its title
	// and moment.
	ID         string
	Title      string
	Text       string
	Link       string // address of the page, absolute, http or https
	Picture    string // address of a picture that comes with it
	Categories []string
	Author     string
	// Published and Updated are zero when they are not said or cannot be read.
	Published, Updated time.Time
	Lon, Lat           *float64 // GeoRSS or W3C Basic Geo, WGS 84 degrees
	// Documents are links that say which type they lead to, by type.
	Documents map[string]string
}

// Feed is what a feed holds, in its own order.
type Feed struct {
	Root    string // local name of the root element: rss, feed, RDF, or another
	Title   string
	Entries []Entry
}

// mostEntries bounds what one feed may hold.
const mostEntries = 5000

type link struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	URL  string `xml:"url,attr"`
	Text string `xml:",chardata"`
}

// item is an item of RSS or an entry of Atom: their names hardly meet.
type item struct {
	GUID       string   `xml:"guid"`
	ID         string   `xml:"id"`
	About      string   `xml:"about,attr"`
	Titles     []markup `xml:"title"` // media:title too, which comes later
	Texts      []markup `xml:"description"`
	Encoded    markup   `xml:"encoded"`
	Summary    markup   `xml:"summary"`
	Content    []part   `xml:"content"`
	Links      []link   `xml:"link"`
	Enclosures []link   `xml:"enclosure"`
	Terms      []struct {
		Term string `xml:"term,attr"`
		Text string `xml:",chardata"`
	} `xml:"category"`
	Creator   string `xml:"creator"`
	Author    markup `xml:"author"`
	PubDate   string `xml:"pubDate"`
	Date      string `xml:"date"`
	Published string `xml:"published"`
	Updated   string `xml:"updated"`
	Point     string `xml:"point"`
	Where     struct {
		Pos string `xml:"Point>pos"`
	} `xml:"where"`
	Lat  string `xml:"lat"`
	Long string `xml:"long"`
	In   struct {
		Lat  string `xml:"lat"`
		Long string `xml:"long"`
	} `xml:"Point"`
}

// part is Atom's content or Media RSS's: the former holds text, the latter an
// address.
type part struct {
	URL    string `xml:"url,attr"`
	Medium string `xml:"medium,attr"`
	Type   string `xml:"type,attr"`
	Inner  string `xml:",innerxml"`
	Text   string `xml:",chardata"`
}

// markup is text that may hold markup, escaped or as elements.
type markup struct {
	Type  string `xml:"type,attr"`
	Inner string `xml:",innerxml"`
	Text  string `xml:",chardata"`
}

type document struct {
	XMLName xml.Name
	Title   string `xml:"title"`
	Entries []item `xml:"entry"`
	Items   []item `xml:"item"` // RSS 1.0
	Channel struct {
		Title string `xml:"title"`
		Items []item `xml:"item"`
	} `xml:"channel"`
}

// Parse reads a feed that came from an address. An entry that cannot be told
// from others is left out. Its error is a *connectors.MalformedError.
func Parse(body []byte, contentType, from string) (Feed, error) {
	var d document
	if err := connectors.DecodeXML(body, contentType, &d); err != nil {
		return Feed{}, err
	}
	base, err := url.Parse(from)
	if err != nil {
		return Feed{}, fmt.Errorf("the feed's address: %w", err)
	}
	f := Feed{Root: d.XMLName.Local, Title: Plain(d.Title + d.Channel.Title)}
	if f.Root != "rss" && f.Root != "feed" && f.Root != "RDF" {
		return f, &connectors.MalformedError{What: "feed", Err: errors.New("its root is neither rss, feed nor RDF")}
	}
	items := append(append(d.Entries, d.Channel.Items...), d.Items...)
	if len(items) > mostEntries {
		return f, &connectors.MalformedError{What: "feed", Err: fmt.Errorf("it holds %d entries", len(items))}
	}
	for _, it := range items {
		if e := it.entry(base); e.ID != "" {
			f.Entries = append(f.Entries, e)
		}
	}
	return f, nil
}

func (it *item) entry(base *url.URL) Entry {
	e := Entry{
		Title: it.title(), Text: it.text(), Author: Plain(firstOf(it.Creator, it.Author.Text)),
		Published: moment(firstOf(it.Published, it.PubDate, it.Date)), Updated: moment(it.Updated), Documents: map[string]string{},
	}
	it.addLinks(&e, base)
	for _, t := range it.Terms {
		if word := Plain(firstOf(t.Term, t.Text)); word != "" {
			e.Categories = append(e.Categories, word)
		}
	}
	e.Lon, e.Lat = it.place()
	if e.ID = firstOf(it.GUID, it.ID, it.About, e.Link); e.ID == "" && e.Title != "" && !e.Published.IsZero() {
		e.ID = e.Title + " " + e.Published.UTC().Format(time.RFC3339)
	}
	if len(e.ID) > 500 {
		e.ID = "" // no identity that anybody could keep
	}
	return e
}

func (it *item) title() string {
	for _, m := range it.Titles {
		if s := m.plain(); s != "" {
			return s
		}
	}
	return ""
}

// text is the longest of what says what the entry is about.
func (it *item) text() string {
	longest := ""
	texts := append([]markup{it.Encoded, it.Summary}, it.Texts...)
	for _, p := range it.Content {
		if p.URL == "" {
			texts = append(texts, markup{Type: p.Type, Inner: p.Inner, Text: p.Text})
		}
	}
	for _, m := range texts {
		if s := m.plain(); len(s) > len(longest) {
			longest = s
		}
	}
	return longest
}

func (it *item) addLinks(e *Entry, base *url.URL) {
	for _, l := range it.Links {
		address := absolute(base, firstOf(l.Href, l.Text))
		if address == "" {
			continue
		}
		if kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(l.Type)), ";"); kind != "" {
			e.Documents[kind] = address
		}
		if e.Link == "" && (l.Rel == "" || l.Rel == "alternate") {
			e.Link = address
		}
	}
	if e.Link == "" {
		e.Link = webAddress(it.GUID)
	}
	for _, l := range it.Enclosures {
		if strings.HasPrefix(l.Type, "image/") && e.Picture == "" {
			e.Picture = absolute(base, l.URL)
		}
	}
	for _, p := range it.Content {
		if (p.Medium == "image" || strings.HasPrefix(p.Type, "image/")) && e.Picture == "" {
			e.Picture = absolute(base, p.URL)
		}
	}
}

// place reads "lat lon" of GeoRSS, or W3C Basic Geo.
func (it *item) place() (lon, lat *float64) {
	pair := strings.Fields(strings.ReplaceAll(firstOf(it.Point, it.Where.Pos), ",", " "))
	if len(pair) != 2 {
		pair = []string{firstOf(it.Lat, it.In.Lat), firstOf(it.Long, it.In.Long)}
	}
	y, err1 := strconv.ParseFloat(strings.TrimSpace(pair[0]), 64)
	x, err2 := strconv.ParseFloat(strings.TrimSpace(pair[1]), 64)
	if err1 != nil || err2 != nil || !(math.Abs(y) <= 90) || !(math.Abs(x) <= 180) {
		return nil, nil
	}
	return &x, &y
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			return w
		}
	}
	return ""
}

// absolute is an address as seen from the feed, "" for what is none of the web.
func absolute(base *url.URL, s string) string {
	u, err := base.Parse(strings.TrimSpace(s))
	if err != nil || strings.TrimSpace(s) == "" {
		return ""
	}
	return webAddress(u.String())
}

func webAddress(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return ""
	}
	return u.String()
}

// moment reads the dates that feeds write: RFC 3339, and those of mail, whose
// day of the week some write in their own language and some leave out.
func moment(s string) time.Time {
	if day, rest, ok := strings.Cut(s, ","); ok && !strings.ContainsAny(day, "0123456789") {
		s = rest
	}
	t, err := connectors.ParseTime(strings.TrimSpace(s), time.UTC, time.RFC3339, "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04 -0700",
		"2 Jan 2006 15:04:05", "2006-01-02T15:04:05-0700")
	if err != nil {
		return time.Time{}
	}
	return t
}

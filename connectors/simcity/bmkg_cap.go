package simcity

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

type rssItem struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	Description string  `xml:"description"`
	Author      string  `xml:"author"`
	Category    string  `xml:"category"`
	GUID        rssGUID `xml:"guid"`
	Published   string  `xml:"pubDate"`
}

type rssGUID struct {
	PermaLink string `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Copyright   string    `xml:"copyright"`
	Published   string    `xml:"pubDate"`
	Built       string    `xml:"lastBuildDate"`
	Items       []rssItem `xml:"item"`
}

type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Channel rssChannel `xml:"channel"`
}

// feedFor is how long an alert stays in the feed after it was sent.
const feedFor = 6 * time.Hour

// bmkgFeed answers the RSS of the nowcast: /nowcast/id or /nowcast/en, also
// with /rss.xml.
func (c *City) bmkgFeed(w http.ResponseWriter, r *http.Request) {
	lang := r.PathValue("lang")
	if lang != "id" && lang != "en" {
		http.NotFound(w, r)
		return
	}
	if body, ok := c.replay.rss(baseOf(r) + "/bmkg/"); ok {
		sendRecorded(w, "text/xml", body)
		return
	}
	v := viewOf(r)
	now := c.nowStamped().Add(v.shift)
	out := rss{Version: "2.0", Channel: rssChannel{Title: "Peringatan Dini Cuaca (SIMULASI)", Link: baseOf(r) + "/bmkg/alerts/nowcast/" + lang,
		Description: simulated, Language: lang, Copyright: "simulasi", Published: rssTime(now, 0), Built: rssTime(now, 0)}}
	for i, a := range c.recentAlerts() {
		head, text := alertText(a, v)
		out.Channel.Items = append(out.Channel.Items, rssItem{Title: head, Link: fmt.Sprintf("%s/bmkg/alerts/nowcast/%s/%s_alert.xml", baseOf(r), lang, a.Code),
			Description: text, Author: "cuaca.ekstrem@simulasi.invalid (simulasi BMKG)", Category: "Met", GUID: rssGUID{"false", a.ID},
			// The real feed mixes the three zones of the country.
			Published: rssTime(a.Sent.Add(v.shift), i%3)})
	}
	out.Channel.Items = distort(v, out.Channel.Items)
	writeXML(w, out)
}

func rssTime(t time.Time, zones int) string {
	return t.In(time.FixedZone("", (7+zones)*3600)).Format(time.RFC1123Z)
}

// recentAlerts are those of the last hours, newest first.
func (c *City) recentAlerts() []world.Alert {
	c.mu.RLock()
	defer c.mu.RUnlock()
	oldest := c.stampNow().Add(-feedFor)
	var list []world.Alert
	for i := len(c.data.alerts) - 1; i >= 0 && len(list) < 40; i-- {
		if c.data.alerts[i].Sent.Before(oldest) {
			break
		}
		list = append(list, c.data.alerts[i])
	}
	return list
}

// alertText is the headline and description of an alert.
func alertText(a world.Alert, v view) (head, text string) {
	where := strings.Join(a.Places, ", ")
	switch a.Kind {
	case "Cancel":
		return "Pembatalan peringatan di " + a.Region, "Peringatan dini sebelumnya dibatalkan (simulasi)."
	case "AllClear":
		return "Peringatan berakhir di " + a.Region, "Kondisi sudah membaik, peringatan berakhir (simulasi)."
	}
	until := a.Expires.Add(v.shift).In(zone)
	text = fmt.Sprintf("Hujan lebat disertai petir akan terjadi di sebagian wilayah %s, khususnya di %s. Kondisi diperkirakan dapat berlangsung hingga %s %d, %s WITA (simulasi).",
		a.Region, where, until.Format("02 January"), until.Year(), until.Format("15:04"))
	return "Hujan Lebat disertai Petir di " + a.Region, text
}

type capAlert struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"`
	Sender     string   `xml:"sender"`
	Sent       string   `xml:"sent"`
	Status     string   `xml:"status"`
	MsgType    string   `xml:"msgType"`
	Scope      string   `xml:"scope"`
	Note       string   `xml:"note,omitempty"`
	References string   `xml:"references,omitempty"`
	Info       capInfo  `xml:"info"`
}

type capInfo struct {
	Language     string    `xml:"language"`
	Category     string    `xml:"category"`
	Event        string    `xml:"event"`
	ResponseType string    `xml:"responseType,omitempty"`
	Urgency      string    `xml:"urgency"`
	Severity     string    `xml:"severity"`
	Certainty    string    `xml:"certainty"`
	Code         capValue  `xml:"eventCode"`
	Effective    string    `xml:"effective"`
	Expires      string    `xml:"expires"`
	SenderName   string    `xml:"senderName"`
	Headline     string    `xml:"headline"`
	Description  string    `xml:"description"`
	Web          string    `xml:"web"`
	Contact      string    `xml:"contact"`
	Areas        []capArea `xml:"area"`
}

type capValue struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

type capArea struct {
	Desc     string   `xml:"areaDesc"`
	Polygons []string `xml:"polygon"`
}

// bmkgAlert answers one CAP file, or the feed under its longer name.
func (c *City) bmkgAlert(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if file == "rss.xml" {
		c.bmkgFeed(w, r)
		return
	}
	code, ok := strings.CutSuffix(file, "_alert.xml")
	if body, found := c.replay.cap(code); ok && found {
		sendRecorded(w, "text/xml", body)
		return
	}
	c.mu.RLock()
	all := slices.Clip(c.data.alerts)
	c.mu.RUnlock()
	for i := len(all) - 1; ok && i >= 0; i-- {
		if all[i].Code == code {
			writeXML(w, capOf(all[i], viewOf(r), r.PathValue("lang"), baseOf(r)))
			return
		}
	}
	http.NotFound(w, r)
}

// capOf writes an alert. An AllClear is an Update whose responseType says so,
// as CAP 1.2 has it; the scope and status of a simulation are real ones, for
// the connector to act on, and the note says what it is.
func capOf(a world.Alert, v view, lang, base string) capAlert {
	head, text := alertText(a, v)
	msg, response, urgency := a.Kind, "", "Immediate"
	if a.Kind == "AllClear" {
		msg, response, urgency = "Update", "AllClear", "Past"
	}
	valueName := "OET"
	if len(a.References)%2 == 1 {
		valueName = "OET:v1.2"
	}
	return capAlert{
		Identifier: a.ID, Sender: "cuaca.ekstrem@simulasi.invalid", Sent: v.time(a.Sent), Status: "Actual", MsgType: msg, Scope: "Public",
		Note: simulated, References: strings.Join(a.References, " "),
		Info: capInfo{Language: lang, Category: "Met", Event: "Hujan Lebat dan Petir", ResponseType: response, Urgency: urgency,
			Severity: a.Severity, Certainty: "Observed", Code: capValue{valueName, "OET-194"}, Effective: v.time(a.Effective),
			Expires: v.time(a.Expires), SenderName: "Simulasi BMKG", Headline: head, Description: text,
			Web: base + "/bmkg/infografis/" + escapePath(a.Code) + ".jpg", Contact: "simulasi",
			Areas: []capArea{{Desc: a.Region, Polygons: polygons(a)}}},
	}
}

// polygons are boxes around the areas, as "lat,lon" pairs; every third is not
// closed, as happens in the real files.
func polygons(a world.Alert) []string {
	if len(a.Areas) == 0 {
		return []string{"-6.89,109.67 -6.88,109.68 -6.87,109.69 -6.89,109.67"}
	}
	var list []string
	for i, code := range a.Areas {
		k, ok := world.AreaByCode(code)
		if !ok {
			continue
		}
		d := 0.5 * math.Sqrt(k.Km2) / 111
		ring := fmt.Sprintf("%.3f,%.3f %.3f,%.3f %.3f,%.3f %.3f,%.3f", k.Lat-d, k.Lon-d, k.Lat-d, k.Lon+d, k.Lat+d, k.Lon+d, k.Lat+d, k.Lon-d)
		if i%3 != 2 {
			ring += fmt.Sprintf(" %.3f,%.3f", k.Lat-d, k.Lon-d)
		}
		list = append(list, ring)
	}
	return list
}

func writeXML(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header)
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	// The client is gone when this fails; there is nobody left to tell.
	_ = enc.Encode(v)
}

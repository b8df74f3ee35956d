package gtfsrt

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Bounds of what notices say on a screen.
const (
	mostNotices = 200
	mostNamed   = 5   // routes and stops
	mostWords   = 300 // characters of evidence
)

// notices brings the notices in force as alerts of the kind "service", and ends
// those of before that are over or withdrawn. open says since when each is in force;
// it is brought up to date.
func (c *connector) notices(entities []*gtfs.FeedEntity, at time.Time, open map[string]time.Time, page *connectors.Page) map[string]time.Time {
	now := map[string]time.Time{}
	var refused int
	for _, e := range entities {
		a := e.GetAlert()
		id := e.GetId()
		if _, seen := now[id]; seen || a == nil || e.GetIsDeleted() {
			continue
		}
		since, until, ok := period(a.GetActivePeriod(), at)
		if !ok {
			continue
		}
		if id == "" || len(id) > 200 || len(now) == mostNotices {
			refused++
			continue
		}
		switch had, known := open[id]; {
		case known && (since.IsZero() || since.After(at)):
			since = had
		case since.IsZero():
			since = at
		}
		now[id] = since
		page.Alerts = append(page.Alerts, c.notice(id, a, since, until))
	}
	for _, id := range slices.Sorted(maps.Keys(open)) {
		if _, still := now[id]; !still {
			page.Alerts = append(page.Alerts, city.Alert{Key: c.key(id), Kind: city.AlertService, Since: open[id], Over: true})
		}
	}
	if refused > 0 {
		page.Refused = append(page.Refused, city.Refusal{Kind: "alerts", Place: "feed of alerts", Reason: fmt.Sprintf("%d notices have no usable id, or are more than %d at once", refused, mostNotices)})
	}
	return now
}

// key is the alert's of a notice; other sources count theirs from 1 too.
func (c *connector) key(id string) string { return fmt.Sprintf("service:%d:%s", c.env.Source, id) }

func (c *connector) notice(id string, a *gtfs.Alert, since time.Time, until *time.Time) city.Alert {
	effect, cause := effects[gtfs.Alert_UNKNOWN_EFFECT], causes[a.GetCause()]
	if known, ok := effects[a.GetEffect()]; ok { // not one of a later standard
		effect = known
	}
	out := city.Alert{Key: c.key(id), Kind: city.AlertService, Severity: severity(a), AreaCodes: []string{}, Since: since, Until: until}
	out.Headline, out.HeadlineEN = said(a.GetHeaderText())
	if out.Headline == "" {
		out.Headline, out.HeadlineEN = "Angkutan umum: "+effect[0], "Public transport: "+effect[1]
	}
	words, wordsEN := said(a.GetDescriptionText())
	routes, stops := informed(a.GetInformedEntity())
	for i, to := range []*string{&out.Evidence, &out.EvidenceEN} {
		parts := []string{capital(effect[i] + cause[i])}
		if len(routes) > 0 {
			parts = append(parts, []string{"rute ", "route "}[i]+named(routes, i))
		}
		if len(stops) > 0 {
			parts = append(parts, []string{"halte ", "stop "}[i]+named(stops, i))
		}
		*to = strings.Join(parts, "; ") + "."
		if text := []string{words, wordsEN}[i]; text != "" {
			*to += " " + text
		} else if words != "" {
			*to += " " + words
		}
		*to = clip(*to, mostWords)
	}
	if link, _ := said(a.GetUrl()); (strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")) && len(link) <= 500 {
		out.URL = link
	}
	return out
}

// severity of a notice: a bus that does not come is worth attention, and never more:
// standby and danger are words of disasters.
func severity(a *gtfs.Alert) city.Severity {
	switch a.GetSeverityLevel() {
	case gtfs.Alert_INFO:
		return city.Info
	case gtfs.Alert_WARNING, gtfs.Alert_SEVERE:
		return city.Perhatian
	}
	switch a.GetEffect() {
	case gtfs.Alert_NO_SERVICE, gtfs.Alert_REDUCED_SERVICE, gtfs.Alert_SIGNIFICANT_DELAYS, gtfs.Alert_DETOUR:
		return city.Perhatian
	}
	return city.Info
}

// said are a text's Indonesian and English words, in one line. A text without a
// language is taken for the operator's own, Indonesian; English stands in for it, and
// it for nothing.
func said(t *gtfs.TranslatedString) (id, en string) {
	var other string
	for _, x := range t.GetTranslation() {
		words := strings.Join(strings.Fields(strings.ToValidUTF8(x.GetText(), "")), " ")
		language, _, _ := strings.Cut(strings.ToLower(x.GetLanguage()), "-")
		switch {
		case words == "":
		case language == "id" || language == "in":
			id = words
		case language == "en":
			en = words
		case other == "" || language == "":
			other = words
		}
	}
	if id == "" {
		id = other
	}
	if id == "" {
		id = en
	}
	return id, en
}

// period is the period that a moment lies in: since is zero where it has no
// beginning, until nil where it has no end. Without periods it is always.
func period(periods []*gtfs.TimeRange, at time.Time) (since time.Time, until *time.Time, ok bool) {
	if len(periods) == 0 {
		return since, nil, true
	}
	for _, p := range periods {
		if !inForce([]*gtfs.TimeRange{p}, uint64(max(0, at.Unix()))) {
			continue
		}
		if p.GetStart() > 0 {
			since = time.Unix(int64(p.GetStart()), 0)
		}
		if p.End != nil && p.GetEnd() < 1<<40 {
			end := time.Unix(int64(p.GetEnd()), 0)
			until = &end
		}
		return since, until, true
	}
	return since, nil, false
}

// informed are the routes and the stops that a notice is for, each once.
func informed(entities []*gtfs.EntitySelector) (routes, stops []string) {
	for _, e := range entities {
		route := e.GetRouteId()
		if route == "" {
			route = e.GetTrip().GetRouteId()
		}
		for to, name := range map[*[]string]string{&routes: route, &stops: e.GetStopId()} {
			name = clip(strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " "), 40)
			if name != "" && !slices.Contains(*to, name) && len(*to) < 1000 {
				*to = append(*to, name)
			}
		}
	}
	return routes, stops
}

func named(names []string, language int) string {
	if more := len(names) - mostNamed; more > 0 {
		return strings.Join(names[:mostNamed], ", ") + fmt.Sprintf([]string{" dan %d lain", " and %d more"}[language], more)
	}
	return strings.Join(names, ", ")
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// What the standard's words mean, in Indonesian and English.
var effects = map[gtfs.Alert_Effect][2]string{
	gtfs.Alert_NO_SERVICE: {"tidak beroperasi", "no service"}, gtfs.Alert_REDUCED_SERVICE: {"layanan berkurang", "reduced service"},
	gtfs.Alert_SIGNIFICANT_DELAYS: {"keterlambatan besar", "significant delays"}, gtfs.Alert_DETOUR: {"rute dialihkan", "detour"},
	gtfs.Alert_ADDITIONAL_SERVICE: {"layanan tambahan", "additional service"}, gtfs.Alert_MODIFIED_SERVICE: {"layanan diubah", "modified service"},
	gtfs.Alert_STOP_MOVED: {"halte dipindah", "stop moved"}, gtfs.Alert_NO_EFFECT: {"pemberitahuan", "notice"},
	gtfs.Alert_ACCESSIBILITY_ISSUE: {"akses penyandang disabilitas terganggu", "accessibility issue"},
	gtfs.Alert_OTHER_EFFECT:        {"gangguan layanan", "disturbance"}, gtfs.Alert_UNKNOWN_EFFECT: {"gangguan layanan", "disturbance"},
}

var causes = map[gtfs.Alert_Cause][2]string{
	gtfs.Alert_TECHNICAL_PROBLEM: {" karena masalah teknis", ", technical problem"}, gtfs.Alert_STRIKE: {" karena mogok kerja", ", strike"},
	gtfs.Alert_DEMONSTRATION: {" karena unjuk rasa", ", demonstration"}, gtfs.Alert_ACCIDENT: {" karena kecelakaan", ", accident"},
	gtfs.Alert_HOLIDAY: {" karena hari libur", ", holiday"}, gtfs.Alert_WEATHER: {" karena cuaca", ", weather"},
	gtfs.Alert_MAINTENANCE: {" karena pemeliharaan", ", maintenance"}, gtfs.Alert_CONSTRUCTION: {" karena pekerjaan konstruksi", ", construction"},
	gtfs.Alert_POLICE_ACTIVITY: {" karena kegiatan kepolisian", ", police activity"}, gtfs.Alert_MEDICAL_EMERGENCY: {" karena keadaan darurat medis", ", medical emergency"},
}

package connectors

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
)

// report checks and completes one report; the reason is "" when it may be kept.
func (c checker) report(r *city.Report) string {
	r.ExternalID = strings.TrimSpace(r.ExternalID)
	switch {
	case r.ExternalID == "":
		return "external_id is missing"
	case len(r.ExternalID) > maxIDBytes:
		return fmt.Sprintf("external_id is longer than %d bytes", maxIDBytes)
	case r.CreatedAt.IsZero():
		return "created_at is missing"
	case r.CreatedAt.Before(earliest) || r.CreatedAt.After(c.now.AddDate(1, 0, 0)):
		return fmt.Sprintf("created_at %s cannot be meant", r.CreatedAt.Format(time.DateOnly))
	case len(r.Text) > maxTextBytes:
		return fmt.Sprintf("text is longer than %d kB", maxTextBytes>>10)
	}
	for _, s := range []string{r.ExternalID, r.Channel, r.Text, r.Address, r.StatedArea, r.Category, r.Office, r.MediaURL} {
		if !plainText(s) {
			return "holds bytes that are not text (NUL or not UTF-8)"
		}
	}
	if len(r.Raw) > 0 && !storableJSON(r.Raw) {
		return "holds bytes that are not text (NUL or not UTF-8)"
	}
	if r.Reporter != nil && !plainText(r.Reporter.Name+r.Reporter.Phone+r.Reporter.Email+r.Reporter.Handle) {
		return "holds bytes that are not text (NUL or not UTF-8)"
	}
	if r.Status == "" {
		r.Status = city.Open
	}
	if !slices.Contains(city.ReportStatuses, r.Status) {
		return fmt.Sprintf("status %q is not one of open, in_progress, closed, rejected", clip(string(r.Status), 40))
	}
	if r.Channel == "" {
		r.Channel = c.src.Connector
	}
	c.times(r)
	c.place(r)
	return ""
}

// times drops times that cannot be and remarks clocks that run ahead.
func (c checker) times(r *city.Report) {
	if r.CreatedAt.After(c.now.Add(clockSlack)) {
		flag(&r.Flags, city.FlagFutureTime)
	}
	for _, t := range []**time.Time{&r.RespondedAt, &r.ClosedAt} {
		if *t != nil && (*t).IsZero() {
			*t = nil
		}
		if *t != nil && (*t).Before(r.CreatedAt) {
			*t = nil
			flag(&r.Flags, city.FlagTimeOrder)
		}
	}
	// A time of change from a clock that runs ahead would keep every later,
	// truthful version out; without one the next version simply wins.
	if r.UpdatedAt.Before(earliest) || r.UpdatedAt.After(c.now.Add(clockSlack)) {
		r.UpdatedAt = time.Time{}
	}
}

// place mends or drops the point, works out the kelurahan it lies in and holds
// it against the area that was named.
func (c checker) place(r *city.Report) {
	r.ComputedArea = ""
	r.Lon, r.Lat = c.point(r.Lon, r.Lat, &r.Flags)
	if r.Lon != nil {
		r.ComputedArea, _ = c.env.Areas.Locate(orb.Point{*r.Lon, *r.Lat})
	}
	stated := strings.TrimSpace(r.StatedArea)
	r.StatedArea = c.areaCode(stated)
	if r.StatedArea == "" && stated != "" && r.Address == "" {
		r.Address = stated // not an area we know, yet the citizen's words
	}
	switch {
	case r.StatedArea == "" && r.ComputedArea == "":
		flag(&r.Flags, city.FlagNoPlace)
	case r.StatedArea != "" && r.ComputedArea != "" && !city.Within(r.ComputedArea, r.StatedArea):
		flag(&r.Flags, city.FlagAreaDiffers)
	}
}

// point returns the point as given, or mended when lat and lon were swapped.
// One outside the city stays with a flag and counts for no area: borders can
// be corrected later. Null island (0, 0) is what many systems write for "no
// location" and counts as none.
func (c checker) point(lon, lat *float64, flags *[]city.Flag) (*float64, *float64) {
	if lon == nil || lat == nil || (*lon == 0 && *lat == 0) {
		return nil, nil
	}
	x, y := *lon, *lat
	if !degrees(x) || !degrees(y) {
		flag(flags, city.FlagOutsideCity)
		return nil, nil
	}
	if _, ok := c.env.Areas.Locate(orb.Point{x, y}); ok {
		return &x, &y
	}
	if _, ok := c.env.Areas.Locate(orb.Point{y, x}); ok {
		flag(flags, city.FlagSwappedPoint)
		return &y, &x
	}
	if !c.hasBorders() {
		return &x, &y // nothing can be said without them
	}
	flag(flags, city.FlagOutsideCity)
	if math.Abs(y) > 90 {
		return nil, nil // not even a place on earth
	}
	return &x, &y
}

func degrees(x float64) bool { return !math.IsNaN(x) && math.Abs(x) <= 180 }

func (c checker) hasBorders() bool {
	return slices.ContainsFunc(c.env.Areas.Areas(city.Kelurahan), func(a city.Area) bool { return len(a.Outline) > 0 })
}

// areaCode returns the code of an area given by code or by a name that means
// one area only; "" otherwise.
func (c checker) areaCode(s string) string {
	if s == "" {
		return ""
	}
	if _, ok := c.env.Areas.Area(s); ok {
		return s
	}
	if found := c.env.Areas.Find(s); len(found) == 1 {
		return found[0]
	}
	return ""
}

func flag(flags *[]city.Flag, f city.Flag) {
	if !slices.Contains(*flags, f) {
		*flags = append(slices.Clone(*flags), f)
	}
}

// observation checks one observation; the reason is "" when it may be kept.
func (c checker) observation(o *city.Observation) string {
	switch {
	case o.Indicator == "":
		return "indicator is missing"
	case o.Time.IsZero():
		return "time is missing"
	case o.Time.Before(earliest) || o.Time.After(c.now.AddDate(1, 0, 0)):
		return fmt.Sprintf("time %s cannot be meant", o.Time.Format(time.DateOnly))
	case math.IsNaN(o.Value) || math.Abs(o.Value) >= 1e300:
		return "value is not a number"
	case o.Forecast && o.IssuedAt.IsZero():
		return "a forecast needs the time it was issued"
	case !plainText(o.Indicator + o.AreaCode + o.Unit + o.Station):
		return "holds bytes that are not text (NUL or not UTF-8)"
	case len(o.Station) > maxIDBytes:
		return fmt.Sprintf("station is longer than %d bytes", maxIDBytes)
	}
	if o.AreaCode != "" {
		code := c.areaCode(o.AreaCode)
		if code == "" {
			return fmt.Sprintf("area %q is not an area of this city", clip(o.AreaCode, 60))
		}
		o.AreaCode = code
	}
	if !o.Forecast && o.Time.After(c.now.Add(clockSlack)) {
		flag(&o.Flags, city.FlagFutureTime)
	}
	return ""
}

// alert checks and completes one alert; the reason is "" when it may be kept.
func (c checker) alert(a *city.Alert) string {
	switch {
	case a.Key == "":
		return "key is missing"
	case !plainText(a.Key + a.Headline + a.HeadlineEN + a.Evidence + a.EvidenceEN + a.Advice + a.AdviceEN + string(a.Geometry)):
		return "holds bytes that are not text (NUL or not UTF-8)"
	case a.Over:
		return c.own(a)
	case a.Headline == "":
		return "headline is missing"
	case a.Since.IsZero():
		return "since is missing"
	case a.Until != nil && a.Until.Before(a.Since):
		return "it ends before it begins"
	case len(a.Geometry) > 0 && !storableJSON(a.Geometry):
		return "its geometry is not GeoJSON"
	}
	a.Headline = clip(a.Headline, maxHeadline-1)
	a.HeadlineEN = clip(a.HeadlineEN, maxHeadline-1)
	for _, code := range a.AreaCodes {
		if _, ok := c.env.Areas.Area(code); !ok {
			return fmt.Sprintf("area %q is not an area of this city", clip(code, 60))
		}
	}
	return c.own(a)
}

// own marks an alert as this source's.
func (c checker) own(a *city.Alert) string {
	a.Source, a.Simulated = c.src.Slug, a.Simulated || c.src.Simulated
	if a.Attribution == "" {
		a.Attribution = c.src.Attribution
	}
	if a.AreaCodes == nil {
		a.AreaCodes = []string{}
	}
	return ""
}

// newestReports keeps one report per id: pages repeat and reorder rows, and
// one statement can write each row only once. The newest by the source's own
// clock wins, the later one where the clock says nothing.
func newestReports(rows []city.Report) []city.Report {
	return lastBy(rows, func(r city.Report) string { return r.ExternalID },
		func(old, new city.Report) bool { return new.UpdatedAt.Before(old.UpdatedAt) })
}

// agenda checks the appointments of a calendar. What is refused is told without
// its words: who reads refused rows may not read the agenda.
func (c checker) agenda(span *city.AgendaSpan, refused *[]city.Refusal) *city.AgendaSpan {
	if span == nil {
		return nil
	}
	out := &city.AgendaSpan{From: span.From, To: span.To}
	for _, e := range span.Entries {
		reason := ""
		switch {
		case e.Key == "" || len(e.Key) > maxIDBytes || !plainText(e.Key):
			reason = "key is missing, too long or not text"
		case e.Title == "" || len(e.Title)+len(e.Place) > maxTextBytes || !plainText(e.Title+e.Place):
			reason = "title is missing, or the words hold bytes that are not text"
		case e.Start.IsZero() || e.End.Before(e.Start) || e.Start.Before(earliest.AddDate(-20, 0, 0)) || e.End.After(c.now.AddDate(10, 0, 0)):
			reason = "start and end cannot be meant"
		}
		if reason != "" {
			*refused = append(*refused, refusal("agenda", clip(strings.ToValidUTF8(e.Key, "\uFFFD"), 60), reason, nil))
			continue
		}
		out.Entries = append(out.Entries, e)
	}
	out.Entries = lastBy(out.Entries, func(e city.AgendaEntry) string { return e.Key }, func(_, _ city.AgendaEntry) bool { return false })
	return out
}

type observationKey struct {
	indicator, area, station string
	at                       int64
}

func keyOf(o city.Observation) observationKey {
	return observationKey{o.Indicator, o.AreaCode, o.Station, o.Time.UnixMicro()}
}

// repeatedObservations are the times that a page holds more than once, in its
// order, with the first value that was written; forecasts are often issued
// again and are none.
func repeatedObservations(rows []city.Observation) (out []city.RepeatedObservation) {
	first, found := make(map[observationKey]float64, len(rows)), map[observationKey]int{}
	for _, o := range rows {
		if o.Forecast {
			continue
		}
		k := keyOf(o)
		earlier, seen := first[k]
		if !seen {
			first[k] = o.Value
			continue
		}
		i, known := found[k]
		if !known {
			i = len(out)
			found[k] = i
			out = append(out, city.RepeatedObservation{Indicator: o.Indicator, AreaCode: o.AreaCode, Station: o.Station, Time: o.Time, Earlier: earlier, Rows: 1})
		}
		out[i].Rows++
	}
	return out
}

func lastObservations(rows []city.Observation) []city.Observation {
	return lastBy(rows, keyOf, func(old, new city.Observation) bool { return new.IssuedAt.Before(old.IssuedAt) })
}

func lastAlerts(rows []city.Alert) []city.Alert {
	return lastBy(rows, func(a city.Alert) string { return a.Key }, func(_, _ city.Alert) bool { return false })
}

// lastBy keeps the last row per key, at the place of the first, unless older
// says that the later one is older.
func lastBy[T any, K comparable](rows []T, key func(T) K, older func(old, new T) bool) []T {
	at := make(map[K]int, len(rows))
	out := rows[:0:0]
	for _, row := range rows {
		k := key(row)
		if i, seen := at[k]; seen {
			if !older(out[i], row) {
				out[i] = row
			}
			continue
		}
		at[k] = len(out)
		out = append(out, row)
	}
	return out
}

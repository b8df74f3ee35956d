package tools

import (
	"context"
	_ "embed"
	"math"
	"slices"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed near.md
var nearText string

func (d Deps) near() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolNear, Description: nearText}, func(ctx context.Context, c tool.Call, in city.NearInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.listed(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

const (
	usualReports = 10
	readReports  = 500 // reports read to look for a place or words
)

// listed finds reports and hands out their numbers; what they say is read by
// the screen with the person's own rights.
func (a *answer) listed(in city.NearInput) error {
	if in.Top < 0 || in.Top > tool.MostIDs {
		return city.InvalidField("top", "must be 1 to %d", tool.MostIDs)
	}
	q := a.scoped(city.MeasureQuery{Measure: city.MeasureReceived, Area: in.Area, Category: in.Category, Office: in.Office, Period: in.Period})
	if err := a.mine(q.Area, q.Office); err != nil {
		return err
	}
	s, err := a.search(in, &q)
	if err != nil {
		return err
	}
	spot, done, err := a.spot(in, q.Area, &s.filter)
	if err != nil || done {
		return err
	}
	found, err := a.d.Reports.Reports(a.ctx, a.asker, s.filter)
	if err != nil {
		return err
	}
	s.full = len(found) == s.filter.Limit
	s.found = slices.DeleteFunc(found, func(r city.ReportSummary) bool {
		return r.CreatedAt.After(a.c.At) || !s.status(r) || spot != nil && !within(r, *spot)
	})
	a.nearChips(in, q, s.period, spot)
	if err := a.exactCount(in, q, &s); err != nil {
		return err
	}
	a.wordReports(in, q, s, spot)
	return nil
}

// search is what is looked for in the store and what came of it.
type search struct {
	filter city.ReportFilter
	period city.Period
	moment bool // a state at the period's end
	found  []city.ReportSummary
	full   bool // there may be more than were read
	total  *city.MeasureRow
	// status tells the reports of the wanted status as of the question's
	// moment; the store's list is of now.
	status func(city.ReportSummary) bool
}

func (a *answer) search(in city.NearInput, q *city.MeasureQuery) (s search, err error) {
	s.filter = city.ReportFilter{AreaCode: q.Area, Category: q.Category, Office: q.Office, Limit: readReports}
	open := func(r city.ReportSummary) bool {
		return r.Status != city.Rejected && (r.ClosedAt == nil || r.ClosedAt.After(a.c.At))
	}
	switch in.Status {
	case "":
		s.status = func(city.ReportSummary) bool { return true }
	case "belum_selesai":
		s.status, s.moment, q.Measure = open, true, city.MeasureOpen
	case "lewat_tenggat":
		s.moment, q.Measure = true, city.MeasureOverdue
		s.status = func(r city.ReportSummary) bool { return open(r) && r.DueAt != nil && !r.DueAt.After(a.c.At) }
	default:
		if !slices.Contains(city.ReportStatuses, city.ReportStatus(in.Status)) {
			return s, city.InvalidField("status", "must be open, in_progress, closed, rejected, belum_selesai or lewat_tenggat")
		}
		s.filter.Status, q.Status = []city.ReportStatus{city.ReportStatus(in.Status)}, in.Status
		s.status = func(city.ReportSummary) bool { return true }
	}
	if q.Period == "" {
		q.Period = "30_hari_terakhir"
		if s.moment {
			q.Period = city.PeriodUntilNow
		}
	}
	if s.period, err = city.ParsePeriod(q.Period, a.c.At, a.c.Zone); err != nil {
		return s, err
	}
	s.filter.From, s.filter.To = s.period.From, s.period.To
	if in.Words != "" {
		if a.d.Stems == nil {
			return s, city.InvalidField("words", "texts cannot be searched here")
		}
		s.filter.Stems = a.d.Stems(in.Words)
		if len(s.filter.Stems) == 0 {
			return s, city.InvalidField("words", "holds no word to search by")
		}
	}
	return s, nil
}

// exactCount measures how many there are, where a measure can: a list is cut,
// and holds the statuses of now.
func (a *answer) exactCount(in city.NearInput, q city.MeasureQuery, s *search) error {
	wholePast := s.moment && !s.period.From.IsZero()
	if in.Place != "" || in.Words != "" || wholePast {
		return nil
	}
	ms, err := a.measure(q)
	if err != nil {
		return err
	}
	if valued(ms[0]) {
		s.total = &ms[0].Rows[0]
		s.full = false
	}
	return nil
}

// spot finds the place that the person named. One that nobody knows is
// searched for as words; one that may be several is asked back about.
func (a *answer) spot(in city.NearInput, area string, f *city.ReportFilter) (spot *Place, done bool, err error) {
	if in.Place == "" {
		return nil, false, nil
	}
	var places []Place
	if a.d.Places != nil {
		if places, err = a.d.Places(a.ctx, in.Place, area); err != nil {
			return nil, false, err
		}
	}
	areas := map[string]bool{}
	for _, p := range places {
		areas[p.Area] = true
	}
	switch {
	case len(areas) > 1:
		a.whichPlace(in, places)
		return nil, true, nil
	case len(places) > 0:
		f.AreaCode = ""
		if a.asker.Role == city.Camat || a.asker.Role == city.Lurah {
			f.AreaCode = a.asker.AreaCode
		}
		return &places[0], false, nil
	case a.d.Stems == nil:
		a.r.Status = city.Abstained
		a.say(strings.TrimSpace("Tempat "+a.d.ownWords(in.Place)) + " tidak dikenal.")
		return nil, true, nil
	}
	f.Stems = append(f.Stems, a.d.Stems(in.Place)...)
	a.caveat("Tempat itu tidak ada di daftar nama tempat; yang dicari ialah laporan yang menyebutnya.")
	return nil, false, nil
}

func (a *answer) whichPlace(in city.NearInput, places []Place) {
	a.r.Status = city.Clarify
	a.say("Ada beberapa tempat dengan nama itu. Mana yang dimaksud?")
	seen := map[string]bool{}
	for _, p := range places {
		if seen[p.Area] || len(a.r.Options) == 5 {
			continue
		}
		seen[p.Area] = true
		one := in
		one.Area = p.Area
		call := callOf(city.ToolNear, one)
		a.r.Options = append(a.r.Options, city.Option{Text: p.Name + ", " + a.fullArea(p.Area), Call: &call})
		a.name(p.Name, a.areaName(p.Area))
	}
}

// within reports whether a report lies in a place's circle. One without a
// point lies nowhere.
func within(r city.ReportSummary, p Place) bool {
	lon, lat := r.Lon, r.Lat
	if lon == nil || lat == nil {
		if r.Guess == nil {
			return false
		}
		lon, lat = &r.Guess.Lon, &r.Guess.Lat
	}
	return metres(*lon, *lat, p.Lon, p.Lat) <= max(p.RadiusM, 100)
}

// metres is the distance of two points that lie close together (equirectangular
// approximation, good to a thousandth within a city).
func metres(lon1, lat1, lon2, lat2 float64) float64 {
	const perDegree = 111_195
	x := (lon2 - lon1) * math.Cos((lat1+lat2)/2*math.Pi/180)
	return perDegree * math.Hypot(x, lat2-lat1)
}

func (a *answer) nearChips(in city.NearInput, q city.MeasureQuery, p city.Period, spot *Place) {
	if spot != nil {
		a.chip("place", in.Place, spot.Name)
	} else if in.Place != "" {
		a.chip("place", in.Place, in.Place)
	}
	if q.Category != "" {
		c, _ := a.category(q.Category)
		a.chip("category", q.Category, c.Name)
	}
	a.stated("area", in.Area, q.Area, a.fullArea(q.Area))
	if q.Office != "" {
		a.stated("office", in.Office, q.Office, q.Office)
	}
	if in.Status != "" {
		a.chip("status", in.Status, upper(statusName(in.Status)))
	}
	if in.Words != "" {
		a.chip("words", in.Words, "Menyebut: "+in.Words)
	}
	a.stated("period", in.Period, q.Period, a.periodChip(p))
	a.r.Area, a.r.Category = q.Area, q.Category
	if spot != nil {
		a.r.Area = spot.Area
	}
	if a.r.Area == "" {
		a.r.Area = a.d.CityCode
	}
}

func (a *answer) wordReports(in city.NearInput, q city.MeasureQuery, s search, spot *Place) {
	q.Status = ""
	noun := a.reports(q)
	where, rest := a.place(q.Area), a.wanted(in, spot == nil)
	if spot != nil {
		a.name(spot.Name)
		where = "di sekitar " + spot.Name + ", " + a.areaName(spot.Area)
		a.place(spot.Area)
	}
	when := a.during(s.period)
	if s.moment && s.period.From.IsZero() {
		when = a.asOf(s.period.To)
		a.name(when)
	}
	total := float64(len(s.found))
	if s.total != nil {
		total = *s.total.Value
	}
	f := city.Figure{
		Label: upper(noun) + rest + ", " + a.shortArea(a.r.Area) + ", " + city.FormatPeriod(s.period, a.c.Zone), Value: total, Unit: "laporan",
		Area: a.r.Area, Category: q.Category, Office: q.Office, To: &s.period.To, N: int(total),
	}
	if !s.period.From.IsZero() {
		f.From = &s.period.From
	}
	a.head(f)
	if total == 0 {
		a.say("Tidak ada " + noun + " " + where + rest + " " + when + ": 0.")
		return
	}
	n := city.FormatNumber(total, 0)
	if s.full {
		a.r.Cut = true
		n = "sedikitnya " + n
		a.caveat("Hanya laporan terbaru yang diperiksa, jadi jumlahnya dapat lebih besar.")
	}
	a.say("Ada " + n + " " + noun + " " + where + rest + " " + when + ".")
	a.showFound(in, q, s, total, upper(noun)+" "+where)
	a.ask("Apa keluhan terbanyak" + a.askPlace(a.r.Area) + " 30 hari terakhir?")
	a.ask("Berapa laporan yang melewati batas waktu" + a.askPlace(a.r.Area) + "?")
}

// wanted words the status and the words that were asked for; a place that
// nobody knows was searched for as words.
func (a *answer) wanted(in city.NearInput, placeAsWords bool) string {
	var parts []string
	if in.Status != "" {
		parts = append(parts, statusName(in.Status))
	}
	mentions := func(words, unsaid string) {
		if said := a.d.ownWords(words); said != "" {
			parts = append(parts, "menyebut “"+said+"”")
		} else if words != "" {
			parts = append(parts, "menyebut "+unsaid)
		}
	}
	mentions(in.Words, "kata yang dicari")
	if placeAsWords {
		mentions(in.Place, "tempat itu")
	}
	if len(parts) == 0 {
		return ""
	}
	return " yang " + strings.Join(parts, " dan ")
}

func (a *answer) showFound(in city.NearInput, q city.MeasureQuery, s search, total float64, title string) {
	top := in.Top
	if top == 0 {
		top = usualReports
	}
	var ids []int64
	for _, r := range s.found[:min(top, len(s.found))] {
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return
	}
	if float64(len(ids)) < total {
		a.say("Ditampilkan " + a.count(len(ids), "laporan", "Laporan yang ditampilkan") + " yang terbaru.")
	}
	if float64(len(s.found)) == total {
		a.byCategory(q, s.found)
	}
	a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "reports", Title: title, IDs: ids})
}

// byCategory says what most of the found reports are about.
func (a *answer) byCategory(q city.MeasureQuery, found []city.ReportSummary) {
	if q.Category != "" {
		return
	}
	tally := map[string]int{}
	best := ""
	for _, r := range found {
		if r.Category == "" {
			continue
		}
		tally[r.Category]++
		if best == "" || tally[r.Category] > tally[best] || tally[r.Category] == tally[best] && r.Category < best {
			best = r.Category
		}
	}
	if best == "" || len(tally) == 1 {
		return
	}
	a.figure(city.Figure{Label: "Di antaranya tentang " + a.categoryWord(best), Value: float64(tally[best]), Unit: "laporan", Area: a.r.Area, Category: best})
	a.say("Terbanyak tentang " + a.categoryWord(best) + ": " + city.FormatNumber(float64(tally[best]), 0) + ".")
}

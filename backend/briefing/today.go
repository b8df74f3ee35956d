package briefing

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// agenda is what the day brings: whether it is worked, the mayor's appointments,
// which instructions end, and what the Monday meeting has open.
func (s *sheet) agenda() {
	p := &s.out.Agenda
	if !s.part(PartAgenda, p, "Agenda hari ini") {
		return
	}
	at := s.in.At.In(s.in.Zone)
	day := "Hari kerja."
	if s.in.Calendar.Location != nil && !s.in.Calendar.Working(at) {
		day = "Bukan hari kerja; tenggat dalam hari kerja tidak berjalan."
	}
	p.Lines = append(p.Lines, city.BriefingLine{What: day, Refs: []int{}})
	// The end of today is the midnight after it.
	start := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, s.in.Zone)
	end := start.AddDate(0, 0, 1)
	s.schedule(p, start)
	var ending []string
	n := 0
	for _, d := range s.in.Dispositions {
		if d.Nature == city.NatureSecret || d.Status.Over() || !d.DueAt.After(start) || d.DueAt.After(end) {
			continue
		}
		n++
		if !slices.Contains(ending, d.OfficeName) && len(ending) < 3 {
			ending = append(ending, d.OfficeName)
		}
	}
	text := "Tidak ada disposisi yang jatuh tempo hari ini."
	if n > 0 {
		text = count(n) + " disposisi jatuh tempo hari ini: " + clip(strings.Join(ending, ", "), 80) + "."
	}
	if s.in.Unread[PartFollowUps] {
		text = "Disposisi yang jatuh tempo tidak dapat dibaca ketika lembar ini disusun."
	}
	p.Lines = append(p.Lines, city.BriefingLine{What: text, Refs: s.cite(text, "/tindakan", time.Time{}, "")})
	if m := s.in.Meeting; m != nil {
		s.meeting(p, *m, at)
	}
}

func (s *sheet) meeting(p *city.BriefingPart, m city.Meeting, at time.Time) {
	open := 0
	for _, point := range m.Points {
		if point.Status == "open" {
			open++
		}
	}
	text := "Rapat Senin: " + count(open) + " pokok terbuka."
	if at.Weekday() == time.Monday && m.Minutes == nil {
		text = fmt.Sprintf("Rapat Senin hari ini: %s pokok terbuka, %s disposisi belum selesai.", count(open), count(len(m.NotDone)))
	}
	p.Lines = append(p.Lines, city.BriefingLine{What: text, Refs: s.cite(text, "/rapat/"+m.Week, m.At, "")})
}

// weather is what is foreseen for today, and how the water stands.
func (s *sheet) weather() {
	p := &s.out.Weather
	if !s.part(PartWeather, p, "Cuaca dan pasang hari ini") {
		return
	}
	if s.in.Unread[PartDecisions] {
		p.Lines = append(p.Lines, city.BriefingLine{What: "Peringatan cuaca tidak dapat dibaca ketika lembar ini disusun.", Refs: []int{}})
	}
	for _, a := range s.in.Alerts {
		if a.Kind == city.AlertWarning && (a.Until == nil || a.Until.After(s.in.At)) && len(p.Lines) < 2 {
			p.Lines = append(p.Lines, city.BriefingLine{Mark: severityWords[a.Severity], Severity: a.Severity, What: clip(a.Headline, 95), Refs: s.cite("Peringatan: "+a.Headline, alertPath(a.Key), a.Since, a.Attribution)})
		}
	}
	s.rain(p)
	s.heat(p)
	s.tide(p)
	s.flood(p)
}

// today are the steps that begin before the day's end, and the mean of each
// moment over its areas.
func (s *sheet) today(o Outlook) []city.OutlookStep {
	at := s.in.At.In(s.in.Zone)
	end := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, s.in.Zone)
	return slices.DeleteFunc(slices.Clone(o.Steps), func(st city.OutlookStep) bool { return !st.Time.After(s.in.At) || st.Time.After(end) })
}

func (s *sheet) line(p *city.BriefingPart, text, path string, at time.Time, source string) {
	p.Lines = append(p.Lines, city.BriefingLine{What: text, Refs: s.cite(text, path, at, source)})
}

func (s *sheet) rain(p *city.BriefingPart) {
	if s.in.Rain.Indicator == nil {
		p.Lines = append(p.Lines, city.BriefingLine{What: "Hujan: kota ini belum punya sumber prakiraan.", Refs: []int{}})
		return
	}
	i, steps := *s.in.Rain.Indicator, s.today(s.in.Rain)
	path := "/?indikator=" + url.QueryEscape(i.Slug)
	if len(steps) == 0 {
		s.line(p, "Hujan: prakiraan untuk hari ini tidak tersedia.", path, s.in.At, "")
		return
	}
	peak, sum, areas := steps[0], 0.0, map[string]bool{}
	for _, st := range steps {
		sum += st.Value
		areas[st.AreaCode] = true
		s.out.Simulated = s.out.Simulated || st.Simulated
		if st.Value > peak.Value {
			peak = st
		}
	}
	until := s.forecastAge(steps)
	if peak.Value <= 0 {
		s.line(p, "Hujan: tidak diprakirakan sampai tengah malam"+until+".", path, peak.IssuedAt, peak.Source)
		return
	}
	where := s.names[peak.AreaCode]
	if where != "" {
		where = " di " + where
	}
	text := fmt.Sprintf("Hujan: rata-rata kota %s mm sampai tengah malam; tertinggi %s pukul %s%s%s.", city.FormatNumber(sum/float64(len(areas)), 1), city.FormatValue(peak.Value, i.Decimals, i.Unit), s.clock(peak.Time), where, until)
	s.line(p, text, path, peak.IssuedAt, peak.Source)
}

// forecastAge says when a forecast was issued that is older than a day.
func (s *sheet) forecastAge(steps []city.OutlookStep) string {
	var newest time.Time
	for _, st := range steps {
		if st.IssuedAt.After(newest) {
			newest = st.IssuedAt
		}
	}
	if s.in.At.Sub(newest) <= 24*time.Hour {
		return ""
	}
	return " (prakiraan lama, terbit " + s.clock(newest) + ")"
}

func (s *sheet) heat(p *city.BriefingPart) {
	if s.in.Heat.Indicator == nil {
		return
	}
	i, steps := *s.in.Heat.Indicator, s.today(s.in.Heat)
	if len(steps) == 0 {
		return
	}
	low, high := steps[0].Value, steps[0].Value
	for _, st := range steps {
		low, high = min(low, st.Value), max(high, st.Value)
	}
	text := "Suhu: " + city.FormatNumber(low, 0) + "–" + city.FormatValue(high, 0, i.Unit) + s.forecastAge(steps) + "."
	s.line(p, text, "/?indikator="+url.QueryEscape(i.Slug), steps[0].IssuedAt, steps[0].Source)
}

// tide says how the tidal water stands and, where a source foresees it, its
// height today.
func (s *sheet) tide(p *city.BriefingPart) {
	if s.in.Tide.Indicator == nil {
		p.Lines = append(p.Lines, city.BriefingLine{What: "Pasang: kota ini belum punya alat ukur pasang.", Refs: []int{}})
		return
	}
	i := *s.in.Tide.Indicator
	text, at, source := "Pasang: "+i.Name+" belum terukur", s.in.At, ""
	for _, r := range Readings([]city.Indicator{i}, s.in.States, s.in.Setting.Code) {
		text, at, source = "Pasang: "+i.Name+" "+city.FormatValue(r.Value, i.Decimals, i.Unit)+" pukul "+s.clock(r.Time), r.Time, r.Source
		if s.staleness(r) != "" {
			text += " (data lama)"
		}
		for _, t := range i.Thresholds {
			if t.AreaCode == "" {
				text += "; batas " + strings.ToLower(severityWords[t.Level]) + " " + city.FormatValue(t.Value, -1, i.Unit)
				break
			}
		}
	}
	steps := s.today(s.in.Tide)
	if len(steps) == 0 {
		s.line(p, text+". Prakiraan pasang tidak tersedia.", "/?indikator="+url.QueryEscape(i.Slug), at, source)
		return
	}
	peak := steps[0]
	for _, st := range steps {
		if st.Value > peak.Value {
			peak = st
		}
	}
	text += fmt.Sprintf(". Puncak diprakirakan %s pukul %s", city.FormatValue(peak.Value, i.Decimals, i.Unit), s.clock(peak.Time))
	s.line(p, text+s.forecastAge(steps)+".", "/?indikator="+url.QueryEscape(i.Slug), at, source)
}

// flood sums the risk of the next 24 hours up.
func (s *sheet) flood(p *city.BriefingPart) {
	if s.in.Flood == nil {
		p.Lines = append(p.Lines, city.BriefingLine{What: "Risiko banjir belum dinilai.", Refs: []int{}})
		return
	}
	worst, codes := city.Info, []string{}
	for _, r := range s.in.Flood.Risks {
		if r.HorizonHours != 24 || r.Level.Rank() == 0 {
			continue
		}
		codes = append(codes, r.AreaCode)
		if r.Level.Rank() > worst.Rank() {
			worst = r.Level
		}
	}
	text := "Risiko banjir 24 jam: tidak ada kelurahan di atas biasa."
	l := city.BriefingLine{}
	if len(codes) > 0 {
		l.Mark, l.Severity = severityWords[worst], worst
		text = "Risiko banjir 24 jam: " + count(len(codes)) + " kelurahan (" + s.place(codes) + ")."
	}
	var without []string
	for _, i := range s.in.Flood.Inputs {
		if i.Name != "" && (i.Freshness == city.InputStale || i.Freshness == city.InputMissing) {
			without = append(without, i.Name)
		}
	}
	if len(without) > 0 {
		text += " Dinilai tanpa " + clip(strings.Join(without, ", "), 70) + "."
	}
	l.What, l.Refs = text, s.cite(text, "/peta?lapisan=banjir-24", s.in.Flood.At, "")
	p.Lines = append(p.Lines, l)
}

var freshnessWords = map[city.Freshness]string{city.Late: "tertunda", city.Stale: "basi", city.Broken: "terputus", city.Paused: "dijeda", city.NeverRun: "belum pernah jalan"}

// Worst first.
var decay = []city.Freshness{city.Broken, city.Stale, city.Late, city.NeverRun, city.Paused}

// sources says how far all of it can be trusted.
func (s *sheet) sources() {
	p := &s.out.Sources
	if !s.part(PartSources, p, "Keadaan sumber data") {
		return
	}
	if len(s.in.Sources) == 0 {
		p.Note = "Belum ada sumber data yang tersambung."
		return
	}
	ailing := slices.DeleteFunc(slices.Clone(s.in.Sources), func(h city.SourceHealth) bool { return h.Freshness == city.Fresh })
	slices.SortStableFunc(ailing, func(a, b city.SourceHealth) int {
		return slices.Index(decay, a.Freshness) - slices.Index(decay, b.Freshness)
	})
	for _, h := range s.in.Sources {
		s.out.Simulated = s.out.Simulated || h.Simulated
	}
	text := "Semua " + count(len(s.in.Sources)) + " sumber segar."
	if len(ailing) > 0 {
		text = count(len(s.in.Sources)-len(ailing)) + " dari " + count(len(s.in.Sources)) + " sumber segar."
	}
	p.Lines = append(p.Lines, city.BriefingLine{What: text, Refs: s.cite(text, "/sumber", s.in.At, "")})
	for _, h := range ailing[:min(len(ailing), sourcesMost)] {
		p.Lines = append(p.Lines, s.source(h))
	}
	if more := len(ailing) - sourcesMost; more > 0 {
		p.Note = count(more) + " sumber lain juga tidak segar."
	}
}

func (s *sheet) source(h city.SourceHealth) city.BriefingLine {
	why, at := "belum pernah berhasil", s.in.At
	if h.LastSuccess != nil {
		why, at = "terakhir berhasil "+s.clock(*h.LastSuccess), *h.LastSuccess
	}
	mark := freshnessWords[h.Freshness]
	if h.Data.Worse(h.Pull) {
		mark, why = "data "+mark, "menjawab; semua baris ditolak"
		if last := h.Data.Last; last != nil && h.Data.Why != city.DataRefused {
			why, at = "menjawab; data terakhir "+s.clock(*last), *last
		}
	}
	return city.BriefingLine{
		Mark: mark, Severity: city.Perhatian, What: clip(h.Name, 60), Why: why, Who: clip(h.Owner, 40),
		Refs: s.cite("Sumber "+h.Name+": "+mark+", "+why, "/sumber/"+url.PathEscape(h.Slug), at, ""),
	}
}

package briefing

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// decisions lists advice as Ringkasan does: recommendations first; where none
// waits, what is alerted.
func (s *sheet) decisions() {
	p := &s.out.Decisions
	if !s.part(PartDecisions, p, "Perlu keputusan") {
		return
	}
	for _, r := range s.in.Advice[:min(len(s.in.Advice), atMost)] {
		p.Lines = append(p.Lines, s.advice(r))
	}
	if more := s.in.Waiting - len(p.Lines); len(p.Lines) > 0 && more > 0 {
		p.Note = count(more) + " rekomendasi lain menunggu keputusan."
	}
	if len(p.Lines) > 0 {
		return
	}
	for _, a := range city.Attention(s.in.Alerts, s.in.At) {
		p.Lines = append(p.Lines, s.alert(a.Alert))
	}
	if len(p.Lines) == 0 {
		p.Note = strings.TrimSpace("Tidak ada yang mendesak. " + s.in.Nothing.Text)
	}
}

func (s *sheet) advice(r city.Recommendation) city.BriefingLine {
	path := fmt.Sprintf("/tindakan/usulan/%d", r.ID)
	l := city.BriefingLine{
		Mark: severityWords[r.Severity], Severity: r.Severity, What: clip(r.Title, 95), Why: clip(r.Why.Text, 200), Advice: clip(sentence(r.ActionName)+" "+expected(r.Effect), 150),
		Who: clip(r.Office, 40) + ", " + s.within(r), Refs: s.cite("Usulan "+count(int(r.ID))+": "+r.Title+". "+r.Why.Text, path, r.MadeAt, "aturan "+r.Rule),
	}
	if l.Who = strings.TrimPrefix(l.Who, ", "); r.Stale {
		l.Why = sentence(l.Why) + " Datanya sudah lama."
	}
	// The first row under it has a screen of its own.
	for _, e := range r.Evidence {
		if path, ok := evidencePath(e); ok && e.Text != "" {
			l.Refs = append(l.Refs, s.cite(e.Text, path, e.At, e.Source)...)
			break
		}
	}
	return l
}

// within says until when, counted from now as the screen does.
func (s *sheet) within(r city.Recommendation) string {
	switch {
	case r.DueHours > 0:
		return "dalam " + count(r.DueHours) + " jam (" + s.due(r.DueAt) + ")"
	case r.DueDays > 0:
		return "dalam " + count(r.DueDays) + " hari kerja (" + s.due(r.DueAt) + ")"
	}
	return "paling lambat " + s.due(r.DueAt)
}

var measures = map[string]string{"reports": "laporan serupa", "indicator": "nilai indikator", "overdue": "laporan lewat tenggat"}

// expected says what an action should bring, and from where that is known.
func expected(e city.ExpectedEffect) string {
	if e.Days == 0 || e.Low == 0 && e.Mid == 0 && e.High == 0 {
		return ""
	}
	basis := "menurut aturan, belum cukup terukur di kota ini"
	if e.From == "ledger" {
		basis = "menurut " + count(e.Cases) + " tindakan serupa di kota ini"
	}
	return fmt.Sprintf("Perkiraan: %s %s %% (%s sampai %s %%) dalam %s hari, %s.", measures[e.Measure], signed(e.Mid, 0), signed(e.Low, 0), signed(e.High, 0), count(e.Days), basis)
}

// evidencePath is the screen that shows a row of evidence.
func evidencePath(e city.Evidence) (string, bool) {
	first := int64(0)
	if len(e.IDs) > 0 {
		first = e.IDs[0]
	}
	switch e.Kind {
	case "incident":
		if first != 0 {
			return fmt.Sprintf("/kejadian/%d", first), true
		}
		return "/kejadian", true
	case "report", "deadline":
		if first != 0 {
			return fmt.Sprintf("/laporan/%d", first), true
		}
		return "/laporan", true
	case "indicator":
		return "/?indikator=" + url.QueryEscape(plainKey(e.Key)), e.Key != ""
	case "flood":
		return "/peta?lapisan=banjir-6", true
	case "alert":
		return alertPath(e.Key), e.Key != ""
	}
	return "", false
}

func alertPath(key string) string { return "/peta?peringatan=" + url.QueryEscape(key) }

// plainKey is a key's own name: jalan-rusak of "jalan-rusak:64.72".
func plainKey(key string) string {
	if i := strings.IndexAny(key, ":|"); i >= 0 {
		return key[:i]
	}
	return key
}

func (s *sheet) alert(a city.Alert) city.BriefingLine {
	who := a.Office
	if who != "" {
		who += ", "
	}
	return city.BriefingLine{
		Mark: severityWords[a.Severity], Severity: a.Severity, What: clip(a.Headline, 95), Why: clip(a.Evidence, 200), Advice: clip(a.Advice, 150),
		Who: who + "sejak " + s.clock(a.Since), Refs: s.cite("Peringatan: "+a.Headline+". "+a.Evidence, alertPath(a.Key), a.Since, a.Attribution),
	}
}

// night lists the incidents with reports since the beginning of the night: new
// ones first, then the gravest, then the most voices.
func (s *sheet) night() {
	p := &s.out.Night
	since := s.out.Since.In(s.in.Zone)
	if !s.part(PartNight, p, "Kejadian sejak "+weekday(since)+" "+since.Format("15.04")) {
		return
	}
	list := slices.DeleteFunc(slices.Clone(s.in.Incidents), func(i city.Incident) bool {
		return i.LastAt.Before(since) || i.LastAt.After(s.in.At) || i.Status == city.IncidentDismissed
	})
	fresh := func(i city.Incident) int {
		if i.FirstAt.Before(since) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b city.Incident) int {
		for _, c := range []int{b.Urgency.Rank() - a.Urgency.Rank(), fresh(a) - fresh(b), b.Voices - a.Voices} {
			if c != 0 {
				return c
			}
		}
		return int(a.ID - b.ID)
	})
	for _, i := range list[:min(len(list), atMost)] {
		p.Lines = append(p.Lines, s.incident(i, fresh(i) == 0))
	}
	if more := max(s.in.IncidentTotal, len(list)) - len(p.Lines); len(p.Lines) > 0 && more > 0 {
		p.Note = count(more) + " kejadian lain dengan laporan sejak itu."
	}
	if len(list) == 0 {
		p.Note = "Tidak ada kejadian dengan laporan baru sejak itu."
	}
}

func (s *sheet) incident(i city.Incident, fresh bool) city.BriefingLine {
	how := "bertambah sejak " + s.clock(i.FirstAt)
	if fresh {
		how = "baru, pertama " + s.clock(i.FirstAt)
	}
	why := fmt.Sprintf("%s laporan, %s belum selesai; %s", count(i.Voices), count(i.Unfinished), how)
	return city.BriefingLine{
		Mark: severityWords[i.Urgency], Severity: i.Urgency, What: clip(i.Title, 90), Why: why, Who: clip(i.Office, 30),
		Refs: s.cite("Kejadian "+count(int(i.ID))+": "+i.Title+" – "+why, fmt.Sprintf("/kejadian/%d", i.ID), i.LastAt, ""),
	}
}

var obstacles = map[string]string{"dana": "dana", "wewenang": "wewenang", "alat": "alat", "cuaca": "cuaca", "lahan": "lahan", "lain": "hal lain"}

// followUps lists what is stuck (an obstacle, a refusal or a question that
// nobody has answered) and what is late, worst first. Secret letters are on no
// sheet.
func (s *sheet) followUps() {
	p := &s.out.FollowUps
	if !s.part(PartFollowUps, p, "Tindak lanjut") {
		return
	}
	list := slices.DeleteFunc(slices.Clone(s.in.Dispositions), func(d city.Disposition) bool { return d.Nature == city.NatureSecret || d.Status.Over() })
	running := len(list)
	stuck, late, asking := 0, 0, 0
	for _, d := range list {
		if isStuck(d) {
			stuck++
		}
		if d.LateHours > 0 {
			late++
		}
		if d.Status == city.DispositionAsked || d.Status == city.DispositionDeclined {
			asking++
		}
	}
	list = slices.DeleteFunc(list, func(d city.Disposition) bool { return !isStuck(d) && d.LateHours <= 0 })
	slices.SortStableFunc(list, func(a, b city.Disposition) int {
		if sa, sb := isStuck(a), isStuck(b); sa != sb {
			if sa {
				return -1
			}
			return 1
		}
		if a.LateHours != b.LateHours {
			if a.LateHours > b.LateHours {
				return -1
			}
			return 1
		}
		return int(a.ID - b.ID)
	})
	head := fmt.Sprintf("%s disposisi berjalan: %s macet, %s lewat tenggat.", count(running), count(stuck), count(late))
	p.Lines = append(p.Lines, city.BriefingLine{What: head, Refs: s.cite(head+" Disposisi rahasia tidak dimuat.", "/tindakan", time.Time{}, "")})
	for _, d := range list[:min(len(list), followUpsMost)] {
		p.Lines = append(p.Lines, s.followUp(d))
	}
	advice := count(s.in.Waiting) + " rekomendasi"
	if s.in.Unread[PartDecisions] {
		advice = "rekomendasi (tidak terbaca)"
	}
	waiting := fmt.Sprintf("Menunggu keputusan: %s, %s disposisi yang ditanyakan atau ditolak, %s bukti untuk orang kedua.", advice, count(asking), count(s.in.Reviews))
	p.Lines = append(p.Lines, city.BriefingLine{What: waiting, Refs: s.cite(waiting, "/tindakan", time.Time{}, "")})
	if more := len(list) - followUpsMost; more > 0 {
		p.Note = count(more) + " disposisi macet atau terlambat lainnya."
	}
}

func isStuck(d city.Disposition) bool {
	return d.Status == city.DispositionHindered || d.Status == city.DispositionAsked || d.Status == city.DispositionDeclined
}

func (s *sheet) followUp(d city.Disposition) city.BriefingLine {
	mark, severity := "Lewat tenggat", city.Perhatian
	why := "tenggat " + s.due(d.DueAt)
	if d.LateHours > 0 {
		why = "terlambat " + span(time.Duration(d.LateHours*float64(time.Hour)))
	}
	if isStuck(d) {
		mark, severity = "Macet", city.Siaga
		on := d.WaitsOn
		if on == "" {
			on = d.From
		}
		since := span(s.in.At.Sub(d.LastAt))
		switch d.Status {
		case city.DispositionHindered:
			why = "terhalang " + obstacles[d.Obstacle] + " selama " + since + ", menunggu " + on + "; " + why
		case city.DispositionAsked:
			why = "bertanya, menunggu jawaban " + on + " selama " + since + "; " + why
		default:
			why = "ditolak, menunggu " + on + " selama " + since + "; " + why
		}
	}
	return city.BriefingLine{
		Mark: mark, Severity: severity, What: clip(d.Subject, 80), Why: clip(why, 130), Who: clip(d.OfficeName, 40),
		Refs: s.cite("Disposisi "+d.Number+": "+d.Subject+" – "+d.OfficeName+", "+why, fmt.Sprintf("/tindakan/%d", d.ID), d.LastAt, ""),
	}
}

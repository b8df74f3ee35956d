package city

import (
	"fmt"
	"strings"
	"time"
)

// MeetingWords says what a meeting reads out, in the city's zone.
type MeetingWords struct {
	Zone  *time.Location
	Label string // WITA
}

func (w MeetingWords) moment(t time.Time) Said {
	return Said{Text: FormatMoment(t, w.Zone, w.Label), TextEN: strings.TrimSpace(t.In(w.Zone).Format("Mon 2 Jan 2006 15:04") + " " + w.Label)}
}

// doneHow says what made a disposition done, by DoneBy.
var doneHow = map[string]Said{
	"proof":         {"dengan bukti foto yang sah", "with valid photo proof"},
	"second_person": {"dengan bukti yang dinyatakan sah oleh orang kedua", "with proof that a second person found valid"},
	"reporter":      {"dan pelapor menyatakan sudah beres", "and the reporter says it is settled"},
	"sender":        {"dan dinyatakan cukup oleh pemberi disposisi", "and its sender is content"},
}

var obstacles = map[string]Said{
	"dana": {"dana", "money"}, "wewenang": {"wewenang", "authority"}, "alat": {"alat", "equipment"}, "cuaca": {"cuaca", "weather"},
	"lahan": {"lahan", "land"}, "lain": {"lain-lain", "other"},
}

// Account is one sentence on a disposition as it stood at a moment: done by
// what and what the reporter says against it, or not done because of what, on
// whom it waits and since when, how late it is, and the last that was heard.
func (w MeetingWords) Account(d Disposition, at time.Time) Said {
	since := w.moment(d.LastAt)
	late := w.late(d, at)
	waits := Said{"keputusan " + d.From, "a decision of " + d.From}
	if d.WaitsOn != "" {
		waits = Said{d.WaitsOn, d.WaitsOn}
	}
	say := func(text, en string) Said {
		return Said{Text: text + late.Text + ".", TextEN: en + late.TextEN + "."}
	}
	switch d.Status {
	case DispositionDone:
		return w.done(d, late)
	case DispositionCanceled:
		return Said{"Ditarik kembali oleh " + d.From + ".", "Taken back by " + d.From + "."}
	case DispositionHindered:
		o := obstacles[d.Obstacle]
		return say(fmt.Sprintf("Terhalang %s sejak %s; menunggu %s", o.Text, since.Text, waits.Text), fmt.Sprintf("Hindered (%s) since %s; waits on %s", o.TextEN, since.TextEN, waits.TextEN))
	case DispositionAsked:
		return say(fmt.Sprintf("%s bertanya %s; menunggu jawaban %s", d.OfficeName, since.Text, waits.Text), fmt.Sprintf("%s asked on %s; waits for an answer of %s", d.OfficeName, since.TextEN, waits.TextEN))
	case DispositionDeclined:
		return say(fmt.Sprintf("Ditolak %s pada %s; menunggu %s", d.OfficeName, since.Text, waits.Text), fmt.Sprintf("Declined by %s on %s; waits on %s", d.OfficeName, since.TextEN, waits.TextEN))
	case DispositionProof:
		if d.Verdict == "" {
			return say("Dilaporkan selesai "+since.Text+"; menunggu pembenaran "+waits.Text, "Said to be done on "+since.TextEN+"; waits for the word of "+waits.TextEN)
		}
		return say("Dilaporkan selesai "+since.Text+"; bukti masih diperiksa", "Said to be done on "+since.TextEN+"; its proof is being checked")
	case DispositionPassed:
		return say("Diteruskan oleh "+d.OfficeName+"; bagiannya masih berjalan", "Handed on by "+d.OfficeName+"; its parts are under way")
	case DispositionWorking:
		out := say("Sedang dikerjakan", "Being done")
		if d.Percent > 0 { // none was said since it began, or was opened again
			out = say(fmt.Sprintf("Sedang dikerjakan, %d %%", d.Percent), fmt.Sprintf("Being done, %d%%", d.Percent))
		}
		if news := strings.TrimRight(strings.TrimSpace(d.LastNews), "."); news != "" {
			out.Text, out.TextEN = out.Text+" Kabar terakhir: "+news+".", out.TextEN+" Last news: "+news+"."
		}
		return out
	case DispositionAccepted:
		return say("Diterima, belum dikerjakan", "Taken, not begun")
	case DispositionSent:
	}
	return say("Belum diterima oleh "+d.OfficeName, "Not yet taken by "+d.OfficeName)
}

// PartsDone says of what was handed on, and all of whose parts are done, that
// it is not done because nobody has said so.
func (w MeetingWords) PartsDone(d Disposition, at time.Time) Said {
	late := w.late(d, at)
	return Said{
		Text:   "Semua bagian selesai; " + d.OfficeName + " belum menyatakan selesai" + late.Text + ".",
		TextEN: "All parts are done; " + d.OfficeName + " has not said so" + late.TextEN + ".",
	}
}

func (w MeetingWords) done(d Disposition, late Said) Said {
	by, known := doneHow[d.DoneBy]
	if !known || d.DoneAt == nil {
		return Said{"Selesai.", "Done."}
	}
	at := w.moment(*d.DoneAt)
	out := Said{Text: fmt.Sprintf("Selesai %s, %s%s.", at.Text, by.Text, late.Text), TextEN: fmt.Sprintf("Done %s, %s%s.", at.TextEN, by.TextEN, late.TextEN)}
	if d.ReporterWord == "no" {
		out.Text += " Ada pelapor yang menyatakan belum beres atau baru sebagian."
		out.TextEN += " A reporter says it is not settled, or only in part."
	}
	return out
}

// late is the end of a sentence: how late it is, or when it is due.
func (w MeetingWords) late(d Disposition, at time.Time) Said {
	switch h := d.LateHours; {
	case h >= 48:
		days := FormatNumber(h/24, 0)
		return Said{"; " + days + " hari lewat batas", "; " + days + " days late"}
	case h >= 1:
		n := FormatNumber(h, 0)
		return Said{"; " + n + " jam lewat batas", "; " + n + " hours late"}
	case h > 0:
		return Said{"; kurang dari 1 jam lewat batas", "; less than an hour late"}
	case d.Status == DispositionDone:
		return Said{", tepat waktu", ", in time"}
	case d.DueAt.After(at) && !d.Status.Waits():
		due := w.moment(d.DueAt)
		return Said{"; batas " + due.Text, "; due " + due.TextEN}
	}
	return Said{}
}

// Summary is the meeting in one sentence.
func (m Meeting) summary() Said {
	waiting := 0
	for _, d := range m.NotDone {
		if d.Status.Waits() {
			waiting++
		}
	}
	if len(m.Decided)+len(m.Done)+len(m.NotDone)+len(m.Advice)+len(m.Points) == 0 {
		return Said{"Pekan lalu tidak ada disposisi, dan tidak ada yang menunggu.", "Last week there were no dispositions, and nothing waits."}
	}
	text := fmt.Sprintf("Pekan lalu %d disposisi dikirim dan %d selesai. Belum selesai %d", len(m.Decided), len(m.Done), len(m.NotDone))
	en := fmt.Sprintf("Last week %d dispositions were sent and %d were done. Not done are %d", len(m.Decided), len(m.Done), len(m.NotDone))
	if waiting > 0 {
		text += fmt.Sprintf(", %d di antaranya menunggu pihak lain", waiting)
		en += fmt.Sprintf(", of which %d wait on others", waiting)
	}
	return Said{text + fmt.Sprintf("; %d rekomendasi menunggu keputusan.", len(m.Advice)), en + fmt.Sprintf("; %d recommendations wait for a decision.", len(m.Advice))}
}

// WithSummary is the meeting with its one sentence.
func (m Meeting) WithSummary() Meeting {
	m.Summary = m.summary()
	return m
}

// Whole is the meeting with lists that are empty rather than absent.
func (m Meeting) Whole() Meeting {
	for _, list := range []*[]MeetingDisposition{&m.Decided, &m.Done, &m.NotDone} {
		if *list == nil {
			*list = []MeetingDisposition{}
		}
	}
	for _, list := range []*[]Recommendation{&m.Advice, &m.Refused} {
		if *list == nil {
			*list = []Recommendation{}
		}
	}
	if m.Points == nil {
		m.Points = []MeetingPoint{}
	}
	return m
}

// Only is the meeting with the dispositions, recommendations and points of
// these numbers.
func (m Meeting) Only(dispositions, advice, points map[int64]bool) Meeting {
	m.Decided = kept(m.Decided, func(d MeetingDisposition) bool { return dispositions[d.ID] })
	m.Done = kept(m.Done, func(d MeetingDisposition) bool { return dispositions[d.ID] })
	m.NotDone = kept(m.NotDone, func(d MeetingDisposition) bool { return dispositions[d.ID] })
	m.Advice = kept(m.Advice, func(r Recommendation) bool { return advice[r.ID] })
	m.Refused = kept(m.Refused, func(r Recommendation) bool { return advice[r.ID] })
	m.Points = kept(m.Points, func(p MeetingPoint) bool { return points[p.ID] })
	return m
}

func kept[T any](list []T, keep func(T) bool) []T {
	out := []T{}
	for _, v := range list {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

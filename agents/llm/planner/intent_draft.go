package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// draft reads "buatkan disposisi ke DLH untuk …, tiga hari kerja": what to do
// stays in the person's own words.
func (r *reading) draft() *reply {
	at := r.find(cueDraft)
	if at < 0 {
		return nil
	}
	if r.anyWord("kirim", "kirimkan", "terbitkan", "setujui", "batalkan", "hapus", "teruskan") {
		return decline("mengubah_data", "Saya hanya menyiapkan konsep disposisi; mengirimnya tetap dilakukan orang.")
	}
	if out := r.settleAreas(); out != nil {
		return out
	}
	f := frame{tool: city.ToolDraft}
	if len(r.areas) > 1 {
		return ask("Disposisi untuk wilayah yang mana?", r.eachArea()...)
	}
	if len(r.areas) == 1 {
		f.Area = r.areas[0]
	}
	for _, m := range r.ms {
		if m.kind == isOffice {
			f.Office = m.slug
		}
	}
	if cats := r.categoriesSaid(); len(cats) == 1 {
		f.Category = cats[0]
	}
	if _, id := r.incidentNumber(); id > 0 {
		f.ID = id
	} else if r.who.screen.Incident > 0 && r.has(cueThis, cueHere) {
		f.ID = r.who.screen.Incident
	} else {
		f.Gravest = r.has(cueIncident) && r.has(cueUrgent)
	}
	limit := r.timeLimit()
	f.WorkingDays = limit.days
	f.Instruction = r.instruction(r.ms[at].to, limit)
	if f.Office == "" && f.Category == "" && f.ID == 0 && !f.Gravest {
		return ask("Disposisi kepada siapa, dan tentang apa?", asks([]string{"Buatkan disposisi ke dinas terkait untuk kejadian paling mendesak"})...)
	}
	return answer(f)
}

// limit is how many working days somebody gives, and the tokens that say so.
type limit struct{ days, from, to int }

// mostDays is the longest deadline that a draft takes.
const mostDays = 60

// limitWords may stand before the days: "dengan batas waktu paling lambat tiga
// hari kerja".
var limitWords = []string{"dalam", "dengan", "tenggat", "tenggatnya", "batas", "batasnya", "waktu", "waktunya", "paling", "lambat", "maksimal", "maksimum"}

// timeLimit reads "tiga hari kerja", "dalam 2 hari", ", seminggu": a week has
// five working days. "Menumpuk sejak tiga hari" gives no time to anybody.
func (r *reading) timeLimit() limit {
	for i := range r.ts {
		l := limit{from: i, to: i + 1}
		switch r.ts[i].word {
		case "sehari":
			l.days = 1
		case "seminggu", "sepekan":
			l.days = 5
		default:
			v, n := numberAt(r.ts, i)
			if n == 0 || i+n >= len(r.ts) || v != float64(int(v)) {
				continue
			}
			l.days, l.to = int(v), i+n+1
			switch r.ts[i+n].word {
			case "hari":
			case "minggu", "pekan":
				l.days *= 5
			default:
				continue
			}
		}
		if l.days < 1 || l.days > mostDays {
			continue
		}
		given := r.ts[i].stop
		if l.to < len(r.ts) && r.ts[l.to].word == "kerja" {
			l.to, given = l.to+1, true
		}
		for l.from > 0 && slices.Contains(limitWords, r.ts[l.from-1].word) {
			l.from, given = l.from-1, true
		}
		if given && (l.from == 0 || !slices.Contains([]string{"sejak", "selama", "sudah", "hampir"}, r.ts[l.from-1].word)) {
			return l
		}
	}
	return limit{}
}

// instruction is what follows "untuk" or "agar", as it was written, without the
// time it may take; nothing where that only names the matter.
func (r *reading) instruction(from int, without limit) string {
	for i := from; i < len(r.ts); i++ {
		if !slices.Contains([]string{"untuk", "agar", "supaya", "biar"}, r.ts[i].word) {
			continue
		}
		var kept []token
		matter := true
		for k := i + 1; k < len(r.ts); k++ {
			if k >= without.from && k < without.to {
				continue
			}
			kept = append(kept, r.ts[k])
			matter = matter && r.namesMatter(k)
		}
		if matter {
			return ""
		}
		return strings.TrimSpace(written(kept))
	}
	return ""
}

// namesMatter reports whether a token only says which incident is meant:
// "kejadian nomor 23", "kejadian yang paling mendesak".
func (r *reading) namesMatter(at int) bool {
	for _, m := range r.ms {
		if at < m.from || at >= m.to {
			continue
		}
		return m.kind == isNumber || m.kind == isFiller ||
			m.kind == isCue && slices.Contains([]cue{cueIncident, cueUrgent, cueThis, cueHere, cueNow}, m.cue)
	}
	return false
}

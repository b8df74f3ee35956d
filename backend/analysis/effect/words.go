package effect

import (
	"fmt"
	"math"

	"balaikota/backend/city"
)

// Method is how effects are worked out, with its sources, as screens show it.
const Method = "Dibandingkan dengan prakiraan deretnya sendiri sampai sehari sebelum selesai dan dengan wilayah sepadan tanpa tindakan serupa; " +
	"selang 80 % dari wilayah dan waktu pembanding (Abadie, Diamond, Hainmueller 2010; Imai, Kim, Wang 2023)"

// Subject is what a series is called in a sentence.
type Subject struct {
	Name, NameEN string // "Laporan jalan rusak di Sidodadi"
	Unit, UnitEN string // "laporan", "reports"; an indicator's own
	Decimals     int
}

// Words says in one sentence with its figures what was found.
func (r Result) Words(c Case, s Subject) city.Said {
	d := s.Decimals
	if c.Kind == Counts {
		d = 0
	}
	id := func(v float64) string { return city.FormatNumber(v, d) }
	en := func(v float64) string { return city.Number(v, d, '.') }
	if r.Measured == 0 {
		return city.EffectAhead(s.Name, s.NameEN, c.Start.AddDate(0, 0, c.Done), c.Days)
	}
	if r.Measured < min(leastDays, c.Days) {
		return city.Said{
			Text:   fmt.Sprintf("%s: masih diukur, baru %d dari %d hari.", s.Name, r.Measured, c.Days),
			TextEN: fmt.Sprintf("%s: still being measured, %d of %d days so far.", s.NameEN, r.Measured, c.Days),
		}
	}
	figures := fmt.Sprintf("%s %s terlihat, %s diperkirakan tanpa tindakan, dalam %d hari", id(r.Seen), s.Unit, id(r.Expected), r.Measured)
	figuresEN := fmt.Sprintf("%s %s seen, %s expected without it, in %d days", en(r.Seen), s.UnitEN, en(r.Expected), r.Measured)
	say := func(text, textEN string) city.Said {
		return city.Said{Text: s.Name + ": " + text + ": " + figures + ".", TextEN: s.NameEN + ": " + textEN + ": " + figuresEN + "."}
	}
	change, changeEN := r.range80()
	switch {
	case r.Reason == TooShort || math.IsNaN(r.Expected):
		return city.Said{
			Text:   fmt.Sprintf("%s: riwayat atau data sesudahnya terlalu sedikit untuk dibandingkan (%d hari terukur).", s.Name, r.Measured),
			TextEN: fmt.Sprintf("%s: too little history or data after it to compare (%d days measured).", s.NameEN, r.Measured),
		}
	case !r.Known && r.Outcome != Measuring:
		return say("terlalu sedikit untuk disimpulkan", "too few to conclude from")
	case r.Outcome == Measuring && !r.Known:
		return say(fmt.Sprintf("masih diukur sampai %d hari", c.Days), fmt.Sprintf("still being measured, up to %d days", c.Days))
	case r.Outcome == Measuring:
		return say(fmt.Sprintf("masih diukur sampai %d hari, sementara %s", c.Days, change), fmt.Sprintf("still being measured, up to %d days, so far %s", c.Days, changeEN))
	case r.Outcome == NoChange:
		return say("tidak banyak berubah, "+change, "little changed, "+changeEN)
	case r.Outcome == Worked || r.Outcome == Worse:
		return say(change, changeEN)
	case r.Reason == Disagrees:
		return say("belum jelas, prakiraan dan wilayah pembanding tidak sejalan, "+change, "unclear, forecast and matched areas do not agree, "+changeEN)
	case r.Reason == AtPeak:
		return say("belum jelas, dimulai saat puncak yang biasanya mereda sendiri dan tanpa wilayah pembanding, "+change,
			"unclear, begun at a peak that usually fades by itself and without areas to compare, "+changeEN)
	}
	return say("belum jelas, masih dalam batas kebetulan, "+change, "unclear, within what chance brings, "+changeEN)
}

// range80 words the change with its interval.
func (r Result) range80() (id, en string) {
	word, wordEN := "turun", "down"
	if r.Change > 0 {
		word, wordEN = "naik", "up"
	}
	p := func(v float64) string { return city.FormatNumber(v, 0) }
	q := func(v float64) string { return city.Number(v, 0, '.') }
	return fmt.Sprintf("%s %s %% (selang 80 %%: %s sampai %s %%)", word, p(math.Abs(r.Change)), p(r.ChangeLow), p(r.ChangeHigh)),
		fmt.Sprintf("%s %s %% (80 %% interval: %s to %s %%)", wordEN, q(math.Abs(r.Change)), q(r.ChangeLow), q(r.ChangeHigh))
}

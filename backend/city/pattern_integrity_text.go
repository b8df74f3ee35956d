package city

import (
	"math"
	"strconv"
	"strings"
)

// IntegrityReason is one thing that speaks for a finding of integrity: Kind
// as backend/analysis/integrity names it, what was seen and what is usual.
type IntegrityReason struct {
	Kind        string
	Seen, Usual float64
}

func percent(share float64) string { return whole(100*share) + " %" }

// integrityReason words one reason; "" for a kind it does not know.
func integrityReason(r IntegrityReason) (id, en string) {
	n, m := whole(r.Seen), Number(math.Round(r.Seen), 0, '.')
	switch r.Kind {
	case "same_text":
		return n + " laporan berteks hampir sama dalam tiga hari.", m + " reports with nearly the same text within three days."
	case "one_reporter":
		return n + " di antaranya dari pelapor yang sama.", m + " of them by the same reporter."
	case "many_places":
		return "Teks yang sama menyebut " + n + " wilayah berbeda.", "The same text names " + m + " different areas."
	case "even_days":
		return "Jumlah harian terlalu rata: menyimpang " + about(r.Seen, ',') + ", laporan warga biasanya " + about(r.Usual, ',') + ".",
			"The daily counts are too even: they vary by " + about(r.Seen, '.') + ", citizens' usually by " + about(r.Usual, '.') + "."
	case "same_count":
		return "Jumlah yang sama persis pada " + n + " hari kerja, kebetulan paling banyak sekitar " + about(r.Usual, ',') + ".",
			"Exactly the same count on " + m + " working days; chance brings about " + about(r.Usual, '.') + " at most."
	case "last_days":
		return n + " pada dua hari kerja terakhir, biasanya " + about(r.Usual, ',') + ".", m + " on the last two working days, usually " + about(r.Usual, '.') + "."
	case "even_gaps":
		return "Jarak antarlaporan hampir tetap, seperti memakai jadwal.", "The gaps between reports hardly vary, as if by a timetable."
	case "round_minutes":
		return percent(r.Seen) + " jam tercatat bulat lima menit, mungkin dicatat belakangan.", percent(r.Seen) + " of the times are round to five minutes; perhaps written up later."
	case "at_once":
		return n + " ditutup dalam sepuluh menit yang sama; bisa juga karena dicatat sekaligus.", m + " closed within the same ten minutes; perhaps recorded all at once."
	case "unanswered":
		return percent(r.Seen) + " ditutup tanpa jawaban kepada warga, biasanya " + percent(r.Usual) + ".",
			percent(r.Seen) + " closed without an answer to the citizen, usually " + percent(r.Usual) + "."
	}
	return "", ""
}

func (p *Pattern) reason(rs []IntegrityReason) {
	for _, r := range rs {
		if id, en := integrityReason(r); id != "" {
			p.Reasons, p.ReasonsEN = append(p.Reasons, id), append(p.ReasonsEN, en)
		}
	}
	p.Advice = "Laporan tetap dihitung dan ditangani seperti biasa; mintalah penjelasan sebelum menyimpulkan."
	p.AdviceEN = "The reports count and are handled as any; ask before concluding."
}

// WordCampaign writes the texts of a copy-paste campaign over hours, by known
// reporters (0: not known) in areas.
func (w PatternWords) WordCampaign(p *Pattern, hours, reporters int, rs []IntegrityReason) {
	n, h := whole(p.Seen), strconv.Itoa(max(1, hours))
	p.head(n+" laporan berteks hampir sama dalam "+h+" jam",
		Number(math.Round(p.Seen), 0, '.')+" reports with nearly the same text within "+h+" hours")
	a := strconv.Itoa(len(p.AreaCodes))
	p.Evidence, p.EvidenceEN = a+" wilayah; pelapor tidak diketahui sumbernya", a+" areas; the source does not tell reporters apart"
	if reporters > 0 {
		r := strconv.Itoa(reporters)
		p.Evidence, p.EvidenceEN = a+" wilayah, "+r+" pelapor", a+" areas, "+r+" reporters"
	}
	p.Method = "MinHash and Jaccard similarity of word pairs (Broder 1997)"
	p.reason(rs)
}

// WordQuota writes the texts of reports that follow a target; subject is the
// channel, or channel and area.
func (w PatternWords) WordQuota(p *Pattern, subject string, rs []IntegrityReason) {
	month := p.Since.In(w.Location)
	p.head("Laporan "+short(subject, longMatter)+" bulan "+monthsID[month.Month()-1]+" tampak mengikuti target",
		"Reports of "+short(subject, longMatter)+" in "+month.Month().String()+" look made to a target")
	p.Evidence = whole(p.Seen) + " laporan sebulan"
	p.EvidenceEN = Number(math.Round(p.Seen), 0, '.') + " reports in the month"
	p.Method = "Index of dispersion (Cochran 1936), binomial and negative binomial tails"
	p.reason(rs)
	if len(p.Reasons) > 0 {
		p.Evidence, p.EvidenceEN = p.Evidence+". "+strings.TrimSuffix(p.Reasons[0], "."), p.EvidenceEN+". "+strings.TrimSuffix(p.ReasonsEN[0], ".")
	}
}

// WordMassClosing writes the texts of an office that closed much at a period's
// end.
func (w PatternWords) WordMassClosing(p *Pattern, rs []IntegrityReason) {
	month := p.Until.In(w.Location).AddDate(0, 0, -1)
	n := whole(p.Seen)
	p.head(short(p.Office, longMatter)+" menutup "+n+" laporan pada akhir "+monthsID[month.Month()-1],
		short(p.Office, longMatter)+" closed "+Number(math.Round(p.Seen), 0, '.')+" reports at the end of "+month.Month().String())
	p.Evidence = "Dua hari kerja biasanya " + about(p.Expected, ',')
	p.EvidenceEN = "Two working days usually see " + about(p.Expected, '.')
	p.Method = "Negative binomial tail against the office's own pairs of working days"
	p.reason(rs)
}

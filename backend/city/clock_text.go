package city

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// AtRiskList is what will likely miss its deadline, and how good such
// forecasts have been on the city's own past.
type AtRiskList struct {
	At    time.Time `json:"at"`
	Items []AtRisk  `json:"items" nullable:"false" doc:"Likeliest first, then the nearest deadline"`
	// Within is the last moment of the deadlines that were looked at.
	Within time.Time `json:"within"`
	// Tested is how many past forecasts were scored; 0 when there is too little
	// past to forecast from, and the list is empty.
	Tested int `json:"tested"`
	// Brier is their mean squared error, Base that of always saying the share
	// of misses; nothing is listed unless Brier is the smaller.
	Brier float64 `json:"brier"`
	Base  float64 `json:"base"`
}

// AtRiskBasis is whose past a forecast rests on, for the sentence that says so.
type AtRiskBasis struct {
	// Category is the report's; its Office the report's own. Whole says that
	// the past is all offices' of this category, City that it is all reports'.
	Category    Category
	Office      string
	Whole, City bool
	// Past is how many such reports lasted as long as this one has.
	Past int
}

// ExplainAtRisk words in one sentence why a report will likely miss its
// deadline: how old it is and how much is left, both in working days, and what
// became of others of this age.
func ExplainAtRisk(age, left, probability float64, b AtRiskBasis) (id, en string) {
	kind, kindEN := "laporan "+strings.ToLower(b.Category.Name), strings.ToLower(b.Category.NameEN)+" reports"
	if b.Category.NameEN == "" {
		kindEN = strings.ToLower(b.Category.Name) + " reports"
	}
	where, whereEN := " di "+b.Office, " at "+b.Office
	if b.Whole || b.City {
		where, whereEN = " sekota", " in the city"
	}
	if b.City {
		kind, kindEN = "laporan", "reports"
	}
	n, p := strconv.Itoa(b.Past), strconv.Itoa(int(probability*100+0.5))
	return "Sudah " + Number(age, 1, ',') + " hari kerja, sisa " + Number(left, 1, ',') + "; dari " + n + " " + kind + where +
			" yang masih terbuka pada umur ini, sekitar " + p + " % tidak selesai dalam sisa waktu itu.",
		Number(age, 1, '.') + " working days old, " + Number(left, 1, '.') + " left; of " + n + " " + kindEN + whereEN +
			" still open at this age, about " + p + " % were not settled in the time that is left."
}

// BreachAlert words how many reports of an office will likely miss their
// deadline within so many working days. items is not empty; the figures are
// rounded so that the alert changes when the matter does.
func BreachAlert(office string, items []AtRisk, days int, now time.Time, clock Clock, zoneLabel string, simulated bool) Alert {
	nearest, least, most := items[0].Report.DueAt, 1.0, 0.0
	for _, i := range items {
		if i.Report.DueAt != nil && (nearest == nil || i.Report.DueAt.Before(*nearest)) {
			nearest = i.Report.DueAt
		}
		least, most = min(least, i.Probability), max(most, i.Probability)
	}
	severity := Info
	if len(items) >= 5 {
		severity = Perhatian
	}
	n, d := strconv.Itoa(len(items)), strconv.Itoa(days)
	chance := strconv.Itoa(int(most*10) * 10)
	if low := int(least * 10); low != int(most*10) {
		chance = strconv.Itoa(low*10) + "–" + chance
	}
	a := Alert{
		Key: "breach:" + office, Kind: AlertBreach, Severity: severity,
		Headline:   fitting(office+": "+n+" laporan diperkirakan lewat tenggat", " dalam "+d+" hari kerja"),
		HeadlineEN: fitting(office+": "+n+" reports will likely miss their deadline", " within "+d+" working days"),
		Advice:     "Selesaikan yang tenggatnya terdekat lebih dulu; bila menunggu warga, jeda laporannya dengan alasan.",
		AdviceEN:   "Settle those due first; where the citizen must answer, pause the report and say why.",
		Office:     office, AreaCodes: []string{}, Since: now, Simulated: simulated,
	}
	if nearest != nil {
		// A deadline at midnight is the end of the day before.
		last := nearest.Add(-time.Minute).In(clock.Calendar.Location)
		a.Evidence = "Tenggat terdekat " + last.Format("2/1/2006 15.04") + " " + zoneLabel + "; peluang lewat " + chance + " %, dari lama penyelesaian setahun"
		a.EvidenceEN = "Nearest deadline " + last.Format("2 Jan 2006 15:04") + " " + zoneLabel + "; chance of missing " + chance + " %, from a year of closing times"
	}
	return a
}

// fitting is a headline with its tail, without it where that would be too long.
func fitting(headline, tail string) string {
	if utf8.RuneCountInString(headline+tail) > 90 {
		return headline
	}
	return headline + tail
}

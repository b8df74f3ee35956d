package city

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sentences of the reasons behind a risk, Indonesian and English, each with
// its figure. Percentages and points are beside them as numbers.

// RainReason words rain that has fallen.
func RainReason(window time.Duration, mm float64) (id, en string) {
	length, lengthEN := span(window)
	return "Hujan " + Number(mm, 1, ',') + " mm dalam " + length + " terakhir.", "Rain " + Number(mm, 1, '.') + " mm in the last " + lengthEN + "."
}

// ForecastReason words rain that is foreseen.
func ForecastReason(hours int, mm float64) (id, en string) {
	h := strconv.Itoa(hours)
	return "Prakiraan hujan " + Number(mm, 1, ',') + " mm dalam " + h + " jam ke depan.", "Forecast of " + Number(mm, 1, '.') + " mm of rain in the next " + h + " h."
}

// TideReason words the highest tide to come; at is zero when its hour is not
// known.
func TideReason(i Indicator, highest float64, at time.Time, zoneLabel string, loc *time.Location) (id, en string) {
	name := i.NameEN
	if name == "" {
		name = i.Name
	}
	when, whenEN := " (tertinggi sehari terakhir)", " (highest of the last day)"
	if !at.IsZero() {
		when, whenEN = " pukul "+at.In(loc).Format("15.04")+" "+zoneLabel, " at "+at.In(loc).Format("15:04")+" "+zoneLabel
	}
	return i.Name + " mencapai " + Quantity(highest, i, ',') + when + ".", name + " reaches " + Quantity(highest, i, '.') + whenEN + "."
}

// RainTideReason words rain that meets a high tide.
func RainTideReason(mm float64, i Indicator, highest float64) (id, en string) {
	return "Hujan " + Number(mm, 1, ',') + " mm bertemu pasang " + Quantity(highest, i, ',') + ", air lambat keluar ke sungai.",
		"Rain of " + Number(mm, 1, '.') + " mm meets a tide of " + Quantity(highest, i, '.') + ", which holds the run-off back."
}

// LevelReason words the level of a dam or river; habit is its median when it
// is judged against that, else NaN; rise is per hour, 0 when it does not rise.
func LevelReason(i Indicator, value, habit, rise float64) (id, en string) {
	name := i.NameEN
	if name == "" {
		name = i.Name
	}
	id, en = i.Name+" "+Quantity(value, i, ','), name+" "+Quantity(value, i, '.')
	if !math.IsNaN(habit) {
		id += ", " + Quantity(value-habit, i, ',') + " di atas kebiasaan sepekan"
		en += ", " + Quantity(value-habit, i, '.') + " above its week's habit"
	}
	if rise >= 0.05 {
		id += ", naik " + Quantity(rise, i, ',') + " per jam"
		en += ", rising " + Quantity(rise, i, '.') + " an hour"
	}
	return id + ".", en + "."
}

// WarningReason words the gravest official warning that holds for the area.
func WarningReason(a Alert) (id, en string) {
	by := a.Attribution
	if by == "" {
		by = "resmi"
	}
	head := a.HeadlineEN
	if head == "" {
		head = a.Headline
	}
	return "Peringatan " + by + " berlaku: " + a.Headline + ".", "Warning in force (" + by + "): " + head + "."
}

// VoicesReason words citizens' reports of the last hours.
func VoicesReason(count, hours int, area string) (id, en string) {
	n, h := strconv.Itoa(count), strconv.Itoa(hours)
	return n + " laporan warga tentang banjir atau drainase di " + area + " dalam " + h + " jam.", n + " citizens' reports of flooding or drains in " + area + " within " + h + " h."
}

// ProneReason words how prone an area is, by declared rows and its own past.
func ProneReason(area string, prone float64) (id, en string) {
	word, wordEN := "jarang", "seldom"
	switch {
	case prone >= 0.7:
		word, wordEN = "sering", "often"
	case prone >= 0.4:
		word, wordEN = "kadang", "at times"
	}
	return area + " " + word + " tergenang (kerentanan " + Number(prone, 2, ',') + ").", area + " " + wordEN + " floods (proneness " + Number(prone, 2, '.') + ")."
}

// rainOfDays words a gauge that is read once a day; it is no role of its own.
const rainOfDays HazardRole = "hujan harian"

var roleNames = map[HazardRole][2]string{
	RoleRain: {"hujan", "rain"}, rainOfDays: {"hujan harian", "daily rain"}, RoleForecast: {"prakiraan hujan", "rain forecast"}, RoleTide: {"pasang", "tide"},
	RoleLevel: {"muka air", "water level"}, RoleWarning: {"peringatan BMKG", "BMKG warnings"}, RoleVoices: {"laporan warga", "citizens' reports"},
}

// InputText says how an input stands: "hujan: data terputus 3 jam". name is
// the indicator's.
func InputText(d HazardInput, name string, f InputFreshness, newest *time.Time, at time.Time) (id, en string) {
	role := d.Role
	if role == RoleRain && d.StepSeconds >= 86400 {
		role = rainOfDays
	}
	n := roleNames[role]
	if role == RoleLevel && name != "" {
		n = [2]string{strings.ToLower(name[:1]) + name[1:], name}
	}
	if f == InputMissing || newest == nil {
		return n[0] + ": belum ada data", n[1] + ": no data yet"
	}
	age, ageEN := span(at.Sub(*newest))
	switch f {
	case InputLate:
		return n[0] + ": data terlambat " + age, n[1] + ": data " + ageEN + " late"
	case InputStale:
		return n[0] + ": data terputus " + age, n[1] + ": no data for " + ageEN
	}
	return n[0] + ": segar, " + age + " lalu", n[1] + ": fresh, " + ageEN + " ago"
}

// span words a length of time in its largest unit.
func span(d time.Duration) (id, en string) {
	switch {
	case d < time.Hour:
		n := strconv.Itoa(max(0, int(d.Minutes())))
		return n + " menit", n + " min"
	case d < 48*time.Hour:
		n := strconv.Itoa(int(math.Round(d.Hours())))
		return n + " jam", n + " h"
	}
	n := strconv.Itoa(int(d.Hours() / 24))
	return n + " hari", n + " days"
}

// FloodAdvice is what is usually done at a level, one sentence.
func FloodAdvice(level Severity) (id, en string) {
	switch level {
	case Awas:
		return "Siapkan evakuasi warga rentan, pompa dan perahu; tutup ruas yang tergenang.", "Prepare to evacuate the vulnerable, bring pumps and boats, close flooded roads."
	case Siaga:
		return "Siagakan petugas dan pompa, periksa pintu air dan saluran, kabari ketua RT.", "Put crews and pumps on standby, check gates and drains, tell the heads of RT."
	}
	return "Pantau saluran dan titik genangan.", "Watch drains and known spots."
}

// FloodAlerts words the risks at siaga or above as one alert for each
// kecamatan: which kelurahan, how bad within how many hours, the strongest
// reasons. names are area names by code; office is who acts. Risks may be of
// both horizons; of each kelurahan the gravest counts, the nearer one first.
func FloodAlerts(risks []HazardRisk, names map[string]string, office, zoneLabel string, loc *time.Location, simulated bool) []Alert {
	worst := map[string]HazardRisk{}
	for _, r := range risks {
		if r.Level.Rank() < Siaga.Rank() {
			continue
		}
		have, ok := worst[r.AreaCode]
		if !ok || r.Level.Rank() > have.Level.Rank() || r.Level == have.Level && r.HorizonHours < have.HorizonHours {
			worst[r.AreaCode] = r
		}
	}
	byDistrict := map[string][]HazardRisk{}
	for _, r := range worst {
		byDistrict[ParentCode(r.AreaCode)] = append(byDistrict[ParentCode(r.AreaCode)], r)
	}
	alerts := []Alert{}
	for district, rs := range byDistrict {
		slices.SortFunc(rs, GraverRisk)
		alerts = append(alerts, floodAlert(district, names[district], rs, office, zoneLabel, loc, simulated))
	}
	slices.SortFunc(alerts, func(a, b Alert) int { return strings.Compare(a.Key, b.Key) })
	return alerts
}

// GraverRisk orders risks, gravest first, then by score, area and horizon.
func GraverRisk(a, b HazardRisk) int {
	switch {
	case a.Level != b.Level:
		return b.Level.Rank() - a.Level.Rank()
	case a.Score != b.Score && a.Score > b.Score:
		return -1
	case a.Score != b.Score:
		return 1
	case a.AreaCode != b.AreaCode:
		return strings.Compare(a.AreaCode, b.AreaCode)
	}
	return a.HorizonHours - b.HorizonHours
}

func floodAlert(district, districtName string, rs []HazardRisk, office, zoneLabel string, loc *time.Location, simulated bool) Alert {
	top := rs[0]
	level := severityNames[top.Level]
	hours := strconv.Itoa(top.HorizonHours)
	short := 90 - len("Risiko banjir perhatian 24 jam ke depan: ")
	where := listed(rs, districtName, short)
	a := Alert{
		Key: "flood:" + district, Kind: AlertFlood, Severity: top.Level,
		Headline:   "Risiko banjir " + strings.ToLower(level[0]) + " " + hours + " jam ke depan: " + where,
		HeadlineEN: "Flood risk " + strings.ToLower(level[1]) + " within " + hours + " h: " + where,
		Office:     office, Since: top.Since, Simulated: simulated, AreaCodes: []string{},
	}
	for _, r := range rs {
		a.AreaCodes = append(a.AreaCodes, r.AreaCode)
		if r.Since.Before(a.Since) {
			a.Since = r.Since
		}
	}
	slices.Sort(a.AreaCodes)
	at := top.At.In(loc)
	a.Evidence = strings.Join(strongest(top, false), " ") + missingTail(top.Missing, "Tanpa ") + " Per " + at.Format("15.04") + " " + zoneLabel
	a.EvidenceEN = strings.Join(strongest(top, true), " ") + missingTail(top.MissingEN, "Without ") + " As of " + at.Format("15:04") + " " + zoneLabel
	a.Advice, a.AdviceEN = FloodAdvice(top.Level)
	return a
}

// listed names the gravest kelurahan, how many more and their kecamatan, in at
// most most characters.
func listed(rs []HazardRisk, district string, most int) string {
	name := rs[0].AreaName
	if len(rs) == 1 {
		return clip(name, most)
	}
	more := " +" + strconv.Itoa(len(rs)-1) + " kelurahan"
	if whole := name + more + " (" + district + ")"; len([]rune(whole)) <= most {
		return whole
	}
	return clip(name, most-len(more)) + more
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// strongest are the sentences of the three largest reasons.
func strongest(r HazardRisk, english bool) (out []string) {
	for _, reason := range r.Reasons[:min(3, len(r.Reasons))] {
		if reason.Points <= 0 {
			continue
		}
		if english {
			out = append(out, reason.TextEN)
		} else {
			out = append(out, reason.Text)
		}
	}
	return out
}

func missingTail(missing []string, word string) string {
	if len(missing) == 0 {
		return ""
	}
	return " " + word + strings.Join(missing, "; ") + "."
}

// RecipientsText lists recipients in one line, for notes and cards.
func RecipientsText(rs []HazardRecipient) string {
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// HazardMethod says in one sentence what a score is made of.
func HazardMethod(english bool) string {
	if english {
		return "Score = 1/(1+e^−z), z the sum of stated weights × measured factors; weights are rows with source, not learned from this city's floods."
	}
	return "Skor = 1/(1+e^−z), z jumlah bobot tercatat × faktor terukur; bobot ialah baris bersumber, belum dipelajari dari banjir kota ini."
}

package tools

import (
	"balaikota/backend/city"
)

// keptOutWords name why a value is kept out of a figure.
var keptOutWords = map[city.QualityKind]string{
	city.QualityMarker: "penanda kosong", city.QualityImpossible: "nilai mustahil", city.QualityStuck: "alat macet",
	city.QualityTotals: "jumlah di samping bagiannya", city.QualityRepeated: "hari ganda", city.QualityContradicted: "nilai bertentangan",
}

// leftOut says what findings of quality keep out of a figure: never silently.
func (a *answer) leftOut(m city.Measurement) {
	if len(m.KeptOut) == 0 {
		return
	}
	i, _ := a.indicator(m.Query.Indicator)
	a.name(i.Name)
	var whole int64
	var reasons []string
	for _, k := range m.KeptOut {
		whole += k.N
	}
	for _, k := range m.KeptOut {
		reason := keptOutWords[k.Kind]
		if len(m.KeptOut) > 1 {
			reason += " (" + a.count(int(k.N), "nilai", upper(reason)+", "+i.Name) + ")"
		}
		reasons = append(reasons, reason)
	}
	a.caveat(a.count(int(whole), "nilai", "Nilai yang dikeluarkan, "+i.Name) + " nilai " + lower(i.Name) + " dikeluarkan dari hitungan: " + enumerate(reasons) + ".")
}

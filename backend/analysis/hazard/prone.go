package hazard

import (
	"balaikota/backend/city"
)

// strength is how many expected reports a declared row weighs.
const strength = 5

// unknownProne is how prone an area counts as of which nothing is declared.
const unknownProne = 0.35

// Prone says how prone areas are, 0 to 1, from declared rows and from the
// city's own past reports.
//
// Method: the relative risk of an area is (n + ν·o)/(E + ν), n its flood
// reports, E those expected if its share among all its reports were the
// city's, o the odds s/(1−s) of the declared value s, ν = 5: the posterior mean of a
// Poisson rate under a gamma prior (D. Clayton and J. Kaldor, Empirical Bayes
// estimates of age-standardized relative risks for use in disease mapping,
// Biometrics 43, 1987), which keeps a small kelurahan with one report from
// looking worst of all. Measuring against all reports of the area takes out
// that some areas report more of everything. It is mapped back by r/(1+r).
func Prone(declared []city.HazardExposure, areas []city.Area, past Past) map[string]float64 {
	hazard, all := 0, 0
	for _, c := range past.Areas {
		hazard, all = hazard+c.Hazard, all+c.All
	}
	share := 0.0
	if all > 0 {
		share = float64(hazard) / float64(all)
	}
	out := map[string]float64{}
	for _, a := range areas {
		if a.Level != city.Kelurahan {
			continue
		}
		s, _, ok := exposure(declared, a.Code, "")
		if !ok {
			s = unknownProne
		}
		s = min(max(s, 0.02), 0.98)
		c := past.Areas[a.Code]
		r := (float64(c.Hazard) + strength*s/(1-s)) / (float64(c.All)*share + strength)
		out[a.Code] = r / (1 + r)
	}
	return out
}

// exposure finds the row that holds for an area: the most specific area, then
// the newest date.
func exposure(rows []city.HazardExposure, area, slug string) (value float64, row city.HazardExposure, ok bool) {
	for _, r := range rows {
		if r.Slug != slug || !city.Within(area, r.AreaCode) {
			continue
		}
		if !ok || len(r.AreaCode) > len(row.AreaCode) || len(r.AreaCode) == len(row.AreaCode) && r.EffectiveOn > row.EffectiveOn {
			value, row, ok = r.Value, r, true
		}
	}
	return value, row, ok
}

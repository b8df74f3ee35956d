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
	own := exposedTo(declared, areas)[""]
	for _, a := range areas {
		if a.Level != city.Kelurahan {
			continue
		}
		s, ok := own[a.Code]
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

// exposedTo says for each slug how open each kelurahan is to it: of the rows
// that hold for it the most specific area's, then the newest.
func exposedTo(rows []city.HazardExposure, areas []city.Area) map[string]map[string]float64 {
	at := map[string]map[string][]city.HazardExposure{} // slug, area code
	for _, r := range rows {
		if at[r.Slug] == nil {
			at[r.Slug] = map[string][]city.HazardExposure{}
		}
		at[r.Slug][r.AreaCode] = append(at[r.Slug][r.AreaCode], r)
	}
	out := map[string]map[string]float64{}
	for slug, byArea := range at {
		out[slug] = map[string]float64{}
		for _, a := range areas {
			if a.Level != city.Kelurahan {
				continue
			}
			for code := a.Code; code != ""; code = city.ParentCode(code) {
				newest := ""
				for _, r := range byArea[code] {
					if r.EffectiveOn >= newest {
						out[slug][a.Code], newest = r.Value, r.EffectiveOn
					}
				}
				if newest != "" {
					break
				}
			}
		}
	}
	return out
}

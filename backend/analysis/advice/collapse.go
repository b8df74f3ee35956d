package advice

import (
	"slices"

	"balaikota/backend/city"
)

// linesJoined is how many lines of evidence advice may carry after others were
// joined to it.
const linesJoined = 6

// collapse leaves one piece of advice for one matter. rs come best first; what
// goes is marked withdrawn, with the reason, and stays in the list.
//
//   - A rule that replaces another makes its advice about the same matter
//     needless, whatever the scores.
//   - Of two that contradict each other about the same place the better stays.
//   - Of two to the same office about one incident, or with the same action
//     about the same kind of matter in the same place, the better stays and
//     takes over the other's evidence.
func collapse(rs []city.Recommendation, rules []city.ActionRule) []city.Recommendation {
	by := map[string]city.ActionRule{}
	for _, r := range rules {
		by[r.Slug] = r
	}
	groups := neighbours(rs)
	for i := range rs {
		for _, j := range groups(i) {
			if j == i || gone(&rs[i]) || gone(&rs[j]) || rs[j].Stale && !rs[i].Stale {
				continue
			}
			if slices.Contains(by[rs[j].Rule].Replaces, rs[i].Rule) && sameMatter(&rs[i], &rs[j]) {
				drop(&rs[i], rs[j], [2]string{"Digantikan oleh saran: ", "Replaced by: "})
			}
		}
	}
	for i := range rs {
		for _, j := range groups(i) {
			if j >= i || gone(&rs[i]) || gone(&rs[j]) || rs[j].Stale && !rs[i].Stale {
				continue
			}
			clash := slices.Contains(by[rs[j].Rule].Contradicts, rs[i].Rule) || slices.Contains(by[rs[i].Rule].Contradicts, rs[j].Rule)
			switch {
			case clash && samePlace(&rs[i], &rs[j]):
				drop(&rs[i], rs[j], [2]string{"Bertentangan dengan saran: ", "Contradicts: "})
			case twice(&rs[i], &rs[j]):
				drop(&rs[i], rs[j], [2]string{"Digantikan oleh saran: ", "Replaced by: "})
				adopt(&rs[j], rs[i])
			}
		}
	}
	return rs
}

// neighbours returns, for each piece of advice, those that can concern the same
// matter: of the same incident, or with an area in the same kecamatan.
func neighbours(rs []city.Recommendation) func(i int) []int {
	at := map[string][]int{}
	keys := make([][]string, len(rs))
	for i, r := range rs {
		seen := map[string]bool{}
		for _, a := range append([]string{r.AreaCode}, r.AreaCodes...) {
			if l, _ := city.LevelOfCode(a); l == city.Kelurahan {
				a = city.ParentCode(a)
			}
			if !seen[a] {
				seen[a] = true
				keys[i] = append(keys[i], a)
				at[a] = append(at[a], i)
			}
		}
	}
	return func(i int) []int {
		if len(keys[i]) == 1 {
			return at[keys[i][0]]
		}
		var out []int
		for _, k := range keys[i] {
			out = append(out, at[k]...)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
}

func gone(r *city.Recommendation) bool { return r.Status == city.RecommendationWithdrawn }

func drop(r *city.Recommendation, for_ city.Recommendation, why [2]string) {
	r.Status = city.RecommendationWithdrawn
	said := city.Said{Text: why[0] + for_.Title + ".", TextEN: why[1] + for_.TitleEN + "."}
	r.Withdrawn = &said
}

// adopt gives what stays the evidence of what goes, as far as there is room.
func adopt(into *city.Recommendation, from city.Recommendation) {
	into.Evidence = slices.Clone(into.Evidence)
	for _, e := range from.Evidence {
		known := slices.ContainsFunc(into.Evidence, func(h city.Evidence) bool { return h.Said == e.Said })
		if !known && len(into.Evidence) < linesJoined {
			into.Evidence = append(into.Evidence, e)
		}
	}
}

// samePlace reports whether one's areas hold one of the other's.
func samePlace(x, y *city.Recommendation) bool {
	if overlap(x.AreaCode, y.AreaCode) {
		return true
	}
	for _, a := range x.AreaCodes {
		if overlap(a, y.AreaCode) {
			return true
		}
		for _, b := range y.AreaCodes {
			if overlap(a, b) {
				return true
			}
		}
	}
	for _, b := range y.AreaCodes {
		if overlap(x.AreaCode, b) {
			return true
		}
	}
	return false
}

func overlap(a, b string) bool { return a == b || city.Within(a, b) || city.Within(b, a) }

// sameMatter reports whether two are about one matter: the same incident, or
// the same indicator, office or kind of report in the same place. A flood and
// reports of flooding are of one kind.
func sameMatter(x, y *city.Recommendation) bool {
	if x.IncidentID != 0 && y.IncidentID != 0 {
		return x.IncidentID == y.IncidentID
	}
	if !samePlace(x, y) {
		return false
	}
	switch {
	case x.Indicator != "" && y.Indicator != "":
		return x.Indicator == y.Indicator
	case ofOffice(x) || ofOffice(y):
		return ofOffice(x) && ofOffice(y) && x.Office == y.Office
	}
	return kindOf(x) == kindOf(y)
}

func ofOffice(r *city.Recommendation) bool {
	return r.Trigger == city.TriggerOverdue || r.Trigger == city.TriggerBreach
}

func kindOf(r *city.Recommendation) string {
	if r.Trigger == city.TriggerFlood || r.Trigger == city.TriggerWarning {
		return floodCategory
	}
	return r.Category
}

// floodCategory is the built-in slug of reports of flooding.
const floodCategory = "banjir-drainase"

// twice reports whether two tell one office the same: about one incident, or
// the same action for the same matter. Two incidents are two matters.
func twice(x, y *city.Recommendation) bool {
	if x.Office != y.Office {
		return false
	}
	if x.IncidentID != 0 && x.IncidentID == y.IncidentID {
		return true
	}
	return x.Action == y.Action && sameMatter(x, y)
}

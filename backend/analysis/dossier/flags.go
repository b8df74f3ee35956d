package dossier

import "balaikota/backend/city"

// leastVoices is from how many voices on it matters that most are one
// reporter's: who writes twice has not been heard.
const leastVoices = 3

// flags are what a reader should know before believing the count of voices:
//
//   - kampanye: two voices of one campaign, or half of all voices.
//   - satu_suara: more than half of three or more voices come from one reporter.
//   - tutup_massal: at least half of the closed ones were closed together with
//     many others at a period's end.
//   - disunting: an officer put a report in or out.
func flags(vs []Voice) []city.IncidentFlag {
	campaigns, reporters := map[string]int{}, map[int64]int{}
	closed, together, most := 0, 0, 0
	copied, byHand := false, false
	for _, v := range vs {
		if v.Campaign != "" {
			campaigns[v.Campaign]++
			copied = copied || campaigns[v.Campaign] >= min(2, (len(vs)+1)/2)
		}
		if v.Reporter != 0 {
			reporters[v.Reporter]++
			most = max(most, reporters[v.Reporter])
		}
		if v.Status == city.Closed {
			closed++
			if v.MassClosed {
				together++
			}
		}
		byHand = byHand || v.ByHand
	}
	out := []city.IncidentFlag{}
	for _, f := range []struct {
		flag  city.IncidentFlag
		holds bool
	}{
		{city.IncidentCampaign, copied}, {city.IncidentOneVoice, len(vs) >= leastVoices && 2*most > len(vs)},
		{city.IncidentMassClosing, together > 0 && 2*together >= closed}, {city.IncidentByHand, byHand},
	} {
		if f.holds {
			out = append(out, f.flag)
		}
	}
	return out
}

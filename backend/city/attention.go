package city

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// AttentionLimit is how many matters a mayor's first screen shows.
const AttentionLimit = 5

// AttentionItem is a matter that needs attention now, with the reason for its
// place in the list.
type AttentionItem struct {
	Rank  int    `json:"rank"`
	Alert Alert  `json:"alert"`
	Why   string `json:"why" doc:"Why it stands here, Indonesian"`
	WhyEN string `json:"why_en"`
}

// Attention ranks alerts and returns the first AttentionLimit: gravest first;
// among equals what citizens or the city's own gauges say before what only a
// source's silence says, larger before smaller (reach), newer before older.
// frontend/src/data/alerts.svelte.ts orders the same way.
// Forecast-like infos (severity info) are not matters.
func Attention(alerts []Alert, now time.Time) []AttentionItem {
	as := slices.DeleteFunc(slices.Clone(alerts), func(a Alert) bool {
		return a.Severity == Info || (a.Until != nil && a.Until.Before(now))
	})
	slices.SortStableFunc(as, func(a, b Alert) int {
		if c := b.Severity.Rank() - a.Severity.Rank(); c != 0 {
			return c
		}
		if c := kindRank(a.Kind) - kindRank(b.Kind); c != 0 {
			return c
		}
		if c := reach(b) - reach(a); c != 0 {
			return c
		}
		return b.Since.Compare(a.Since)
	})
	out := make([]AttentionItem, 0, AttentionLimit)
	for i, a := range as[:min(len(as), AttentionLimit)] {
		why, whyEN := whyHere(a, now)
		out = append(out, AttentionItem{Rank: i + 1, Alert: a, Why: why, WhyEN: whyEN})
	}
	return out
}

// placeVoices is how many voices an area outside of an incident weighs, as in advice.
const placeVoices = 50

// reach compares alerts by whom they touch: an incident by those who told of
// it, anything else by its areas.
func reach(a Alert) int {
	if a.Kind == AlertIncident {
		return a.Voices
	}
	return placeVoices * max(1, len(a.AreaCodes))
}

func kindRank(k AlertKind) int {
	switch k {
	case AlertThreshold, AlertSurge, AlertQuake, AlertFlood, AlertIncident:
		return 0
	case AlertWarning:
		return 1
	case AlertOverdue, AlertHotspot, AlertAnomaly, AlertBreach:
		return 2
	}
	return 3
}

func whyHere(a Alert, now time.Time) (id, en string) {
	names := severityNames[a.Severity]
	id, en = "tingkat "+strings.ToLower(names[0]), "level "+strings.ToLower(names[1])
	if n := len(a.AreaCodes); n > 1 {
		id += ", " + strconv.Itoa(n) + " wilayah"
		en += ", " + strconv.Itoa(n) + " areas"
	}
	if a.Voices > 0 {
		id += ", " + strconv.Itoa(a.Voices) + " suara"
		en += ", " + strconv.Itoa(a.Voices) + " voices"
	}
	if h := int(now.Sub(a.Since).Hours()); h >= 1 {
		id += ", sudah " + strconv.Itoa(h) + " jam"
		en += ", for " + strconv.Itoa(h) + " h"
	} else {
		id += ", baru"
		en += ", new"
	}
	return id, en
}

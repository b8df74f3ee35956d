package city

import (
	"encoding/json"
	"slices"
	"time"
)

// Topic is what a screen subscribes to.
type Topic string

// Topics of the /live contract, sources (the health of connectors) and advice.
const (
	TopicIndicators   Topic = "indicators"
	TopicReports      Topic = "reports"
	TopicIncidents    Topic = "incidents"
	TopicAlerts       Topic = "alerts"
	TopicDispositions Topic = "dispositions"
	TopicSources      Topic = "sources"
	// TopicRecommendations carries advice as it is made, changed and decided.
	TopicRecommendations Topic = "recommendations"
	// TopicAgenda carries the mayor's appointments, to AgendaReaders alone.
	TopicAgenda Topic = "agenda"
	// TopicWalls carries how paired screens are told to show: paused, sound, turn.
	TopicWalls Topic = "walls"
)

// Topics in the order a snapshot carries them.
var Topics = []Topic{TopicIndicators, TopicReports, TopicIncidents, TopicAlerts, TopicDispositions, TopicSources, TopicRecommendations, TopicAgenda, TopicWalls}

// Event is one numbered change that screens follow. Numbers are contiguous and
// in commit order; the event is a row of the same transaction as the change.
type Event struct {
	Seq int64
	// At is the database's clock just before the commit.
	At    time.Time
	Topic Topic
	// Key names the thing within its topic: the same key later replaces it.
	Key string
	Op  string // "put" or "remove"
	// Data is the thing as screens take it; for remove, {"id":…} or {"key":…}.
	Data json.RawMessage
	// AreaCode and OfficeID say whose it is; Roles, when not empty, narrows it
	// further. Shared events are for every officer whatever the area.
	AreaCode string
	OfficeID int64
	Roles    []Role
	Shared   bool
}

// VisibleTo reports whether the event may be sent to the scope.
func (e Event) VisibleTo(s Scope) bool {
	if s.Role == Layar {
		return slices.Contains(WallTopics, e.Topic) && shownOnWalls(e.Roles)
	}
	if len(e.Roles) > 0 && s.Role != SystemRole {
		ok := false
		for _, r := range e.Roles {
			ok = ok || r == s.Role
		}
		if !ok {
			return false
		}
	}
	return (e.Shared && s.Role != Publik && s.Role != "") || s.Sees(e.AreaCode, e.OfficeID)
}

// State is what a scope may see at one moment, with the number of the last
// event it holds: the ground under a screen's deltas.
type State struct {
	Seq        int64
	At         time.Time
	Indicators []IndicatorState
	Reports    []ReportSummary
	Incidents  []Incident
	Alerts     []Alert
	Sources    []SourceHealth
	// Dispositions are those not over and those with recent news.
	Dispositions []Disposition
	// Recommendations are those proposed, best first.
	Recommendations []Recommendation
	// Agenda are the appointments of today and the week after it.
	Agenda []AgendaEntry
	// Walls are the paired screens.
	Walls []WallState
}

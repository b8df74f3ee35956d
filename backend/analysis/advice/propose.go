package advice

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// atOnce is how lately an incident must have been reported for a rule whose
// deadline is in hours.
const atOnce = 72 * time.Hour

// pastMost is how many past actions stand under advice.
const pastMost = 3

// Propose returns what is worth doing now, best first. Those that stand are
// Proposed; what another one replaces or contradicts is Withdrawn, with the
// reason; Stale ones rest on data that is no longer fresh, and are not to be
// advised anew. Nothing is proposed without evidence, or to an office that does
// not exist. Rules that are off, or whose kind of action is not declared, are
// silent. Equal inputs give an equal answer, in whatever order they come.
func Propose(in Inputs, rules []city.ActionRule, kinds []city.ActionKind, now time.Time) []city.Recommendation {
	b := newBook(in, kinds, now)
	rules = slices.Clone(rules)
	slices.SortFunc(rules, func(x, y city.ActionRule) int { return strings.Compare(x.Slug, y.Slug) })
	byTrigger := map[city.Trigger][]city.ActionRule{}
	for _, r := range rules {
		if _, known := b.kinds[r.Action]; r.Enabled && known {
			byTrigger[r.Trigger] = append(byTrigger[r.Trigger], r)
		}
	}
	past := b.pastByAction()
	var out []city.Recommendation
	for _, m := range b.see() {
		for _, rule := range byTrigger[m.trigger] {
			if !matches(rule, m, now) {
				continue
			}
			if office, ok := b.office(rule, m); ok {
				out = append(out, b.recommend(rule, m, office, past[rule.Action]))
			}
		}
	}
	slices.SortFunc(out, better)
	return collapse(out, rules)
}

// better orders advice: by score, then by key.
func better(x, y city.Recommendation) int {
	return cmp.Or(cmp.Compare(y.Score, x.Score), strings.Compare(x.Key, y.Key))
}

// matches reports whether a rule's conditions hold for a matter.
func matches(rule city.ActionRule, m matter, now time.Time) bool {
	switch {
	case len(m.evidence) == 0:
		return false
	case m.local && !toPlace(rule, m), m.grouped && toPlace(rule, m):
		return false
	case len(rule.Categories) > 0 && !slices.Contains(rule.Categories, m.category):
		return false
	case len(rule.Indicators) == 0 && m.trigger == city.TriggerForecast && m.indicator != "":
		return false // without indicators it is about reports
	case len(rule.Indicators) > 0 && !slices.Contains(rule.Indicators, m.indicator):
		return false
	case m.severity.Rank() < rule.MinSeverity.Rank():
		return false
	case m.voices < rule.MinVoices:
		return false
	case rule.DueHours > 0 && !m.lastAt.IsZero() && now.Sub(m.lastAt) > atOnce:
		return false // what nobody reports any more is not for hours
	}
	return now.Sub(m.since) >= time.Duration(rule.MinAgeHours)*time.Hour
}

// toPlace reports whether a rule addresses the office of each place, so that
// matters are not to be grouped for it. Floods are grouped by kecamatan.
func toPlace(rule city.ActionRule, m matter) bool {
	return rule.Office == "kelurahan" || rule.Office == "kecamatan" && m.trigger != city.TriggerFlood
}

func (b *book) recommend(rule city.ActionRule, m matter, office city.Office, past []Past) city.Recommendation {
	kind := b.kinds[rule.Action]
	w := b.wordsOf(m, office)
	line := b.ledgerLine(rule.Action, office.ShortName)
	r := city.Recommendation{
		Key: rule.Slug + "|" + m.subject, Rule: rule.Slug, Action: kind.Slug, ActionName: kind.Name, Trigger: m.trigger,
		Title: w.title(rule.Title, false), TitleEN: w.title(cmp.Or(rule.TitleEN, rule.Title), true),
		Why: w.why(rule), Risk: w.said(rule.Risk, cmp.Or(rule.RiskEN, rule.Risk)),
		Evidence: m.evidence, Severity: m.severity, Size: math.Round(m.size*100) / 100, AreaCode: b.whole(m.area), AreaCodes: m.areas, Place: m.place, Lon: m.lon, Lat: m.lat,
		Category: m.category, Indicator: m.indicator, IncidentID: m.incident, Office: office.ShortName, DueDays: rule.DueDays, DueHours: rule.DueHours,
		DueAt: b.Calendar.DueBy(b.now, rule.DueDays, rule.DueHours), Effect: effect(kind, line), CostLow: kind.CostLow, CostHigh: kind.CostHigh, CostSource: kind.CostSource,
		Past: b.like(past, m, office.ShortName), Status: city.RecommendationProposed, DataAt: m.dataAt.UTC(), Stale: m.stale, Simulated: m.simulated,
		MadeAt: b.now.UTC(), ChangedAt: b.now.UTC(), Trend: "baru",
	}
	r.FirstSize = r.Size
	if r.AreaCodes == nil {
		r.AreaCodes = []string{}
	}
	r.Parts = []city.RankPart{impact(m), urgency(m, rule, b.now), actionable(m, line), weight(rule)}
	r.Score = 1
	for _, p := range r.Parts {
		r.Score *= p.Value
	}
	r.Score = round3(r.Score)
	return r
}

// wordsOf are the placeholders of a rule's templates for a matter.
func (b *book) wordsOf(m matter, office city.Office) words {
	w := words{
		"apa": m.what, "tempat": m.where, "suara": count(cmp.Or(m.told, m.voices)), "sisa": count(m.voices), "jam": span(b.now.Sub(m.since)), "nilai": m.value, "satuan": same(m.unit),
		"batas": {Text: m.limit, TextEN: m.limitEN}, "perangkat": same(office.ShortName), "jumlah": count(max(1, m.voices)),
	}
	if m.trigger == city.TriggerStructural {
		w["jumlah"] = m.value
	}
	return w
}

// pastByAction sorts past actions by kind, newest first.
func (b *book) pastByAction() map[string][]Past {
	out := map[string][]Past{}
	for _, p := range b.Past {
		out[p.Action] = append(out[p.Action], p)
	}
	for _, ps := range out {
		slices.SortFunc(ps, func(x, y Past) int {
			return cmp.Or(y.DoneAt.Compare(x.DoneAt), cmp.Compare(y.DispositionID, x.DispositionID))
		})
	}
	return out
}

// like are the past actions most like this one: those whose effect is known
// before others, in the same area before elsewhere, of the same office, newest.
func (b *book) like(past []Past, m matter, office string) []city.PastAction {
	rank := func(p Past) int {
		n := 0
		if p.Effect != nil {
			n += 4
		}
		if p.AreaCode != "" && p.AreaCode == m.area {
			n += 2
		}
		if p.Office == office {
			n++
		}
		return n
	}
	var near []Past
	for _, p := range past {
		if m.category == "" || p.Category == "" || p.Category == m.category {
			near = append(near, p)
		}
	}
	slices.SortStableFunc(near, func(x, y Past) int { return rank(y) - rank(x) })
	out := []city.PastAction{}
	for _, p := range near[:min(pastMost, len(near))] {
		out = append(out, p.PastAction)
	}
	return out
}

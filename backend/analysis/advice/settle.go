package advice

import (
	"encoding/json"
	"slices"
	"time"

	"balaikota/backend/city"
)

const (
	// hold is how long a condition must be gone before its advice is withdrawn,
	// so that a figure that swings about a limit does not make it come and go.
	hold = 15 * time.Minute
	// staleGrace is how long advice stands, marked, after its data went stale.
	staleGrace = 6 * time.Hour
	// settled is for how long a matter whose disposition is done is left alone:
	// its effect is being measured.
	settled, settledFast = 7 * 24 * time.Hour, 6 * time.Hour
	// waitingMost bounds how many wait in the city, officeMost at one office.
	waitingMost, officeMost = 150, 8
	// grown is how much larger a matter must be to be called worse or better.
	grown, shrunk = 1.2, 0.8
	// displaced is how many times the score of what waits something new must
	// have to take its place, so that two of a weight do not take turns.
	displaced = 1.25
)

// declinedFor is how long a refusal holds for matters that are not of
// themselves over one day; incidents and warnings are: theirs holds for ever.
var declinedFor = map[city.Trigger]time.Duration{
	city.TriggerFlood: 24 * time.Hour, city.TriggerIndicator: 7 * 24 * time.Hour, city.TriggerForecast: 7 * 24 * time.Hour,
	city.TriggerHotspot: 14 * 24 * time.Hour, city.TriggerSilent: 14 * 24 * time.Hour, city.TriggerSource: 7 * 24 * time.Hour,
	city.TriggerOverdue: 14 * 24 * time.Hour, city.TriggerBreach: 7 * 24 * time.Hour,
}

// Settle compares what Propose says with what stands, and returns what is to be
// written: new advice (without number), changed, returned and withdrawn.
// before holds what waits (proposed, postponed), and of each key the newest
// that was decided. Settling the same again returns nothing.
func Settle(before, proposed []city.Recommendation, in Inputs, rules []city.ActionRule, now time.Time) []city.Recommendation {
	s := settling{now: now.UTC(), in: in, waiting: map[string]city.Recommendation{}, decided: map[string]city.Recommendation{}, office: map[string]int{}}
	for _, r := range before {
		if r.Status == city.RecommendationProposed || r.Status == city.RecommendationPostponed {
			s.waiting[r.Key] = r
			s.office[r.Office]++
		} else if have, ok := s.decided[r.Key]; !ok || have.ID < r.ID {
			s.decided[r.Key] = r
		}
	}
	seen := map[string]bool{}
	for _, p := range proposed {
		seen[p.Key] = true
		w, waits := s.waiting[p.Key]
		g, given := s.given(p)
		switch {
		case p.Status == city.RecommendationWithdrawn:
			if waits {
				s.withdraw(w, *p.Withdrawn)
			}
		case given && waits:
			s.withdraw(w, givenReason(g))
		case waits:
			s.update(w, p)
		case !given && !p.Stale:
			s.add(p)
		}
	}
	for _, w := range before {
		if _, waits := s.waiting[w.Key]; waits && !seen[w.Key] && s.waiting[w.Key].ID == w.ID {
			s.missing(w, rules)
		}
	}
	slices.SortFunc(s.out, better)
	return s.out
}

type settling struct {
	now              time.Time
	in               Inputs
	waiting, decided map[string]city.Recommendation
	office           map[string]int // how many wait there
	out              []city.Recommendation
}

func (s *settling) withdraw(w city.Recommendation, why city.Said) {
	w.Status, w.Withdrawn, w.ChangedAt, w.GoneSince, w.Until, w.Override = city.RecommendationWithdrawn, &why, s.now, nil, nil, nil
	s.out = append(s.out, w)
	s.office[w.Office]--
	delete(s.waiting, w.Key)
}

// given finds a disposition that makes advice needless: one that runs for the
// same matter, or was done so lately that its effect is not known yet.
func (s *settling) given(p city.Recommendation) (Given, bool) {
	// An approval may be younger than what the inputs know.
	if d, ok := s.decided[p.Key]; ok && d.Status == city.RecommendationApproved && d.DispositionID != 0 && !d.DispositionStatus.Over() {
		return Given{ID: d.DispositionID, Number: d.DispositionNumber}, true
	}
	for _, g := range s.in.Given {
		about := g.Key == p.Key || p.IncidentID != 0 && slices.Contains(g.Incidents, p.IncidentID) && (g.Office == p.Office || g.Action == p.Action)
		switch {
		case !about || g.Status == city.DispositionCanceled:
		case g.Status != city.DispositionDone:
			return g, true
		case g.DoneAt != nil && (p.IncidentID != 0 && !p.DataAt.After(*g.DoneAt) || s.now.Sub(*g.DoneAt) < quiet(p.Trigger)):
			return g, true
		}
	}
	return Given{}, false
}

func quiet(t city.Trigger) time.Duration {
	if t == city.TriggerFlood || t == city.TriggerWarning || t == city.TriggerIndicator {
		return settledFast
	}
	return settled
}

// update brings waiting advice up to what is proposed now.
func (s *settling) update(w, p city.Recommendation) {
	n := p
	if p.Stale {
		if w.Stale && s.now.Sub(w.ChangedAt) > staleGrace {
			s.withdraw(w, s.staleReason(p))
			return
		}
		n = w // what was fresh stays on screen, marked
		n.Stale = true
	}
	n.ID, n.MadeAt, n.FirstSize, n.Status, n.Until, n.Override = w.ID, w.MadeAt, w.FirstSize, w.Status, w.Until, w.Override
	n.DecidedBy, n.Reason, n.GoneSince = w.DecidedBy, w.Reason, nil
	if !n.Stale {
		n.Trend = trend(n, s.now)
	}
	if w.Status == city.RecommendationPostponed && w.Until != nil && !w.Until.After(s.now) {
		n.Status, n.Until, n.DecidedBy, n.Reason = city.RecommendationProposed, nil, "", ""
	}
	s.waiting[n.Key] = n
	if differ(w, n) {
		n.ChangedAt = s.now
		s.out = append(s.out, n)
	}
}

// trend says how a matter has gone since it was advised: baru within the first
// day, then worse or better by a fifth.
func trend(r city.Recommendation, now time.Time) string {
	switch {
	case r.Size >= r.FirstSize*grown && r.Size > r.FirstSize:
		return "memburuk"
	case r.Size <= r.FirstSize*shrunk && r.Size < r.FirstSize:
		return "membaik"
	case now.Sub(r.MadeAt) < 24*time.Hour:
		return "baru"
	}
	return "tetap"
}

// differ compares two states but for what moves by itself.
func differ(x, y city.Recommendation) bool {
	plain := func(r city.Recommendation) string {
		r.DueAt, r.ChangedAt, r.MadeAt, r.Rank = time.Time{}, time.Time{}, time.Time{}, 0
		r.DispositionID, r.DispositionNumber, r.DispositionStatus, r.DecidedBy, r.Reason = 0, "", "", "", ""
		if r.Trigger == city.TriggerSource {
			r.DataAt = time.Time{} // that of the round
		}
		if r.Trigger == city.TriggerOverdue || r.Trigger == city.TriggerBreach || r.Trigger == city.TriggerFlood {
			r.DataAt, r.Evidence = time.Time{}, untimed(r.Evidence)
		}
		b, err := json.Marshal(r)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	return plain(x) != plain(y)
}

// untimed leaves out when counts were taken: the same count later is nothing
// new.
func untimed(es []city.Evidence) []city.Evidence {
	es = slices.Clone(es)
	for i := range es {
		es[i].At = time.Time{}
	}
	return es
}

// add advises something new, unless it was refused and has not clearly become
// worse, or as many wait already that matter as much.
func (s *settling) add(p city.Recommendation) {
	if d, ok := s.decided[p.Key]; ok && d.Status == city.RecommendationDeclined && s.refused(d, p) {
		return
	}
	if !s.room(p) {
		return
	}
	p.ID, p.MadeAt, p.ChangedAt = 0, s.now, s.now
	s.waiting[p.Key] = p
	s.office[p.Office]++
	s.out = append(s.out, p)
}

// room reports whether there is a place for something new. Where as many wait
// as may, the least of them gives way to what matters clearly more: a flood
// must not stand behind old drains. What a person postponed or placed stays.
func (s *settling) room(p city.Recommendation) bool {
	office := s.office[p.Office] >= officeMost
	if !office && len(s.waiting) < waitingMost {
		return true
	}
	var least *city.Recommendation
	for _, w := range s.waiting {
		if w.Status == city.RecommendationProposed && w.Override == nil && (!office || w.Office == p.Office) && (least == nil || better(*least, w) < 0) {
			least = &w
		}
	}
	if least == nil || p.Score < displaced*least.Score {
		return false
	}
	s.withdraw(*least, city.Said{
		Text: "Digeser saran yang lebih mendesak: " + p.Title + ".", TextEN: "Gave way to more urgent advice: " + p.TitleEN + ".",
	})
	return true
}

// refused reports whether a refusal still holds: the matter is no graver and
// less than twice as large, and it is not long ago.
func (s *settling) refused(d, p city.Recommendation) bool {
	if p.Severity.Rank() > d.Severity.Rank() || p.Size >= 2*d.Size && p.Size > 0 {
		return false
	}
	lasts, ends := declinedFor[d.Trigger]
	return !ends || s.now.Sub(d.ChangedAt) < lasts
}

// missing is what waits and is not proposed any more.
func (s *settling) missing(w city.Recommendation, rules []city.ActionRule) {
	why, sure := s.reason(w, rules)
	switch {
	case sure || w.GoneSince != nil && s.now.Sub(*w.GoneSince) >= hold:
		s.withdraw(w, why)
	case w.GoneSince == nil:
		w.GoneSince, w.ChangedAt = &s.now, s.now
		s.out = append(s.out, w)
	}
}

package escalation

import (
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// Due is a rung that hears of an instruction now, and why.
type Due struct {
	Rung int
	To   string // camat, kepala_opd, sekda, wali_kota
	When string // the clock: answer, close, breach
	Why  city.Said
}

// Reminder is due to whoever holds an instruction up. Key names the occasion:
// one reminder each.
type Reminder struct {
	Key string
	Why city.Said
}

// Ladder is the rules in force on a day.
type Ladder struct {
	cal   city.Calendar
	rules map[string][]city.EscalationRule // by kind of office
	times map[city.Nature]city.AnswerTime
}

// InForce chooses of every rule the newest row that had taken effect by now.
func InForce(cal city.Calendar, all city.EscalationLadder, now time.Time) Ladder {
	day := now.In(cal.Location).Format(time.DateOnly)
	type place struct {
		of, when string
		rung     int
	}
	newest := map[place]city.EscalationRule{}
	for _, r := range all.Rules {
		p := place{r.Of, r.When, r.Rung}
		if old, ok := newest[p]; r.EffectiveOn <= day && (!ok || r.EffectiveOn > old.EffectiveOn) {
			newest[p] = r
		}
	}
	l := Ladder{cal: cal, rules: map[string][]city.EscalationRule{}, times: map[city.Nature]city.AnswerTime{}}
	for _, r := range newest {
		l.rules[r.Of] = append(l.rules[r.Of], r)
	}
	for _, rs := range l.rules {
		slices.SortFunc(rs, func(a, b city.EscalationRule) int {
			if a.Rung != b.Rung {
				return a.Rung - b.Rung
			}
			return slices.Index(clocks, a.When) - slices.Index(clocks, b.When)
		})
	}
	for _, t := range all.AnswerTimes {
		if old, ok := l.times[t.Nature]; t.EffectiveOn <= day && (!ok || t.EffectiveOn > old.EffectiveOn) {
			l.times[t.Nature] = t
		}
	}
	return l
}

// clocks in the order in which they are named where several have run out.
var clocks = []string{"close", "answer", "breach"}

// stands reports whether the instruction's clock stands, or somebody else's
// runs: nobody is told of its addressee then. Work that was handed on is timed
// by the ladders of its parts as long as one is open.
func stands(o city.Overdue) bool {
	return o.Status.Over() || o.Status.Waits() || o.WaitsSince != nil || (o.Status == city.DispositionPassed && o.OpenParts > 0)
}

// Next returns the next rung that is to be told now, at most one: the lowest
// above those told whose clock has run out and where somebody can be told.
// Rungs without anybody are passed over. After a rung was told, the next one
// hears no sooner than the distance between the two in the ladder: a server
// that was away does not take a matter to the mayor in one minute.
func (l Ladder) Next(o city.Overdue, now time.Time) (Due, bool) {
	if stands(o) {
		return Due{}, false
	}
	next := 0
	for _, r := range l.rules[o.Of] {
		if r.Rung <= o.Rung || !slices.Contains(o.Reach, r.To) {
			continue
		}
		if next == 0 {
			next = r.Rung
		}
		if r.Rung != next {
			break
		}
		if d, ok := l.due(o, r, now); ok {
			return d, true
		}
	}
	return Due{}, false
}

func (l Ladder) due(o city.Overdue, r city.EscalationRule, now time.Time) (Due, bool) {
	d := Due{Rung: r.Rung, To: r.To, When: r.When}
	if now.Before(l.apart(o, r)) {
		return d, false
	}
	switch r.When {
	case "answer":
		allowed, ok := l.answer(o)
		if o.Status != city.DispositionSent || !ok || now.Before(l.after(o.SentAt, allowed, r.Share)) {
			return d, false
		}
		d.Why = saidAnswer(o, allowed, l.since(o.SentAt, now, allowed.Working))
	case "close":
		at := l.share(o, r.Share)
		if now.Before(at) || !now.After(o.DueAt.Add(o.WaitedLate)) && r.Share >= 1 {
			return d, false
		}
		d.Why = l.saidClose(o, now)
	case "breach":
		used, total := l.Used(o, now), Forecast(l.Used(o, now), float64(o.Percent)/100, o.PastRatios)
		if used < r.Share || used >= 1 || total <= 1 {
			return d, false
		}
		d.Why = saidBreach(o, used, total)
	default:
		return d, false
	}
	return d, true
}

// apart is the earliest moment of rule r after the rung before was told: the
// distance of their shares on r's clock.
func (l Ladder) apart(o city.Overdue, r city.EscalationRule) time.Time {
	if o.RungAt == nil {
		return time.Time{}
	}
	for _, before := range l.rules[o.Of] {
		if before.Rung != o.Rung || before.When != r.When || r.Share <= before.Share {
			continue
		}
		if r.When == "answer" {
			allowed, _ := l.answer(o)
			return l.after(*o.RungAt, allowed, r.Share-before.Share)
		}
		return l.add(*o.RungAt, time.Duration(float64(l.between(o, o.ClockFrom, o.DueAt))*(r.Share-before.Share)), !o.InHours)
	}
	return time.Time{}
}

// answer is how long the addressee may take to accept: the row of the letter's
// nature, false where there is none.
func (l Ladder) answer(o city.Overdue) (city.AnswerTime, bool) {
	t, ok := l.times[o.Nature]
	return t, ok
}

// after is the moment when share of an answer time has run since from.
func (l Ladder) after(from time.Time, t city.AnswerTime, share float64) time.Time {
	return l.add(from, time.Duration(float64(t.Hours)*share*float64(time.Hour)), t.Working)
}

func (l Ladder) add(from time.Time, d time.Duration, working bool) time.Time {
	if working {
		return l.cal.AddWorkingTime(from, d)
	}
	return from.Add(d)
}

func (l Ladder) since(from, now time.Time, working bool) time.Duration {
	if working {
		return l.cal.WorkingTime(from, now)
	}
	return now.Sub(from)
}

// between is the time from one moment to another as the instruction counts it.
func (l Ladder) between(o city.Overdue, from, to time.Time) time.Duration {
	return l.since(from, to, !o.InHours)
}

// share is the moment when a share of the instruction's time has run out. At 1
// it is the deadline; what it waited on others after that moves it on.
func (l Ladder) share(o city.Overdue, share float64) time.Time {
	total := l.between(o, o.ClockFrom, o.DueAt)
	if share < 1 {
		return l.add(o.ClockFrom, time.Duration(float64(total)*share), !o.InHours)
	}
	return l.add(o.DueAt.Add(o.WaitedLate), time.Duration(float64(total)*(share-1)), !o.InHours)
}

// Used is the share of the instruction's time that has run, over 1 when late.
// Waits on others are in both, because they move the deadline.
func (l Ladder) Used(o city.Overdue, now time.Time) float64 {
	total := l.between(o, o.ClockFrom, o.DueAt)
	if total <= 0 {
		if now.Before(o.DueAt) {
			return 0
		}
		return 1
	}
	if now.After(o.DueAt) {
		return 1 + float64(l.between(o, o.DueAt, now))/float64(total)
	}
	return float64(l.between(o, o.ClockFrom, now)) / float64(total)
}

// leastPast is how many finished instructions of an office its pace needs.
const leastPast = 5

// Forecast returns the share of its time that work will have taken when it is
// done, from the share used and the share done by the addressee's word: over 1
// it will miss its deadline. What is left goes on at a pace between the work's
// own (used/done) and the office's habit, the own counting as much as is done:
//
//	used + (1 − done) · (done · used/done + (1 − done) · habit)
//
// which is 1 for work on schedule (done = used) at an office that habitually
// takes its whole time. This is the time estimate at completion of earned
// schedule (W. Lipke, Schedule is different, The Measurable News, summer 2003),
// its performance factor shrunk to the office's past. habit is the median of
// past shares; 1 with fewer than five.
func Forecast(used, done float64, past []float64) float64 {
	done = min(1, max(0, done))
	habit := 1.0
	if len(past) >= leastPast {
		sorted := slices.Sorted(slices.Values(past))
		habit = (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	}
	return used + (1-done)*(used+(1-done)*habit)
}

// Remind returns the reminder that is due now, if any: to the addressee before
// his deadline, or to the sender while an answer of his is waited for. It goes
// to whom city.StepTold says.
func (l Ladder) Remind(o city.Overdue, now time.Time) (Reminder, bool) {
	switch {
	case o.Status.Over():
		return Reminder{}, false
	case o.Status.Waits():
		return l.remindSender(o, now)
	case stands(o):
		return Reminder{}, false
	}
	at := l.remindAt(o)
	if now.Before(at) || !now.Before(o.DueAt) {
		return Reminder{}, false
	}
	left, leftEN := spell(o.DueAt.Sub(now))
	return Reminder{
		Key: "tenggat/" + o.DueAt.UTC().Format(time.RFC3339),
		Why: city.Said{Text: "Tenggat tinggal " + left + ".", TextEN: "The deadline is in " + leftEN + "."},
	}, true
}

// remindAt is two hours before the deadline, or a fifth of the time if that is
// earlier, but never before half of it.
func (l Ladder) remindAt(o city.Overdue) time.Time {
	at := o.DueAt.Add(-2 * time.Hour)
	if fifth := l.share(o, 0.8); fifth.Before(at) {
		at = fifth
	}
	if half := l.share(o, 0.5); at.Before(half) {
		at = half
	}
	return at
}

// remindSender: an answer, a decision about an obstacle or a new addressee is
// the sender's matter, and so is work that is said to be done without a
// picture of its own. A picture is looked at by somebody else.
func (l Ladder) remindSender(o city.Overdue, now time.Time) (Reminder, bool) {
	if o.WaitsSince == nil || (o.Status == city.DispositionProof && o.Checked) {
		return Reminder{}, false
	}
	allowed, ok := l.answer(o)
	if !ok {
		return Reminder{}, false
	}
	times := 0
	for n := 1; n <= 3 && !now.Before(l.after(*o.WaitsSince, allowed, float64(n))); n++ {
		times = n
	}
	if times == 0 {
		return Reminder{}, false
	}
	waited, waitedEN := spell(now.Sub(*o.WaitsSince))
	return Reminder{
		Key: "menunggu/" + o.WaitsSince.UTC().Format(time.RFC3339Nano) + "/" + strconv.Itoa(times),
		Why: city.Said{Text: "Sudah " + waited + " menunggu pengirim.", TextEN: "It has waited " + waitedEN + " for its sender."},
	}, true
}

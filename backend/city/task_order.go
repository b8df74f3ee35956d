package city

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"
)

// ReminderBefore is how long before its deadline an addressee is reminded.
const ReminderBefore = 2 * time.Hour

// TaskGround is what the order of a task rests on, besides the task.
type TaskGround struct {
	Severity Severity // gravest of its incidents, "" if none
	// Next is whom the ladder tells when the deadline passes: camat,
	// kepala_opd, sekda or wali_kota; "" nobody.
	Next Role
}

// taskTier orders the groups of a day's list.
type taskTier int

const (
	tierLate  taskTier = iota // past the deadline
	tierGrave                 // sangat segera, or an incident of the gravest kind
	tierToday                 // due within a day
	tierRoute                 // has a place: by the way
	tierRest                  // has none: by deadline
	tierWaits                 // waits on somebody else
)

// TaskDay is what a day's list is ordered by.
type TaskDay struct {
	Now   time.Time
	Zone  *time.Location
	Label string     // of the zone, WITA
	Start *orb.Point // where the officer is, nil unknown
}

// OrderTasks puts the tasks into the order of a day's list and says why each
// stands where it does: what is late first, the latest first; then what is
// grave; then what is due within a day; then those with a place by the way
// from one to the next (VisitOrder) from where the officer is; then the others
// by deadline; last what waits on somebody else. grounds stand beside tasks.
func (d TaskDay) OrderTasks(tasks []Task, grounds []TaskGround) []Task {
	groups := make([][]int, tierWaits+1)
	for i, t := range tasks {
		tier := d.tier(t, grounds[i])
		groups[tier] = append(groups[tier], i)
	}
	byDue := func(a, b int) int {
		return cmp.Or(tasks[a].DueAt.Compare(tasks[b].DueAt), cmp.Compare(tasks[a].ID, tasks[b].ID))
	}
	out := make([]Task, 0, len(tasks))
	at := d.Start
	for tier, group := range groups {
		slices.SortFunc(group, byDue)
		if taskTier(tier) == tierRoute {
			group = d.byWay(tasks, group, at)
		}
		for _, i := range group {
			t := tasks[i]
			t.Order = len(out) + 1
			t.Why = d.why(taskTier(tier), t, grounds[i])
			t.Reminder = d.reminder(t, grounds[i].Next)
			if p, ok := placeOf(t); ok {
				if at != nil {
					t.DistM = new(math.Round(MetresBetween(*at, p)))
				}
				at = &p
			}
			out = append(out, t)
		}
	}
	return out
}

func (d TaskDay) tier(t Task, g TaskGround) taskTier {
	_, placed := placeOf(t)
	switch {
	case t.Status.Waits() || t.Status == DispositionPassed:
		return tierWaits
	case t.LateHours > 0:
		return tierLate
	case t.Nature == NatureVeryUrgent || g.Severity == Awas:
		return tierGrave
	case t.DueAt.Sub(d.Now) <= 24*time.Hour:
		return tierToday
	case placed:
		return tierRoute
	}
	return tierRest
}

func placeOf(t Task) (orb.Point, bool) {
	if t.Lon == nil || t.Lat == nil {
		return orb.Point{}, false
	}
	return orb.Point{*t.Lon, *t.Lat}, true
}

// byWay orders tasks that have a place by the way from at; without one the
// way begins at the most pressing.
func (d TaskDay) byWay(tasks []Task, group []int, at *orb.Point) []int {
	points := make([]orb.Point, len(group))
	for k, i := range group {
		points[k], _ = placeOf(tasks[i])
	}
	out := make([]int, len(group))
	for k, v := range VisitOrder(at, points) {
		out[k] = group[v]
	}
	return out
}

func (d TaskDay) why(tier taskTier, t Task, g TaskGround) Said {
	switch tier {
	case tierLate:
		return Said{Text: "Lewat tenggat " + lateID(t.LateHours) + ".", TextEN: "Past its deadline by " + lateEN(t.LateHours) + "."}
	case tierGrave:
		if g.Severity == Awas {
			return Said{Text: "Kejadiannya berstatus awas.", TextEN: "Its incident is of the gravest level."}
		}
		return Said{Text: "Sifatnya sangat segera.", TextEN: "It is very urgent."}
	case tierToday:
		return Said{Text: "Tenggatnya " + d.moment(t.DueAt) + ".", TextEN: "Due " + d.momentEN(t.DueAt) + "."}
	case tierRoute:
		return Said{Text: "Urutan menurut jarak tempuh.", TextEN: "By the way from one to the next."}
	case tierWaits:
		if t.Status == DispositionPassed && slices.Contains(t.May, StepFinish) {
			return Said{Text: "Semua bagian selesai; tinggal Anda nyatakan selesai.", TextEN: "All its parts are done; it is for you to say so."}
		}
		if t.Status == DispositionPassed {
			return Said{Text: "Sudah diteruskan; menunggu bagiannya.", TextEN: "Handed on; its parts are under way."}
		}
		return Said{Text: "Menunggu pihak lain; waktunya berhenti.", TextEN: "Waits on others; its clock stands still."}
	}
	return Said{Text: "Tanpa titik lokasi; urut tenggat.", TextEN: "Has no place; by deadline."}
}

// reminder says when a reminder comes and to whom it goes after that.
func (d TaskDay) reminder(t Task, next Role) Said {
	if t.Status.Waits() {
		return Said{Text: "Tidak ada pengingat selama menunggu pihak lain.", TextEN: "No reminder while it waits on others."}
	}
	if t.LateHours > 0 {
		if to := RungName(string(next)); to.Text != "" {
			return Said{Text: "Sudah lewat tenggat; naik ke " + to.Text + ".", TextEN: "Past its deadline; it goes to " + to.TextEN + "."}
		}
		return Said{Text: "Sudah lewat tenggat.", TextEN: "Past its deadline."}
	}
	hours := strconv.Itoa(int(ReminderBefore / time.Hour))
	s := Said{Text: "Pengingat " + hours + " jam sebelum tenggat", TextEN: "Reminder " + hours + " hours before the deadline"}
	if to := RungName(string(next)); to.Text != "" {
		s.Text, s.TextEN = s.Text+"; naik ke "+to.Text+" bila lewat", s.TextEN+"; goes to "+to.TextEN+" once past"
	}
	return Said{Text: s.Text + ".", TextEN: s.TextEN + "."}
}

func (d TaskDay) moment(t time.Time) string {
	t = t.In(d.Zone)
	switch {
	case sameDay(t, d.Now.In(d.Zone)):
		return "hari ini " + clock(t)
	case t.Hour() == 0 && t.Minute() == 0: // the midnight that ends a day
		return d.endOf(t.Add(-time.Minute))
	}
	return FormatMoment(t, d.Zone, d.Label)
}

func (d TaskDay) endOf(day time.Time) string {
	if sameDay(day, d.Now.In(d.Zone)) {
		return "hari ini"
	}
	return "besok, " + FormatDay(day, d.Zone)
}

func (d TaskDay) momentEN(t time.Time) string {
	t = t.In(d.Zone)
	if t.Hour() == 0 && t.Minute() == 0 {
		return t.Add(-time.Minute).Format("2 January 2006")
	}
	return t.Format("2 January 2006 15:04")
}

func lateID(hours float64) string {
	switch {
	case hours < 1:
		return "kurang dari satu jam"
	case hours < 48:
		return FormatNumber(math.Floor(hours), 0) + " jam"
	}
	return FormatNumber(math.Floor(hours/24), 0) + " hari"
}

func lateEN(hours float64) string {
	count := func(n float64, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%.0f %ss", n, unit)
	}
	switch {
	case hours < 1:
		return "less than an hour"
	case hours < 48:
		return count(math.Floor(hours), "hour")
	}
	return count(math.Floor(hours/24), "day")
}

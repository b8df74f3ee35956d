package escalation

import (
	"strconv"
	"time"

	"balaikota/backend/city"
)

func saidAnswer(o city.Overdue, allowed city.AnswerTime, waited time.Duration) city.Said {
	kind, kindEN := "jam", "hours"
	if allowed.Working {
		kind, kindEN = "jam hari kerja", "hours of working days"
	}
	limit, n := strconv.Itoa(allowed.Hours), city.FormatNumber(waited.Hours(), 0)
	return city.Said{
		Text:   o.Office + " belum menerima disposisi setelah " + n + " " + kind + "; batasnya " + limit + " " + kind + ".",
		TextEN: o.Office + " has not accepted the disposition after " + n + " " + kindEN + "; the limit is " + limit + ".",
	}
}

func (l Ladder) saidClose(o city.Overdue, now time.Time) city.Said {
	percent := strconv.Itoa(o.Percent)
	if !now.After(o.DueAt) {
		used := strconv.Itoa(int(l.Used(o, now) * 100))
		return city.Said{Text: used + " % waktu terpakai, pekerjaan " + percent + " %.", TextEN: used + " % of the time is used, the work is at " + percent + " %."}
	}
	late, lateEN := spell(now.Sub(o.DueAt) - o.WaitedLate)
	s := city.Said{Text: "Lewat tenggat " + late + ", pekerjaan " + percent + " %.", TextEN: lateEN + " past the deadline, the work is at " + percent + " %."}
	if o.WaitedLate > 0 {
		s.Text += " Waktu menunggu pihak lain tidak dihitung."
		s.TextEN += " Waiting on others is not counted."
	}
	return s
}

func saidBreach(o city.Overdue, used, total float64) city.Said {
	u, p, f := strconv.Itoa(int(used*100)), strconv.Itoa(o.Percent), strconv.Itoa(int(total*100+0.5))
	basis, basisEN := "", ""
	if n := len(o.PastRatios); n >= leastPast {
		basis, basisEN = " dan "+strconv.Itoa(n)+" pekerjaan terdahulu", " and "+strconv.Itoa(n)+" earlier works"
	}
	return city.Said{
		Text:   u + " % waktu terpakai, pekerjaan " + p + " %; diperkirakan perlu " + f + " % dari waktunya (dari kemajuan" + basis + ").",
		TextEN: u + " % of the time is used, the work is at " + p + " %; it will likely take " + f + " % of its time (from its progress" + basisEN + ").",
	}
}

// spell writes a length of time in its largest fitting unit.
func spell(d time.Duration) (id, en string) {
	switch {
	case d >= 48*time.Hour:
		n := city.FormatNumber(d.Hours()/24, 0)
		return n + " hari", n + " days"
	case d >= 2*time.Hour:
		n := city.FormatNumber(d.Hours(), 0)
		return n + " jam", n + " hours"
	}
	n := strconv.Itoa(max(1, int(d.Minutes())))
	return n + " menit", n + " minutes"
}

package city

import "time"

// Period is a stretch of time [From, To), named as ParsePeriod reads it.
type Period struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Empty reports whether no moment lies in the period.
func (p Period) Empty() bool { return !p.From.Before(p.To) }

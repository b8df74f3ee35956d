package simcity

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// view is what the faults do to the content of one answer.
type view struct {
	shift     time.Duration // added to every time in it
	duplicate bool
	reorder   bool
	edit      bool
	seed      uint64
}

type viewKey struct{}

// viewOf is the view the faults gave to a request.
func viewOf(r *http.Request) view {
	v, _ := r.Context().Value(viewKey{}).(view)
	return v
}

func withView(r *http.Request, v view) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), viewKey{}, v))
}

// time writes a time as the answer's clock shows it, RFC 3339 with offset.
func (v view) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Add(v.shift).In(zone).Format(time.RFC3339)
}

// distort repeats and shuffles the rows of a page where the faults say so.
func distort[T any](v view, rows []T) []T {
	if !v.duplicate && !v.reorder || len(rows) == 0 {
		return rows
	}
	r := rand.New(rand.NewPCG(v.seed, uint64(len(rows))))
	rows = append([]T(nil), rows...)
	if v.duplicate {
		for range 1 + len(rows)/5 {
			rows = append(rows, rows[r.IntN(len(rows))])
		}
	}
	if v.reorder {
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	return rows
}

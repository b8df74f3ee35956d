package pack

import (
	"errors"
	"io/fs"
	"time"

	"balaikota/backend/city"
)

// loadNorms reads how long reports may take. A city without the file has the
// closing norms of its categories and nothing else.
func loadNorms(fsys fs.FS, c *City) error {
	err := readTable(fsys, "norms.csv", func(r *row) error {
		n := city.Norm{
			Channel: r.fields["channel"], Category: r.fields["category"], AnswerDays: r.days("answer_days"),
			AnswerHours: r.days("answer_hours"), CloseDays: r.days("close_days"), Source: r.text("source"),
			EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		}
		if !n.Answers() && !n.Closes() {
			r.fail("answer_days", "the row states neither an answer nor a closing")
		}
		if n.AnswerDays > 0 && n.AnswerHours > 0 {
			r.fail("answer_hours", "an answer is due in days or in hours, not in both")
		}
		c.Norms = append(c.Norms, n)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// days is a whole number above zero, or 0 where nothing stands.
func (r *row) days(column string) int {
	if r.fields[column] == "" {
		return 0
	}
	n := r.whole(column)
	if n < 1 || n > 2400 {
		r.fail(column, "%d is not from 1 to 2400", n)
	}
	return n
}

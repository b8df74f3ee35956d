package sqlquery

import (
	"database/sql"
	"fmt"
	"slices"

	"balaikota/backend/city"
)

// result is a page of the query's rows.
type result struct {
	rows []row
	more bool
	// now is what the cursor's column would say of this moment; "" where it holds
	// no times.
	now string
}

// row is one of them: a record for the mapping, or what is wrong with it.
type row struct {
	mark    string // the cursor's value
	record  map[string]any
	refusal *city.Refusal
}

// mostBytes bounds the text of a page.
const mostBytes = 64 << 20

// collect reads at most a page of rows and one more, which tells whether there
// are more and where the page may end.
func (c *connector) collect(rows *sql.Rows) (*result, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name()
	}
	at := slices.Index(names, c.cfg.Cursor)
	if c.statement.since && at < 0 {
		return nil, city.InvalidField("cursor", "is not a column of the query's result; write it as the query does")
	}
	out, size := &result{}, 0
	if at >= 0 {
		out.now = moment(c.env.Now(), c.cfg.System, types[at].DatabaseTypeName(), c.rows.Location())
	}
	for rows.Next() {
		if len(out.rows) == c.cfg.PageSize {
			out.more = true
			if c.statement.since {
				return out, out.endBefore(rows, types, at)
			}
			break
		}
		raw, err := scan(rows, len(types))
		if err != nil {
			return nil, err
		}
		for _, v := range raw {
			if b, ok := v.([]byte); ok {
				size += len(b)
			} else if s, ok := v.(string); ok {
				size += len(s)
			}
		}
		if size > mostBytes {
			return nil, city.InvalidField("page_size", "is too much: a page of these rows is larger than %d MB", mostBytes>>20)
		}
		if err := c.take(out, raw, types, names, at); err != nil {
			return nil, err
		}
	}
	return out, rows.Err()
}

func scan(rows *sql.Rows, n int) ([]any, error) {
	raw, to := make([]any, n), make([]any, n)
	for i := range raw {
		to[i] = &raw[i]
	}
	return raw, rows.Scan(to...)
}

// take adds a row. One that holds something that is no text is refused; one
// without a cursor's value ends the reading, for nothing could follow it.
func (c *connector) take(out *result, raw []any, types []*sql.ColumnType, names []string, at int) error {
	r := row{record: map[string]any{}}
	if at >= 0 {
		var ok bool
		if r.mark, ok = mark(raw[at], types[at].DatabaseTypeName()); !ok {
			return city.InvalidField("cursor", "has no value in some rows; leave those out in the query: %s is not null", clip(names[at], 40))
		}
		if n := len(out.rows); n > 0 && less(r.mark, out.rows[n-1].mark) {
			return city.InvalidField("query", "must give its rows in the order of %s: rows would be passed over. Add order by %s", clip(names[at], 40), clip(names[at], 40))
		}
	}
	for i, v := range raw {
		got, err := c.dialect.value(v, types[i].DatabaseTypeName(), c.rows.Location())
		if err != nil {
			place := fmt.Sprintf("row %d", len(out.rows)+1)
			if r.mark != "" {
				place = clip(names[at], 60) + " " + clip(r.mark, 60)
			}
			// Without the row's columns: who reads refusals may not be allowed to
			// read the table.
			r.refusal = &city.Refusal{Kind: c.cfg.Mapping.Kind, Place: place, Reason: "column " + clip(names[i], 60) + " " + err.Error()}
			break
		}
		r.record[names[i]] = got
	}
	out.rows = append(out.rows, r)
	return nil
}

// endBefore looks at the row behind the page. When it has the same cursor's value
// as the last of the page, a page that begins behind that value would miss it: the
// page then ends before the first row of that value.
func (r *result) endBefore(rows *sql.Rows, types []*sql.ColumnType, at int) error {
	raw, err := scan(rows, len(types))
	if err != nil {
		return err
	}
	next, _ := mark(raw[at], types[at].DatabaseTypeName())
	last := r.last()
	if next != last {
		return nil
	}
	keep := slices.IndexFunc(r.rows, func(x row) bool { return x.mark == last })
	if keep == 0 {
		return city.InvalidField("page_size", "is too small: more rows than that have the same value of the cursor. Make it larger, or order by a column whose values differ")
	}
	r.rows = r.rows[:keep]
	return nil
}

// last is the cursor's value of the last row, "" without any.
func (r *result) last() string {
	if len(r.rows) == 0 {
		return ""
	}
	return r.rows[len(r.rows)-1].mark
}

// follows is where the next reading goes on, given where this one began. A clock
// that runs ahead must not hide what comes until then: at the end of a reading it
// is this moment at most, and rows that are ahead come once more.
func (r *result) follows(since string) string {
	last := r.last()
	switch {
	case last == "":
		return since
	case !r.more && r.now != "" && less(r.now, last):
		return r.now
	}
	return last
}

// whole checks that a page can be followed by another.
func (r *result) whole(c Config, hasSince bool, since string) error {
	switch {
	case r.more && !hasSince:
		return city.InvalidField("query", "gives more than %d rows; add a condition with :since, so that each reading goes on where the last one ended, or make page_size larger", c.PageSize)
	case r.more && r.last() == since:
		return city.InvalidField("query", "gives the same %d rows again: its condition must pass over what has been read (%s > :since)", c.PageSize, clip(c.Cursor, 40))
	}
	return nil
}

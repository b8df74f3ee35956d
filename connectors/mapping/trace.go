package mapping

import (
	"context"
	"strings"
	"time"

	"balaikota/backend/city"
)

// shownLength bounds a value that is shown as an example, in characters.
const shownLength = 60

// Mapped tells how each mapped field was filled for the first record that was
// read, in order of the fields' names. What identifies a reporter is not shown.
func (c *Reader) Mapped(ctx context.Context) []city.MappedField {
	out := make([]city.MappedField, 0, len(c.fields))
	for _, name := range sortedKeys(c.fields) {
		f := c.fields[name]
		m := city.MappedField{Field: name, From: f.Get}
		if f.program == nil {
			m.From = "const " + f.Const
		}
		if c.sample != nil {
			m.Read, m.Became = c.trace(ctx, name, f)
		}
		out = append(out, m)
	}
	return out
}

// trace is what a field holds in the sample and what became of it.
func (c *Reader) trace(ctx context.Context, name string, f *fieldReader) (read, became string) {
	if f.program != nil {
		v, err := f.program.ofRecord(ctx, c.sample)
		if err != nil {
			return "", err.Error()
		}
		if read, err = PlainText(v); err != nil {
			return "", err.Error()
		}
	}
	became, err := c.become(ctx, name, f)
	if err != nil {
		became = err.Error()
	}
	if strings.HasPrefix(name, "reporter_") {
		return hide(read), hide(became)
	}
	return clip(read, shownLength), clip(became, shownLength)
}

func (c *Reader) become(ctx context.Context, name string, f *fieldReader) (string, error) {
	types := observationFields
	if c.m.Kind == "reports" {
		types = reportFields
	}
	switch types[name] {
	case asTime:
		t, err := c.timeOf(ctx, f, c.sample)
		if err != nil || t.IsZero() {
			return "", err
		}
		return t.In(c.env.Location).Format(time.RFC3339), nil
	case asNumber:
		x, err := f.number(ctx, c.sample)
		if err != nil || x == nil {
			return "", err
		}
		return PlainText(*x)
	}
	return f.value(ctx, c.sample)
}

func hide(s string) string {
	if s == "" {
		return ""
	}
	return "•••"
}

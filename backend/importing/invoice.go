package importing

import (
	"math"
	"regexp"

	"balaikota/backend/city"
)

var monthForm = regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])$`)

// Invoice turns a row into one line of a model provider's invoice. The month
// is written 2026-06, or as any date in it.
func Invoice(row Row, e Env) (city.AIInvoice, *Refused) {
	p := reader{row: row, kind: Invoices, env: e}
	l := city.AIInvoice{Provider: p.required("provider"), Model: p.required("model")}
	if l.Month = p.required("month"); l.Month != "" && !monthForm.MatchString(l.Month) {
		if t := p.optionalTime("month"); t != nil {
			l.Month = t.Format("2006-01")
		}
	}
	tokens := func(field string) int64 {
		v := p.number(field, ParseNumber)
		if v == nil {
			return 0
		}
		if *v < 0 || *v > 1e15 || *v != math.Trunc(*v) {
			p.fail(field, "%g is no number of tokens", *v)
		}
		return int64(*v)
	}
	l.InputTokens, l.OutputTokens = tokens("input_tokens"), tokens("output_tokens")
	if p.required("rupiah") != "" {
		if v := p.number("rupiah", ParseNumber); v != nil {
			l.Rupiah = *v
		}
	}
	if l.Rupiah < 0 || l.Rupiah > 1e13 {
		p.fail("rupiah", "%g is no amount of an invoice; credits are left out", l.Rupiah)
	}
	if p.refused != nil {
		return city.AIInvoice{}, p.refused
	}
	return l, nil
}

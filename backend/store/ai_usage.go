package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	aiMonthQuery = `SELECT coalesce(sum(rupiah), 0)::float8 AS rupiah, coalesce(sum(estimated_rupiah) FILTER (WHERE state = 'dipesan'), 0)::float8 AS reserved,
			count(DISTINCT nullif(question_id, 0))::int AS questions,
			count(DISTINCT question_id) FILTER (WHERE state = 'luring')::int AS offline, count(DISTINCT question_id) FILTER (WHERE state = 'tersimpan')::int AS cached,
			coalesce(sum(input_tokens), 0)::bigint AS input_tokens, coalesce(sum(output_tokens), 0)::bigint AS output_tokens
		FROM ai_calls WHERE month = $1::text::date`
	aiYearQuery = `SELECT coalesce(sum(rupiah), 0)::float8 FROM ai_spending WHERE month >= date_trunc('year', $1::text::date) AND month <= $1::text::date AND scope = $2`
	// A share by officer, office or model; $2 says which.
	aiSharesQuery = `SELECT CASE $2 WHEN 'pejabat' THEN officer_id WHEN 'opd' THEN office_id ELSE 0 END AS id,
			CASE WHEN $2 = 'model' THEN provider || ' · ' || model ELSE '' END AS name,
			count(DISTINCT nullif(question_id, 0))::int AS questions, sum(rupiah)::float8 AS rupiah
		FROM ai_calls WHERE month = $1::text::date AND ($2 <> 'model' OR provider <> '') GROUP BY 1, 2 ORDER BY 4 DESC, 2, 1`
	aiCeilingsQuery = `SELECT DISTINCT ON (scope, office_id, officer_id) scope, coalesce(office_id, officer_id, 0) AS subject, year_rupiah::float8 AS rupiah
		FROM ai_ceilings WHERE effective_on <= $1::text::date ORDER BY scope, office_id, officer_id, effective_on DESC`
	aiInvoicesQuery = `SELECT to_char(i.month, 'YYYY-MM') AS month, i.provider, i.model, i.rupiah::float8 AS invoiced,
			coalesce((SELECT sum(c.rupiah) FROM ai_calls c WHERE c.month = i.month AND c.provider = i.provider AND c.model = i.model), 0)::float8 AS metered
		FROM ai_invoices i WHERE i.month = $1::text::date ORDER BY i.provider, i.model`
)

type aiMonth struct {
	Rupiah, Reserved           float64
	Questions, Offline, Cached int
	InputTokens, OutputTokens  int64
}

type aiShare struct {
	ID        int64
	Name      string
	Questions int
	Rupiah    float64
}

type aiCeiling struct {
	Scope   string
	Subject int64
	Rupiah  float64
}

// AIUsage is what the assistant's models cost in a month ("2006-01"; "" is
// this one): all of it for roles that see the whole city, the asker's own for
// others (rupiah, ceiling and shares then are theirs).
func (s *Store) AIUsage(ctx context.Context, asker city.Asker, month string) (city.AIUsage, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.AIUsage{}, err
	}
	now := s.now().In(cat.location)
	first := cat.monthOf(now)
	if month != "" {
		t, err := time.ParseInLocation("2006-01", month, cat.location)
		if err != nil {
			return city.AIUsage{}, city.InvalidField("month", "%.20q is no month; write it as 2026-06", month)
		}
		first = cat.monthOf(t)
	}
	out := city.AIUsage{Month: first[:7]}
	var officers, offices, models []aiShare
	var ceilings []aiCeiling
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		officers, offices, models, ceilings, err = readAIUsage(ctx, tx, asker, first, lastDay(first, now), &out)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("read what the models cost in %s: %w", out.Month, err)
	}
	names, err := s.spenderNames(ctx)
	if err != nil {
		return out, err
	}
	limit := func(scope string, subject int64) (year float64) {
		for _, c := range ceilings {
			if c.Scope == scope && c.Subject == subject {
				year = c.Rupiah
			}
		}
		return year
	}
	share := func(scope string, rows []aiShare, none string) []city.UsageShare {
		list := make([]city.UsageShare, 0, len(rows))
		for _, r := range rows {
			name := cmp.Or(r.Name, names[spender{scope, r.ID}], none)
			list = append(list, city.UsageShare{Name: name, Questions: r.Questions, Rupiah: r.Rupiah, Ceiling: limit(scope, r.ID) / 12})
		}
		return list
	}
	out.ByOfficer, out.ByOffice, out.ByModel = share("pejabat", officers, "Skrip dan sistem"), share("opd", offices, "Tanpa perangkat daerah"), share("model", models, "")
	out.YearCeiling = limit("kota", 0)
	if !asker.Role.CityWide() {
		out.YearCeiling = limit("pejabat", asker.OfficerID)
	}
	out.Ceiling = out.YearCeiling / 12
	at, _ := time.ParseInLocation(time.DateOnly, first, cat.location) // our own format
	out.Expected = cat.calendar.MonthEnd(out.Rupiah, at, now)
	return out, nil
}

// lastDay is the day whose ceiling holds for a month: today, or the month's
// last when it has ended.
func lastDay(first string, now time.Time) string {
	t, _ := time.ParseInLocation(time.DateOnly, first, now.Location()) // our own format
	end := t.AddDate(0, 1, -1)
	if now.Before(end) {
		end = now
	}
	return end.Format(time.DateOnly)
}

func readAIUsage(ctx context.Context, tx pgx.Tx, asker city.Asker, first, day string, out *city.AIUsage) (officers, offices, models []aiShare, ceilings []aiCeiling, err error) {
	total, err := rowsOf[aiMonth](ctx, tx, aiMonthQuery, first)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	m := total[0]
	out.Rupiah, out.Reserved, out.Questions, out.Offline, out.Cached = m.Rupiah, m.Reserved, m.Questions, m.Offline, m.Cached
	out.InputTokens, out.OutputTokens, out.Invoices = m.InputTokens, m.OutputTokens, []city.InvoiceLine{}
	scope := "pejabat" // row-level security leaves the asker's own
	if asker.Role.CityWide() {
		scope = "kota"
		if out.Invoices, err = rowsOf[city.InvoiceLine](ctx, tx, aiInvoicesQuery, first); err != nil {
			return nil, nil, nil, nil, err
		}
		out.Invoices = slices.Clip(out.Invoices)
	}
	if err = tx.QueryRow(ctx, aiYearQuery, first, scope).Scan(&out.YearRupiah); err != nil {
		return nil, nil, nil, nil, err
	}
	for _, by := range []struct {
		what string
		into *[]aiShare
	}{{"pejabat", &officers}, {"opd", &offices}, {"model", &models}} {
		if *by.into, err = rowsOf[aiShare](ctx, tx, aiSharesQuery, first, by.what); err != nil {
			return nil, nil, nil, nil, err
		}
	}
	ceilings, err = rowsOf[aiCeiling](ctx, tx, aiCeilingsQuery, day)
	return officers, offices, models, ceilings, err
}

// spenderNames are what officers and offices are called; a list of shares
// names only those whose rows the asker may see.
func (s *Store) spenderNames(ctx context.Context) (map[spender]string, error) {
	type named struct {
		Scope string
		ID    int64
		Name  string
	}
	names := map[spender]string{}
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[named](ctx, tx, `SELECT 'pejabat' AS scope, id, name FROM officers UNION ALL SELECT 'opd', id, short_name FROM offices`)
		for _, r := range rows {
			names[spender{r.Scope, r.ID}] = r.Name
		}
		return err
	})
	return names, err
}

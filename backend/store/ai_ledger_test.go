package store_test

import (
	"errors"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

const aiReason = "diminta rapat tim anggaran"

// ceiling states a ceiling in force since January 2026.
func (f *fixture) ceiling(t *testing.T, scope, subject string, year float64) {
	t.Helper()
	err := f.SetAICeiling(t.Context(), store.CommandLine, city.System, city.AICeiling{Scope: scope, Subject: subject, YearRupiah: year, EffectiveOn: "2026-01-01"}, aiReason)
	if err != nil {
		t.Fatal(err)
	}
}

// call is a call of 1000 + 500 tokens: rupiah 100.
func aiCall(asker city.Asker, question int64) city.AICall {
	return city.AICall{
		Asker: asker, QuestionID: question, Purpose: "pertanyaan", Provider: "awan", Model: "besar",
		InputTokens: 1000, OutputTokens: 500, InputPrice: 50_000, OutputPrice: 100_000, Bytes: 4000, Labels: map[string]int{"NIK": 1},
	}
}

// TestCeilingHoldsUnderConcurrency: fifty at once, on three walls, with some
// settled while others are still asking; no moment passes the ceiling.
func TestCeilingHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	officer := storetest.Officer(t, f.Store, city.KepalaOPD)
	asker := officer.Asker()
	f.ceiling(t, "kota", "", 12*1000) // ten calls of rupiah 100 a month
	f.ceiling(t, "pejabat", officer.Username, 12*400)
	var got, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		who := city.Asker{Role: city.WaliKota}
		if i%2 == 0 {
			who = asker
		}
		wg.Go(func() {
			id, err := f.ReserveAI(t.Context(), aiCall(who, int64(i+1)))
			var reached *city.CeilingReached
			switch {
			case errors.As(err, &reached):
				refused.Add(1)
				return
			case err != nil:
				t.Error(err)
				return
			}
			got.Add(1)
			if i%3 == 0 {
				if err := f.SettleAI(t.Context(), id, city.AIOutcome{InputTokens: 1000, OutputTokens: 500}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got.Load() != 10 || refused.Load() != 40 {
		t.Errorf("%d calls were let through and %d refused, want 10 and 40", got.Load(), refused.Load())
	}
	for scope, limit := range map[string]float64{"kota": 1000, "pejabat": 400} {
		if used := one[float64](t, f.sql, "SELECT (rupiah + reserved)::float8 FROM ai_spending WHERE scope = $1", scope); used > limit {
			t.Errorf("%s: %g used of %g", scope, used, limit)
		}
	}
	equal(t, "totals that differ from the calls", one[int](t, f.sql, `SELECT count(*)::int FROM ai_spending s WHERE scope = 'kota' AND rupiah + reserved <>
		(SELECT sum(CASE WHEN state = 'dipesan' THEN estimated_rupiah ELSE rupiah END) FROM ai_calls c WHERE c.month = s.month)`), 0)
}

func TestACallIsSettledOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	settle := func(o city.AIOutcome) int64 {
		t.Helper()
		id, err := f.ReserveAI(ctx, aiCall(city.Asker{Role: city.Sekda}, 1))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // whoever settles again changes nothing
			if err := f.SettleAI(ctx, id, o); err != nil {
				t.Fatal(err)
			}
		}
		return id
	}
	spent := func() float64 {
		return one[float64](t, f.sql, "SELECT rupiah::float8 FROM ai_spending WHERE scope = 'kota'")
	}
	settle(city.AIOutcome{InputTokens: 600, OutputTokens: 100}) // 40
	equal(t, "after an answer", spent(), 40.0)
	settle(city.AIOutcome{Free: true, Fault: "terbatas"})
	equal(t, "after a refusal", spent(), 40.0)
	id := settle(city.AIOutcome{Uncertain: true, Fault: "tenggat"})
	equal(t, "after a deadline that came once it was sent", spent(), 140.0)
	equal(t, "marked", one[bool](t, f.sql, "SELECT uncertain AND fault = 'tenggat' FROM ai_calls WHERE id = $1", id), true)
	// A process that is killed leaves its call behind; the next call settles it.
	if _, err := f.ReserveAI(ctx, aiCall(city.Asker{Role: city.Sekda}, 1)); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(31 * time.Minute)
	settle(city.AIOutcome{Free: true})
	equal(t, "an abandoned call counts at its estimate", spent(), 240.0)
	equal(t, "held", one[float64](t, f.sql, "SELECT reserved::float8 FROM ai_spending WHERE scope = 'kota'"), 0.0)
}

func TestUsageIsOnesOwnOrTheCitys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	lurah := storetest.Officer(t, f.Store, city.Lurah, func(o *city.Officer) { o.AreaCode = storetest.AirPutih }).Asker()
	camat := storetest.Officer(t, f.Store, city.Camat, func(o *city.Officer) { o.AreaCode = storetest.SamarindaUlu }).Asker()
	for q, who := range []city.Asker{lurah, lurah, camat} {
		id, err := f.ReserveAI(ctx, aiCall(who, int64(q+1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SettleAI(ctx, id, city.AIOutcome{InputTokens: 1000, OutputTokens: 500}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.NoteAI(ctx, lurah, 9, city.AIOffline); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		asker                      city.Asker
		rupiah                     float64
		questions, offline, byWhom int
		ceiling                    float64
	}{{lurah, 200, 3, 1, 1, 0}, {camat, 100, 1, 0, 1, 0}, {city.Asker{Role: city.WaliKota}, 300, 4, 1, 2, 25e6}, {city.Asker{Role: city.Auditor}, 300, 4, 1, 2, 25e6}, {city.Asker{Role: city.KepalaOPD, OfficeID: 1}, 0, 0, 0, 0, 0}} {
		u, err := f.AIUsage(ctx, c.asker, "")
		if err != nil {
			t.Fatal(err)
		}
		if u.Rupiah != c.rupiah || u.YearRupiah != c.rupiah || u.Questions != c.questions || u.Offline != c.offline || len(u.ByOfficer) != c.byWhom || u.Ceiling != c.ceiling {
			t.Errorf("%s: %+v", c.asker.Role, u)
		}
	}
	// Monday 16 March is the 11th of March 2026's working days but holidays.
	u, err := f.AIUsage(ctx, city.Asker{Role: city.Operator}, "2026-03")
	if err != nil || u.Expected <= u.Rupiah || u.Expected > 3*u.Rupiah {
		t.Errorf("expected %g of %g: %v", u.Expected, u.Rupiah, err)
	}
	if _, err := f.AIUsage(ctx, city.Asker{Role: city.Operator}, "Maret"); city.CodeOf(err) != city.Invalid {
		t.Errorf("a month that is none: %v", err)
	}
	for _, table := range []string{"ai_calls", "ai_spending", "ai_ceilings"} {
		n, err := as(t, storetest.Connect(t, f.db.AppURL), store.AskerSettings(city.Asker{Role: city.Lurah}, ""), "SELECT FROM "+table)
		if err != nil || n != 0 {
			t.Errorf("%s shows %d rows to nobody: %v", table, n, err)
		}
	}
}

func TestInvoicesAreTakenOnceAndCompared(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	id, err := f.ReserveAI(ctx, aiCall(city.Asker{Role: city.Sekda}, 1))
	if err == nil {
		err = f.SettleAI(ctx, id, city.AIOutcome{InputTokens: 1000, OutputTokens: 500})
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := []city.AIInvoice{
		{Month: "2026-03", Provider: "awan", Model: "besar", InputTokens: 1100, OutputTokens: 500, Rupiah: 105},
		{Month: "2026-03", Provider: "awan", Model: "kecil", Rupiah: 7},
	}
	for i, want := range []city.Tally{{Read: 2, Added: 2}, {Read: 2, Unchanged: 2}} {
		got, err := f.SaveAIInvoices(ctx, store.CommandLine, lines)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, []string{"first", "again"}[i], got, want)
	}
	lines[1].Rupiah = 8
	got, err := f.SaveAIInvoices(ctx, store.CommandLine, lines)
	if err != nil || got.Changed != 1 {
		t.Errorf("a corrected line: %+v, %v", got, err)
	}
	u, err := f.AIUsage(ctx, city.Asker{Role: city.Auditor}, "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "compared", u.Invoices, []city.InvoiceLine{
		{Month: "2026-03", Provider: "awan", Model: "besar", Invoiced: 105, Metered: 100}, {Month: "2026-03", Provider: "awan", Model: "kecil", Invoiced: 8},
	})
}

func TestRulesOfTheAssistantAreTheOperators(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	by := city.Actor{Name: "uji"}
	leaves := func(want bool) {
		t.Helper()
		if got, err := f.TextLeaves(ctx); err != nil || got != want {
			t.Errorf("texts leave: %v, %v", got, err)
		}
	}
	leaves(false)
	for _, role := range []city.Role{city.WaliKota, city.Auditor, city.Camat} {
		if err := f.SetTextLeaves(ctx, by, city.Asker{Role: role}, true, aiReason); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	if err := f.SetTextLeaves(ctx, by, city.Asker{Role: city.Operator}, true, "ya"); city.CodeOf(err) != city.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	leaves(false)
	if err := f.SetTextLeaves(ctx, by, city.Asker{Role: city.Operator}, true, aiReason); err != nil {
		t.Fatal(err)
	}
	leaves(true)
	equal(t, "audit", one[string](t, f.sql, "SELECT actor || ' ' || reason FROM audit WHERE action = 'ai.text'"), "uji "+aiReason)
	for _, c := range []city.AICeiling{
		{Scope: "dunia", EffectiveOn: "2026-01-01"}, {Scope: "kota", Subject: "x", EffectiveOn: "2026-01-01"}, {Scope: "opd", EffectiveOn: "2026-01-01"},
		{Scope: "kota", YearRupiah: -1, EffectiveOn: "2026-01-01"},
	} {
		if err := f.SetAICeiling(ctx, by, city.System, c, aiReason); city.CodeOf(err) != city.Invalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := f.SetAICeiling(ctx, by, city.System, city.AICeiling{Scope: "opd", Subject: "tidak ada", EffectiveOn: "2026-01-01"}, aiReason); city.CodeOf(err) != city.NotFound {
		t.Errorf("an office that is none: %v", err)
	}
	// The newest row in force on the day counts; one of the future does not.
	f.ceiling(t, "kota", "", 0)
	if err := f.SetAICeiling(ctx, by, city.System, city.AICeiling{Scope: "kota", YearRupiah: 1e9, EffectiveOn: "2027-01-01"}, aiReason); err != nil {
		t.Fatal(err)
	}
	var reached *city.CeilingReached
	_, err := f.ReserveAI(ctx, aiCall(city.Asker{Role: city.WaliKota}, 1))
	if !errors.As(err, &reached) || math.Abs(reached.Ceiling) > 0 || !strings.Contains(reached.Sentence(), "Pagu biaya asisten bulan ini") {
		t.Errorf("with a ceiling of nothing: %v", err)
	}
	equal(t, "nothing is held", one[int](t, f.sql, "SELECT count(*)::int FROM ai_calls"), 0)
}

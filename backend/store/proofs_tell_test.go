package store_test

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// reviewers are accounts of many offices, two of one of them; the lurah and the
// camat above him are parties.
func (f *proofRoom) reviewers(t *testing.T) map[int64]string {
	t.Helper()
	out := map[int64]string{}
	add := func(name string, role city.Role, change func(*store.Officer)) {
		o := storetest.Officer(t, f.Store, role, func(o *store.Officer) { o.Username, o.Name = name, name; change(o) })
		out[o.ID] = name
	}
	at := func(area string) func(*store.Officer) { return func(o *store.Officer) { o.AreaCode = area } }
	of := func(office string) func(*store.Officer) { return func(o *store.Officer) { o.Office = office } }
	add("lurah", city.Lurah, at(storetest.AirPutih))
	add("camat-di-atas", city.Camat, at(storetest.SamarindaUlu))
	add("camat-lain", city.Camat, at(storetest.SamarindaUtara))
	add("camat-lain-2", city.Camat, at(storetest.SamarindaUtara))
	add("dpupr", city.KepalaOPD, of("DPUPR"))
	add("dlh", city.KepalaOPD, of("DLH"))
	add("inspektur", city.Auditor, func(*store.Officer) {})
	add("operator", city.Operator, func(*store.Officer) {})
	return out
}

// doubt brings a picture that the checks doubt, of a disposition of its own.
func (f *proofRoom) doubt(t *testing.T, change ...func(*city.DispositionOrder)) city.Proof {
	t.Helper()
	kind := one[string](t, f.sql, "SELECT slug FROM action_kinds WHERE proof ORDER BY slug LIMIT 1")
	f.id = f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), append([]func(*city.DispositionOrder){func(o *city.DispositionOrder) { o.Action = kind }}, change...)...))
	f.clock.forward(time.Hour)
	f.mustStep(t, f.lurah, f.id, city.StepAccept)
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictDoubtful)
	return p
}

func (f *proofRoom) tellReviews(t *testing.T) int {
	t.Helper()
	n, err := f.TellReviews(t.Context(), bothChannels)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSecondPersonsAreToldFewAndFairly(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	f.reviewers(t)
	first := f.doubt(t)
	equal(t, "told", f.tellReviews(t), 1)
	equal(t, "told again", f.tellReviews(t), 0)
	names := func(p int64) []string {
		return all[string](t, f.sql, `SELECT o.username FROM notices n JOIN officers o ON o.id = n.officer_id WHERE n.kind = 'proof' AND n.path = '/bukti/' || $1::bigint ORDER BY o.id`, p)
	}
	equal(t, "one of each office, three in all", names(first.ID), []string{"camat-lain", "dpupr", "dlh"})
	equal(t, "in words", one[string](t, f.sql, "SELECT DISTINCT text FROM notices WHERE kind = 'proof'"),
		fmt.Sprintf("Foto bukti disposisi %s (Lurah Air Putih) menunggu penilaian Anda sebagai orang kedua.", f.number(t)))
	equal(t, "on their way", one[int](t, f.sql, "SELECT count(*)::int FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.kind = 'proof'"), 3)

	// The next goes to those with the fewest open ones.
	f.clock.forward(time.Hour)
	second := f.doubt(t)
	f.tellReviews(t)
	equal(t, "those who have none come first", names(second.ID), []string{"camat-lain-2", "dpupr", "inspektur"})
	// Whoever may judge sees it all the same.
	equal(t, "the queue", len(reviewsOf(t, f, camatUtara)), 2)

	// What somebody judged does not wait for the others, on no channel.
	if _, err := f.ReviewProof(t.Context(), actor(camatUtara), camatUtara, first.ID, city.VerdictValid, "lubang sudah tertutup rapi"); err != nil {
		t.Fatal(err)
	}
	equal(t, "still on their way", one[int](t, f.sql, `SELECT count(*)::int FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.ended_at IS NULL AND n.path = '/bukti/' || $1::bigint`, first.ID), 0)
	equal(t, "of the other", one[int](t, f.sql, `SELECT count(*)::int FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.ended_at IS NULL AND n.path = '/bukti/' || $1::bigint`, second.ID), 3)
}

func (f *proofRoom) number(t *testing.T) string {
	t.Helper()
	d, err := f.Disposition(t.Context(), mayor, f.id)
	if err != nil {
		t.Fatal(err)
	}
	return d.Number
}

// A secret letter's proof is for the inspectorate (the secretary sent nothing
// here, but has no account), and its office is not named.
func TestASecretProofIsForTheInspectorateAlone(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	f.reviewers(t)
	f.doubt(t, func(o *city.DispositionOrder) { o.Nature = city.NatureSecret })
	f.tellReviews(t)
	equal(t, "told", all[string](t, f.sql, "SELECT o.username || ': ' || n.text FROM notices n JOIN officers o ON o.id = n.officer_id WHERE n.kind = 'proof'"),
		[]string{"inspektur: Foto bukti disposisi " + f.number(t) + " menunggu penilaian Anda sebagai orang kedua."})
}

// TestWhoIsToldMayJudge holds the choice against the second wall: row-level
// security shows the queue to exactly those whom the choice takes for reviewers.
func TestWhoIsToldMayJudge(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	people := f.reviewers(t)
	p := f.doubt(t)
	under := city.ProofUnderReview{Readers: city.DispositionReaders{
		Offices: one[[]int64](t, f.sql, "SELECT offices FROM proof_queue"), Areas: one[[]string](t, f.sql, "SELECT areas FROM proof_queue"),
	}, Roles: []city.Role{city.WaliKota, city.Lurah}}
	officers, err := f.Officers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, o := range officers {
		may := under.MayReview(city.ReviewerPost{OfficerID: o.ID, Role: o.Role, OfficeID: o.OfficeID, AreaCode: o.AreaCode})
		sees := len(reviewsOf(t, f, o.Asker())) == 1
		if may != sees {
			t.Errorf("%s may judge proof %d: %v, sees it: %v", people[o.ID], p.ID, may, sees)
		}
		if sees {
			seen++
		}
	}
	equal(t, "who may", seen, 5)
}

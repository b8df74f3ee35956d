package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// advised is advice to an office about an area as a round makes it.
func advised(key, office, area string, score float64, change ...func(*city.Recommendation)) city.Recommendation {
	r := city.Recommendation{
		Key: key, Rule: "kejadian-jalan", Action: "tambal-jalan", ActionName: "Tambal jalan", Trigger: city.TriggerIncident,
		Title: "Tambal jalan di Jl. Uji", TitleEN: "Patch the road", Why: city.Said{Text: "5 laporan warga.", TextEN: "5 reports."},
		Evidence: []city.Evidence{{Said: city.Said{Text: "5 laporan.", TextEN: "5 reports."}, Kind: "deadline", At: noon, Value: new(5.0)}},
		Severity: city.Perhatian, AreaCode: area, AreaCodes: []string{area}, Office: office, DueDays: 5, Size: 5, FirstSize: 5, Score: score,
		Past: []city.PastAction{}, Parts: []city.RankPart{}, Status: city.RecommendationProposed, MadeAt: noon, ChangedAt: noon, DataAt: noon, Trend: "baru",
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

// advise is a round that writes what it is given, whatever stands.
func (f *fixture) advise(t *testing.T, rs ...city.Recommendation) {
	t.Helper()
	n, err := f.SaveAdvice(t.Context(), func([]city.Recommendation) []city.Recommendation { return rs })
	if err != nil || n != len(rs) {
		t.Fatalf("saved %d of %d: %v", n, len(rs), err)
	}
}

// the returns the one with the key, as the system sees it.
func (f *fixture) the(t *testing.T, key string) city.Recommendation {
	t.Helper()
	id := one[int64](t, f.sql, "SELECT max(id) FROM recommendations WHERE key = $1", key)
	r, _, err := f.Recommendation(t.Context(), mayor, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	operator = city.Asker{Role: city.Operator}
	auditor  = city.Asker{Role: city.Auditor}
)

func (f *fixture) headOf(t *testing.T, office string) city.Asker {
	t.Helper()
	return city.Asker{Role: city.KepalaOPD, OfficeID: one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = $1", office)}
}

// threeOffices is advice to an agency about a place, to a camat and to a lurah.
func threeOffices(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.advise(t,
		advised("a|1", "DPUPR", storetest.AirPutih, 9),
		advised("b|1", f.officeOf(t, storetest.SamarindaUlu), storetest.SamarindaUlu, 7),
		advised("c|1", f.officeOf(t, storetest.AirPutih), storetest.AirPutih, 5),
		advised("d|1", "DLH", storetest.Lempake, 3),
		advised("e|1", "DPUPR", storetest.CityCode, 1))
	return f
}

func keys(rs []city.Recommendation) (out []string) {
	for _, r := range rs {
		out = append(out, r.Key)
	}
	return out
}

func TestAdviceIsSeenByWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	all := []string{"a|1", "b|1", "c|1", "d|1", "e|1"}
	for _, c := range []struct {
		asker city.Asker
		want  []string
	}{
		{mayor, all}, {secretary, all}, {operator, all}, {auditor, all},
		{f.headOf(t, "DPUPR"), []string{"a|1", "e|1"}}, {f.headOf(t, "DLH"), []string{"d|1"}}, {f.headOf(t, "BPBD"), nil},
		{camatUlu, []string{"a|1", "b|1", "c|1"}}, {camatUtara, []string{"d|1"}}, {lurahPutih, []string{"a|1", "c|1"}}, {lurahLem, []string{"d|1"}},
		{city.Asker{Role: city.Publik}, nil}, {city.Asker{}, nil}, {city.Asker{Role: city.Camat}, nil}, {city.Asker{Role: city.KepalaOPD}, nil},
	} {
		list, total, err := f.Recommendations(t.Context(), c.asker, city.RecommendationFilter{})
		if err != nil || total != len(c.want) || !slices.Equal(keys(list), c.want) {
			t.Errorf("%+v sees %v (%d), want %v; %v", c.asker, keys(list), total, c.want, err)
		}
		for i, r := range list {
			if r.Rank != i+1 {
				t.Errorf("%+v: %s has rank %d, want %d", c.asker, r.Key, r.Rank, i+1)
			}
		}
		top, waiting, err := f.TopRecommendations(t.Context(), c.asker)
		if err != nil || waiting != len(c.want) || !slices.Equal(keys(top), c.want) {
			t.Errorf("%+v: top %v of %d, %v", c.asker, keys(top), waiting, err)
		}
		state, err := f.State(t.Context(), c.asker.Scope(), []city.Topic{city.TopicRecommendations})
		if err != nil || !slices.Equal(keys(state.Recommendations), c.want) {
			t.Errorf("%+v: snapshot %v, %v", c.asker, keys(state.Recommendations), err)
		}
		for _, key := range all {
			id := one[int64](t, f.sql, "SELECT id FROM recommendations WHERE key = $1", key)
			_, changes, err := f.Recommendation(t.Context(), c.asker, id)
			if seen := slices.Contains(c.want, key); seen != (err == nil) || !seen && city.CodeOf(err) != city.NotFound || seen && len(changes) != 1 {
				t.Errorf("%+v reads %s: %v, %d changes", c.asker, key, err, len(changes))
			}
		}
	}
}

// TestAdviceMeetsTheSecondWall: by hand-written SQL nobody sees more.
func TestAdviceMeetsTheSecondWall(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	app := storetest.Connect(t, f.db.AppURL)
	for _, c := range []struct {
		asker city.Asker
		sql   string
		want  int64
	}{
		{camatUlu, "SELECT FROM recommendations WHERE true", 3}, {camatUlu, "SELECT FROM recommendation_changes", 3},
		{lurahLem, "SELECT FROM recommendations WHERE key LIKE '%'", 1}, {f.headOf(t, "DLH"), "SELECT FROM recommendations", 1},
		{city.Asker{Role: city.Publik}, "SELECT FROM recommendations", 0}, {city.Asker{Role: city.Publik}, "SELECT FROM action_rules", 0},
		{camatUlu, "UPDATE recommendations SET status = 'declined'", -1}, {mayor, "UPDATE recommendations SET status = 'declined'", -1},
		{mayor, "INSERT INTO recommendation_changes (recommendation_id, actor, status) VALUES (1, 'x', 'x')", -1}, {operator, "UPDATE action_rules SET enabled = false", -1},
	} {
		n, err := as(t, app, store.AskerSettings(c.asker, ""), c.sql)
		if c.want < 0 && !denied(err) || c.want >= 0 && (err != nil || n != c.want) {
			t.Errorf("%+v %s: %d, %v", c.asker, c.sql, n, err)
		}
	}
}

// TestTheHistoryOfAdviceStays, whoever tries to change it.
func TestTheHistoryOfAdviceStays(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, sql := range []string{
		"UPDATE recommendation_changes SET reason = 'x'", "DELETE FROM recommendation_changes", "TRUNCATE recommendation_changes",
		"UPDATE recommendation_changes SET at = now() WHERE false", "DELETE FROM recommendations", "TRUNCATE recommendations CASCADE",
		"UPDATE action_rule_versions SET reason = 'x'", "DELETE FROM action_rule_versions", "TRUNCATE action_rule_versions",
	} {
		nobodyMay(t, f, owner, sql)
	}
}

func TestARoundWritesWhatChanged(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	events := one[int64](t, f.sql, "SELECT count(*) FROM events WHERE topic = 'recommendations'")
	if events != 5 {
		t.Errorf("%d events", events)
	}
	f.clock.now = f.clock.now.Add(time.Hour)
	var before []city.Recommendation
	n, err := f.SaveAdvice(t.Context(), func(b []city.Recommendation) []city.Recommendation { before = b; return nil })
	if err != nil || n != 0 || len(before) != 5 {
		t.Fatalf("wrote %d, given %d, %v", n, len(before), err)
	}
	if now := one[int64](t, f.sql, "SELECT count(*) FROM events WHERE topic = 'recommendations'"); now != events {
		t.Error("a round without a change told screens something")
	}
	gone := before[3]
	gone.Status, gone.Withdrawn = city.RecommendationWithdrawn, &city.Said{Text: "Laporan berhenti.", TextEN: "Reports stopped."}
	f.advise(t, gone)
	r, changes, err := f.Recommendation(t.Context(), mayor, gone.ID)
	if err != nil || r.Status != city.RecommendationWithdrawn || r.Withdrawn.Text != "Laporan berhenti." || r.Rank != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	want := []city.RecommendationChange{
		{At: noon, By: "sistem", To: city.RecommendationProposed, Reason: "5 laporan warga."},
		{At: noon.Add(time.Hour), By: "sistem", From: city.RecommendationProposed, To: city.RecommendationWithdrawn, Reason: "Laporan berhenti."},
	}
	if d := cmp.Diff(want, changes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	list, total, err := f.Recommendations(t.Context(), mayor, city.RecommendationFilter{Status: []city.RecommendationStatus{city.RecommendationWithdrawn}})
	if err != nil || total != 1 || list[0].ID != gone.ID {
		t.Errorf("withdrawn advice is not shown: %v %d %v", keys(list), total, err)
	}
}

// TestDueMovesWithTheClock: the deadline shown is the one it would have if it
// were sent now.
func TestDueMovesWithTheClock(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	// Five working days from Monday 16 March, over Nyepi and Idulfitri.
	if got, want := f.the(t, "a|1").DueAt, time.Date(2026, 3, 30, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("due %v, want %v", got, want)
	}
	f.clock.now = f.clock.now.AddDate(0, 0, 7)
	if got, want := f.the(t, "a|1").DueAt, time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("a week later due %v, want %v", got, want)
	}
}

func TestFiltersOfAdvice(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	f.advise(t, advised("f|1", "DPUPR", storetest.AirPutih, 2, func(r *city.Recommendation) { r.IncidentID, r.Action = 77, "kaji-sebab" }))
	for name, c := range map[string]struct {
		filter city.RecommendationFilter
		want   []string
	}{
		"area":            {city.RecommendationFilter{AreaCode: storetest.SamarindaUlu}, []string{"a|1", "b|1", "c|1", "f|1"}},
		"city":            {city.RecommendationFilter{AreaCode: storetest.CityCode}, []string{"a|1", "b|1", "c|1", "d|1", "f|1", "e|1"}},
		"office":          {city.RecommendationFilter{Office: "DLH"}, []string{"d|1"}},
		"unknown office":  {city.RecommendationFilter{Office: "Dinas Antah Berantah"}, nil},
		"action":          {city.RecommendationFilter{Action: "kaji-sebab"}, []string{"f|1"}},
		"incident":        {city.RecommendationFilter{Incident: 77}, []string{"f|1"}},
		"another status":  {city.RecommendationFilter{Status: []city.RecommendationStatus{city.RecommendationDeclined}}, nil},
		"the second page": {city.RecommendationFilter{Offset: 2, Limit: 2}, []string{"c|1", "d|1"}},
	} {
		list, _, err := f.Recommendations(t.Context(), mayor, c.filter)
		if err != nil || !slices.Equal(keys(list), c.want) {
			t.Errorf("%s: %v, want %v, %v", name, keys(list), c.want, err)
		}
	}
}

// TestTwoNodesMakeOneRound: rounds on two nodes at once, each of which would
// add what it does not see, add it once.
func TestTwoNodesMakeOneRound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nodes := []*store.Store{f.Store, storetest.Open(t, f.db), storetest.Open(t, f.db)}
	round := func(before []city.Recommendation) []city.Recommendation {
		var out []city.Recommendation
		for _, key := range []string{"a|1", "b|1", "c|1"} {
			if !slices.ContainsFunc(before, func(r city.Recommendation) bool { return r.Key == key }) {
				out = append(out, advised(key, "DPUPR", storetest.AirPutih, 1))
			}
		}
		return out
	}
	var wg sync.WaitGroup
	written := make([]int, 12)
	for i := range written {
		wg.Go(func() {
			n, err := nodes[i%len(nodes)].SaveAdvice(t.Context(), round)
			if err != nil {
				t.Error(err)
			}
			written[i] = n
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range written {
		sum += n
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM recommendations"); sum != 3 || n != 3 {
		t.Errorf("wrote %d, there are %d", sum, n)
	}
}

func TestAMatterWaitsOnce(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	_, err := f.SaveAdvice(t.Context(), func([]city.Recommendation) []city.Recommendation {
		return []city.Recommendation{advised("a|1", "DPUPR", storetest.AirPutih, 1)}
	})
	if city.CodeOf(err) != city.Conflict {
		t.Errorf("the same matter twice: %v", err)
	}
}

// TestPastActionsAreShownToWhomTheyConcern: advice does not tell of
// instructions that the reader may not open.
func TestPastActionsAreShownToWhomTheyConcern(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.send(t, secretary, order("DPUPR"))
	past := []city.PastAction{{DispositionID: id, Number: "DSP/0001/III/2026", Subject: "Genangan", Office: "DPUPR", DoneAt: noon, Outcome: "worked"}}
	f.advise(t, advised("a|1", "DPUPR", storetest.AirPutih, 9, func(r *city.Recommendation) { r.Past = past }))
	for _, c := range []struct {
		asker city.Asker
		want  int
	}{{mayor, 1}, {f.headOf(t, "DPUPR"), 1}, {camatUlu, 0}, {lurahPutih, 0}} {
		list, _, err := f.Recommendations(t.Context(), c.asker, city.RecommendationFilter{})
		if err != nil || len(list) != 1 || len(list[0].Past) != c.want {
			t.Errorf("%+v is shown %+v, %v", c.asker, list, err)
		}
	}
	data := one[json.RawMessage](t, f.sql, "SELECT data FROM events WHERE topic = 'recommendations'")
	if strings.Contains(string(data), "DSP/0001") {
		t.Error("the event tells of an instruction to all who see the advice")
	}
}

var ignoreTimes = cmpopts.IgnoreTypes(time.Time{})

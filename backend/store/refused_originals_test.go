package store_test

import (
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestTheOriginalOfARefusedRowNeedsAnOperatorAndAReason(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, phone := range []string{"081377700011", "081377700012"} {
		f.ingest(t, named("", city.Reporter{Name: "Sri Wahyuningsih", Phone: phone})) // without its number
	}
	slug := one[string](t, f.sql, "SELECT slug FROM sources JOIN refused_rows f ON f.source_id = sources.id LIMIT 1")
	operator := city.Asker{Role: city.Operator}
	for _, role := range city.Roles {
		if role == city.Operator {
			continue
		}
		if _, err := f.RefusedOriginals(t.Context(), city.CommandLine, city.Asker{Role: role}, slug, 0, whyAsked); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s opens refused rows: %v", role, err)
		}
	}
	if _, err := f.RefusedOriginals(t.Context(), city.CommandLine, operator, slug, 0, "ingin"); city.CodeOf(err) != city.Invalid {
		t.Errorf("opened without a reason: %v", err)
	}
	equal(t, "written down before", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'source.original'"), 0)
	got, err := f.RefusedOriginals(t.Context(), city.CommandLine, operator, slug, 0, whyAsked)
	if err != nil || len(got) != 2 || !strings.Contains(got[0].Original, "Wahyuningsih") || got[0].Reason == "" || got[0].ID <= got[1].ID {
		t.Errorf("opened %d rows, %v", len(got), err)
	}
	equal(t, "why", one[string](t, f.sql, "SELECT reason || ' ' || (detail->>'row') FROM audit WHERE action = 'source.original'"), whyAsked+" 0")
	only, err := f.RefusedOriginals(t.Context(), city.CommandLine, operator, slug, got[1].ID, whyAsked)
	if err != nil || len(only) != 1 || only[0].ID != got[1].ID {
		t.Errorf("opened %d rows of one, %v", len(only), err)
	}
	none, err := f.RefusedOriginals(t.Context(), city.CommandLine, operator, "tidak-ada", 0, whyAsked)
	if err != nil || len(none) != 0 {
		t.Errorf("opened %d rows of no source, %v", len(none), err)
	}
	keyless := storetest.Open(t, f.db, storetest.WithIdentities(storetest.OtherKeys(t)))
	if _, err := keyless.RefusedOriginals(t.Context(), city.CommandLine, operator, slug, 0, whyAsked); city.CodeOf(err) != city.Conflict {
		t.Errorf("opened without the key: %v", err)
	}
}

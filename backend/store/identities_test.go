package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/identity"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

const whyAsked = "warga meminta dihubungi kembali"

func named(id string, p city.Reporter) city.Report {
	return storetest.Report(id, func(r *city.Report) {
		r.Reporter = &p
		r.Raw = json.RawMessage(fmt.Sprintf(`{"id":%q,"pelapor":{"nama":%q,"telp":%q}}`, id, p.Name, p.Phone))
	})
}

// everything is all that the database holds of the city's rows, as text.
func (f *fixture) everything(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, table := range all[string](t, f.sql, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1") {
		out.WriteString(one[string](t, f.sql, "SELECT coalesce(string_agg(x::text, ' '), '') FROM "+table+" x") + "\n")
	}
	return out.String()
}

// TestWhoReportedLiesSealed: name, number, address and account stand in no row of
// any table, neither of the report's, nor in the source's record, nor in a refused
// row, nor in what waits in a hook's inbox.
func TestWhoReportedLiesSealed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := city.Reporter{Name: "Sri Wahyuningsih", Phone: "081377700011", Email: "sri.w@surel.uji", Handle: "sriw77"}
	refused := named("", p)
	refused.Text = ""
	f.ingest(t, named("a", p), refused)
	body := []byte(`{"from":"6281377700011","name":"Sri Wahyuningsih"}`)
	if err := f.KeepHook(t.Context(), f.source, body); err != nil {
		t.Fatal(err)
	}
	rows := f.everything(t)
	for _, personal := range []string{"Wahyuningsih", "81377700011", "sri.w@", "sriw77", fmt.Sprintf("%x", "Wahyuningsih"), fmt.Sprintf("%x", "81377700011")} {
		if strings.Contains(rows, personal) {
			t.Errorf("%q stands in the database", personal)
		}
	}
	id := one[int64](t, f.sql, "SELECT id FROM reports")
	auditor := city.Asker{Role: city.Auditor}
	if got, err := f.Reporter(t.Context(), city.CommandLine, auditor, id, whyAsked); err != nil || got != p {
		t.Errorf("the reporter is %+v, %v", got, err)
	}
	letters, err := f.Hooks(t.Context(), f.source, 10)
	if err != nil || len(letters) != 1 || string(letters[0].Body) != string(body) {
		t.Errorf("the inbox holds %+v, %v", letters, err)
	}
	equal(t, "refused rows", one[string](t, f.sql, "SELECT raw || (sealed IS NOT NULL) FROM refused_rows"), "true")

	// Without the key it is said, nothing is lost, and reports are taken in.
	keyless := storetest.Open(t, f.db, storetest.WithIdentities(storetest.OtherKeys(t)))
	got, err := keyless.Reporter(t.Context(), city.CommandLine, auditor, id, whyAsked)
	own, _ := errors.AsType[*city.Error](err)
	if got != (city.Reporter{}) || !errors.Is(err, city.ErrSealed) || own == nil || own.Key != "error.identity_locked" || own.Code != city.Conflict {
		t.Errorf("without the key: %+v, %v", got, err)
	}
	if _, err := keyless.Hooks(t.Context(), f.source, 10); !errors.Is(err, city.ErrSealed) {
		t.Errorf("the inbox without the key: %v", err)
	}
	storetest.Ingest(t, keyless, city.Delivery{SourceID: f.source, Reports: []city.Report{named("b", p)}})
	state, err := keyless.IdentitySealing(t.Context())
	if err != nil || state.Sealed != 2 || state.Locked != 1 || state.Plain != 0 || len(state.Away) != 1 {
		t.Errorf("it stands so: %+v, %v", state, err)
	}
	if got, err := f.Reporter(t.Context(), city.CommandLine, auditor, id, whyAsked); err != nil || got != p {
		t.Errorf("with the key again: %+v, %v", got, err)
	}
}

// before is a database as an older Balaikota left it: n reporters in plain text.
func (f *fixture) before(t *testing.T, n int) {
	t.Helper()
	f.ingest(t, storetest.Reports("lama", n)...)
	for _, sql := range []string{
		`ALTER TABLE reporters DROP CONSTRAINT reporters_hold_nothing_plain`,
		`INSERT INTO reporters (report_id, name, phone, email) SELECT id, 'Sumiyati ' || id, '0812' || (id / 2), 'warga' || id || '@surel.uji' FROM reports`,
		`ALTER TABLE reporters ADD CONSTRAINT reporters_hold_nothing_plain
			CHECK (sealed IS NOT NULL AND key_id IS NOT NULL AND name = '' AND phone = '' AND email = '' AND handle = '') NOT VALID`,
		`UPDATE reports SET raw = json_build_object('nama', 'Sumiyati ' || id)`,
		`INSERT INTO refused_rows (source_id, kind, reason, raw, fingerprint) SELECT source_id, 'reports', 'x', 'Sumiyati 1', '\x01' FROM reports LIMIT 1`,
	} {
		if _, err := f.sql.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// TestOldReportersAreSealedStepByStep: killed between two steps, the sealing goes
// on where it was; at the end the constraint holds for every row, whoever made
// two reports is still one person, and each is still who they were.
func TestOldReportersAreSealedStepByStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const n = 1200
	f.before(t, n)
	keys := storetest.Keys(t)
	proved := func() bool {
		return one[bool](t, f.sql, "SELECT convalidated FROM pg_constraint WHERE conname = 'reporters_hold_nothing_plain'")
	}
	killed, kill := context.WithCancel(t.Context())
	if _, err := store.SealReporters(killed, f.db.OwnerURL, keys, func(int) { kill() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("it was not killed: %v", err)
	}
	left := one[int](t, f.sql, "SELECT count(*)::int FROM reporters WHERE key_id IS NULL AND name <> ''")
	if left == 0 || left == n || proved() {
		t.Fatalf("%d are left, proved %v", left, proved())
	}
	if got, err := store.SealReporters(t.Context(), f.db.OwnerURL, keys, nil); err != nil || got != left {
		t.Fatalf("sealed %d of %d, %v", got, left, err)
	}
	if !proved() {
		t.Error("the constraint does not hold for every row")
	}
	if got, err := store.SealReporters(t.Context(), f.db.OwnerURL, keys, nil); err != nil || got != 0 {
		t.Errorf("once more it sealed %d, %v", got, err)
	}
	if got, err := f.SealRecords(t.Context()); err != nil || got != n+1 {
		t.Errorf("sealed %d records, %v", got, err)
	}
	if strings.Contains(f.everything(t), "Sumiyati") {
		t.Error("a name still stands in the database")
	}
	ids := all[int64](t, f.sql, "SELECT id FROM reports ORDER BY id")
	for i, p := range storetest.Reporters(t, f.db) {
		if p.Name != fmt.Sprintf("Sumiyati %d", ids[i]) || p.Email != fmt.Sprintf("warga%d@surel.uji", ids[i]) {
			t.Fatalf("reporter %d is %+v", ids[i], p)
		}
	}
	equal(t, "people by number", one[int](t, f.sql, "SELECT count(DISTINCT phone_box)::int FROM reporters"), one[int](t, f.sql, "SELECT count(DISTINCT id / 2)::int FROM reports"))
	equal(t, "reached by mail", one[int](t, f.sql, "SELECT count(*) FILTER (WHERE by_mail)::int FROM reporters"), n)
	// Nothing plain comes back, whoever writes it.
	if _, err := f.sql.Exec(t.Context(), "UPDATE reporters SET name = 'Warga'"); err == nil {
		t.Error("a plain name was taken")
	}
}

// TestANewKeySealsAllAnew: everything that a key at hand opens goes under the new
// one; what lies under a key that is away stays as it is.
func TestANewKeySealsAllAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := identity.Open(filepath.Join(dir, "identitas.json"), dir)
	if err := ring.Make(); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	p := city.Reporter{Name: "Warga Uji", Phone: "081377700011"}
	f.ingest(t, named("dengan-kunci-lain", p)) // by the keys of the test process
	s := storetest.Open(t, f.db, storetest.WithIdentities(ring))
	storetest.Ingest(t, s, city.Delivery{SourceID: f.source, Reports: []city.Report{named("a", p), named("b", p)}, Refused: []city.Refusal{{Kind: "reports", Reason: "rusak", Raw: []byte("Warga Uji")}}})
	if _, err := s.SealRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	id, err := ring.Add()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := store.SealReporters(t.Context(), f.db.OwnerURL, ring, nil); err != nil || n != 2 {
		t.Errorf("sealed %d anew, %v", n, err)
	}
	if n, err := s.SealRecords(t.Context()); err != nil || n != 3 {
		t.Errorf("sealed %d records anew, %v", n, err)
	}
	equal(t, "under the new key", one[string](t, f.sql, `SELECT (SELECT count(*) FROM reporters WHERE key_id = $1) || ' ' || (SELECT count(*) FROM reports WHERE raw->>'disegel' = $1) || ' ' || (SELECT count(*) FROM refused_rows WHERE key_id = $1)`, id), "2 2 1")
	state, err := s.IdentitySealing(t.Context())
	if err != nil || state.Sealed != 3 || state.Locked != 1 || !state.RecordsDone || state.Keys != 2 || state.Key != id {
		t.Errorf("it stands so: %+v, %v", state, err)
	}
	for name, with := range map[string]*store.Store{"dengan-kunci-lain": f.Store, "a": s, "b": s} {
		number := one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = $1", name)
		if got, err := with.Reporter(t.Context(), city.CommandLine, city.Asker{Role: city.Auditor}, number, whyAsked); err != nil || got != p {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

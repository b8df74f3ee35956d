package store_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/identity"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// withoutOlderKeys is a ring that holds the newest key of a ring's file alone, as
// after the older ones were taken out of it.
func withoutOlderKeys(t *testing.T, file string) *identity.Ring {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		About string            `json:"about"`
		Keys  []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &kept); err != nil || len(kept.Keys) < 2 {
		t.Fatalf("%d keys, %v", len(kept.Keys), err)
	}
	kept.Keys = kept.Keys[len(kept.Keys)-1:]
	if raw, err = json.Marshal(kept); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	alone := filepath.Join(dir, "identitas.json")
	if err := os.WriteFile(alone, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	ring := identity.Open(alone, dir)
	if got := ring.Known(); len(got) != 1 {
		t.Fatalf("it knows %q", got)
	}
	return ring
}

// TestANewKeySealsRequestsAnew: once everything was sealed with a new key and the
// older one is gone, who asks still opens, what stood before a correction does, and
// a message still finds where it goes. What was sealed by then is sealed once.
func TestANewKeySealsRequestsAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "identitas.json")
	ring := identity.Open(file, dir)
	if err := ring.Make(); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.Store = storetest.Open(t, f.db, storetest.WithIdentities(ring), storetest.WithClock(func() time.Time { return f.clock.now }))
	who := city.Reporter{Name: "Wati Suryani", Email: "wati@surel.kota"}
	f.ingest(t, named("a", who))
	// All was under one key before: nothing of it is left to do but the requests.
	if _, err := f.SealRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := f.askOwn(t, city.SubjectCorrect, who)
	if err := f.SendSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, city.NoticeEmail, byMail); err != nil {
		t.Fatal(err)
	}
	f.showPaper(t, d.ID)
	fixed := city.Reporter{Name: "Wati Suryanti", Email: "wati@surel.kota"}
	report := d.Found[0].ReportID
	if err := f.CorrectSubject(t.Context(), store.CommandLine, anOperator, d.ID, city.SubjectChange{ReportID: report, Identity: &fixed, Reason: "nama salah ketik"}); err != nil {
		t.Fatal(err)
	}

	id, err := ring.Add()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.SealReporters(t.Context(), f.db.OwnerURL, ring, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := f.SealRecords(t.Context()); err != nil || n != 4 { // a record, a request, a correction, a message
		t.Errorf("sealed %d anew, %v", n, err)
	}
	if n, err := f.SealRecords(t.Context()); err != nil || n != 0 {
		t.Errorf("once more it sealed %d, %v", n, err)
	}

	alone := withoutOlderKeys(t, file)
	f.Store = storetest.Open(t, f.db, storetest.WithIdentities(alone), storetest.WithClock(func() time.Time { return f.clock.now }))
	if got, err := f.FindSubject(t.Context(), store.CommandLine, anOperator, d.ID, ""); err != nil || got != who {
		t.Errorf("who asks: %+v, %v", got, err)
	}
	equal(t, "where the message goes", f.theLetter(t).Address, who.Email)
	key := one[string](t, f.sql, "SELECT key_id FROM subject_corrections")
	equal(t, "the key of what stood before", key, id)
	was, err := alone.Open("subject-correction/"+one[string](t, f.sql, "SELECT report_id::text FROM subject_corrections"), key, one[[]byte](t, f.sql, "SELECT sealed FROM subject_corrections"))
	if err != nil || !strings.Contains(string(was), who.Name) {
		t.Errorf("what stood before: %d bytes, %v", len(was), err)
	}
	if state, err := f.IdentitySealing(t.Context()); err != nil || state.Locked != 0 || state.LockedSubjects != 0 || len(state.Away) != 0 {
		t.Errorf("it stands so: %+v, %v", state, err)
	}
	if personal := f.everything(t); strings.Contains(personal, "Suryan") {
		t.Error("a name stands in the database")
	}
}

// TestRequestsUnderAKeyThatIsAwaySaySo: they stay as they are, it is counted, and
// whoever searches is told; the key back, all opens and goes under the city's own.
func TestRequestsUnderAKeyThatIsAwaySaySo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Email: "wati@surel.kota"}
	d := f.askOwn(t, city.SubjectCopy, who)
	before := one[[]byte](t, f.sql, "SELECT sealed FROM subject_requests")
	keyless := storetest.Open(t, f.db, storetest.WithIdentities(storetest.OtherKeys(t)))
	if n, err := keyless.SealRecords(t.Context()); err != nil || n != 0 {
		t.Errorf("sealed %d with another's key, %v", n, err)
	}
	equal(t, "what is sealed", one[[]byte](t, f.sql, "SELECT sealed FROM subject_requests"), before)
	state, err := keyless.IdentitySealing(t.Context())
	if err != nil || state.LockedSubjects != 1 || len(state.Away) != 1 {
		t.Errorf("it stands so: %+v, %v", state, err)
	}
	if _, err := keyless.FindSubject(t.Context(), store.CommandLine, anOperator, d.ID, ""); city.CodeOf(err) != city.Conflict {
		t.Errorf("searched without the key: %v", err)
	}
	if got, err := f.FindSubject(t.Context(), store.CommandLine, anOperator, d.ID, ""); err != nil || got != who {
		t.Errorf("with the key again: %+v, %v", got, err)
	}
}

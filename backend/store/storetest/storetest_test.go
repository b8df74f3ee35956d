package storetest_test

import (
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := storetest.New(t), storetest.New(t)
	id := storetest.Source(t, a)
	tally := storetest.Ingest(t, a, city.Delivery{SourceID: id, Reports: storetest.Reports("satu", 3)})
	if tally.Added != 3 {
		t.Fatalf("tally %+v", tally)
	}
	if rs, err := a.Reports(t.Context(), city.System, city.ReportFilter{}); err != nil || len(rs) != 3 {
		t.Errorf("own database has %d reports, %v", len(rs), err)
	}
	if rs, err := b.Reports(t.Context(), city.System, city.ReportFilter{}); err != nil || len(rs) != 0 {
		t.Errorf("the other database has %d reports, %v", len(rs), err)
	}
	areas, err := b.Areas(t.Context())
	if err != nil || len(areas) != 70 {
		t.Errorf("the foundation has %d areas, want the city, 10 kecamatan and 59 kelurahan: %v", len(areas), err)
	}
}

func TestRolesAreThoseOfProduction(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	for url, want := range map[string]string{db.OwnerURL: "balaikota_owner", db.AppURL: "balaikota_app"} {
		conn := storetest.Connect(t, url)
		var user string
		var super bool
		err := conn.QueryRow(t.Context(), "SELECT session_user::text, rolsuper FROM pg_roles WHERE rolname = session_user").Scan(&user, &super)
		if err != nil || user != want || super {
			t.Errorf("signed in as %q, superuser %v, %v; want %q", user, super, err, want)
		}
	}
}

func TestADatabaseIsDroppedWithItsTest(t *testing.T) { //nolint:tparallel // the inner test ends first
	t.Parallel()
	var gone, url string
	t.Run("test", func(t *testing.T) {
		db := storetest.NewDB(t)
		gone, url = db.Name, db.SuperuserURL
		storetest.Open(t, db)
	})
	if _, err := pgx.Connect(t.Context(), url); err == nil {
		t.Fatalf("%s is still there", gone)
	}
}

func TestFactoriesMakeAnOfficerOfEachRole(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, role := range city.Roles {
		if o := storetest.Officer(t, s, role); o.Role != role || o.ID == 0 {
			t.Errorf("%s: got %+v", role, o)
		}
	}
}

package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestACameraLivesFreezesAndDies: last seen is when its picture last changed, and
// there is never more than one picture of it.
func TestACameraLivesFreezesAndDies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mayor := city.Asker{OfficerID: 1, Role: city.WaliKota}
	at := noon
	look := func(mark byte, fault string) city.Camera {
		t.Helper()
		at = at.Add(5 * time.Minute)
		s := city.CameraSight{ExternalID: "a", Name: "Simpang A", HasStill: true, At: at, Fault: fault, StreamURL: "https://cctv.contoh.go.id/a"}
		if fault == "" {
			s.Still, s.Print = []byte{0xff, 0xd8, mark}, []byte{mark}
		}
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Cameras: &city.CameraSights{All: []string{"a"}, Seen: []city.CameraSight{s}}})
		all, err := f.Cameras(t.Context(), mayor)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d cameras, %v", len(all), err)
		}
		return all[0]
	}
	if c := look(1, ""); c.State != city.CameraLives || !c.LastSeen.Equal(at) || !c.HasPicture {
		t.Errorf("at first %+v", c)
	}
	changed := look(2, "")
	if changed.State != city.CameraLives || !changed.LastSeen.Equal(at) {
		t.Errorf("changed %+v", changed)
	}
	for range 2 {
		if c := look(2, ""); c.State != city.CameraLives {
			t.Errorf("frozen too soon: %+v", c)
		}
	}
	if c := look(2, ""); c.State != city.CameraFrozen || !c.LastSeen.Equal(*changed.LastSeen) || !c.TakenAt.Equal(at) {
		t.Errorf("the same picture again and again: %+v", c)
	}
	look(2, "mati")
	look(2, "mati")
	if c := look(2, "the source did not answer"); c.State != city.CameraDown || c.Fault == "" || !c.HasPicture {
		t.Errorf("without an answer: %+v", c)
	}
	if c := look(3, ""); c.State != city.CameraLives || !c.LastSeen.Equal(at) || c.Fault != "" {
		t.Errorf("back again: %+v", c)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM camera_stills"); n != 1 {
		t.Errorf("%d pictures of one camera", n)
	}
	if kind := one[string](t, f.sql, "SELECT relpersistence::text FROM pg_class WHERE relname = 'camera_stills'"); kind != "u" {
		t.Errorf("stills are logged: %s", kind)
	}
	testWhoSeesCameras(t, f, changed.ID)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Cameras: &city.CameraSights{All: []string{"b"}, Seen: []city.CameraSight{{ExternalID: "b", Name: "Simpang B", At: at}}}})
	all, err := f.Cameras(t.Context(), mayor)
	if err != nil || len(all) != 1 || all[0].Name != "Simpang B" || all[0].State != city.CameraPlain {
		t.Errorf("after another list: %+v, %v", all, err)
	}
}

func testWhoSeesCameras(t *testing.T, f *fixture, id int64) {
	t.Helper()
	for _, role := range append([]city.Role{city.Publik, city.Layar}, city.Roles...) {
		asker := city.Asker{OfficerID: 1, Role: role, AreaCode: storetest.AirPutih, OfficeID: 1}
		sees := role == city.WaliKota || role == city.Sekda || role == city.Operator
		all, err := f.Cameras(t.Context(), asker)
		if err != nil || (len(all) == 1) != sees {
			t.Errorf("%s sees %d cameras, %v", role, len(all), err)
		}
		picture, err := f.CameraStill(t.Context(), asker, id)
		if (len(picture) > 0) != sees || !sees && city.CodeOf(err) != city.NotFound {
			t.Errorf("%s gets %d bytes, %v", role, len(picture), err)
		}
		if err != nil && strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", role, err)
		}
	}
}

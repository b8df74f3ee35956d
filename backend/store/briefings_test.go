package store_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func sheetAt(at time.Time, decisions int) city.BriefingSheet {
	s := city.BriefingSheet{
		Format: 1, City: "Kota Samarinda", Day: at.In(wita).Format(time.DateOnly), At: at, Title: "Lembar Pagi", IndicatorRows: []city.BriefingIndicator{}, Evidence: []city.BriefingEvidence{},
		Decisions: city.BriefingPart{Heading: "Perlu keputusan", Note: `kutipan "lurus" & <b>`, Lines: []city.BriefingLine{}},
	}
	for range decisions {
		s.Decisions.Lines = append(s.Decisions.Lines, city.BriefingLine{What: "Bersihkan drainase", Refs: []int{}})
	}
	return s
}

func TestABriefingStaysAsItWasMade(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	morning := sheetAt(noon, 2)
	first, err := f.KeepBriefing(t.Context(), city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, morning, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "number", first.Number, int64(1))
	equal(t, "made by", first.MadeBy, "Balaikota")
	equal(t, "path", first.Path(), "/lembar/1")
	// The clock makes one a day.
	if _, err := f.KeepBriefing(t.Context(), city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, morning, nil); city.CodeOf(err) != city.Conflict {
		t.Errorf("a second morning of the same day: %v", err)
	}
	// A later sheet is a new number; the first stays.
	f.clock.forward(time.Hour)
	later := sheetAt(noon.Add(time.Hour), 0)
	second, err := f.KeepBriefing(t.Context(), city.Actor{Name: "wali"}, mayor, city.BriefingAsked, later, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "second number", second.Number, int64(2))
	for name, want := range map[string]int64{"1": 1, "2": 2, morning.Day: 2, "terbaru": 2} {
		got, err := f.Briefing(t.Context(), mayor, name)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "number of "+name, got.Number, want)
	}
	again, err := f.Briefing(t.Context(), city.Asker{Role: city.Auditor}, "1")
	if err != nil {
		t.Fatal(err)
	}
	was, _ := json.Marshal(morning)
	is, _ := json.Marshal(again.Sheet)
	equal(t, "the frozen sheet", string(is), string(was))
	equal(t, "hash", again.SHA256, one[string](t, f.sql, "SELECT encode(sha256(convert_to(record::text, 'UTF8')), 'hex') FROM briefings WHERE number = 1"))
	list, err := f.Briefings(t.Context(), mayor, 60)
	if err != nil || len(list) != 2 || list[0].Number != 2 || list[1].Kind != city.BriefingMorning {
		t.Errorf("the list: %+v, %v", list, err)
	}
	has, err := f.HasMorningBriefing(t.Context(), morning.Day)
	if err != nil || !has {
		t.Errorf("the morning's sheet of %s is not found: %v", morning.Day, err)
	}
	for _, sql := range []string{"UPDATE briefings SET made_by = 'x'", "DELETE FROM briefings", "TRUNCATE briefings"} {
		if _, err := f.sql.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "never changed or removed") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestOnlyWhoSeesTheCityReadsBriefings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.KeepBriefing(t.Context(), city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, sheetAt(noon, 0), nil); err != nil {
		t.Fatal(err)
	}
	for _, role := range city.Roles {
		asker := city.Asker{Role: role, AreaCode: storetest.AirPutih, OfficeID: 1}
		_, one := f.Briefing(t.Context(), asker, "1")
		_, list := f.Briefings(t.Context(), asker, 10)
		_, keep := f.KeepBriefing(t.Context(), city.Actor{Name: "uji"}, asker, city.BriefingAsked, sheetAt(noon, 0), nil)
		for what, err := range map[string]error{"one": one, "list": list, "make": keep} {
			if role.CityWide() != (err == nil) || !role.CityWide() && city.CodeOf(err) != city.Forbidden {
				t.Errorf("%s, %s: %v", role, what, err)
			}
		}
	}
	for _, name := range []string{"9", "2020-01-01"} {
		if _, err := f.Briefing(t.Context(), mayor, name); city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "0", "-1", "kemarin", "2026-13-01", strconv.Itoa(1<<62) + "0"} {
		if _, err := f.Briefing(t.Context(), mayor, name); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestMayorAndSecretaryAreToldOfTheMorningsBriefing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	head := storetest.Officer(t, f.Store, city.WaliKota)
	other := storetest.Officer(t, f.Store, city.Sekda)
	storetest.Officer(t, f.Store, city.Operator) // is not told
	if _, err := f.KeepBriefing(t.Context(), city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, sheetAt(noon, 3), []city.NoticeChannel{city.NoticePush}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.KeepBriefing(t.Context(), city.Actor{Name: "wali"}, mayor, city.BriefingAsked, sheetAt(noon, 1), []city.NoticeChannel{city.NoticePush}); err != nil {
		t.Fatal(err)
	}
	got := all[string](t, f.sql, "SELECT concat_ws(' | ', officer_id, kind, text, path) FROM notices ORDER BY officer_id")
	want := []string{}
	for _, id := range []int64{head.ID, other.ID} {
		want = append(want, strconv.FormatInt(id, 10)+" | briefing | Lembar pagi siap: 3 hal perlu keputusan. | /lembar/1")
	}
	slices.Sort(want)
	slices.Sort(got)
	equal(t, "notices", got, want)
}

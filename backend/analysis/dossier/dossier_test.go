package dossier

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

var wita = time.FixedZone("WITA", 8*3600)

func at(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 0, 0, 0, wita) }

func voice(id int64, t time.Time, change ...func(*Voice)) Voice {
	v := Voice{ID: id, CreatedAt: t, Status: city.Open, Channel: "whatsapp", AreaCode: "64.72.03.1004", OfficeID: 7, Category: "banjir-drainase", Urgency: city.Info}
	for _, c := range change {
		c(&v)
	}
	return v
}

func TestManyVoicesOfOneMatter(t *testing.T) {
	t.Parallel()
	vs := []Voice{
		voice(3, at(4, 1), func(v *Voice) {
			v.Channel, v.AreaCode, v.OfficeID, v.Category = "call-112", "64.72.03.1005", 9, "jalan-rusak"
		}),
		voice(1, at(2, 23)),
		voice(2, at(3, 7), func(v *Voice) { v.Doubtful = true }),
	}
	i, office := Build(vs, Shape{Title: "Banjir di Jl. Antasari", Category: "banjir-drainase", Place: "jalan antasari"}, wita)
	want := city.Incident{
		Title: "Banjir di Jl. Antasari", TitleBy: "machine", Category: "banjir-drainase", AreaCode: "64.72.03.1004",
		Areas: []string{"64.72.03.1004", "64.72.03.1005"}, Place: "jalan antasari", Status: city.IncidentNew, Urgency: city.Info,
		UrgencyReasons: []city.Said{}, Voices: 3, Unfinished: 3, Doubtful: 1, FirstAt: at(2, 23).UTC(), LastAt: at(4, 1).UTC(),
		Daily: []int{1, 1, 1}, DailyFrom: "2026-06-02", Channels: []string{"whatsapp", "call-112"}, Flags: []city.IncidentFlag{},
	}
	if d := cmp.Diff(want, i); d != "" {
		t.Error(d)
	}
	if office != 7 {
		t.Errorf("office %d: the one of its own category is meant", office)
	}
}

// TestDaysAreTheCitys: 23.30 UTC is the next day in the city.
func TestDaysAreTheCitys(t *testing.T) {
	t.Parallel()
	i, _ := Build([]Voice{voice(1, time.Date(2026, 6, 1, 23, 30, 0, 0, time.UTC))}, Shape{}, wita)
	if i.DailyFrom != "2026-06-02" || len(i.Daily) != 1 || i.Daily[0] != 1 {
		t.Errorf("daily %v from %s", i.Daily, i.DailyFrom)
	}
}

func TestALongMatterShowsItsLastDays(t *testing.T) {
	t.Parallel()
	i, _ := Build([]Voice{voice(1, at(1, 8)), voice(2, at(1, 8).AddDate(0, 0, 99))}, Shape{}, wita)
	if len(i.Daily) != dailyLimit || i.Daily[dailyLimit-1] != 1 || i.Daily[0] != 0 {
		t.Errorf("daily %v from %s", i.Daily, i.DailyFrom)
	}
	if want := at(1, 8).AddDate(0, 0, 99+1-dailyLimit).Format(time.DateOnly); i.DailyFrom != want {
		t.Errorf("from %s, want %s", i.DailyFrom, want)
	}
}

func TestStatusFollowsTheReports(t *testing.T) {
	t.Parallel()
	closed := func(v *Voice) { v.Status, v.ClosedAt = city.Closed, new(v.CreatedAt.Add(24*time.Hour)) }
	rejected := func(v *Voice) { v.Status = city.Rejected }
	working := func(v *Voice) { v.Status = city.InProgress }
	answered := func(v *Voice) { v.RespondedAt = new(v.CreatedAt.Add(time.Hour)) }
	for name, c := range map[string]struct {
		voices []Voice
		want   city.IncidentStatus
		closed *time.Time
	}{
		"nobody has looked":      {[]Voice{voice(1, at(1, 8)), voice(2, at(1, 9))}, city.IncidentNew, nil},
		"one is answered":        {[]Voice{voice(1, at(1, 8), answered), voice(2, at(1, 9))}, city.IncidentHandled, nil},
		"one is being worked on": {[]Voice{voice(1, at(1, 8), working), voice(2, at(1, 9))}, city.IncidentHandled, nil},
		"one is closed":          {[]Voice{voice(1, at(1, 8), closed), voice(2, at(1, 9))}, city.IncidentHandled, nil},
		"all are closed":         {[]Voice{voice(1, at(1, 8), closed), voice(2, at(1, 9), closed)}, city.IncidentClosed, new(at(2, 9).UTC())},
		"all are rejected":       {[]Voice{voice(1, at(1, 8), rejected)}, city.IncidentClosed, nil},
	} {
		i, _ := Build(c.voices, Shape{}, wita)
		if i.Status != c.want {
			t.Errorf("%s: %s, want %s", name, i.Status, c.want)
		}
		if d := cmp.Diff(c.closed, i.ClosedAt); d != "" {
			t.Errorf("%s: closed at %s", name, d)
		}
	}
}

func TestOneQuietVoiceMayBeTheOneThatMatters(t *testing.T) {
	t.Parallel()
	grave := func(v *Voice) {
		v.Urgency, v.UrgencyReasons = city.Awas, []city.Said{{Text: "Jembatan retak", TextEN: "Cracked bridge"}}
	}
	bridge, _ := Build([]Voice{voice(1, at(1, 8), grave)}, Shape{}, wita)
	var drain []Voice
	for n := range 40 {
		drain = append(drain, voice(int64(n+1), at(1, 8).Add(time.Duration(n)*time.Minute)))
	}
	loud, _ := Build(drain, Shape{}, wita)
	if bridge.Urgency != city.Awas || loud.Urgency != city.Siaga || len(loud.UrgencyReasons) != 1 || loud.UrgencyReasons[0].Text != "40 suara dalam dua hari" {
		t.Errorf("bridge %s, drain %s %v", bridge.Urgency, loud.Urgency, loud.UrgencyReasons)
	}
	// An alert stands for days: an hour without its day would read as today's.
	if a, _ := Alert(loud, "Air Putih", wita, "WITA"); !strings.Contains(a.Evidence, " suara, terakhir "+city.FormatDay(loud.LastAt, wita)+" ") {
		t.Errorf("the alert says %q", a.Evidence)
	}
	if _, shown := Alert(loud, "Air Putih", wita, "WITA"); !shown {
		t.Error("forty voices raise no alert")
	}
	slow, _ := Build([]Voice{drain[0], voice(2, at(9, 8)), voice(3, at(17, 8))}, Shape{}, wita)
	if slow.Urgency != city.Info {
		t.Errorf("three voices in a fortnight are %s", slow.Urgency)
	}
	done, _ := Build([]Voice{voice(1, at(1, 8), grave, func(v *Voice) { v.Status = city.Closed })}, Shape{}, wita)
	if done.Urgency != city.Info {
		t.Errorf("a finished matter is still %s", done.Urgency)
	}
}

func TestTheOrderOfVoicesDoesNotMatter(t *testing.T) {
	t.Parallel()
	vs := []Voice{voice(1, at(1, 8)), voice(2, at(1, 8), func(v *Voice) { v.AreaCode, v.OfficeID = "64.72.03.1001", 5 }), voice(3, at(2, 9))}
	a, officeA := Build(vs, Shape{Category: "banjir-drainase"}, wita)
	b, officeB := Build([]Voice{vs[2], vs[1], vs[0]}, Shape{Category: "banjir-drainase"}, wita)
	if d := cmp.Diff(a, b); d != "" || officeA != officeB {
		t.Error(d, officeA, officeB)
	}
}

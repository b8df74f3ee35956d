package deadline

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/pack"
)

// An office that needs five working days for most of its matters will miss a
// norm of three; one that needs one will not. What is past its deadline is
// missed already and is not forecast.
func TestAtRiskListsTheLikelyOnesWithReasons(t *testing.T) {
	t.Parallel()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	cal := calendar(t, c)
	now := time.Date(2026, 3, 27, 10, 0, 0, 0, cal.Location) // a Friday after Idulfitri
	var past []city.PastReport
	for i := range 120 {
		created := now.AddDate(0, 0, -20-i)
		for office, days := range map[string]int{"DLH": 5, "Dishub": 1} {
			past = append(past, city.PastReport{Office: office, Category: "sampah", CreatedAt: created, ClosedAt: new(cal.Due(created, days-1).Add(8 * time.Hour))})
		}
	}
	m := Learn(Cases(cal, past, now))
	running := func(id int64, office string, created time.Time) city.RunningReport {
		return city.RunningReport{ReportSummary: city.ReportSummary{ID: id, Office: office, Category: "sampah", CreatedAt: created, DueAt: new(cal.Due(created, 3)), Status: city.Open}}
	}
	yesterday := now.AddDate(0, 0, -1)
	list := m.AtRisk(cal, []city.RunningReport{
		running(1, "DLH", yesterday), running(2, "Dishub", now.Add(-2*time.Hour)), running(3, "DLH", now.AddDate(0, 0, -20)), running(4, "DLH", yesterday.Add(-24*time.Hour)),
	}, map[string]city.Category{"sampah": {Slug: "sampah", Name: "Sampah", NameEN: "Waste"}}, now)
	if len(list) != 2 || list[0].Report.Office != "DLH" || list[1].Report.Office != "DLH" || list[0].Probability < list[1].Probability {
		t.Fatalf("%+v", list)
	}
	for _, item := range list {
		if item.Report.ID == 3 || item.Probability < 0.8 {
			t.Errorf("%+v", item)
		}
		if !strings.Contains(item.Why, "dari 120 laporan sampah di DLH") || !strings.Contains(item.WhyEN, "waste reports at DLH") {
			t.Errorf("%q, %q", item.Why, item.WhyEN)
		}
	}
	if got := list[0].WorkingDaysLeft; got < 1.5 || got > 3 {
		t.Errorf("%.2f working days left", got)
	}
	if got := m.AtRisk(cal, nil, nil, now); got == nil || len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestWorkedPutsWeekendsAfterTheDeadline(t *testing.T) {
	t.Parallel()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	cal := calendar(t, c)
	received := time.Date(2026, 3, 5, 9, 0, 0, 0, cal.Location) // Thursday
	due := cal.Due(received, 1)                                 // the end of Friday
	may := allowed(cal, received, due, nil)
	if friday := Worked(cal, received, due.Add(-time.Hour), nil); friday >= may {
		t.Errorf("an hour before: %s of %s", friday, may)
	}
	if saturday := Worked(cal, received, due.Add(10*time.Hour), nil); saturday <= may {
		t.Errorf("on the Saturday after: %s of %s", saturday, may)
	}
	pause := []city.Pause{{From: received.Add(2 * time.Hour), Until: new(received.Add(8 * time.Hour))}}
	if got := Worked(cal, received, received.Add(10*time.Hour), pause); got != 4*time.Hour {
		t.Errorf("paused for six of ten hours: %s", got)
	}
}

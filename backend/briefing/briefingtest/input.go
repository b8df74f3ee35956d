// Package briefingtest has a morning to make sheets of: a full one, with more
// of everything than a sheet holds and the longest words that occur, and an
// empty one. Tests of the sheet, of its paper and of its page share it.
//
// It imports backend/briefing, backend/city and backend/pack.
package briefingtest

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/briefing"
	"balaikota/backend/city"
	"balaikota/backend/pack"
)

// Zone is the city's.
var Zone = time.FixedZone("WITA", 8*3600)

// At is the morning of the sheets: a Monday.
var At = time.Date(2026, 11, 23, 6, 0, 0, 0, Zone)

// Empty is a city that has been laid out and has nothing to tell yet.
func Empty(t testing.TB) briefing.Input {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	f := c.Foundation()
	return briefing.Input{
		At: At, Zone: Zone, Setting: f.Setting, Version: "uji", Areas: f.Areas, Indicators: f.Indicators, Nothing: city.NoAdvice(30),
		Calendar: city.Calendar{Location: Zone}, Figures: city.ReportFigures{From: At.Add(-24 * time.Hour), To: At},
		Rain: briefing.Outlook{Indicator: indicator(f, "prakiraan-hujan")}, Heat: briefing.Outlook{Indicator: indicator(f, "prakiraan-suhu")},
		Tide: briefing.Outlook{Indicator: indicator(f, "muka-air-mahakam")},
	}
}

func indicator(f city.Foundation, slug string) *city.Indicator {
	for _, i := range f.Indicators {
		if i.Slug == slug {
			return &i
		}
	}
	return nil
}

func ago(h float64) time.Time { return At.Add(-time.Duration(h * float64(time.Hour))) }

// Full is a bad morning: more of everything than a sheet holds.
func Full(t testing.TB) briefing.Input {
	t.Helper()
	in := Empty(t)
	villages := []city.Area{}
	for _, a := range in.Areas {
		if a.Level == city.Kelurahan {
			villages = append(villages, a)
		}
	}
	severities := []city.Severity{city.Awas, city.Siaga, city.Siaga, city.Perhatian, city.Perhatian}
	for i, s := range severities {
		a := villages[i*9]
		in.Advice = append(in.Advice, city.Recommendation{
			ID: int64(41 + i), Rule: "kejadian-banjir", Title: "Bersihkan drainase dan keruk sedimen di sepanjang Jalan Gerilya, " + a.Name, ActionName: "Bersihkan drainase",
			Why:      city.Said{Text: fmt.Sprintf("%d laporan warga tentang banjir dan drainase di %s dalam 6 jam; %d belum selesai, dan hujan lebat diprakirakan lagi sore ini.", 37-i, a.Name, 31-i)},
			Severity: s, AreaCode: a.Code, AreaCodes: []string{a.Code}, Office: "DPUPR", DueAt: time.Date(2026, 11, 26, 0, 0, 0, 0, Zone), DueDays: 2, MadeAt: ago(2),
			Effect:   city.ExpectedEffect{Measure: "reports", Low: -45, Mid: -30, High: -10, Days: 14, From: "ledger", Cases: 12},
			Evidence: []city.Evidence{{Said: city.Said{Text: "37 laporan, yang pertama Minggu, 22 November 2026 22.14 WITA"}, Kind: "incident", IDs: []int64{int64(7 + i)}, At: ago(1)}},
		})
		in.Incidents = append(in.Incidents, city.Incident{
			ID: int64(7 + i), Title: "Banjir dan drainase di sekitar Simpang Empat Sempaja, " + a.Name, Urgency: s, Voices: 37 - i, Unfinished: 31 - i, FirstAt: ago(8), LastAt: ago(0.4), Office: "DPUPR", Status: city.IncidentNew,
		})
	}
	in.Waiting, in.IncidentTotal = 12, 23
	for i, a := range villages {
		in.Counts = append(in.Counts, city.ReportCount{AreaCode: a.Code, Category: "sampah", Count: i % 24})
	}
	in.Counts = append(in.Counts, city.ReportCount{Count: 4})
	in.Figures.Received, in.Figures.Closed, in.Figures.Open, in.Figures.Overdue = 641, 512, 1482, 87
	fullIndicators(&in)
	fullFollowUps(&in)
	fullToday(&in, villages)
	return in
}

func fullIndicators(in *briefing.Input) {
	in.Series = map[string][]city.SeriesPoint{}
	for n, i := range in.Indicators {
		if i.Slug == "hunian-rs" || i.Slug == "pm25" {
			in.Indicators[n].Target = &city.Target{Value: map[string]float64{"hunian-rs": 80, "pm25": 55}[i.Slug], By: "2029-12-31", Source: "RPJMD, uji"}
		}
	}
	for _, i := range in.Indicators {
		value, severity := 1.0, city.Info
		for _, th := range i.Thresholds {
			if th.Level.Rank() > severity.Rank() {
				value, severity = th.Value*1.02, th.Level
			}
		}
		before := value * 0.97
		in.States = append(in.States, city.IndicatorState{Indicator: i.Slug, AreaCode: in.Setting.Code, Time: ago(0.2), Value: value, Previous: &before, Severity: severity, Source: "uji"})
		for h := range 24 {
			if h > 9 && h < 13 {
				continue // the station was silent
			}
			v := value * (0.9 + 0.1*float64(h)/23)
			in.Series[i.Slug] = append(in.Series[i.Slug], city.SeriesPoint{Time: ago(24 - float64(h)), Value: &v})
		}
	}
	in.States[0].Time = ago(9)
}

func fullFollowUps(in *briefing.Input) {
	statuses := []city.DispositionStatus{city.DispositionHindered, city.DispositionAsked, city.DispositionDeclined, city.DispositionWorking, city.DispositionSent, city.DispositionWorking, city.DispositionAccepted, city.DispositionWorking}
	for i, s := range statuses {
		d := city.Disposition{
			ID: int64(100 + i), Number: fmt.Sprintf("DSP/%04d/XI/2026", 12+i), From: "Wali Kota", OfficeName: "Camat Samarinda Seberang", Subject: "Perbaiki lubang jalan dan pasang rambu sementara di Jalan Bung Tomo",
			Status: s, Nature: city.NatureUrgent, SentAt: ago(96), DueAt: ago(30 - 20*float64(i)), LastAt: ago(50), LateHours: max(0, 30-8*float64(i)),
		}
		if s == city.DispositionHindered {
			d.Obstacle, d.WaitsOn = "alat", "Sekretaris Daerah"
		}
		in.Dispositions = append(in.Dispositions, d)
	}
	in.Dispositions = append(in.Dispositions,
		city.Disposition{ID: 200, Subject: "Surat rahasia", Nature: city.NatureSecret, Status: city.DispositionHindered, LateHours: 99, DueAt: At.Add(time.Hour), LastAt: ago(2)},
		city.Disposition{ID: 201, Number: "DSP/0030/XI/2026", Subject: "Angkut sampah", OfficeName: "Dinas Lingkungan Hidup", Status: city.DispositionWorking, DueAt: At.Add(18 * time.Hour), LastAt: ago(2)})
	in.Reviews = 3
}

// fullSchedule is a day with more appointments than a sheet names.
func fullSchedule(in *briefing.Input) {
	read, day := ago(0.1), time.Date(2026, 11, 23, 0, 0, 0, 0, Zone)
	in.Schedule = city.Agenda{From: day, To: day.AddDate(0, 0, 1), Calendars: []city.AgendaCalendar{{
		Source: "agenda-wali-kota", Name: "Agenda Wali Kota", ReadAt: &read, Freshness: city.Fresh, KnownFrom: day.AddDate(0, 0, -7), KnownTo: day.AddDate(0, 0, 60),
	}}}
	for i, title := range []string{"Rapat pimpinan", "Rapat koordinasi pengendalian banjir dengan Balai Wilayah Sungai dan seluruh camat", city.AgendaBusy, "Audiensi forum RT", "Tinjau perbaikan drainase", "Rapat paripurna DPRD", "Batal"} {
		e := city.AgendaEntry{Key: title, Start: day.Add(time.Duration(8+i) * time.Hour), End: day.Add(time.Duration(8+i)*time.Hour + 45*time.Minute), Title: title, Source: "agenda-wali-kota"}
		if e.Private = title == city.AgendaBusy; !e.Private {
			e.Place = "Balai Kota, ruang Mangkupelas"
		}
		e.Cancelled, e.Tentative = title == "Batal", i == 3
		in.Schedule.Entries = append(in.Schedule.Entries, e)
	}
}

func fullToday(in *briefing.Input, villages []city.Area) {
	in.Meeting = &city.Meeting{Week: "2026-W48", At: At, Points: []city.MeetingPoint{{Status: "open"}, {Status: "open"}, {Status: "decided"}}, NotDone: make([]city.MeetingDisposition, 4)}
	fullSchedule(in)
	for h := 3.0; h <= 24; h += 3 {
		for i, a := range villages[:6] {
			in.Rain.Steps = append(in.Rain.Steps, city.OutlookStep{Time: At.Add(time.Duration(h) * time.Hour), AreaCode: a.Code, Value: h/3 + float64(i), IssuedAt: ago(5), Source: "bmkg"})
			in.Heat.Steps = append(in.Heat.Steps, city.OutlookStep{Time: At.Add(time.Duration(h) * time.Hour), AreaCode: a.Code, Value: 24 + h/3, IssuedAt: ago(5), Source: "bmkg"})
		}
	}
	in.Alerts = []city.Alert{{Key: "cap:uji", Kind: city.AlertWarning, Severity: city.Perhatian, Headline: "Hujan sedang–lebat disertai petir di Samarinda Utara dan Sungai Kunjang hingga 08.30", Since: ago(0.5), Attribution: "BMKG"}}
	in.Flood = &city.HazardPicture{At: ago(0.1), Inputs: []city.HazardInputState{{Name: "Curah hujan 10 menit", Freshness: city.InputStale}}}
	for i, a := range villages[:9] {
		level := city.Perhatian
		if i == 0 {
			level = city.Siaga
		}
		in.Flood.Risks = append(in.Flood.Risks, city.HazardRisk{AreaCode: a.Code, AreaName: a.Name, HorizonHours: 24, Level: level})
	}
	success := ago(9)
	fresh := []city.Freshness{city.Fresh, city.Broken, city.Stale, city.Late, city.NeverRun, city.Paused, city.Late, city.Fresh}
	for i, f := range fresh {
		h := city.SourceHealth{Slug: fmt.Sprintf("sumber-%d", i), Name: "Aplikasi aduan warga kota", Freshness: f, Owner: "Dinas Komunikasi dan Informatika"}
		if f != city.NeverRun {
			h.LastSuccess = &success
		}
		in.Sources = append(in.Sources, h)
	}
}

// Briefing is the sheet of an input as if it had been frozen.
func Briefing(in briefing.Input, number int64) city.Briefing {
	sheet := briefing.Compose(in)
	return city.Briefing{
		BriefingHead: city.BriefingHead{
			Number: number, Kind: city.BriefingMorning, Day: sheet.Day, At: sheet.At, MadeBy: "Balaikota",
			SHA256: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
		},
		Sheet: sheet,
	}
}

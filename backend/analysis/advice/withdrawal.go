package advice

import (
	"slices"
	"time"

	"balaikota/backend/city"
)

// reason says why advice is no longer given, and whether that is certain at
// once.
func (s *settling) reason(w city.Recommendation, rules []city.ActionRule) (why city.Said, sure bool) {
	if !slices.ContainsFunc(rules, func(r city.ActionRule) bool { return r.Slug == w.Rule && r.Enabled }) {
		return city.Said{Text: "Aturan sarannya tidak dipakai lagi.", TextEN: "Its rule is no longer used."}, true
	}
	switch w.Trigger {
	case city.TriggerIncident, city.TriggerStructural:
		return s.incidentReason(w, rules)
	case city.TriggerHotspot, city.TriggerSilent:
		return city.Said{Text: "Jumlah laporan kembali seperti biasa.", TextEN: "The number of reports is as usual again."}, false
	case city.TriggerOverdue:
		return city.Said{Text: "Laporan lewat tenggat di " + w.Office + " sudah di bawah batas aturan.", TextEN: "Overdue reports at " + w.Office + " are below the rule's limit."}, false
	case city.TriggerBreach:
		return city.Said{Text: "Laporan " + w.Office + " tidak lagi diperkirakan lewat tenggat.", TextEN: "Reports of " + w.Office + " will likely be in time."}, false
	case city.TriggerIndicator:
		return city.Said{Text: "Indikatornya kembali di dalam batas.", TextEN: "The indicator is within its limit again."}, false
	case city.TriggerSource:
		return city.Said{Text: "Data dari sumber ini masuk lagi.", TextEN: "Data from this source arrives again."}, false
	case city.TriggerFlood:
		if !s.in.Flood.At.IsZero() && past(s.in.Flood.At, floodsLast, s.now) {
			return s.overtaken(s.in.Flood.At), true
		}
		return city.Said{Text: "Risiko banjir sudah turun.", TextEN: "The flood risk has fallen."}, false
	case city.TriggerWarning:
		ended := slices.ContainsFunc(w.Evidence, func(e city.Evidence) bool { return e.Until != nil && !e.Until.After(s.now) })
		return city.Said{Text: "Peringatan resminya sudah berakhir.", TextEN: "The official warning is over."}, ended
	}
	return city.Said{Text: "Ramalannya kembali seperti biasa.", TextEN: "The forecast is as usual again."}, false
}

// incidentReason: that nobody reports an incident any more is certain by the
// clock alone, but only while reports come in at all.
func (s *settling) incidentReason(w city.Recommendation, rules []city.ActionRule) (city.Said, bool) {
	for _, i := range s.in.Incidents {
		if i.ID != w.IncidentID {
			continue
		}
		if i.Unfinished == 0 {
			return city.Said{Text: "Semua laporan kejadian ini sudah selesai.", TextEN: "All reports of this incident are settled."}, true
		}
		day := city.FormatDay(i.LastAt, s.in.Calendar.Location)
		inHours := slices.ContainsFunc(rules, func(r city.ActionRule) bool { return r.Slug == w.Rule && r.DueHours > 0 })
		sure := inHours && past(i.LastAt, atOnce, s.now) && s.in.ReportsStale.IsZero()
		return city.Said{Text: "Kejadian ini tidak lagi memenuhi aturan; laporan terakhir " + day + ".", TextEN: "This incident no longer meets the rule; its last report is of " + i.LastAt.In(s.in.Calendar.Location).Format("2 January 2006") + "."}, sure
	}
	day := city.FormatDay(w.DataAt, s.in.Calendar.Location)
	return city.Said{
		Text:   "Kejadian ini ditutup, atau laporannya berhenti sejak " + day + ".",
		TextEN: "The incident was closed, or its reports stopped on " + w.DataAt.In(s.in.Calendar.Location).Format("2 January 2006") + ".",
	}, true
}

// past reports whether what was said at a time to hold for so long is over.
func past(at time.Time, lasts time.Duration, now time.Time) bool { return now.Sub(at) > lasts }

// overtaken says that the hours an assessment spoke of have gone by and no other
// has come. How it was in them is not known, so it is not said.
func (s *settling) overtaken(at time.Time) city.Said {
	t := at.In(s.in.Calendar.Location)
	return city.Said{
		Text:   "Penilaian risiko banjir pada " + city.FormatDay(t, s.in.Calendar.Location) + " " + t.Format("15.04") + " " + s.in.ZoneLabel + " sudah lewat masanya; belum ada yang baru.",
		TextEN: "The flood risk as assessed on " + t.Format("2 January 2006 15:04") + " " + s.in.ZoneLabel + " has had its time; there is none since.",
	}
}

func givenReason(g Given) city.Said {
	return city.Said{Text: "Sudah ada disposisi " + g.Number + " untuk hal ini.", TextEN: "Disposition " + g.Number + " was already sent about this."}
}

func (s *settling) staleReason(p city.Recommendation) city.Said {
	t := p.DataAt
	if !s.in.ReportsStale.IsZero() && p.Trigger != city.TriggerFlood && p.Trigger != city.TriggerIndicator {
		t = s.in.ReportsStale
	}
	t = t.In(s.in.Calendar.Location)
	return city.Said{
		Text:   "Data basi sejak " + city.FormatDay(t, s.in.Calendar.Location) + " " + t.Format("15.04") + " " + s.in.ZoneLabel + ".",
		TextEN: "The data is stale since " + t.Format("2 January 2006 15:04") + " " + s.in.ZoneLabel + ".",
	}
}

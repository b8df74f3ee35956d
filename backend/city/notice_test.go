package city_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

func TestNoticesSayOneThingInOneLine(t *testing.T) {
	t.Parallel()
	zone := wita(t)
	base := city.StepTold{
		DispositionID: 12, Number: "DSP/0012/XI/2026", Action: "Bersihkan drainase", ActionEN: "Clean the drain", Place: "Air Putih",
		Office: "Lurah Air Putih", DueAt: time.Date(2026, 11, 24, 0, 0, 0, 0, zone), Status: city.DispositionSent, Nature: city.NatureOrdinary,
	}
	for _, c := range []struct {
		kind       city.DispositionStepKind
		side       city.NoticeSide
		change     func(*city.StepTold)
		id, en, to string
		urgent     bool
		list       bool
	}{
		{kind: city.StepSend, side: city.ToAddressee, to: "/tugas/12",
			id: "Disposisi baru DSP/0012/XI/2026: Bersihkan drainase, Air Putih; tenggat 23 November 2026.",
			en: "New disposition DSP/0012/XI/2026: Clean the drain, Air Putih; due 23 November 2026."},
		{kind: city.StepSend, side: city.ToCopy, to: "/tindakan/12", list: true,
			id: "Tembusan disposisi DSP/0012/XI/2026: Bersihkan drainase, Air Putih kepada Lurah Air Putih.",
			en: "Copy of disposition DSP/0012/XI/2026: Clean the drain, Air Putih to Lurah Air Putih."},
		{kind: city.StepRedirect, side: city.ToAddressee, to: "/tugas/12", urgent: true,
			change: func(s *city.StepTold) {
				s.Nature, s.DueAt = city.NatureVeryUrgent, time.Date(2026, 11, 23, 20, 0, 0, 0, zone)
			},
			id: "Disposisi baru DSP/0012/XI/2026: Bersihkan drainase, Air Putih; tenggat 23 November 2026 20.00 WITA.",
			en: "New disposition DSP/0012/XI/2026: Clean the drain, Air Putih; due 23 November 2026 20:00 WITA."},
		{kind: city.StepHinder, side: city.ToSender, to: "/tindakan/12", urgent: true, change: func(s *city.StepTold) { s.Obstacle = "dana" },
			id: "Kendala (dana) pada disposisi DSP/0012/XI/2026 di Lurah Air Putih; perlu keputusan Anda.",
			en: "Obstacle (money) in disposition DSP/0012/XI/2026 at Lurah Air Putih; your decision is needed."},
		{kind: city.StepFinish, side: city.ToSender, to: "/tindakan/12", change: func(s *city.StepTold) { s.Checked = true },
			id: "Lurah Air Putih menyatakan disposisi DSP/0012/XI/2026 selesai; bukti diperiksa.",
			en: "Lurah Air Putih says disposition DSP/0012/XI/2026 is done; the proof is being checked."},
		{kind: city.StepFinish, side: city.ToSender, to: "/tindakan/12",
			id: "Lurah Air Putih menyatakan disposisi DSP/0012/XI/2026 selesai; menunggu pembenaran Anda.",
			en: "Lurah Air Putih says disposition DSP/0012/XI/2026 is done; it waits for your word."},
		{kind: city.StepRemind, side: city.ToAddressee, to: "/tugas/12",
			id: "Pengingat: disposisi DSP/0012/XI/2026: Bersihkan drainase, Air Putih; tenggat 23 November 2026.",
			en: "Reminder: disposition DSP/0012/XI/2026: Clean the drain, Air Putih; due 23 November 2026."},
		{kind: city.StepRemind, side: city.ToSender, to: "/tindakan/12", change: func(s *city.StepTold) { s.Status = city.DispositionAsked },
			id: "Pengingat: disposisi DSP/0012/XI/2026 di Lurah Air Putih menunggu Anda.",
			en: "Reminder: disposition DSP/0012/XI/2026 at Lurah Air Putih waits for you."},
		{kind: city.StepEscalate, side: city.ToRung, to: "/tindakan/12", change: func(s *city.StepTold) { s.Rung = "camat" },
			id: "Disposisi DSP/0012/XI/2026 di Lurah Air Putih perlu perhatian Anda; tenggat 23 November 2026.",
			en: "Disposition DSP/0012/XI/2026 at Lurah Air Putih needs your attention; due 23 November 2026."},
		{kind: city.StepEscalate, side: city.ToAddressee, to: "/tugas/12", change: func(s *city.StepTold) { s.Rung = "camat" },
			id: "Disposisi DSP/0012/XI/2026 disampaikan kepada camat karena waktunya.",
			en: "Disposition DSP/0012/XI/2026 was raised to the camat because of its time."},
	} {
		s := base
		s.Kind = c.kind
		if c.change != nil {
			c.change(&s)
		}
		w, ok := s.Wordings(zone, "WITA")[c.side]
		if !ok || w.Said.Text != c.id || w.Said.TextEN != c.en || w.Path != c.to || w.Urgent != c.urgent || w.List != c.list {
			t.Errorf("%s to the %s: %+v", c.kind, c.side, w)
		}
	}
}

// Whatever the names, no notice is longer than a locked phone shows, and a
// waiting instruction reminds nobody but its sender.
func TestNoticesFit(t *testing.T) {
	t.Parallel()
	zone := wita(t)
	for _, kind := range append(city.DispositionStepKinds, city.StepSend) {
		for _, status := range city.DispositionStatuses {
			s := city.StepTold{
				DispositionID: 123456, Number: "DSP/12345/VIII/2026", Kind: kind, Status: status, Action: strings.Repeat("Perbaiki ", 9), ActionEN: strings.Repeat("Mend ", 20),
				Place: "Sungai Pinang Dalam", Office: "Kepala Dinas Pekerjaan Umum dan Penataan Ruang Kota Samarinda", Obstacle: "wewenang", Rung: "kepala_opd",
				DueAt: time.Date(2026, 9, 23, 20, 0, 0, 0, zone),
			}
			for side, w := range s.Wordings(zone, "WITA") {
				if n := max(utf8.RuneCountInString(w.Said.Text), utf8.RuneCountInString(w.Said.TextEN)); n > 120 || n == 0 {
					t.Errorf("%s to the %s has %d characters: %s", kind, side, n, w.Said.Text)
				}
				if kind == city.StepRemind && status.Waits() != (side == city.ToSender) {
					t.Errorf("a reminder while %s goes to the %s", status, side)
				}
			}
		}
	}
}

func TestQuietHoursEndInTheMorning(t *testing.T) {
	t.Parallel()
	zone := wita(t)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	p := city.DefaultNoticePreferences()
	for now, want := range map[time.Time]time.Time{
		at(22, 20, 59): at(22, 20, 59), at(22, 21, 0): at(23, 5, 0), at(22, 23, 59): at(23, 5, 0), at(23, 0, 0): at(23, 5, 0),
		at(23, 4, 59): at(23, 5, 0), at(23, 5, 0): at(23, 5, 0), at(23, 12, 0): at(23, 12, 0),
	} {
		if got := p.WakesAt(now.UTC(), zone); !got.Equal(want) {
			t.Errorf("at %s it waits until %s", now, got)
		}
	}
	noon := city.NoticePreferences{QuietFrom: "12.00", QuietUntil: "13.30"}
	if got := noon.WakesAt(at(23, 13, 0), zone); !got.Equal(at(23, 13, 30)) {
		t.Errorf("at noon %s", got)
	}
	for _, none := range []city.NoticePreferences{{}, {QuietFrom: "21.00", QuietUntil: "21.00"}, {QuietFrom: "x", QuietUntil: "05.00"}} {
		if got := none.WakesAt(at(23, 2, 0), zone); !got.Equal(at(23, 2, 0)) {
			t.Errorf("%+v: %s", none, got)
		}
	}
}

package city

import (
	"strings"
	"testing"
	"time"
)

func TestWeeks(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	for _, c := range []struct {
		at         time.Time
		week, from string
	}{
		{time.Date(2026, 11, 22, 15, 59, 0, 0, time.UTC), "2026-W47", "2026-11-16"}, // Sunday 23.59 WITA
		{time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), "2026-W48", "2026-11-23"},  // Monday 00.00 WITA
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "2026-W53", "2026-12-28"},     // ISO 8601: a Friday of the old year's week 53
		{time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC), "2025-W01", "2024-12-30"},
		{time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), "2022-W52", "2022-12-26"},
	} {
		if got := WeekOf(c.at, wita); got != c.week {
			t.Errorf("%s is in %s, want %s", c.at, got, c.week)
		}
		from, err := WeekStart(c.week, wita)
		if err != nil || from.Format("2006-01-02 15:04") != c.from+" 00:00" || from.Weekday() != time.Monday {
			t.Errorf("%s begins %s, %v; want %s", c.week, from, err, c.from)
		}
	}
	for _, bad := range []string{"", "2026-W00", "2026-W54", "2025-W53", "2026-W7", "2026W47", "2026-W47 ", "x2026-W47"} {
		if _, err := WeekStart(bad, wita); CodeOf(err) != Invalid {
			t.Errorf("%q is taken for a week: %v", bad, err)
		}
	}
}

// TestEveryStatusHasItsAccount reads the sentence of each status out.
func TestEveryStatusHasItsAccount(t *testing.T) {
	t.Parallel()
	w := MeetingWords{Zone: time.FixedZone("WITA", 8*3600), Label: "WITA"}
	at := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	last, done := at.Add(-30*time.Hour), at.Add(-4*24*time.Hour)
	base := Disposition{From: "Wali Kota", OfficeName: "Lurah Sidodadi", LastAt: last, SentAt: at.AddDate(0, 0, -6), DueAt: at.Add(-20 * time.Hour), LateHours: 20, Percent: 40}
	want := map[DispositionStatus]string{
		DispositionSent:     "Belum diterima oleh Lurah Sidodadi; 20 jam lewat batas.",
		DispositionAccepted: "Diterima, belum dikerjakan; 20 jam lewat batas.",
		DispositionWorking:  "Sedang dikerjakan, 40 %; 20 jam lewat batas.",
		DispositionAsked:    "Lurah Sidodadi bertanya Minggu, 22 November 2026 03.00 WITA; menunggu jawaban Sekretaris Daerah; 20 jam lewat batas.",
		DispositionHindered: "Terhalang dana sejak Minggu, 22 November 2026 03.00 WITA; menunggu Sekretaris Daerah; 20 jam lewat batas.",
		DispositionPassed:   "Diteruskan oleh Lurah Sidodadi; bagiannya masih berjalan; 20 jam lewat batas.",
		DispositionProof:    "Dilaporkan selesai Minggu, 22 November 2026 03.00 WITA; menunggu pembenaran Sekretaris Daerah; 20 jam lewat batas.",
		DispositionDone:     "Selesai Kamis, 19 November 2026 09.00 WITA, dengan bukti foto yang sah; 20 jam lewat batas.",
		DispositionDeclined: "Ditolak Lurah Sidodadi pada Minggu, 22 November 2026 03.00 WITA; menunggu Sekretaris Daerah; 20 jam lewat batas.",
		DispositionCanceled: "Ditarik kembali oleh Wali Kota.",
	}
	for _, s := range DispositionStatuses {
		d := base
		d.Status = s
		if s.Waits() {
			d.WaitsOn, d.Obstacle = "Sekretaris Daerah", "dana"
		}
		if s == DispositionDone {
			d.DoneAt, d.DoneBy = &done, "proof"
		}
		got := w.Account(d, at)
		if got.Text != want[s] || got.TextEN == "" || strings.Contains(got.TextEN, "%!") {
			t.Errorf("%s:\n got %s\nwant %s\n EN %s", s, got.Text, want[s], got.TextEN)
		}
	}
	checked := base
	checked.Status, checked.Verdict = DispositionProof, VerdictDoubtful
	if got := w.Account(checked, at).Text; got != "Dilaporkan selesai Minggu, 22 November 2026 03.00 WITA; bukti masih diperiksa; 20 jam lewat batas." {
		t.Errorf("while its picture is looked at: %s", got)
	}
	early := base
	early.Status, early.LateHours, early.DueAt = DispositionWorking, 0, at.Add(24*time.Hour)
	if got := w.Account(early, at).Text; got != "Sedang dikerjakan, 40 %; batas Selasa, 24 November 2026 09.00 WITA." {
		t.Errorf("in time: %s", got)
	}
	early.Status, early.DoneAt, early.DoneBy = DispositionDone, &done, "reporter"
	if got := w.Account(early, at).Text; got != "Selesai Kamis, 19 November 2026 09.00 WITA, dan pelapor menyatakan sudah beres, tepat waktu." {
		t.Errorf("in time and done: %s", got)
	}
	early.DoneBy, early.ReporterWord = "proof", "no"
	if got := w.Account(early, at).Text; got != "Selesai Kamis, 19 November 2026 09.00 WITA, dengan bukti foto yang sah, tepat waktu. Ada pelapor yang menyatakan belum beres atau baru sebagian." {
		t.Errorf("done against the reporter's word: %s", got)
	}
	back := base
	back.Status, back.LastNews = DispositionWorking, "Bukti ditolak: foto lama."
	if got := w.Account(back, at); got.Text != "Sedang dikerjakan, 40 %; 20 jam lewat batas. Kabar terakhir: Bukti ditolak: foto lama." || got.TextEN != "Being done, 40%; 20 hours late. Last news: Bukti ditolak: foto lama." {
		t.Errorf("opened again: %+v", got)
	}
	back.Percent, back.LastNews = 0, ""
	if got := w.Account(back, at); got.Text != "Sedang dikerjakan; 20 jam lewat batas." || got.TextEN != "Being done; 20 hours late." {
		t.Errorf("nobody said how far: %+v", got)
	}
}

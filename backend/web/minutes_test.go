package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestMinutesAreShort: they name the meeting's day and the week it talks about,
// say what became of a disposition once, and the best ten of what waits.
func TestMinutesAreShort(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	sent := city.MeetingDisposition{Account: city.Said{Text: "Sedang dikerjakan, 40 %."}}
	sent.ID, sent.Number, sent.Subject = 7, "DSP/0007/XI/2026", "Bersihkan saluran"
	m := city.Meeting{
		Week: "2026-W49", From: time.Date(2026, 11, 23, 0, 0, 0, 0, wita), Until: time.Date(2026, 11, 30, 0, 0, 0, 0, wita), At: time.Date(2026, 11, 30, 8, 0, 0, 0, wita),
		Decided: []city.MeetingDisposition{sent}, NotDone: []city.MeetingDisposition{sent},
	}
	for i := range 62 {
		m.Advice = append(m.Advice, city.Recommendation{Title: fmt.Sprintf("Usulan ke-%d", i+1), Office: "DPUPR", Why: city.Said{Text: "Sebab."}})
	}
	sheet, err := newMinutesSheet(city.Setting{Name: "Kota Samarinda", Timezone: "Asia/Makassar", ZoneLabel: "WITA"}, m)
	if err != nil {
		t.Fatal(err)
	}
	text := sheet.markdown()
	for want, times := range map[string]int{
		"Rapat: Senin, 30 November 2026 (pekan 2026-W49)":                1,
		"Membahas: 23 November 2026 – 29 November 2026":                  1,
		"Sedang dikerjakan, 40 %.":                                       1,
		"**DSP/0007/XI/2026 · Bersihkan saluran** — Keadaannya di atas.": 1,
		"Usulan ke-": 10,
		"**dan 52 rekomendasi lain** — Semuanya tersimpan dalam rekaman rapat ini.": 1,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("%q stands %d times, want %d:\n%s", want, got, times, text)
		}
	}
}

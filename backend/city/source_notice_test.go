package city

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestNoticesOfSourcesFitALockedPhone, whatever the sources are called, and still
// say since when, that one is a simulation, and how many they are.
func TestNoticesOfSourcesFitALockedPhone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	since := time.Date(2026, 9, 23, 2, 0, 0, 0, time.UTC)
	for _, name := range []string{"S", strings.Repeat("Pengaduan ", 12), strings.Repeat("\n", 50) + strings.Repeat("é", 120)} {
		for _, simulated := range []bool{false, true} {
			one := SourceTrouble{Slug: "uji", Name: name, Simulated: simulated, Since: &since}
			var all []Wording
			for fault := range faultLines {
				one.Fault = fault
				all = append(all, SourcesBrokenNotice([]SourceTrouble{one}, zone, "WITA"))
			}
			all = append(all, SourcesWellNotice([]SourceTrouble{one}, zone, "WITA"))
			for _, w := range all {
				if w.Path != "/sumber/uji" || strings.Contains(w.Said.Text, "(simulasi)") != simulated || strings.Contains(w.Said.TextEN, "(simulation)") != simulated {
					t.Errorf("%+v", w)
				}
			}
			for _, n := range []int{2, 3, 4, 9999} {
				many := make([]SourceTrouble, n)
				for i := range many {
					many[i] = one
				}
				for _, w := range []Wording{SourcesBrokenNotice(many, zone, "WITA"), SourcesWellNotice(many, zone, "WITA")} {
					if w.Path != "/sumber" || !strings.HasPrefix(w.Said.Text, fmt.Sprintf("%d sumber ", n)) || !strings.HasSuffix(w.Said.Text, ".") {
						t.Errorf("%d: %+v", n, w)
					}
					all = append(all, w)
				}
			}
			for _, w := range all {
				for _, text := range []string{w.Said.Text, w.Said.TextEN} {
					if n := utf8.RuneCountInString(text); n > noticeLength || strings.ContainsAny(text, "{}\n") || strings.HasSuffix(text, "…") {
						t.Errorf("%d characters: %q", n, text)
					}
				}
			}
		}
	}
}

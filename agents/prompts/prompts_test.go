package prompts_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/agents/prompts"
)

func TestBriefingBeginsWithTheLinesThatThePlannerReads(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 18, 20, 0, 0, 0, time.FixedZone("WITA", 8*3600))
	lines := strings.Split(prompts.Briefing(prompts.Situation{Now: at, Asker: "camat 64.72.01", Screen: "area=64.72.01 incident=7", City: "Samarinda"}), "\n")
	for i, want := range []string{"Sekarang: 2026-06-18T20:00:00+08:00", "Penanya: camat 64.72.01", "Layar: area=64.72.01 incident=7", ""} {
		if lines[i] != want {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], want)
		}
	}
	without := strings.Split(prompts.Briefing(prompts.Situation{Now: at, Asker: "wali_kota"}), "\n")
	if without[1] != "Penanya: wali_kota" || without[2] != "" {
		t.Errorf("without a screen: %q", without[:3])
	}
}

package city_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestWhatIsNotMeasuredYetSaysWhen(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	got := city.EffectAhead("Dampak", "Effect", time.Date(2026, 11, 23, 0, 0, 0, 0, wita), 30)
	if want := "Dampak: belum diukur; pengukuran mulai Selasa, 24 November 2026, hasil akhir Kamis, 24 Desember 2026 setelah 30 hari."; got.Text != want {
		t.Errorf("%q, not %q", got.Text, want)
	}
	if want := "Effect: not measured yet; measuring begins on Tuesday, 24 November 2026, the final result comes on Thursday, 24 December 2026 after 30 days."; got.TextEN != want {
		t.Errorf("%q, not %q", got.TextEN, want)
	}
}

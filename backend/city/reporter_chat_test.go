package city_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestALetterAsAChatMessage: it has all that the letter says, and nothing of mail.
func TestALetterAsAChatMessage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	zone := time.FixedZone("WITA", 8*3600)
	for _, l := range []city.ReporterLetter{
		city.ReporterAsked{Key: "tanya/1", Path: "/publik/beres/x", Ticket: "wa-1", Office: "Lurah Contoh", City: "Kota Contoh", Finished: at, ClosesAt: at}.Letter(zone, "WITA"),
		city.ReporterAnswered{Key: "jawab/1", Path: "/publik/beres/x", Tickets: []string{"wa-1"}, City: "Kota Contoh", Text: "Sudah.", Closed: at}.Letter(zone, "WITA"),
	} {
		text := l.Chat("https://balaikota.contoh.go.id/")
		for _, part := range []string{l.Before, "\n\nhttps://balaikota.contoh.go.id/publik/beres/x\n\n", "Pesan ini dikirim otomatis oleh Balaikota, Kota Contoh."} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in\n%s", part, text)
			}
		}
		if strings.Contains(strings.ToLower(text), "surel") {
			t.Errorf("it speaks of mail:\n%s", text)
		}
	}
}

func TestReadReporterChat(t *testing.T) {
	t.Parallel()
	got, ok := city.ReadReporterChat("wa-kota:6281100000001:1795240800")
	if !ok || got.Source != "wa-kota" || got.Person != "6281100000001" || got.Heard.Unix() != 1795240800 {
		t.Errorf("%+v, %v", got, ok)
	}
	if got, ok := city.ReadReporterChat("tg:5550001:0"); !ok || !got.Heard.IsZero() {
		t.Errorf("never heard: %+v, %v", got, ok)
	}
	for _, bad := range []string{"", "a@b.id", "tg:5550001", "tg:abc:1", "tg:5550001:1:1", "tg:55\n50001:1"} {
		if _, ok := city.ReadReporterChat(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}

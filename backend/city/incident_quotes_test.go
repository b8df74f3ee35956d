package city_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

func TestHidePersonalLeavesWhatTheMatterNeeds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Jalan rusak di depan RT 12, hubungi 0812-3456-7890":       "Jalan rusak di depan RT 12, hubungi [telepon]",
		"NIK saya 6472031203900001 belum terdaftar":                "NIK saya [NIK] belum terdaftar",
		"truk KT 8123 BC buang sampah, surel ke budi@contoh.co.id": "truk [pelat] buang sampah, surel ke [surel]",
		"Pak Budi Santoso tidak mengangkut sampah di Gang 5":       "Pak [nama] tidak mengangkut sampah di Gang 5",
		"banjir 40 cm sejak jam 3 sore tanggal 12-11-2026":         "banjir 40 cm sejak jam 3 sore tanggal 12-11-2026",
		"nomor\u200b 0812\u200b34567890 lampu mati":                "nomor [telepon] lampu mati",
	} {
		if got := city.HidePersonal(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func FuzzHidePersonal(f *testing.F) {
	f.Add("hubungi 081234567890 atau budi@contoh.id, KT 8123 BC")
	f.Fuzz(func(t *testing.T, text string) {
		hidden := city.HidePersonal(text)
		for _, p := range city.FindPersonal(hidden) {
			if p.Kind == city.PersonalMail || p.Kind == city.PersonalNIK {
				t.Errorf("%q leaves %s in %q", text, p.Kind, hidden)
			}
		}
	})
}

func TestQuotesSpeakForTheirIncident(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC)
	voice := func(id int64, channel, text string, score float64) city.Voice {
		return city.Voice{ReportID: id, At: day.Add(time.Duration(id) * time.Hour), Channel: channel, Text: text, Score: score}
	}
	long := strings.Repeat("lubang besar di tikungan membahayakan pengendara motor malam hari ", 5)
	voices := []city.Voice{
		voice(1, "web", "Jalan berlubang besar di Simpang Empat, hubungi 081234567890", 0.7),
		voice(2, "web", "jalan berlubang besar di simpang empat, hubungi 0899999999 segera", 0.9), // says the same
		voice(3, "whatsapp", "rusak", 0.99),                                                       // says too little
		voice(4, "whatsapp", long, 0.6),
		voice(5, "web", "Motor istri saya jatuh karena lubang di tikungan itu tadi pagi", 0.8),
		{ReportID: 6, At: day, Channel: "call-112", Text: "Lampu jalan mati semua di gang sebelah pasar", Score: 0.9, Doubtful: true},
	}
	got := city.Quotes(voices, 3)
	var ids []int64
	for _, q := range got {
		ids = append(ids, q.ReportID)
		if n := utf8.RuneCountInString(q.Text); n > 160 || strings.Contains(q.Text, "0812") || strings.Contains(q.Text, "0899") {
			t.Errorf("quote %d characters: %q", n, q.Text)
		}
	}
	if d := cmp.Diff([]int64{2, 4, 5}, ids); d != "" {
		t.Error(d)
	}
	if got := city.Quotes(voices, 1); len(got) != 1 || got[0].ReportID != 2 {
		t.Errorf("the surest: %+v", got)
	}
	if got := city.Quotes(nil, 3); len(got) != 0 {
		t.Errorf("nobody: %+v", got)
	}
}

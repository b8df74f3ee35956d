package city_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

func TestATemplateTakesKnownWordsOnly(t *testing.T) {
	t.Parallel()
	for body, word := range map[string]string{
		"Laporan Anda nomor {nomer} diterima.": "{nomer}",
		"Laporan Anda { nomor } diterima.":     "{ nomor }",
		"Laporan Anda nomor {nomor diterima.":  "{",
		"Laporan Anda nomor nomor} diterima.":  "}",
		"Laporan Anda nomor {{nomor}} sudah.":  "{",
		"Laporan Anda nomor {} sudah sampai.":  "{}",
	} {
		_, err := city.AnswerTemplate{Title: "Uji coba", Body: body}.Clean()
		e, ok := errors.AsType[*city.Error](err)
		if !ok || e.Code != city.Invalid || e.Field != "body" || e.Key != "error.template_word" || e.Params["word"] != word || !strings.Contains(e.Params["known"], "{tenggat}") {
			t.Errorf("%s: %+v", body, err)
		}
	}
	for _, tpl := range []city.AnswerTemplate{
		{Title: "ab", Body: strings.Repeat("x", 30)},
		{Title: "Uji coba", Body: "pendek"},
		{Title: "Uji coba", Body: strings.Repeat("x", 2001)},
		{Title: "Uji coba", Body: strings.Repeat("x", 30), Status: "lupa"},
	} {
		if _, err := tpl.Clean(); city.CodeOf(err) != city.Invalid {
			t.Errorf("%+v: %v", tpl, err)
		}
	}
	all := ""
	for _, w := range city.AnswerWords {
		all += "{" + string(w) + "} "
	}
	got, err := city.AnswerTemplate{Title: "  Uji   coba ", Body: " " + all + "\r\nsekian "}.Clean()
	if err != nil || got.Title != "Uji coba" || got.Body != strings.TrimSpace(all)+" \nsekian" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestADraftLeavesOutWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	wita := time.FixedZone("WITA", 8*3600)
	due := time.Date(2026, 11, 27, 0, 0, 0, 0, wita)
	tpl := city.AnswerTemplate{Body: "Laporan {nomor} tentang {kategori} diterima {diterima}.\n{kantor} menanganinya.\nBatasnya {tenggat}.\nHasilnya {bukti}, {selesai}."}
	text, unknown := tpl.Fill(city.AnswerFacts{Ticket: "A-1", Category: "Jalan rusak", Office: "dinas Pekerjaan Umum", Received: due.AddDate(0, 0, -9), Due: &due}, wita, "WITA")
	want := "Laporan A-1 tentang jalan rusak diterima 18 November 2026.\nDinas Pekerjaan Umum menanganinya.\nBatasnya akhir hari Kamis, 26 November 2026."
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(unknown, []city.AnswerWord{city.AnswerProof, city.AnswerFinished}) {
		t.Error(unknown)
	}
	text, _ = city.AnswerTemplate{Body: "Tentang {kategori}: {bukti}."}.Fill(city.AnswerFacts{Category: "KTP elektronik", Proof: "reporter"}, wita, "WITA")
	if text != "Tentang KTP elektronik: dinyatakan sudah beres oleh pelapor." {
		t.Error(text)
	}
	text, unknown = tpl.Fill(city.AnswerFacts{Ticket: "A-2", Received: due.AddDate(0, 0, -9)}, wita, "WITA")
	if text != "Laporan A-2 tentang hal yang Anda sampaikan diterima 18 November 2026." || slices.Contains(unknown, city.AnswerCategory) {
		t.Errorf("without a category: %q, %v", text, unknown)
	}
}

func TestTheTemplateOfTheMattersStateComesFirst(t *testing.T) {
	t.Parallel()
	ts := []city.AnswerTemplate{
		{ID: 1, Status: city.Open, Enabled: true}, {ID: 2, Status: city.Closed, Enabled: true}, {ID: 3, Enabled: true},
		{ID: 4, Category: "sampah", Status: city.Closed, Enabled: true}, {ID: 5, Category: "air-bersih", Status: city.Closed, Enabled: true}, {ID: 6, Status: city.Closed},
	}
	var ids []int64
	for _, x := range city.RankAnswers(ts, "sampah", city.Closed) {
		ids = append(ids, x.ID)
	}
	if !slices.Equal(ids, []int64{4, 2, 3, 1}) {
		t.Error(ids)
	}
}

func TestHowAMatterStandsForAnAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		report        city.ReportStatus
		incident      city.IncidentStatus
		working, done bool
		want          city.ReportStatus
	}{
		{city.Open, "", false, false, city.Open},
		{city.Open, city.IncidentWatched, false, false, city.Open},
		{city.Open, city.IncidentHandled, false, false, city.InProgress},
		{city.Open, "", true, false, city.InProgress},
		{city.InProgress, city.IncidentNew, false, false, city.InProgress},
		{city.Open, city.IncidentClosed, true, false, city.Closed},
		{city.InProgress, city.IncidentHandled, true, true, city.Closed},
		{city.Rejected, city.IncidentClosed, true, true, city.Rejected},
	} {
		if got := city.MatterStatus(c.report, c.incident, c.working, c.done); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestAReplyIsWholeBeforeItGoes(t *testing.T) {
	t.Parallel()
	for text, hole := range map[string]string{
		"Instansi yang berwenang: [tulis nama instansi].": "[tulis nama instansi]",
		"Laporan Anda nomor {nomor} diterima.":            "{nomor}",
	} {
		_, err := city.Reply{Text: text}.Clean()
		if e, ok := errors.AsType[*city.Error](err); !ok || e.Key != "error.reply_hole" || e.Params["hole"] != hole {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", "pendek", strings.Repeat("x", 4001)} {
		if _, err := (city.Reply{Text: text}).Clean(); city.CodeOf(err) != city.Invalid {
			t.Errorf("%d characters: %v", len(text), err)
		}
	}
	if r, err := (city.Reply{Text: " Sudah kami tambal, terima kasih [foto]. \r\n"}).Clean(); err != nil || r.Text != "Sudah kami tambal, terima kasih [foto]." {
		t.Errorf("%q, %v", r.Text, err)
	}
}

func TestQuestionsToReportersAreShort(t *testing.T) {
	t.Parallel()
	got := city.QuestionText("A-1", []city.Gap{city.AskWhat, city.AskWhere})
	if strings.Count(got, "\n- ") != 2 || strings.Index(got, "Di mana") > strings.Index(got, "Apa yang") || len(got) > 450 {
		t.Error(got)
	}
	if one := city.QuestionText("A-1", []city.Gap{city.AskWhat}); strings.Contains(one, "Di mana") {
		t.Error(one)
	}
	letter := city.ReporterWritten{Ticket: "A-1", Text: got, Asks: []city.Gap{city.AskWhere}, City: "Kota Uji", Replies: true}.Letter()
	if letter.Path != "" || strings.Contains(letter.Before+letter.After, "tidak membalas") || !strings.Contains(letter.Subject, "Pertanyaan") {
		t.Errorf("%+v", letter)
	}
}

package notice_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// anIncident holds all reports, and returns its number.
func (f *asking) anIncident(t *testing.T) (id int64) {
	t.Helper()
	err := f.sql.QueryRow(t.Context(), `INSERT INTO incidents (key, title, category, area_code, status, voices, unfinished, first_at, last_at, data)
		SELECT 'uji', 'Lubang di jalan', 'jalan-rusak', min(area_code), 'handled', count(*), count(*), min(created_at), max(created_at),
			jsonb_build_object('title', 'Lubang di jalan', 'title_by', 'machine', 'urgency', 'info', 'category', 'jalan-rusak', 'area_code', min(area_code), 'status', 'handled', 'voices', count(*), 'unfinished', count(*),
				'first_at', min(created_at), 'last_at', max(created_at)) FROM reports RETURNING id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	f.exec(t, `INSERT INTO report_analyses (report_id, key, created_at, features, incident_id) SELECT id, external_id, created_at, '', $1 FROM reports`, id)
	return id
}

func (f *asking) edit(t *testing.T, incident int64, e city.IncidentEdit) {
	t.Helper()
	if err := f.store.EditIncident(t.Context(), city.Actor{Name: "uji"}, city.Asker{Role: city.Operator}, incident, e); err != nil {
		t.Fatal(err)
	}
}

func (f *asking) closing(t *testing.T, incident int64, answer string) {
	t.Helper()
	f.edit(t, incident, city.IncidentEdit{Status: city.IncidentClosed, Answer: answer})
}

// tickets is what each report's ticket holds, and whether a channel brought it.
func (f *asking) tickets(t *testing.T) (out []string) {
	t.Helper()
	rows, err := f.sql.Query(t.Context(), "SELECT id FROM reports ORDER BY external_id")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		r, err := f.store.Report(t.Context(), city.Asker{Role: city.WaliKota}, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Answer != "" && r.AnsweredAt == nil {
			t.Errorf("ticket %d has an answer of no time", id)
		}
		if r.AnswerReachedAt != nil {
			r.Answer += " (sampai)"
		}
		out = append(out, r.Answer)
	}
	return out
}

func TestAClosingAnswerReachesThoseWhoWereAsked(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "pelapor@surel.uji", "", "Pelapor@surel.uji", "lain@surel.uji")
	f.ask(t)
	id := f.anIncident(t)
	f.wait(24 * time.Hour)
	f.closing(t, id, "Lubang sudah ditambal. Tanya Bu Ani, 0812-9999-0001.")
	f.ask(t)
	f.ask(t)
	letters := f.mail.letters()
	if len(letters) != 4 {
		t.Fatalf("%d letters", len(letters))
	}
	first := letters[2]
	if !strings.EqualFold(first.to, "pelapor@surel.uji") {
		first = letters[3]
	}
	head, body, _ := strings.Cut(strings.ReplaceAll(first.text, "\r\n", "\n"), "\n\n")
	if !strings.Contains(head, "Subject: Jawaban atas laporan Anda nomor lubang-0, lubang-2\n") {
		t.Error(head)
	}
	asks, err := f.store.ReporterAsks(t.Context(), f.now().Add(-48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := `Yth. Pelapor,

Laporan Anda nomor lubang-0, lubang-2 (Jalan rusak, Air Putih) ditutup pada Selasa, 24 November 2026 10.00 WITA dengan jawaban berikut.

Lubang sudah ditambal. Tanya Bu Ani, [telepon].

Jawaban ini juga dapat dibaca melalui tautan ini:

https://balaikota.contoh.go.id` + asks[0].Path + `

Bila belum beres, silakan lapor lagi. Tautan ini hanya untuk Anda; mohon tidak diteruskan.

Surel ini dikirim otomatis oleh Balaikota, Kota Samarinda.
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	answer := "Lubang sudah ditambal. Tanya Bu Ani, [telepon]."
	if diff := cmp.Diff([]string{answer + " (sampai)", answer, answer + " (sampai)", answer + " (sampai)"}, f.tickets(t)); diff != "" {
		t.Error(diff)
	}
	q, err := f.store.ReporterQuestion(t.Context(), strings.TrimPrefix(asks[1].Path, "/publik/beres/"))
	if err != nil || q.Closing != answer {
		t.Errorf("the page of a reporter without mail says %q, %v", q.Closing, err)
	}
	f.nothingOfAnybody(t)
	// Said is said: closing again with other words changes what nobody was told.
	f.closing(t, id, "Sudah rata.")
	f.ask(t)
	if diff := cmp.Diff([]string{answer + " (sampai)", "Sudah rata.", answer + " (sampai)", answer + " (sampai)"}, f.tickets(t)); diff != "" {
		t.Error(diff)
	}
	if n := len(f.mail.letters()); n != 4 {
		t.Errorf("%d letters after the second closing", n)
	}
}

// A node that dies over an answer, one that does the same at the same time, an
// incident that is opened again meanwhile, and nobody asked before.
func TestAClosingAnswerComesOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	channels := []city.NoticeChannel{city.NoticeEmail}
	t.Run("a node dies", func(t *testing.T) {
		t.Parallel()
		f := newAsking(t, "pelapor@surel.uji")
		f.ask(t)
		f.closing(t, f.anIncident(t), "Sudah ditambal.")
		if _, err := f.store.AddressAsks(t.Context(), channels); err != nil {
			t.Fatal(err)
		}
		held, err := f.store.ClaimAsks(t.Context(), "mati", channels, 10, time.Minute)
		if err != nil || len(held) != 1 || held[0].Address == "" {
			t.Fatalf("%+v, %v", held, err)
		}
		f.ask(t)
		if n := len(f.mail.letters()); n != 1 {
			t.Fatalf("%d letters while another node holds the answer", n)
		}
		storetest.EndLeases(t, f.sql)
		f.ask(t)
		if ok, err := f.store.FinishAsk(t.Context(), held[0], city.NoticeOutcome{Taken: true}); err != nil || ok {
			t.Errorf("the dead node's outcome counted: %v", err)
		}
		if n := len(f.mail.letters()); n != 2 {
			t.Errorf("%d letters", n)
		}
	})
	t.Run("two nodes", func(t *testing.T) {
		t.Parallel()
		f := newAsking(t, "pelapor@surel.uji", "lain@surel.uji")
		f.ask(t)
		f.closing(t, f.anIncident(t), "Sudah ditambal.")
		done := make(chan error, 4)
		for _, n := range []*notice.Asking{f.node, f.carrier(t, "simpul-2"), f.carrier(t, "simpul-3"), f.carrier(t, "simpul-4")} {
			go func() { _, err := n.Round(t.Context()); done <- err }()
		}
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		f.ask(t)
		if n := len(f.mail.letters()); n != 4 {
			t.Errorf("%d letters", n)
		}
	})
	t.Run("opened again", func(t *testing.T) {
		t.Parallel()
		f := newAsking(t, "pelapor@surel.uji")
		f.ask(t)
		id := f.anIncident(t)
		f.mail.stop()
		f.closing(t, id, "Sudah ditambal.")
		f.ask(t)
		f.edit(t, id, city.IncidentEdit{Status: city.IncidentWatched})
		f.mail.start()
		f.wait(2 * time.Hour)
		f.ask(t)
		if n := len(f.mail.letters()); n != 1 {
			t.Errorf("%d letters of an answer that does not hold", n)
		}
		f.closing(t, id, "Kini benar-benar ditambal.")
		f.ask(t)
		if l := f.mail.letters(); len(l) != 2 || !strings.Contains(l[1].text, "benar-benar") {
			t.Errorf("%d letters", len(l))
		}
	})
	t.Run("nobody was asked", func(t *testing.T) {
		t.Parallel()
		f := newAsking(t, "pelapor@surel.uji")
		f.closing(t, f.anIncident(t), "Sudah ditambal.")
		f.exec(t, "UPDATE dispositions SET finished_at = NULL, status = 'working', waits_since = NULL")
		f.ask(t)
		if n := len(f.mail.letters()); n != 0 {
			t.Errorf("%d letters to somebody whom no question came to", n)
		}
		if diff := cmp.Diff([]string{"Sudah ditambal."}, f.tickets(t)); diff != "" {
			t.Error(diff)
		}
	})
}

// Ten works about reports of one mailbox: three letters a day, each question in
// its turn and open as long as the others.
func TestAMailboxGetsFewLettersADay(t *testing.T) {
	t.Parallel()
	f := newAsking(t, "rajin@surel.uji")
	for n := 2; n <= 10; n++ {
		f.order(t, n, city.NatureOrdinary)
		f.exec(t, `UPDATE dispositions SET reports = (SELECT reports FROM dispositions WHERE id = 1) WHERE id = $1`, n)
		f.id = int64(n)
		f.finish(t)
	}
	for day, want := range []int{3, 6, 9, 10, 10} {
		for range 3 {
			f.ask(t)
			f.wait(time.Hour)
		}
		if n := len(f.mail.letters()); n != want {
			t.Fatalf("%d letters after day %d, not %d", n, day+1, want)
		}
		if err := f.store.AskReporters(t.Context()); err != nil { // ends what nobody answered
			t.Fatal(err)
		}
		f.wait(21 * time.Hour)
	}
	asked := map[string]bool{}
	for _, l := range f.mail.letters() {
		_, rest, _ := strings.Cut(l.text, "/publik/beres/")
		asked[rest[:26]] = true
	}
	if len(asked) != 10 {
		t.Errorf("%d questions in ten letters", len(asked))
	}
	// The last was sent on Thursday: it may be answered until the third working
	// day after, when the first were over on that Thursday's midnight.
	last := f.mail.letters()[9].text
	if !strings.Contains(last, "Jawaban Anda dihitung sampai akhir hari Selasa, 1 Desember 2026, hanya lewat tautan ini.") {
		t.Error(last)
	}
	_, rest, _ := strings.Cut(last, "/publik/beres/")
	if err := f.store.AnswerReporter(t.Context(), rest[:26], "yes", ""); err != nil {
		t.Errorf("answered in time: %v", err)
	}
	_, rest, _ = strings.Cut(f.mail.letters()[0].text, "/publik/beres/")
	if err := f.store.AnswerReporter(t.Context(), rest[:26], "yes", ""); city.CodeOf(err) != city.Conflict {
		t.Errorf("answered too late: %v", err)
	}
}

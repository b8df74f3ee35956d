package store_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// chatting is a city whose WhatsApp officers may use.
type chatting struct {
	*telling
	source int64
	n      int
}

const (
	lurahPerson = "orang-lurah"
	lurahHandle = "6281100000001"
)

func newChatting(t *testing.T) *chatting {
	t.Helper()
	f := &chatting{telling: newTelling(t)}
	f.source = storetest.Source(t, f.Store, func(s *city.Source) {
		s.Slug, s.Connector, s.Config = "wa-kota", "whatsapp", []byte(`{"address":"+62 541 000 000"}`)
	})
	f.exec(t, `UPDATE officers SET must_change = false`)
	return f
}

func (f *chatting) says(t *testing.T, person, handle string, w city.OfficerWord) {
	t.Helper()
	f.n++
	w.Person, w.Handle, w.At = person, handle, f.now()
	if w.ID == "" {
		w.ID = "pesan-" + string(rune('a'+f.n))
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Words: []city.OfficerWord{w}})
}

func (f *chatting) code(t *testing.T, who store.Officer, code string) city.OfficerCode {
	t.Helper()
	out, err := f.MakeOfficerCode(t.Context(), city.Actor{OfficerID: who.ID, Name: who.Username}, who.Asker(), "wa-kota", code)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *chatting) bind(t *testing.T, who store.Officer, person, handle, code string) {
	t.Helper()
	f.code(t, who, code)
	f.says(t, person, handle, city.OfficerWord{Kind: city.WordCode, Code: code})
	f.answer(t)
}

// answer takes on everything that waits, and says what each kind was answered.
func (f *chatting) answer(t *testing.T) (out []string) {
	t.Helper()
	for {
		words, err := f.ClaimWords(t.Context(), "simpul", 8, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(words) == 0 {
			return out
		}
		for _, w := range words {
			first := strings.Join(w.Replies, "|")
			if i := strings.IndexByte(first, '.'); i > 0 {
				first = first[:i]
			}
			out = append(out, string(w.Kind)+" "+w.Chat.Person+": "+first)
			if _, err := f.FinishWord(t.Context(), w, city.NoticeOutcome{Taken: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (f *chatting) writes(t *testing.T, person, code string) bool {
	t.Helper()
	yes, err := f.OfficerWrites(t.Context(), f.source, person, code)
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

// TestACodeBindsAChat: who sends the code that the officer sees is the officer from
// then on, once and in time; the page shows digits at the end alone, and nothing but
// the lease of something to write gives the number.
func TestACodeBindsAChat(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	made := f.code(t, f.lurah, "12345678")
	if made.Line != "BK 12345678" || made.Link != "https://wa.me/62541000000?text=BK%2012345678" || !made.Until.Equal(f.now().Add(15*time.Minute)) {
		t.Errorf("%+v", made)
	}
	if !f.writes(t, "siapa-saja", "12345678") || f.writes(t, "siapa-saja", "87654321") || f.writes(t, lurahPerson, "") {
		t.Error("a code that stands is an officer's word, and no other is")
	}
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{ID: "satu", Kind: city.WordCode, Code: "12345678"})
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{ID: "satu", Kind: city.WordCode, Code: "12345678"}) // delivered again
	f.says(t, "orang-lain", "6281100000009", city.OfficerWord{Kind: city.WordCode, Code: "12345678"})
	if diff := cmp.Diff([]string{"kode 6281100000001: Terhubung dengan akun " + f.lurah.Username, "kode_salah 6281100000009: Kode tidak dikenal atau sudah habis waktunya"}, f.answer(t)); diff != "" {
		t.Error(diff)
	}
	got, err := f.OfficerContacts(t.Context(), f.lurah.Asker())
	if err != nil || len(got.Contacts) != 1 || got.Contacts[0].Mask != "•••• 0001" || got.Contacts[0].Stale || !got.Contacts[0].AskedAgainAt.Equal(f.now().AddDate(0, 0, 90)) {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(got.Sources) != 1 || got.Sources[0].Channel != city.NoticeWhatsApp {
		t.Errorf("%+v", got.Sources)
	}
	if others, err := f.OfficerContacts(t.Context(), f.mayor.Asker()); err != nil || len(others.Contacts) != 0 {
		t.Errorf("the mayor sees %+v, %v", others.Contacts, err)
	}
	held := one[string](t, f.sql, `SELECT concat((SELECT jsonb_agg(c) FROM officer_contacts c), (SELECT jsonb_agg(w) FROM officer_words w), (SELECT jsonb_agg(a) FROM audit a), (SELECT jsonb_agg(c) FROM officer_codes c))`)
	for _, secret := range []string{"62811", "12345678"} {
		if strings.Contains(held, secret) {
			t.Errorf("%s stands in %s", secret, held)
		}
	}
	if n := one[int](t, f.sql, `SELECT count(*) FROM officer_handles`); n != 1 {
		t.Errorf("%d numbers are kept", n)
	}
	app := storetest.Connect(t, f.db.AppURL)
	for _, query := range []string{`SELECT handle FROM officer_handles`, `SELECT * FROM officer_handles`} {
		if _, err := app.Exec(t.Context(), "BEGIN; SET LOCAL ROLE balaikota_writer; "+query+"; COMMIT"); err == nil {
			t.Errorf("%s is answered", query)
		}
		if _, err := app.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	}
	f.code(t, f.lurah, "22222222")
	f.wait(16 * time.Minute)
	f.says(t, "orang-ketiga", "6281100000003", city.OfficerWord{Kind: city.WordCode, Code: "22222222"})
	if got := f.answer(t); len(got) != 1 || !strings.HasPrefix(got[0], "kode_salah") {
		t.Errorf("a code that is over: %q", got)
	}
}

// TestCodesAreNotGuessed: one person has five wrong tries an hour and is told once or
// twice more; codes are made six an hour.
func TestCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.code(t, f.lurah, "12345678")
	for range 8 {
		f.says(t, "penebak", "6281100000009", city.OfficerWord{Kind: city.WordCode, Code: "00000000"})
	}
	f.says(t, "penebak", "6281100000009", city.OfficerWord{Kind: city.WordCode, Code: "12345678"})
	if got := f.answer(t); len(got) != 6 || !strings.Contains(got[5], "Terlalu banyak") {
		t.Errorf("%q", got)
	}
	if n := one[int](t, f.sql, `SELECT (SELECT count(*) FROM officer_contacts) + (SELECT count(*) FROM officer_handles)`); n != 0 {
		t.Errorf("%d contacts and numbers", n)
	}
	for range 5 {
		f.code(t, f.lurah, "33333333")
	}
	_, err := f.MakeOfficerCode(t.Context(), city.CommandLine, f.lurah.Asker(), "wa-kota", "44444444")
	if city.CodeOf(err) != city.Conflict {
		t.Errorf("the seventh code: %v", err)
	}
	if _, err := f.MakeOfficerCode(t.Context(), city.CommandLine, f.mayor.Asker(), "tidak-ada", "44444444"); city.CodeOf(err) != city.NotFound {
		t.Errorf("a source that is no chat: %v", err)
	}
}

// TestWhatABoundChatMayDependsOnTheAccount: a chat whose account is closed, whose
// password was given anew or that is due for a code gets a refusal; one that was left
// or removed is a citizen's again.
func TestWhatABoundChatMayDependsOnTheAccount(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "12345678")
	ask := func(what, want string) {
		t.Helper()
		f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan sampah?"})
		if got := f.answer(t); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	ask("bound", "tanya 6281100000001: ")
	f.exec(t, `UPDATE officers SET must_change = true WHERE id = $1`, f.lurah.ID)
	ask("a new first password", "ditolak 6281100000001: Masuk dahulu")
	f.exec(t, `UPDATE officers SET must_change = false WHERE id = $1`, f.lurah.ID)
	f.wait(91 * 24 * time.Hour)
	ask("after ninety days", "ditolak 6281100000001: Nomor ini perlu dikonfirmasi lagi")
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "87654321")
	ask("confirmed anew", "tanya 6281100000001: ")
	if n := one[int](t, f.sql, `SELECT count(*) FROM officer_contacts`); n != 1 {
		t.Errorf("%d contacts", n)
	}
	// Rights that are lost between question and answer.
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan sampah?"})
	if err := f.DisableOfficer(t.Context(), city.CommandLine, f.lurah.Username, true); err != nil {
		t.Fatal(err)
	}
	if got := f.answer(t); len(got) != 1 || !strings.HasPrefix(got[0], "ditolak 6281100000001: Nomor ini tidak terhubung dengan akun yang aktif") {
		t.Errorf("closed meanwhile: %q", got)
	}
	ask("closed", "ditolak 6281100000001: Nomor ini tidak terhubung dengan akun yang aktif")
	if err := f.DisableOfficer(t.Context(), city.CommandLine, f.lurah.Username, false); err != nil {
		t.Fatal(err)
	}
	ask("opened again, the chat is not", "ditolak 6281100000001: Nomor ini tidak terhubung dengan akun yang aktif")
	if !f.writes(t, lurahPerson, "") {
		t.Error("its words are reports before it left")
	}
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordLeave})
	if got := f.answer(t); len(got) != 1 || !strings.HasPrefix(got[0], "keluar 6281100000001: Nomor ini sudah dilepas") {
		t.Errorf("%q", got)
	}
	if f.writes(t, lurahPerson, "") {
		t.Error("who left is still an officer")
	}
	if n := one[int](t, f.sql, `SELECT count(*) FROM officer_handles`); n != 0 {
		t.Errorf("%d numbers are kept", n)
	}
	if n := one[int](t, f.sql, `SELECT count(*) FROM officer_words WHERE text <> '' OR replies <> '{}'`); n != 0 {
		t.Errorf("%d words keep what was said", n)
	}
}

// TestAChatHasOneAccountAndAnAccountOneChat: a later code takes the place of what was
// before, on both sides; one's own alone can be removed.
func TestAChatHasOneAccountAndAnAccountOneChat(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "11111111")
	f.bind(t, f.camat, lurahPerson, lurahHandle, "22222222") // the telephone changes hands
	f.bind(t, f.camat, "orang-camat", "6281100000002", "33333333")
	got := one[string](t, f.sql, `SELECT string_agg(concat_ws(' ', person, officer_id = $1, ended_why), ', ' ORDER BY id) FROM officer_contacts`, f.camat.ID)
	if want := "orang-lurah f diganti, orang-lurah t diganti, orang-camat t "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	mine, err := f.OfficerContacts(t.Context(), f.camat.Asker())
	if err != nil || len(mine.Contacts) != 1 {
		t.Fatalf("%+v, %v", mine, err)
	}
	id := mine.Contacts[0].ID
	if err := f.RemoveOfficerContact(t.Context(), city.CommandLine, f.lurah.Asker(), id); city.CodeOf(err) != city.NotFound {
		t.Errorf("another's: %v", err)
	}
	if err := f.RemoveOfficerContact(t.Context(), city.Actor{OfficerID: f.camat.ID, Name: f.camat.Username}, f.camat.Asker(), id); err != nil {
		t.Fatal(err)
	}
	if f.writes(t, "orang-camat", "") || f.writes(t, lurahPerson, "") {
		t.Error("a chat that was removed or replaced is an officer's")
	}
	trail := one[string](t, f.sql, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'officer.chat.%'`)
	if want := strings.Repeat("officer.chat.code officer.chat.bind ", 3) + "officer.chat.end"; trail != want {
		t.Errorf("the trail is %q", trail)
	}
}

// TestNoticesGoByTheChatOfTheirOfficer: the address is given with the lease, to the
// chat that counts, and to none when there is none any more.
func TestNoticesGoByTheChatOfTheirOfficer(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "12345678")
	heard := f.now()
	channels := []city.NoticeChannel{city.NoticeWhatsApp}
	if _, err := f.SetNoticePreferences(t.Context(), city.CommandLine, f.lurah.Asker(), city.NoticePreferencesInput{Channels: channels}, ""); err != nil {
		t.Fatal(err)
	}
	carry := func(want string) {
		t.Helper()
		if _, err := f.SendTestNotice(t.Context(), f.lurah.Asker(), channels); err != nil {
			t.Fatal(err)
		}
		errands, err := f.ClaimErrands(t.Context(), "simpul", channels, "", 8, time.Minute)
		if err != nil || len(errands) != 1 {
			t.Fatalf("%+v, %v", errands, err)
		}
		if errands[0].Chat != want {
			t.Errorf("it goes to %q, want %q", errands[0].Chat, want)
		}
		if _, err := f.FinishErrand(t.Context(), errands[0], city.NoticeOutcome{Taken: true}, channels); err != nil {
			t.Fatal(err)
		}
	}
	f.wait(time.Hour)
	to := city.ReporterChat{Source: "wa-kota", Person: lurahHandle, Heard: time.Unix(heard.Unix(), 0)}
	carry("wa-kota:" + lurahHandle + ":" + one[string](t, f.sql, `SELECT extract(epoch FROM $1::timestamptz)::bigint::text`, to.Heard))
	f.wait(91 * 24 * time.Hour)
	carry("")
}

// TestAnOfficerHasSoManyQuestions: beyond twenty in ten minutes he is told once.
func TestAnOfficerHasSoManyQuestions(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "12345678")
	for range 23 {
		f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan?"})
	}
	got := f.answer(t)
	if len(got) != 21 || !strings.HasPrefix(got[20], "batas") {
		t.Errorf("%d answers, the last %q", len(got), got[len(got)-1])
	}
	f.wait(11 * time.Minute)
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan?"})
	if got := f.answer(t); len(got) != 1 || !strings.HasPrefix(got[0], "tanya") {
		t.Errorf("later: %q", got)
	}
}

// TestAQuestionByChatIsAskedOnce: question and message are tied in one transaction,
// the next message follows in the same conversation, and a lease that ran out is
// another node's.
func TestAQuestionByChatIsAskedOnce(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "12345678")
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan sampah?"})
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Kalau minggu lalu?"})
	claim := func(lease string) []city.OfficerErrand {
		t.Helper()
		words, err := f.ClaimWords(t.Context(), lease, 8, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return words
	}
	words := claim("satu")
	if len(words) != 1 || words[0].Text != "Berapa laporan sampah?" || words[0].Conversation != 0 || words[0].Asker != f.lurah.Asker() {
		t.Fatalf("%+v", words)
	}
	if again := claim("dua"); len(again) != 0 {
		t.Errorf("a second node got %+v", again)
	}
	c, err := f.StartConversation(t.Context(), words[0].Asker)
	if err != nil {
		t.Fatal(err)
	}
	ask := city.Question{ConversationID: c.ID, Text: words[0].Text, AskedAt: f.now(), At: f.now(), Channel: words[0].Channel, Word: words[0].ID}
	q, err := f.AddQuestion(t.Context(), words[0].Asker, ask, "simpul", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddQuestion(t.Context(), words[0].Asker, ask, "simpul", time.Minute); city.CodeOf(err) != city.Conflict {
		t.Errorf("asked twice: %v", err)
	}
	if x, err := f.Exchange(t.Context(), f.lurah.Asker(), q.ID); err != nil || x.Question.Channel != city.NoticeWhatsApp {
		t.Errorf("%+v, %v", x.Question, err)
	}
	storetest.EndLeases(t, f.sql)
	taken := claim("dua")
	if len(taken) != 1 || taken[0].Question != q.ID || taken[0].Conversation != c.ID {
		t.Fatalf("taken over: %+v", taken)
	}
	if held, err := f.AnswerWord(t.Context(), words[0], []string{"tidak"}); err != nil || held {
		t.Errorf("the node that lost it: %v, %v", held, err)
	}
	if held, err := f.AnswerWord(t.Context(), taken[0], []string{"satu", "dua"}); err != nil || !held {
		t.Errorf("%v, %v", held, err)
	}
	if err := f.SentReply(t.Context(), taken[0], 1); err != nil {
		t.Fatal(err)
	}
	storetest.EndLeases(t, f.sql)
	taken = claim("tiga")
	if len(taken) != 1 || taken[0].Sent != 1 || len(taken[0].Replies) != 2 {
		t.Fatalf("after one part: %+v", taken)
	}
	if _, err := f.FinishWord(t.Context(), taken[0], city.NoticeOutcome{Taken: true}); err != nil {
		t.Fatal(err)
	}
	if next := claim("tiga"); len(next) != 1 || next[0].Text != "Kalau minggu lalu?" || next[0].Conversation != c.ID || next[0].Question != 0 {
		t.Errorf("the next: %+v", next)
	}
}

// TestAnOfficerIsToldOfALostAnswer: an answer that could not be written, or that the
// service took and could not bring, is told once, with the reason and where it stands;
// one that arrived is not, nor what was no question.
func TestAnOfficerIsToldOfALostAnswer(t *testing.T) {
	t.Parallel()
	f := newChatting(t)
	f.bind(t, f.lurah, lurahPerson, lurahHandle, "12345678")
	told := func() (out []string) {
		t.Helper()
		f.tell(t)
		items, _, err := f.Notices(t.Context(), f.lurah.Asker(), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range items {
			out = append(out, n.Kind+" "+n.Path+" "+n.Text)
		}
		return out
	}
	asks := func() city.OfficerErrand {
		t.Helper()
		f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordQuestion, Text: "Berapa laporan sampah?"})
		words, err := f.ClaimWords(t.Context(), "simpul", 8, time.Minute)
		if err != nil || len(words) != 1 {
			t.Fatalf("%+v, %v", words, err)
		}
		return words[0]
	}
	ends := func(w city.OfficerErrand, o city.NoticeOutcome) {
		t.Helper()
		if held, err := f.FinishWord(t.Context(), w, o); err != nil || !held {
			t.Fatalf("%v, %v", held, err)
		}
	}
	fails := func(w city.OfficerErrand, what city.LetterEvent) {
		t.Helper()
		fate := city.LetterFate{Key: "obrolan/" + strconv.FormatInt(w.ID, 10), What: what, At: f.now(), Code: 131026}
		storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Letters: []city.LetterFate{fate}})
	}
	arrived := asks()
	ends(arrived, city.NoticeOutcome{Taken: true})
	fails(arrived, city.LetterArrived)
	f.says(t, lurahPerson, lurahHandle, city.OfficerWord{Kind: city.WordHelp})
	words, err := f.ClaimWords(t.Context(), "simpul", 8, time.Minute)
	if err != nil || len(words) != 1 {
		t.Fatalf("%+v, %v", words, err)
	}
	ends(words[0], city.NoticeOutcome{Ended: true, Error: "gone"})
	if got := told(); len(got) != 0 {
		t.Fatalf("told without a loss: %q", got)
	}
	w := asks()
	c, err := f.StartConversation(t.Context(), w.Asker)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddQuestion(t.Context(), w.Asker, city.Question{ConversationID: c.ID, Text: w.Text, AskedAt: f.now(), At: f.now(), Channel: w.Channel, Word: w.ID}, "simpul", time.Minute); err != nil {
		t.Fatal(err)
	}
	ends(w, city.NoticeOutcome{Taken: true})
	fails(w, city.LetterFailed)
	fails(w, city.LetterFailed)
	want := []string{"answer /tanya/" + strconv.FormatInt(c.ID, 10) + " Jawaban atas pertanyaan pukul 10.00 WITA tidak sampai lewat WhatsApp: layanan tidak dapat mengantarnya (kode 131026)"}
	if diff := cmp.Diff(want, told()); diff != "" {
		t.Error(diff)
	}
	f.wait(time.Minute)
	ends(asks(), city.NoticeOutcome{Ended: true, Error: "write by whatsapp: gone"})
	want = append([]string{"answer /tanya Jawaban atas pertanyaan pukul 10.01 WITA tidak sampai lewat WhatsApp: layanannya menolak"}, want...)
	told()
	if diff := cmp.Diff(want, told()); diff != "" {
		t.Error(diff)
	}
	// It goes by the ways that the officer chose.
	if es := f.claim(t, "simpul"); len(es) != 2 || es[0].Channel != city.NoticePush {
		t.Errorf("%+v", es)
	}
}

package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

func settings(t testing.TB, b *bot) json.RawMessage {
	t.Helper()
	return connectortest.YAML(t, "base_url: "+b.URL+"\nallow_private: true\ntoken: env:TELEGRAM_TOKEN\n")
}

// word goes along with every push.
const word = "kata-rahasia_uji-1234"

func secret(name string) (string, bool) {
	value, ok := map[string]string{"TELEGRAM_TOKEN": token, "TELEGRAM_HOOK": word}[name]
	return value, ok
}

// stored is a source whose runs end in a real store.
type stored struct {
	*store.Store
	db     storetest.DB
	runner *connectors.Runner
	log    *bytes.Buffer
}

func newStored(t *testing.T, b *bot) stored {
	t.Helper()
	db := storetest.NewDB(t)
	s := storetest.Open(t, db, storetest.WithClock(connectortest.Moment))
	storetest.Source(t, s, func(src *city.Source) { src.Connector, src.Config = "telegram", settings(t, b) })
	secrets := &connectors.Secrets{Lookup: secret}
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	out := stored{Store: s, db: db, log: &bytes.Buffer{}}
	env.HTTP, env.Secret, env.Store = connectors.NewClient("balaikota-test", secrets), nil, s
	env.Log = slog.New(slog.NewTextHandler(out.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	out.runner = connectors.NewRunner(connectors.NewRegistry(Spec), s, env, secrets, connectors.RunLimits{})
	return out
}

func (s stored) source(t *testing.T) city.Source {
	t.Helper()
	src, err := s.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (s stored) run(t *testing.T) city.Tally {
	t.Helper()
	tally, _, err := s.runner.RunOnce(t.Context(), s.source(t))
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// shown are the stored reports, oldest first: text and place.
func (s stored) shown(t *testing.T) (out []string) {
	t.Helper()
	rs, err := s.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Backward(rs) {
		place := "tanpa titik"
		if r.Lon != nil {
			place = fmt.Sprintf("%.4f %.4f", *r.Lon, *r.Lat)
		}
		out = append(out, r.Channel+" | "+r.Text+" | "+place)
	}
	return out
}

func (s stored) expect(t *testing.T, what string, want ...string) {
	t.Helper()
	if got := s.shown(t); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// sent is when a message was sent, in minutes after two in the afternoon.
func sent(minute int) int64 {
	return connectortest.Moment().Add(time.Duration(minute-30) * time.Minute).Unix()
}

// said is a private message of a citizen; more follows the fields that each has.
func said(id, minute int, more string) string {
	return `"message":` + body(id, minute, more)
}

func body(id, minute int, more string) string {
	return fmt.Sprintf(`{"message_id":%d,"date":%d,"chat":{"id":5550001,"type":"private","first_name":"Warga"},
		"from":{"id":5550001,"is_bot":false,"first_name":"Warga","last_name":"Uji","username":"warga_uji"},%s}`, id, sent(minute), more)
}

const here = `"location":{"latitude":-0.5022,"longitude":117.1536}`

func TestAPlaceThatFollowsJoinsTheReport(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	b.say(said(1, 0, `"text":"Lampu jalan mati di depan pasar"`))
	s.run(t)
	s.expect(t, "words alone", "telegram | Lampu jalan mati di depan pasar | tanpa titik")
	b.say(said(2, 3, here))
	if tally := s.run(t); tally.Changed != 1 || tally.Added != 0 {
		t.Errorf("the place: %+v", tally)
	}
	s.expect(t, "with its place", "telegram | Lampu jalan mati di depan pasar | 117.1536 -0.5022")
	b.say(said(3, 5, `"text":"Sampah menumpuk"`)) // words after words: another matter
	b.say(said(4, 40, `"location":{"latitude":-0.5100,"longitude":117.1400}`))
	s.run(t)
	s.expect(t, "a place too late is no place of it", "telegram | Lampu jalan mati di depan pasar | 117.1536 -0.5022",
		"telegram | Sampah menumpuk | tanpa titik", "telegram | [Lokasi tanpa keterangan] | 117.1400 -0.5100")
	b.say(said(5, 400, `"text":"Masih menumpuk","reply_to_message":{"message_id":3,"date":1}`))
	b.say(said(6, 401, `"location":{"latitude":-0.5111,"longitude":117.1411},"reply_to_message":{"message_id":5,"date":1}`))
	s.run(t)
	s.expect(t, "replies", "telegram | Lampu jalan mati di depan pasar | 117.1536 -0.5022",
		"telegram | Sampah menumpuk\n\nPesan susulan Sabtu, 21 November 2026 20.40 WITA:\nMasih menumpuk | 117.1411 -0.5111",
		"telegram | [Lokasi tanpa keterangan] | 117.1400 -0.5100")
}

func TestPlaceFirstThenPictureAndWords(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	b.say(said(1, 0, `"venue":{"location":{"latitude":-0.5022,"longitude":117.1536},"title":"Pasar Contoh","address":"Jalan Contoh 1"},`+here))
	b.say(said(2, 1, `"photo":[{"file_id":"kecil","width":90,"height":90,"file_size":900},{"file_id":"besar","width":1280,"height":960,"file_size":90000}]`))
	b.say(said(3, 2, `"text":"Pipa bocor"`))
	b.say(said(4, 3, `"voice":{"file_id":"v","duration":12,"mime_type":"audio/ogg"}`))
	s.run(t)
	s.expect(t, "one report", "telegram | [foto]\n\nPesan susulan Sabtu, 21 November 2026 14.02 WITA:\nPipa bocor\n\nPesan susulan Sabtu, 21 November 2026 14.03 WITA:\n[pesan suara 12 detik] | 117.1536 -0.5022")
	rs, err := s.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil || len(rs) != 1 {
		t.Fatalf("%d reports, %v", len(rs), err)
	}
	r, err := s.Report(t.Context(), city.System, rs[0].ID)
	if err != nil || r.MediaURL != "telegram:besar" || r.Address != "Pasar Contoh, Jalan Contoh 1" {
		t.Errorf("picture %q, address %q, %v", r.MediaURL, r.Address, err)
	}
}

// TestEdits: an edit changes the words, once, and never the place: a telephone
// that shares where it is goes on editing that message as it moves.
func TestEdits(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	edited := func(id, at int, more string) string {
		return `"edited_message":` + body(id, at, fmt.Sprintf(`"edit_date":%d,`, sent(at+2))+more)
	}
	b.say(said(1, 0, `"text":"Jaln rusak"`))
	b.say(said(2, 1, `"location":{"latitude":-0.5022,"longitude":117.1536,"live_period":900}`))
	s.run(t)
	b.say(edited(1, 0, `"text":"Jalan rusak"`))
	b.say(edited(2, 1, `"location":{"latitude":-0.5999,"longitude":117.1999,"live_period":900}`))
	s.run(t)
	s.expect(t, "edited", "telegram | Jalan rusak | 117.1536 -0.5022")
	b.say(edited(9, 4, `"text":"Suntingan pesan yang tidak pernah sampai"`))
	s.run(t)
	s.expect(t, "an edit of what never came is not lost", "telegram | Jalan rusak | 117.1536 -0.5022", "telegram | Suntingan pesan yang tidak pernah sampai | tanpa titik")
}

// TestWhatIsNoReport: groups, channels and bots are not read, commands are
// refused in words, and an update that cannot be read does not keep others out.
func TestWhatIsNoReport(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	b.say(fmt.Sprintf(`"message":{"message_id":1,"date":%d,"chat":{"id":-100,"type":"group"},"from":{"id":1,"is_bot":false},"text":"di grup"}`, sent(0)))
	b.say(fmt.Sprintf(`"message":{"message_id":2,"date":%d,"chat":{"id":-100,"type":"supergroup"},"from":{"id":1,"is_bot":false},"text":"di grup"}`, sent(0)))
	b.say(fmt.Sprintf(`"message":{"message_id":3,"date":%d,"chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":true},"text":"bot"}`, sent(0)))
	b.say(`"channel_post":{"message_id":4,"date":1,"chat":{"id":-5,"type":"channel"},"text":"kanal"}`)
	b.say(said(5, 0, `"text":"/start"`))
	b.say(said(6, 0, `"text":"/lapor Jembatan retak"`))
	b.say(`"message":{"message_id":"bukan angka"}`)
	b.say(said(7, 1, `"new_chat_title":"x"`))
	b.say(said(8, 20, `"sticker":{"file_id":"x"}`))
	tally := s.run(t)
	if tally.Refused != 3 || tally.Added != 2 {
		t.Errorf("%+v", tally)
	}
	s.expect(t, "reports", "telegram | Jembatan retak | tanpa titik", "telegram | [stiker] | tanpa titik")
}

// TestTheOffsetMovesAfterTheCommit: what the store did not keep comes again, what
// it kept is forgotten there, and what comes twice is one report.
func TestTheOffsetMovesAfterTheCommit(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	for i := range pageSize + 20 {
		b.say(said(i+1, 0, fmt.Sprintf(`"text":"Laporan %d"`, i)))
	}
	broken := errors.New("uji: tidak tersimpan")
	failing := connectors.NewRunner(connectors.NewRegistry(Spec), lost{broken}, s.env(t), s.secrets(), connectors.RunLimits{})
	if _, _, err := failing.RunOnce(t.Context(), s.source(t)); err == nil {
		t.Fatal("a store that keeps nothing was believed")
	}
	if n := b.pending(); n != pageSize+20 {
		t.Fatalf("%d updates are left after nothing was kept", n)
	}
	if tally := s.run(t); tally.Added != pageSize+20 {
		t.Fatalf("%+v", tally)
	}
	if n := b.pending(); n != 20 {
		t.Errorf("%d updates are left; the last page is confirmed by the next question", n)
	}
	again := s.source(t)
	again.Cursor = nil // as if the cursor were lost
	if tally, _, err := s.runner.RunOnce(t.Context(), again); err != nil || tally.Added+tally.Changed != 0 {
		t.Errorf("delivered again: %+v, %v", tally, err)
	}
	if rs, err := s.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500}); err != nil || len(rs) != pageSize+20 {
		t.Errorf("%d reports, %v", len(rs), err)
	}
}

// TestATrialForgetsNothing: a trial reads and the updates are all there still.
func TestATrialForgetsNothing(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	for i := range pageSize + 20 {
		b.say(said(i+1, 0, `"text":"Laporan"`))
	}
	if out, err := s.runner.Try(t.Context(), s.source(t)); err != nil || out.Reports != pageSize {
		t.Fatalf("%+v, %v", out, err)
	}
	if n := b.pending(); n != pageSize+20 {
		t.Errorf("%d updates are left after a trial", n)
	}
}

// TestWaiting: the wait takes nothing, ends at a message, and is taken up again
// when a pull by schedule took its place.
func TestWaiting(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.runner.Wait(ctx, s.source(t)) }()
	<-b.holding
	s.run(t)    // takes its place
	<-b.holding // it waits again
	b.say(said(1, 0, `"text":"Banjir"`))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if b.pending() != 1 {
		t.Error("waiting took the message")
	}
	if tally := s.run(t); tally.Added != 1 {
		t.Errorf("%+v", tally)
	}
}

// TestWhatTheBotAPIRefuses is told in words, without the token.
func TestWhatTheBotAPIRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*bot)
		token  string
		want   string
	}{
		"a webhook is set": {func(b *bot) { b.webhook = true }, token, "deleteWebhook"},
		"too many":         {func(b *bot) { b.busy = 37 }, token, "429"},
		"another's token":  {func(*bot) {}, strings.Replace(token, "AA", "BB", 1), "access key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startBot(t)
			b.set(c.change)
			s := newStored(t, b)
			secrets := &connectors.Secrets{Lookup: func(string) (string, bool) { return c.token, true }}
			env := s.env(t)
			env.HTTP, env.Secret = connectors.NewClient("balaikota-test", secrets), secrets.Reveal
			r := connectors.NewRunner(connectors.NewRegistry(Spec), s.Store, env, secrets, connectors.RunLimits{})
			_, again, err := r.RunOnce(t.Context(), s.source(t))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
			if name == "too many" && again.Sub(connectortest.Moment()) < 37*time.Second {
				t.Errorf("again after %s, asked for 37s", again.Sub(connectortest.Moment()))
			}
			health, herr := s.SourceHealths(t.Context())
			if herr != nil {
				t.Fatal(herr)
			}
			if told := err.Error() + s.log.String() + fmt.Sprint(health); strings.Contains(told, c.token) || strings.Contains(told, "AA-uji") {
				t.Errorf("the token is told: %s", told)
			}
		})
	}
}

// TestWhoWroteStandsWithTheReportersAlone: neither name nor number is in the
// report, its record, its parts or the log.
func TestWhoWroteStandsWithTheReportersAlone(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	b.say(said(1, 0, `"text":"Pohon tumbang"`))
	b.say(said(2, 1, `"contact":{"phone_number":"+6281100000000","user_id":5550001,"first_name":"Warga"}`))
	s.run(t)
	b.say(said(3, 2, here)) // says less of who wrote
	b.say(said(4, 3, `"photo":[{"file_id":"x","width":9,"height":9}]`))
	s.run(t)
	conn := storetest.Connect(t, s.db.SuperuserURL)
	var rest string
	if who := storetest.Reporters(t, s.db); len(who) != 1 || who[0] != (city.Reporter{Name: "Warga Uji", Phone: "+6281100000000", Handle: "5550001"}) {
		t.Errorf("the reporters are %+v", who)
	}
	err := conn.QueryRow(t.Context(), `SELECT (SELECT string_agg(r::text, ' ') FROM reports r) || (SELECT string_agg(p::text, ' ') FROM report_parts p) || (SELECT string_agg(e::text, ' ') FROM events e)`).Scan(&rest)
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"5550001", "Warga", "Uji", "warga_uji", "8110000"} {
		if strings.Contains(rest+s.log.String(), personal) {
			t.Errorf("%q stands outside the reporters", personal)
		}
	}
}

// TestPicturesAreFetchedByTheBot: by the address that a report carries, and by no
// other; no error holds the token.
func TestPicturesAreFetchedByTheBot(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	b.set(func(b *bot) { b.files["photos/file_7.jpg"] = []byte("sebuah foto") })
	s := newStored(t, b)
	if got, err := s.runner.Media(t.Context(), s.source(t), "telegram:besar"); err != nil || string(got) != "sebuah foto" {
		t.Errorf("%q, %v", got, err)
	}
	b.set(func(b *bot) { clear(b.files) })
	for _, address := range []string{"telegram:besar", "telegram:lain", "whatsapp:besar", "file:///etc/passwd"} {
		if got, err := s.runner.Media(t.Context(), s.source(t), address); err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "AA-uji") {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
}

// TestWritingToAReporter: as it is, no longer than the Bot API takes; who blocked the
// bot or is gone is told as such, without the number, and 429 says when to come back.
func TestWritingToAReporter(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	write := func(person, text string) error {
		return s.runner.Write(t.Context(), s.source(t), city.ChatMessage{ReporterChat: city.ReporterChat{Source: "uji", Person: person}, Text: text})
	}
	long := strings.Repeat("é", 5000)
	for _, text := range []string{"Apakah *sudah* beres? <b>", long} {
		if err := write("5550001", text); err != nil {
			t.Fatal(err)
		}
	}
	if b.sent[0] != "Apakah *sudah* beres? <b>" || len([]rune(b.sent[1])) != 4096 {
		t.Errorf("sent %q and %d characters", b.sent[0], len([]rune(b.sent[1])))
	}
	for _, person := range []string{"5550002", "5550003", "bukan-angka"} {
		if err := write(person, "Halo"); city.CodeOf(err) != city.NotFound || strings.Contains(err.Error(), "5550") {
			t.Errorf("%s: %v", person, err)
		}
	}
	b.set(func(b *bot) { b.busy = 17 })
	if e, ok := errors.AsType[*city.Error](write("5550001", "Halo")); !ok || e.Code == city.NotFound || e.RetryAfter != 17*time.Second {
		t.Errorf("too many: %+v", e)
	}
}

// TestTheAnswerToAQuestionJoinsItsReport: words after words are another report, but
// not when the citizen was asked; and a reply to a message of ours is about that.
func TestTheAnswerToAQuestionJoinsItsReport(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	conn := storetest.Connect(t, s.db.SuperuserURL)
	wrote := func(kind, said string, minute int) {
		t.Helper()
		at := time.Unix(sent(minute), 0)
		_, err := conn.Exec(t.Context(), `INSERT INTO reporter_messages (client_id, report_id, kind, asks, text, at, by_name, channel, next_at, taken_at, said_before)
			SELECT gen_random_uuid(), id, $1, CASE WHEN $1 = 'pertanyaan' THEN ARRAY['where'] ELSE '{}' END, 'Pesan uji untuk pelapor', $3, 'uji', 'telegram', $3, $3, CASE WHEN $1 = 'pertanyaan' THEN '\\x00'::bytea END
			FROM reports WHERE text LIKE $2`, kind, said+"%", at)
		if err != nil {
			t.Fatal(err)
		}
	}
	b.say(said(1, 0, `"text":"Lampu mati"`))
	b.say(said(2, 1, `"text":"Got tersumbat"`))
	s.run(t)
	wrote("pertanyaan", "Lampu mati", 2)
	b.say(said(4, 20, `"text":"Di Gang Mawar"`))
	s.run(t)
	answered := "telegram | Lampu mati\n\nPesan susulan Sabtu, 21 November 2026 14.20 WITA:\nDi Gang Mawar | tanpa titik"
	s.expect(t, "the answer", answered, "telegram | Got tersumbat | tanpa titik")
	b.say(said(5, 21, `"text":"Pohon tumbang"`))
	s.run(t)
	s.expect(t, "what is said afterwards", answered, "telegram | Got tersumbat | tanpa titik", "telegram | Pohon tumbang | tanpa titik")
	wrote("jawaban", "Got tersumbat", 22)
	b.say(said(7, 23, `"text":"Terima kasih","reply_to_message":{"message_id":6,"date":1}`))
	s.run(t)
	s.expect(t, "a reply to what we wrote", answered, "telegram | Got tersumbat\n\nPesan susulan Sabtu, 21 November 2026 14.23 WITA:\nTerima kasih | tanpa titik", "telegram | Pohon tumbang | tanpa titik")
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"update_id":1,` + said(1, 0, `"text":"a"`) + `},{"update_id":2,"message":{"message_id":"x"}}]`))
	f.Add([]byte(`[{"update_id":3,"edited_message":{"photo":[{}],"document":{},"venue":{}}}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		updates, err := decode(raw)
		if err != nil {
			return
		}
		for _, u := range updates {
			if m, reason := u.message(); m != nil && reason != "" {
				t.Errorf("both a message and a refusal: %s", reason)
			}
		}
	})
}

// lost is an ingester that keeps nothing.
type lost struct{ err error }

func (l lost) Ingest(context.Context, city.Delivery) (city.Tally, error) { return city.Tally{}, l.err }

func (s stored) secrets() *connectors.Secrets {
	return &connectors.Secrets{Lookup: func(string) (string, bool) { return token, true }}
}

func (s stored) env(t *testing.T) connectors.Env {
	t.Helper()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.HTTP, env.Secret, env.Store = connectors.NewClient("balaikota-test", s.secrets()), s.secrets().Reveal, s.Store
	env.Log = slog.New(slog.NewTextHandler(s.log, nil))
	return env
}

// TestWhatAnOfficerWritesIsNoReport: a code binds who sends it, also by the link that
// opens the bot; then messages are words of that officer, except what begins with
// "lapor" and the place that completes it. Citizens are read as ever, and "keluar"
// makes the officer one of them.
func TestWhatAnOfficerWritesIsNoReport(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	lurah := storetest.Officer(t, s.Store, city.Lurah)
	for minute, code := range []string{"12345678", "23456789"} {
		if _, err := s.MakeOfficerCode(t.Context(), city.CommandLine, lurah.Asker(), "uji", code); err != nil {
			t.Fatal(err)
		}
		line := map[string]string{"12345678": "/start BK12345678", "23456789": "bk 2345-6789"}[code]
		b.say(said(10*minute+1, 0, `"text":"`+line+`"`))
		b.say(said(10*minute+2, 1, `"text":"Berapa laporan sampah minggu ini?"`)) // on the same page
		s.run(t)
	}
	b.say(said(21, 2, `"text":"Lapor: lampu jalan mati"`))
	b.say(said(22, 3, here))
	b.say(said(23, 4, `"voice":{"file_id":"A","duration":3}`))
	b.say(said(24, 5, `"text":"/bantuan"`))
	b.say(said(25, 6, `"text":"/lapor pohon tumbang"`))
	b.say(said(26, 7, `"text":"BK 99999999"`)) // a wrong one is no report either
	other := strings.ReplaceAll(said(27, 8, `"text":"Air keruh"`), "5550001", "5550002")
	b.say(other)
	b.say(said(28, 9, `"text":"keluar"`))
	s.run(t)
	b.say(said(29, 10, `"text":"Jalan berlubang"`))
	s.run(t)
	s.expect(t, "reports", "telegram | lampu jalan mati | 117.1536 -0.5022", "telegram | pohon tumbang | tanpa titik", "telegram | Air keruh | tanpa titik", "telegram | Jalan berlubang | tanpa titik")
	var got []string
	for {
		words, err := s.ClaimWords(t.Context(), "simpul", 9, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(words) == 0 {
			break
		}
		for _, w := range words {
			if w.Chat.Person != "5550001" || w.Chat.Source != "uji" {
				t.Errorf("answered is %+v", w.Chat)
			}
			got = append(got, strings.TrimSpace(string(w.Kind)+" "+w.Text))
			if _, err := s.FinishWord(t.Context(), w, city.NoticeOutcome{Taken: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := []string{"kode", "tanya Berapa laporan sampah minggu ini?", "kode", "tanya Berapa laporan sampah minggu ini?", "bukan_teks", "bantuan", "kode_salah", "keluar"}
	// A question is refused once its asker has left: these were claimed after "keluar".
	for i, k := range want {
		if strings.HasPrefix(k, "tanya") {
			want[i] = strings.Replace(k, "tanya", "ditolak", 1)
		}
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("words:\n got %q\nwant %q", got, want)
	}
}

// TestAGreetingThatIsEditedIsAReport: what was a greeting and says something of a matter
// now is a report, once; a command with a greeting is none.
func TestAGreetingThatIsEditedIsAReport(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	b.say(said(1, 0, `"text":"Assalamu'alaikum"`))
	b.say(said(2, 1, `"text":"/lapor halo"`))
	if tally := s.run(t); tally.Added != 0 || tally.Refused != 0 || tally.Read != 2 {
		t.Errorf("greetings: %+v", tally)
	}
	s.expect(t, "greetings")
	b.say(`"edited_message":` + body(1, 0, fmt.Sprintf(`"edit_date":%d,"text":"Assalamu'alaikum, jalan rusak"`, sent(2))))
	for range 2 {
		s.run(t)
		s.expect(t, "edited", "telegram | Assalamu'alaikum, jalan rusak\n\nPesan susulan Sabtu, 21 November 2026 14.01 WITA:\nhalo | tanpa titik")
	}
}

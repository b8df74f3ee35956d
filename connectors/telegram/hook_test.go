package telegram

import (
	"errors"
	"net/http"
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

const hookAddress = "https://kota.example.go.id/hooks/uji"

// hooked is the source with an address for pushes.
func (s stored) hooked(t *testing.T, b *bot) city.Source {
	t.Helper()
	src := s.source(t)
	src.Config = connectortest.YAML(t, "base_url: "+b.URL+"\nallow_private: true\ntoken: env:TELEGRAM_TOKEN\nhook_url: "+hookAddress+"\nhook_secret: env:TELEGRAM_HOOK\n")
	return src
}

// push sends an update as Telegram does, and keeps it if the connector says so.
func (s stored) push(t *testing.T, src city.Source, with, body string) error {
	t.Helper()
	out, err := s.runner.Receive(t.Context(), src, city.HookRequest{
		Method: http.MethodPost, Header: http.Header{"X-Telegram-Bot-Api-Secret-Token": {with}}, Body: []byte(body),
	})
	if err == nil && out.Keep {
		err = s.KeepHook(t.Context(), src.ID, []byte(body))
	}
	return err
}

// TestTelegramPushes: the bot is told the address once, a push with its word is a
// report, the same one twice is one, what cannot be read is refused with the rest
// kept, and taking the address away lets us ask again from where the pushes ended.
func TestTelegramPushes(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	run := func(src city.Source) city.Tally {
		t.Helper()
		tally, _, err := s.runner.RunOnce(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		return tally
	}
	run(s.hooked(t, b))
	run(s.hooked(t, b))
	b.set(func(b *bot) {
		if b.pushTo != hookAddress || b.word != word || len(b.sent) != 1 {
			t.Errorf("told %q, with the word %v, %d times", b.pushTo, b.word == word, len(b.sent))
		}
	})
	first := `{"update_id":1001,` + said(1, 0, `"text":"Banjir di Gang Masjid"`) + `}`
	for _, body := range []string{first, `{"update_id":`, first, `{"update_id":1002,` + said(2, 30, `"text":"Lampu jalan mati"`) + `}`} {
		if err := s.push(t, s.hooked(t, b), word, body); err != nil {
			t.Fatal(err)
		}
	}
	if tally := run(s.hooked(t, b)); tally.Added != 2 || tally.Refused != 1 {
		t.Errorf("%+v", tally)
	}
	s.expect(t, "pushed", "telegram | Banjir di Gang Masjid | tanpa titik", "telegram | Lampu jalan mati | tanpa titik")
	if tally := run(s.hooked(t, b)); tally.Added+tally.Changed+tally.Refused != 0 {
		t.Errorf("read again: %+v", tally)
	}
	b.say(said(1, 0, `"text":"Banjir di Gang Masjid"`)) // 1001 again, from behind the offset
	b.say(said(2, 30, `"text":"Lampu jalan mati"`))
	b.say(said(3, 60, `"text":"Pohon tumbang"`))
	if tally := run(s.source(t)); tally.Added != 1 {
		t.Errorf("asked again: %+v", tally)
	}
	b.set(func(b *bot) {
		if b.webhook || b.sent[len(b.sent)-1] != "deleteWebhook" {
			t.Errorf("the address was not taken away: %q", b.sent)
		}
	})
}

// TestWhoPushesIsKnownByTheWord: without it, with another, or where we ask, a push
// is nobody's.
func TestWhoPushesIsKnownByTheWord(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	body := `{"update_id":1001,` + said(1, 0, `"text":"Banjir"`) + `}`
	for name, err := range map[string]error{
		"no word": s.push(t, s.hooked(t, b), "", body), "another word": s.push(t, s.hooked(t, b), word+"x", body), "no hook": s.push(t, s.source(t), "", body),
	} {
		if !errors.Is(err, connectors.ErrUnverified) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestATrialSetsNoHook: a trial neither moves the bot's messages nor forgets any.
func TestATrialSetsNoHook(t *testing.T) {
	t.Parallel()
	b := startBot(t)
	s := newStored(t, b)
	if _, err := s.runner.Try(t.Context(), s.hooked(t, b)); err != nil {
		t.Fatal(err)
	}
	b.set(func(b *bot) {
		if b.webhook {
			t.Error("a trial set the address")
		}
	})
}

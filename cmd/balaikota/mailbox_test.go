package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/jobs"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/all"
	"balaikota/connectors/connectortest"
)

// spoken is a log that may be read while it is written.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *spoken) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *spoken) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestALetterIsAReportBeforeTheNextTurn: with a schedule of once a year, a letter
// in a real mailbox is a report in the database soon after it was delivered; one
// that follows it joins it; one that came after the mail server was down is read
// as well. No address is in the log, and who wrote is in the reporters' table.
func TestALetterIsAReportBeforeTheNextTurn(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	lent := storetest.NewDB(t)
	s := storetest.Open(t, lent)
	var log spoken
	keepListening(t, s, d, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	seen := func(what string, texts ...string) {
		t.Helper()
		eventually(t, time.Minute, what, func() error {
			got, err := s.Reports(t.Context(), city.System, city.ReportFilter{Source: "surel"})
			if err != nil {
				return err
			}
			var have []string
			for _, r := range got {
				have = append(have, r.Text)
			}
			slices.Sort(have)
			if !slices.Equal(have, texts) {
				return fmt.Errorf("%q", have)
			}
			return nil
		})
	}
	letter := func(id, follows, text string) {
		t.Helper()
		d.Deliver(t, "pengaduan", "INBOX", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
			fmt.Sprintf("From: Warga Uji <warga@contoh.id>\nSubject: Pohon tumbang\nMessage-ID: <%s@contoh.id>\n%s\n%s\n", id, follows, text))
	}
	began := time.Now()
	letter("a", "", "Pohon tumbang di Gang Mawar.")
	seen("the letter as a report", "Pohon tumbang di Gang Mawar.")
	t.Logf("kept %s after its delivery began", time.Since(began))
	joined := "Pohon tumbang di Gang Mawar.\n\nSurat susulan Jumat, 20 November 2026 08.00 WITA:\nBelum ada petugas."
	began = time.Now()
	letter("b", "References: <a@contoh.id>\n", "Belum ada petugas.")
	seen("the letter that follows in the same report", joined)
	t.Logf("joined %s after its delivery began", time.Since(began))
	d.Stop()
	d.Start(t)
	letter("c", "", "Kabel putus di Jalan Contoh.")
	seen("the letter after the server was down", "Pohon tumbang\n\nKabel putus di Jalan Contoh.", joined)
	if text := log.String(); strings.Contains(text, "contoh.id") || strings.Contains(text, "Warga Uji") {
		t.Errorf("the log names who wrote:\n%s", text)
	}
	for _, who := range storetest.Reporters(t, lent) {
		if who != (city.Reporter{Name: "Warga Uji", Email: "warga@contoh.id"}) {
			t.Errorf("the reporter is %+v", who)
		}
	}
}

// keepListening runs the jobs of a node with one source, the mailbox, until the
// test ends.
func keepListening(t *testing.T, s *store.Store, d *connectortest.Dovecot, log *slog.Logger) {
	t.Helper()
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, city: setting}
	areas, err := newGeography(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	secrets := &connectors.Secrets{Lookup: func(string) (string, bool) { return connectortest.DovecotPassword, true }}
	env, err := db.connectorEnv(areas, secrets, log)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Source(t, s, func(src *city.Source) {
		src.Slug, src.Connector, src.Schedule = "surel", "imap", "0 0 1 1 *"
		src.Config, _ = json.Marshal(map[string]any{ // only plain values
			"host": "127.0.0.1", "port": d.Port, "security": "none", "allow_private": true, "user": "pengaduan", "password": "env:SUREL_SANDI", "days_back": 3650,
		})
	})
	j, err := jobs.New(jobs.Options{
		Pool: s.Pool(), Sources: s, Runner: connectors.NewRunner(all.Registry(), &intake{store: s, geography: areas}, env, secrets, connectors.RunLimits{}),
		Waiting: connectors.ErrWaiting, NoWait: connectors.ErrNoWait, TryLock: s.TryLock, Log: log,
		ParseSchedule: func(text string) (jobs.Schedule, error) { return connectors.ParseSchedule(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("stopping: %v", err)
			}
		case <-time.After(time.Minute):
			t.Error("the jobs did not stop")
		}
	})
}

package imap

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// delivered is when a case's first letter came in, the others a minute apart.
var delivered = time.Date(2026, 11, 20, 8, 0, 0, 0, connectortest.WITA)

// env is what the connector gets; what it logs goes to log.
func env(t testing.TB, log *bytes.Buffer) connectors.Env {
	t.Helper()
	secrets := &connectors.Secrets{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"SUREL_SANDI": connectortest.DovecotPassword, "SALAH": "bukan-ini"}[name]
		return v, ok
	}}
	e := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	e.Secret = secrets.Reveal
	if log != nil {
		e.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return e
}

// letters are a case's letters in their order.
func letters(t testing.TB, folder string) (out []string) {
	t.Helper()
	for n := 1; ; n++ {
		name := "letter.eml"
		if n > 1 {
			name = "letter-" + strconv.Itoa(n) + ".eml"
		}
		b, err := os.ReadFile(filepath.Join(folder, name))
		if os.IsNotExist(err) && n > 1 {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
}

// TestCases plays each folder of testdata/cases: its letters lie in a mailbox on a
// real server, and are read one by one as they arrive. What came out last of a
// report is what is kept.
func TestCases(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		mailbox := filepath.Base(folder) + "@kota.contoh.go.id"
		var log bytes.Buffer
		config := connectortest.Config(t, folder, strconv.Itoa(d.Port))
		var out connectortest.Outcome
		var cursor []byte
		at := map[string]int{}
		for i, l := range letters(t, folder) {
			d.Deliver(t, mailbox, "INBOX", delivered.Add(time.Duration(i)*time.Minute), l)
			got, next := connectortest.Run(t, Spec, config, cursor, env(t, &log))
			if got.Error != "" {
				t.Fatalf("letter %d: %s", i+1, got.Error)
			}
			cursor = next
			out.Refused = append(out.Refused, got.Refused...)
			for _, r := range got.Reports {
				id := r["ExternalID"].(string)
				if n, seen := at[id]; seen {
					out.Reports[n] = r
					continue
				}
				at[id] = len(out.Reports)
				out.Reports = append(out.Reports, r)
			}
		}
		if strings.Contains(log.String(), "contoh.id") {
			t.Errorf("an address is in the log: %s", log.String())
		}
		return out
	})
}

package imap

import (
	"testing"
	"time"

	"balaikota/connectors/connectortest"
)

// TestAMailboxIsReadAgainFromADay that lies before the days it began with.
func TestAMailboxIsReadAgainFromADay(t *testing.T) {
	t.Parallel()
	d := connectortest.NewDovecot(t)
	d.Deliver(t, mailbox, "INBOX", delivered.AddDate(0, 0, -20), simple("a@contoh.id", "warga@contoh.id", "Lampu mati", "Gang Mawar."))
	d.Deliver(t, mailbox, "INBOX", delivered.AddDate(0, 0, -9), simple("b@contoh.id", "warga@contoh.id", "Got tersumbat", "Gang Melati."))
	config := settings(t, d, "days_back: 2")
	c := open(t, config, env(t, nil))
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 0 {
		t.Fatalf("%d reports, %v", len(page.Reports), err)
	}
	back, err := c.Rewind(page.Cursor, delivered.AddDate(0, 0, -12).Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	page, err = c.Pull(t.Context(), back)
	if err != nil || len(page.Reports) != 1 {
		t.Errorf("from twelve days ago on %d reports, %v", len(page.Reports), err)
	}
}

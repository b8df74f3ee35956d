package open311

import (
	"testing"
	"time"

	"balaikota/connectors"
)

// TestAServerIsReadAgainFromAMoment on, once; then as ever.
func TestAServerIsReadAgainFromAMoment(t *testing.T) {
	t.Parallel()
	now := caseClock()
	f := &fakeCity{t: t, most: 1000}
	f.fill(100, now.AddDate(0, 0, -100), 24*time.Hour)
	c := config(t, f, `,"lookback":"240h","overlap":"48h"`)
	first, cursor := run(t, c, nil, now)
	again, _ := run(t, c, cursor, now)
	if len(ids(first)) > 12 || len(ids(again)) > 4 {
		t.Fatalf("first %d, again %d", len(ids(first)), len(ids(again)))
	}
	made, err := Spec.New(c, testEnv(t, now))
	if err != nil {
		t.Fatal(err)
	}
	back, err := made.(connectors.Rewinder).Rewind(cursor, now.AddDate(0, 0, -50))
	if err != nil {
		t.Fatal(err)
	}
	out, next := run(t, c, back, now)
	if got := len(ids(out)); got < 49 || got > 51 {
		t.Errorf("of the last fifty days %d reports: %s", got, out.Error)
	}
	if after, _ := run(t, c, next, now); len(ids(after)) > 4 {
		t.Errorf("afterwards %d", len(ids(after)))
	}
}

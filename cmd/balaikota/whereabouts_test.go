package main

import (
	"strings"
	"testing"
)

// TestTheDoctorKnowsWhereTheServerIs: on whatever port, when it is gone, and when it went
// without taking its address away.
func TestTheDoctorKnowsWhereTheServerIs(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	says := func() string {
		t.Helper()
		out, _, _ := i.try("", "doctor") // the page may be missing in a bare checkout
		for line := range strings.Lines(out) {
			if mark, rest, ok := strings.Cut(line, "  server "); ok {
				return mark + " " + strings.TrimSpace(rest)
			}
		}
		t.Fatalf("the doctor says nothing of the server: %s", out)
		return ""
	}
	p := i.start("serve", "--addr", "127.0.0.1:0")
	address := strings.TrimPrefix(p.url, "http://")
	if got := says(); got != "baik  berjalan di "+address {
		t.Errorf("while it runs: %q", got)
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	if got := says(); got != "baik  tidak berjalan" {
		t.Errorf("after it stopped: %q", got)
	}
	p = i.start("serve", "--addr", "127.0.0.1:0")
	p.kill()
	if got := says(); !strings.HasPrefix(got, "SALAH tidak menjawab di "+strings.TrimPrefix(p.url, "http://")) {
		t.Errorf("after it was killed: %q", got)
	}
}

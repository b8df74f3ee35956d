package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestModelCosts states ceilings, switches and invoices as an operator does.
func TestModelCosts(t *testing.T) { //nolint:tparallel // one installation, step by step
	t.Parallel()
	i := newInstallation(t)
	i.must("user", "add", "camat.uji", "--role", "camat", "--area", "64.72.08", "--name", "Camat Uji")
	t.Run("ceilings", func(t *testing.T) { testCeilings(t, i) })
	t.Run("whether texts leave", func(t *testing.T) { testTextsSwitch(t, i) })
	t.Run("invoices are taken once", func(t *testing.T) { testImportInvoice(t, i) })
	t.Run("a month that is none", func(t *testing.T) {
		_, errs, err := i.try("", "ai", "usage", "--month", "juni")
		mustFail(t, errs, err, 2, "juni")
	})
}

func testCeilings(t *testing.T, i *installation) {
	t.Helper()
	const why = "DPA 2026 belanja langganan"
	i.must("ai", "ceiling", "24000000", "--from", "2026-01-01", "--reason", why)
	i.must("ai", "ceiling", "1200000", "--scope", "pejabat", "--of", "camat.uji", "--from", "2026-01-01", "--reason", why)
	i.must("ai", "ceiling", "36000000", "--from", "2026-07-01", "--reason", why)
	for month, want := range map[string]float64{"2026-06": 24e6, "2026-08": 36e6, "2025-12": 300e6} {
		var u city.AIUsage
		mustJSON(t, i.must("ai", "usage", "--month", month, "--json"), &u)
		if u.Month != month || u.YearCeiling != want || u.Ceiling != want/12 || u.Rupiah != 0 {
			t.Errorf("%s: %+v, want a ceiling of %v", month, u, want)
		}
	}
	if out := i.must("ai", "usage", "--month", "2026-06"); !strings.Contains(out, "Rp 2.000.000") || !strings.Contains(out, "Rp 0 dari Rp 24.000.000") {
		t.Errorf("a person is shown:\n%s", out)
	}
	for _, c := range []struct {
		args   []string
		status int
		word   string
	}{
		{[]string{"24000000"}, 2, "reason"},
		{[]string{"24000000", "--reason", "x"}, 2, "reason"},
		{[]string{"--reason", why, "--", "-5"}, 2, "negative"},
		{[]string{"5", "--from", "besok", "--reason", why}, 2, "--from"},
		{[]string{"5", "--scope", "opd", "--reason", why}, 2, "office"},
		{[]string{"5", "--scope", "pejabat", "--of", "tidak.ada", "--reason", why}, 1, "tidak.ada"},
	} {
		_, errs, err := i.try("", append([]string{"ai", "ceiling"}, c.args...)...)
		mustFail(t, errs, err, c.status, c.word)
	}
}

func testTextsSwitch(t *testing.T, i *installation) {
	t.Helper()
	i.must("ai", "texts", "on", "--reason", "keputusan wali kota nomor 7")
	db := ownerConnection(t, i.data)
	allowed := func() (on bool) {
		t.Helper()
		if err := db.QueryRow(t.Context(), "SELECT allowed FROM ai_switches WHERE name = 'teks_warga'").Scan(&on); err != nil {
			t.Fatal(err)
		}
		return on
	}
	if !allowed() {
		t.Error("texts stay after they were switched on")
	}
	i.must("ai", "texts", "off", "--reason", "dicabut setelah uji coba")
	if allowed() {
		t.Error("texts leave after they were switched off")
	}
	_, errs, err := i.try("", "ai", "texts", "on")
	mustFail(t, errs, err, 2, "reason")
	_, errs, err = i.try("", "ai", "texts", "entah", "--reason", "keputusan")
	mustFail(t, errs, err, 2, "entah")
	if allowed() {
		t.Error("a refused command switched it")
	}
}

func testImportInvoice(t *testing.T, i *installation) {
	t.Helper()
	const header = "month,provider,model,input_tokens,output_tokens,rupiah\n"
	path := i.file("tagihan.csv", header+"2026-06,penyedia,model-a,1200000,90000,62400\n06/2026x,penyedia,model-a,1,1,1\n2026-06,penyedia,model-b,10,5,\"1.250,50\"\n2026-06,,model-c,1,1,1\n2026-06,penyedia,model-d,1,1,-7\n")
	var first, again, changed imported
	mustJSON(t, i.must("import", "invoice", path, "--json"), &first)
	if first.Read != 5 || first.Added != 2 || first.Refused != 3 {
		t.Errorf("first time: %+v", first)
	}
	refused, err := os.ReadFile(first.RefusedFile)
	if err != nil || bytes.Count(refused, []byte("\n")) != 4 {
		t.Errorf("refused rows: %s (%v)", refused, err)
	}
	for _, field := range []string{"month", "provider", "rupiah"} {
		if !bytes.Contains(refused, []byte(field)) {
			t.Errorf("no reason names %s:\n%s", field, refused)
		}
	}
	mustJSON(t, i.must("import", "invoice", path, "--json"), &again)
	if again.Added != 0 || again.Changed != 0 || again.Unchanged != 2 || again.Refused != 3 {
		t.Errorf("second time: %+v", again)
	}
	mustJSON(t, i.must("import", "invoice", i.file("tagihan2.csv", header+"2026-06,penyedia,model-a,1200000,90000,70000\n"), "--json"), &changed)
	if changed.Added != 0 || changed.Changed != 1 || changed.RefusedFile != "" {
		t.Errorf("a changed line: %+v", changed)
	}
	var u city.AIUsage
	mustJSON(t, i.must("ai", "usage", "--month", "2026-06", "--json"), &u)
	if len(u.Invoices) != 2 || u.Invoices[0].Model != "model-a" || u.Invoices[0].Invoiced != 70000 || u.Invoices[0].Metered != 0 || u.Invoices[1].Invoiced != 1250.5 {
		t.Errorf("invoices beside what was metered: %+v", u.Invoices)
	}
	if month := time.Now().Format("2006-01"); month != "2026-06" {
		if out := i.must("ai", "usage", "--json"); strings.Contains(out, "model-a") {
			t.Errorf("another month's invoice stands in this month's: %s", out)
		}
	}
}

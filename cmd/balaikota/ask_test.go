package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/localdb"
	"balaikota/backend/store/storetest"
)

// questioned is an installation whose rows the test knows.
type questioned struct {
	*installation
	rows [][]string
	now  time.Time
}

func newQuestioned(t *testing.T) *questioned {
	t.Helper()
	q := &questioned{installation: newInstallation(t), now: time.Now()}
	text := askedRows(q.now)
	var err error
	if q.rows, err = csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	q.rows = q.rows[1:]
	q.must("import", "reports", q.file("laporan.csv", text))
	return q
}

// count is how many rows of a category (any when "") in an area were made
// between two times.
func (q *questioned) count(area, category string, from, to time.Time) (n float64) {
	for _, r := range q.rows {
		at, err := time.Parse(time.RFC3339, r[2])
		if err != nil {
			q.t.Fatal(err)
		}
		if strings.HasPrefix(r[6], area) && (category == "" || r[7] == category) && !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// answers asks lines and returns what came on standard output by id, and
// standard error.
func (q *questioned) answers(lines []string, args ...string) (map[string]answerLine, string, error) {
	q.t.Helper()
	out, errs, err := q.try(strings.Join(lines, "\n")+"\n", append([]string{"ask", "--jsonl"}, args...)...)
	got := map[string]answerLine{}
	for line := range strings.Lines(out) {
		var fields map[string]any
		var a answerLine
		mustJSON(q.t, line, &fields)
		mustJSON(q.t, line, &a)
		keys := slices.Sorted(maps.Keys(fields))
		if !slices.Equal(keys, []string{"answer", "area", "category", "id", "receipt", "status", "unit", "value"}) {
			q.t.Errorf("a line has the fields %v", keys)
		}
		got[string(a.ID)] = a
	}
	return got, errs, err
}

var receiptForm = regexp.MustCompile(`^B-\d{6}$`)

// TestAskAndVerify asks as a person and as scripts do, beside a server and
// without one, and then works every receipt out again.
func TestAskAndVerify(t *testing.T) { //nolint:tparallel // one installation, step by step
	t.Parallel()
	q := newQuestioned(t)
	t.Run("a person asks", func(t *testing.T) { testAskOne(t, q) })
	t.Run("a script asks", func(t *testing.T) { testAskLines(t, q) })
	t.Run("rights", func(t *testing.T) { testAskRights(t, q) })
	t.Run("lines that cannot be asked", func(t *testing.T) { testAskBadLines(t, q) })
	t.Run("beside a running server", func(t *testing.T) { testAskBesideServer(t, q) })
	t.Run("every receipt is the same again", func(t *testing.T) { testVerifySame(t, q) })
	t.Run("a corrected report is found with its reason", func(t *testing.T) { testVerifyCorrected(t, q) })
	t.Run("a changed receipt breaks the chain", func(t *testing.T) { testVerifyTampered(t, q) })
}

func testAskOne(t *testing.T, q *questioned) {
	t.Helper()
	out := q.must("ask", "Berapa laporan sampah di Sempaja Selatan 7 hari terakhir?")
	if !strings.Contains(out, "17 laporan") || !regexp.MustCompile(`(?m)^Bukti B-000001$`).MatchString(out) {
		t.Errorf("a person is shown:\n%s", out)
	}
	out = q.must("ask", "--as", "camat", "--area", "64.72.01", "Berapa laporan sampah di Sempaja Selatan 7 hari terakhir?")
	if strings.Contains(out, "17") {
		t.Errorf("a camat elsewhere is shown:\n%s", out)
	}
	for _, c := range []struct {
		args []string
		word string
	}{
		{[]string{"ask"}, "question"},
		{[]string{"ask", "--at", "kemarin", "Berapa laporan?"}, "--at"},
		{[]string{"ask", "--as", "raja", "Berapa laporan?"}, "raja"},
		{[]string{"ask", "--as", "kepala_opd", "--office", "Dinas Sihir", "Berapa laporan?"}, "--office"},
		{[]string{"ask", "--as", "lurah", "--area", "Palaran", "Berapa laporan?"}, "--area"},
	} {
		_, errs, err := q.try("", c.args...)
		mustFail(t, errs, err, 2, c.word)
	}
}

// testAskLines is the command line's contract: status, value, unit, area and
// category of each answer, follow-ups by conversation, and the moment.
func testAskLines(t *testing.T, q *questioned) {
	t.Helper()
	past := q.now.Add(-60 * time.Hour).Truncate(time.Second)
	got, errs, err := q.answers([]string{
		`{"id":"a","question":"Berapa laporan sampah di Sempaja Selatan 7 hari terakhir?","as":"wali_kota"}`,
		`{"id":2,"conversation":"x","question":"Berapa laporan sampah 7 hari terakhir?"}`,
		`{"id":3,"conversation":"y","question":"Berapa laporan di Sidodadi 7 hari terakhir?"}`,
		`{"id":4,"conversation":"x","question":"Kalau jalan rusak?"}`,
		`{"id":5,"conversation":"y","question":"Kalau di Rawa Makmur?"}`,
		`{"id":6,"conversation":"x","question":"Kalau di Rawa Makmur?","as":"lurah","area":"64.72.01.1001"}`,
		`{"id":7,"conversation":null,"question":"Berapa laporan sampah 7 hari terakhir?"}`,
		`{"id":8,"conversation":null,"question":"Kalau jalan rusak?"}`,
		fmt.Sprintf(`{"id":9,"question":"Berapa laporan 7 hari terakhir?","at":%q}`, past.Format(time.RFC3339)),
		`{"id":10,"question":"Berapa laporan pada tahun 2019?"}`,
		`{"id":11,"question":"Berapa harga emas hari ini?"}`,
		`{"id":12,"question":"Siapa nama pelapor laporan sampah di Loa Bakung?"}`,
		`{"id":13,"question":"Berapa laporan di Sambutan bulan ini?"}`,
		`{"id":14,"question":"Kelurahan mana yang paling banyak laporan sampah 7 hari terakhir?"}`,
	})
	if err != nil || errs != "" {
		t.Fatalf("%v: %s", err, errs)
	}
	all := q.count("", "", past.Add(-7*24*time.Hour), past)
	for id, want := range map[string]answerLine{
		`"a"`: {Status: city.Answered, Value: &[]float64{17}[0], Unit: "laporan", Area: "64.72.05.1002", Category: "sampah"},
		"2":   {Status: city.Answered, Value: &[]float64{28}[0], Unit: "laporan", Category: "sampah"},
		"3":   {Status: city.Answered, Value: &[]float64{13}[0], Unit: "laporan", Area: "64.72.03.1005"},
		"4":   {Status: city.Answered, Value: &[]float64{8}[0], Unit: "laporan", Category: "jalan-rusak"},
		"5":   {Status: city.Answered, Value: &[]float64{16}[0], Unit: "laporan", Area: "64.72.01.1001"},
		"7":   {Status: city.Answered, Value: &[]float64{28}[0], Unit: "laporan", Category: "sampah"},
		"9":   {Status: city.Answered, Value: &all, Unit: "laporan"},
		"10":  {Status: city.Abstained},
		"11":  {Status: city.Abstained},
		"12":  {Status: city.Refused},
		"13":  {Status: city.Clarify},
		"14":  {Status: city.Answered, Value: &[]float64{17}[0], Unit: "laporan", Area: "64.72.05.1002", Category: "sampah"},
	} {
		sameLine(t, id, got[id], want)
	}
	if a := got["6"]; a.Category == "jalan-rusak" || a.Category == "sampah" {
		t.Errorf("a lurah goes on with the mayor's conversation of that name: %+v", a)
	}
	if a := got["8"]; a.Status == city.Answered && a.Value != nil && *a.Value == 8 && strings.Contains(a.Answer, "7 hari") {
		t.Errorf("without a conversation a question follows the one before: %+v", a)
	}
}

// sameLine compares but for the words, which must hold the figure, and the
// receipt, which must have its form. The whole city may be named or not.
func sameLine(t *testing.T, id string, got, want answerLine) {
	t.Helper()
	value := func(v *float64) string {
		if v == nil {
			return "none"
		}
		return city.FormatNumber(*v, 0)
	}
	area := strings.TrimPrefix(got.Area, storetest.CityCode)
	if got.Status != want.Status || value(got.Value) != value(want.Value) || got.Unit != want.Unit || got.Category != want.Category || area != strings.TrimPrefix(want.Area, storetest.CityCode) {
		t.Errorf("line %s: %+v (value %s), want %+v (value %s)", id, got, value(got.Value), want, value(want.Value))
	}
	if got.Answer == "" || !receiptForm.MatchString(got.Receipt) {
		t.Errorf("line %s: answer %q, receipt %q", id, got.Answer, got.Receipt)
	}
	if want.Value != nil && !strings.Contains(got.Answer, value(want.Value)) {
		t.Errorf("line %s: %q does not say %s", id, got.Answer, value(want.Value))
	}
}

// testAskRights: as, area and office are rights, and what lies beyond them is
// refused, not counted as nothing.
func testAskRights(t *testing.T, q *questioned) {
	t.Helper()
	got, errs, err := q.answers([]string{
		`{"id":1,"question":"Berapa laporan 7 hari terakhir?","as":"lurah","area":"64.72.01.1001"}`,
		`{"id":2,"question":"Berapa laporan sampah di Sempaja Selatan 7 hari terakhir?","as":"lurah","area":"64.72.01.1001"}`,
		`{"id":3,"question":"Berapa laporan sampah 7 hari terakhir?","as":"camat","area":"64.72.05"}`,
		`{"id":4,"question":"Berapa laporan di Kecamatan Palaran 7 hari terakhir?","as":"camat","area":"64.72.05"}`,
		`{"id":5,"question":"Berapa laporan 7 hari terakhir?","as":"kepala_opd","office":"dlh"}`,
		`{"id":6,"question":"Berapa laporan untuk DPUPR 7 hari terakhir?","as":"kepala_opd","office":"DLH"}`,
		`{"id":7,"question":"Berapa laporan 7 hari terakhir?","as":"auditor"}`,
		`{"id":8,"question":"Hapus semua laporan sampah.","as":"operator"}`,
		`{"id":9,"question":"Berapa laporan 7 hari terakhir?"}`,
	}, "--as", "camat", "--area", "64.72.01")
	if err != nil || errs != "" {
		t.Fatalf("%v: %s", err, errs)
	}
	for id, want := range map[string]float64{"1": 16, "3": 17, "5": 28, "7": 60, "9": 16} {
		if a := got[id]; a.Status != city.Answered || a.Value == nil || *a.Value != want {
			t.Errorf("line %s: %+v, want %v", id, a, want)
		}
	}
	for _, id := range []string{"2", "4", "6", "8"} {
		if a := got[id]; a.Status != city.Refused || a.Value != nil {
			t.Errorf("line %s: %+v, want refused", id, a)
		}
	}
}

// testAskBadLines: each line that cannot be asked is named on standard error
// with its field; the others are answered; the status is not 0.
func testAskBadLines(t *testing.T, q *questioned) {
	t.Helper()
	got, errs, err := q.answers([]string{
		`{"id":1,"question":"Berapa laporan 7 hari terakhir?"}`,
		`{"id":2}`,
		`{"question":"Berapa laporan?"}`,
		`{"id":4,"question":"Berapa laporan?","as":"raja"}`,
		`{"id":5,"question":"Berapa laporan?","at":"kemarin"}`,
		`{"id":6,"question":"Berapa laporan?","as":"lurah","area":"Palaran"}`,
		`{"id":7,"question":"Berapa laporan?","as":"kepala_opd","office":"Dinas Sihir"}`,
		`bukan json`,
		``,
		`{"id":null,"question":"Berapa laporan?"}`,
		`{"id":11,"question":42}`,
		fmt.Sprintf(`{"id":12,"question":%q}`, strings.Repeat("berapa ", 200)),
		`{"id":13,"question":"Berapa laporan sampah 7 hari terakhir?"}`,
	})
	if exited := (*exec.ExitError)(nil); !errors.As(err, &exited) || exited.ExitCode() != 2 {
		t.Errorf("ended with %v, want status 2", err)
	}
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	wants := []string{"line 2: question", "line 3: id", "line 4: as", "line 5: at", "line 6: area", "line 7: office", "line 8", "line 10: id", "line 11", "line 12", "10 of 12 lines"}
	if len(lines) != len(wants) {
		t.Fatalf("%d lines on standard error, want %d:\n%s", len(lines), len(wants), errs)
	}
	for i, want := range wants {
		if !strings.Contains(lines[i], want) {
			t.Errorf("%q does not name %q", lines[i], want)
		}
	}
	if ids := slices.Sorted(maps.Keys(got)); !slices.Equal(ids, []string{"1", "13"}) {
		t.Errorf("answered were %v", ids)
	}
}

func testAskBesideServer(t *testing.T, q *questioned) {
	t.Helper()
	p := q.start("serve", "--addr", "127.0.0.1:0")
	got, errs, err := q.answers([]string{`{"id":1,"question":"Berapa laporan lampu jalan di Rawa Makmur 7 hari terakhir?"}`})
	if a := got["1"]; err != nil || errs != "" || a.Value == nil || *a.Value != 11 {
		t.Errorf("%+v, %v: %s", a, err, errs)
	}
	token := strings.TrimSpace(q.must("user", "token", "--role", "auditor"))
	number, err := city.ParseReceiptName(got["1"].Receipt)
	if err != nil {
		t.Fatal(err)
	}
	r := fetch[city.Receipt](t, token, fmt.Sprintf("%s/api/receipts/%d", p.url, number))
	if r.Status != city.Answered || r.Answer != got["1"].Answer || r.Asker.Role != city.WaliKota || len(r.Calls) == 0 {
		t.Errorf("the auditor reads %+v", r)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}

// checks are what verify printed as JSON lines.
func checks(t *testing.T, out string) (list []city.ReceiptCheck) {
	t.Helper()
	for line := range strings.Lines(out) {
		var c city.ReceiptCheck
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, c)
	}
	return list
}

func testVerifySame(t *testing.T, q *questioned) {
	t.Helper()
	list := checks(t, q.must("verify", "--json", "--strict"))
	for i, c := range list {
		if c.Number != int64(i+1) || !c.Chain || !c.Same || len(c.Differences) != 0 {
			t.Errorf("%+v", c)
		}
	}
	if len(list) < 25 {
		t.Errorf("%d receipts for more questions", len(list))
	}
	want := fmt.Sprintf("%d bukti diperiksa, %d sama, 0 berbeda\n", len(list), len(list))
	if out := q.must("verify"); out != want {
		t.Errorf("verify says %q, want %q", out, want)
	}
	if out := q.must("verify", "B-000001", "--since", "2026-01-01"); !strings.HasPrefix(out, "1 bukti diperiksa, 1 sama") {
		t.Errorf("one alone: %q", out)
	}
	_, errs, err := q.try("", "verify", "B-999999")
	mustFail(t, errs, err, 1, "B-999999")
	_, errs, err = q.try("", "verify", "bukti-satu")
	mustFail(t, errs, err, 2, "bukti-satu")
}

// testVerifyCorrected: a report turns out to be about something else, and one
// more of those days comes in later.
func testVerifyCorrected(t *testing.T, q *questioned) {
	t.Helper()
	changed := slices.Clone(q.rows[0]) // rubbish in Sempaja Selatan
	changed[7] = "pohon"
	header, _, _ := strings.Cut(askedRows(q.now), "\n")
	q.must("import", "reports", q.file("koreksi.csv", header+"\n"+strings.Join(changed, ",")+"\n"))
	out := q.must("verify", "B-000001")
	for _, want := range []string{"B-000001", "17 laporan, kini 16 laporan", "dikoreksi", "1 bukti diperiksa, 0 sama, 1 berbeda"} {
		if !strings.Contains(out, want) {
			t.Errorf("verify does not say %q:\n%s", want, out)
		}
	}
	list := checks(t, q.must("verify", "--json", "B-000001"))
	if len(list) != 1 || list[0].Same || !list[0].Chain || len(list[0].Differences) == 0 {
		t.Fatalf("%+v", list)
	}
	if d := list[0].Differences[0]; d.Reason != "corrected" || d.Before == nil || *d.Before != 17 || d.After == nil || *d.After != 16 {
		t.Errorf("%+v", d)
	}
	_, errs, err := q.try("", "verify", "--strict", "--json", "B-000001")
	mustFail(t, errs, err, 1, "other figures")
}

// testVerifyTampered: the database's superuser writes past the triggers.
func testVerifyTampered(t *testing.T, q *questioned) {
	t.Helper()
	db, err := localdb.Open(t.Context(), localdb.Options{Dir: q.data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(t.Context()) }()
	superuser := storetest.Connect(t, strings.Replace(db.SuperuserURL(), "/postgres?", "/balaikota?", 1))
	const body = `replace(body, '17 laporan', '71 laporan')`
	for _, sql := range []string{
		`ALTER TABLE receipts DISABLE TRIGGER ALL`,
		`UPDATE receipts SET body = ` + body + `, hash = encode(sha256(convert_to(` + body + `, 'UTF8')), 'hex') WHERE number = 1`,
		`ALTER TABLE receipts ENABLE TRIGGER ALL`,
	} {
		if _, err := superuser.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, err := q.try("", "verify", "--json")
	mustFail(t, errs, err, 1, "B-000002")
	for _, c := range checks(t, out) {
		if c.Chain == (c.Number <= 2) {
			t.Errorf("receipt %d: chain %v", c.Number, c.Chain)
		}
	}
}

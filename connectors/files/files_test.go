package files

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
)

var wita = time.FixedZone("WITA", 8*3600)

func clock() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, wita) }

// csvRows reads external_id,text from a CSV; enough of a reader to watch a
// folder with. The program's own is backend/importing.
type csvRows struct {
	f    *os.File
	r    *csv.Reader
	line int
}

func openCSV(_ context.Context, kind, path string) (connectors.RowReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil || kind != "reports" || header[0] != "external_id" {
		_ = f.Close()
		return nil, city.InvalidField(filepath.Base(path), "the heading cannot be read")
	}
	return &csvRows{f: f, r: r, line: 1}, nil
}

func (c *csvRows) Close() error { return c.f.Close() }

func (c *csvRows) Next() (connectors.Row, error) {
	cells, err := c.r.Read()
	c.line++
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken) && errors.Is(err, csv.ErrFieldCount):
		return connectors.Row{Number: c.line, Refused: &city.Refusal{Kind: "reports", Place: fmt.Sprintf("row %d", c.line), Reason: "cells"}}, nil
	case errors.As(err, &broken):
		return connectors.Row{}, city.InvalidField("x", "quotation marks in line %d", broken.Line)
	case err != nil:
		return connectors.Row{}, err
	}
	return connectors.Row{Number: c.line, Report: &city.Report{ExternalID: cells[0], Text: cells[1], CreatedAt: clock()}}, nil
}

// folder is a watched folder in a test.
type folder struct {
	t      *testing.T
	path   string
	more   string
	now    time.Time
	cursor json.RawMessage
	opened int
}

func newFolder(t *testing.T, more string) *folder {
	t.Helper()
	return &folder{t: t, path: t.TempDir(), more: more, now: clock()}
}

// put writes a file that was last changed the given time before now.
func (f *folder) put(name, text string, age time.Duration) {
	f.t.Helper()
	path := filepath.Join(f.path, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Chtimes(path, f.now.Add(-age), f.now.Add(-age)); err != nil {
		f.t.Fatal(err)
	}
}

func rows(from, to int) string {
	var b strings.Builder
	b.WriteString("external_id,text\n")
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "r%d,contoh %d\n", i, i)
	}
	return b.String()
}

// connector makes the connector of one run.
func (f *folder) connector() connectors.Connector {
	f.t.Helper()
	config := fmt.Sprintf(`{"folder":%q,"kind":"reports"%s}`, f.path, f.more)
	c, err := Spec.New(json.RawMessage(config), connectors.Env{
		Log: slog.New(slog.NewTextHandler(f.t.Output(), nil)), Now: func() time.Time { return f.now },
		OpenRows: func(ctx context.Context, kind, path string) (connectors.RowReader, error) {
			f.opened++
			return openCSV(ctx, kind, path)
		},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// run pulls until there is no more, at most pages pages, and returns the ids
// and refusals that came in.
func (f *folder) run(pages int) []string {
	f.t.Helper()
	c := f.connector()
	got := []string{}
	for range pages {
		page, err := c.Pull(f.t.Context(), f.cursor)
		if err != nil {
			got = append(got, "error "+err.Error())
			break
		}
		for _, r := range page.Reports {
			got = append(got, r.ExternalID)
		}
		for _, r := range page.Refused {
			got = append(got, "refused "+r.Place+": "+r.Reason)
		}
		f.cursor = page.Cursor
		if !page.More {
			break
		}
	}
	if err := c.(interface{ Close() error }).Close(); err != nil {
		f.t.Error(err)
	}
	return got
}

func (f *folder) expect(what string, got []string, want ...string) {
	f.t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("%s: %s", what, diff)
	}
}

func TestFilesAreTakenOnceOldestFirst(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	f.put("b.csv", rows(3, 4), 2*time.Minute)
	f.put("A.CSV", rows(1, 2), 3*time.Minute)
	f.put("catatan.txt", "bukan", time.Hour)
	f.expect("first", f.run(99), "r1", "r2", "r3", "r4")
	f.expect("again", f.run(99))
	f.put("c.csv", rows(5, 5), time.Minute)
	f.expect("a new one", f.run(99), "r5")
	f.put("salinan.csv", rows(3, 4), time.Minute)
	f.expect("the same content under another name", f.run(99))
	f.put("b.csv", rows(3, 6), time.Minute)
	f.expect("a file that grew", f.run(99), "r3", "r4", "r5", "r6")
	if f.opened != 4 {
		t.Errorf("opened %d files", f.opened)
	}
}

func TestHalfWrittenFilesWait(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	for _, name := range []string{"a.csv.part", "~$a.csv", ".a.csv", "a.csv.tmp", "a.csv~", "b.csv.crdownload"} {
		f.put(name, rows(1, 1), time.Hour)
	}
	f.put("baru.csv", rows(1, 2), 3*time.Second)
	if err := os.Symlink(filepath.Join(f.path, "baru.csv"), filepath.Join(f.path, "tautan.csv")); err != nil {
		t.Fatal(err)
	}
	f.expect("just written", f.run(99))
	f.now = f.now.Add(5 * time.Second)
	f.put("baru.csv", rows(1, 3), 0) // still growing
	f.expect("grown", f.run(99))
	f.now = f.now.Add(8 * time.Second)
	f.expect("unchanged for 8 s", f.run(99))
	f.now = f.now.Add(3 * time.Second)
	f.expect("unchanged for 11 s", f.run(99), "r1", "r2", "r3")
}

func TestFileFromAComputerWhoseClockRunsAhead(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	f.put("depan.csv", rows(1, 1), -24*time.Hour)
	f.expect("seen first", f.run(99))
	f.now = f.now.Add(11 * time.Second)
	f.expect("the same since", f.run(99), "r1")
}

func TestHugeFileGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	f := newFolder(t, `,"page_rows":10`)
	f.put("besar.csv", rows(1, 95), time.Minute)
	got := f.run(4) // stopped after four pages, as by a crash or a limit
	if len(got) != 40 || f.opened != 1 {
		t.Fatalf("%d rows, opened %d times", len(got), f.opened)
	}
	got = append(got, f.run(99)...)
	if len(got) != 95 || got[40] != "r41" || got[94] != "r95" || f.opened != 2 {
		t.Errorf("%d rows, opened %d times: %v", len(got), f.opened, got)
	}
	f.expect("after the end", f.run(99))
}

func TestFileThatChangesWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	f := newFolder(t, `,"page_rows":10`)
	f.put("besar.csv", rows(1, 25), time.Minute)
	if got := f.run(2); len(got) != 20 {
		t.Fatalf("%d rows", len(got))
	}
	f.put("besar.csv", rows(101, 105), time.Minute/2)
	f.expect("replaced between runs", f.run(99), "r101", "r102", "r103", "r104", "r105")

	f.put("lagi.csv", rows(1, 15), time.Minute)
	c := f.connector()
	first, err := c.Pull(t.Context(), f.cursor)
	if err != nil || len(first.Reports) != 10 {
		t.Fatalf("%d rows, %v", len(first.Reports), err)
	}
	f.put("lagi.csv", rows(1, 16), time.Minute/3)
	f.cursor = first.Cursor
	if got := f.run(99); len(got) != 16 {
		t.Errorf("replaced within a run: %v", got)
	}
	if err := c.(interface{ Close() error }).Close(); err != nil {
		t.Error(err)
	}
}

func TestFilesAtFaultAreRefusedWithTheReasonAndDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	f.put("1.csv", "bukan,kepala\n", 3*time.Minute)
	f.put("2.csv", "external_id,text\nr1,a\nr2,a,lebih\nr3,\"tidak tutup\n", 2*time.Minute)
	f.put("3.csv", rows(9, 9), time.Minute)
	f.expect("all three", f.run(99),
		"refused 1.csv: the rest of the file is not read: the heading cannot be read",
		"r1", "refused row 3: cells", "refused 2.csv: the rest of the file is not read: x: quotation marks in line 4", "r9")
	f.expect("not again", f.run(99))
	f.put("1.csv", rows(7, 7), time.Minute)
	f.expect("mended", f.run(99), "r7")
}

func TestFinishedFilesMoveOnlyAfterTheyAreStored(t *testing.T) {
	t.Parallel()
	done := t.TempDir()
	f := newFolder(t, fmt.Sprintf(`,"done":%q`, done))
	f.put("a.csv", rows(1, 1), time.Minute)
	exists := func(path string) bool { _, err := os.Stat(path); return err == nil }

	before := f.cursor
	f.expect("read", f.run(1), "r1")
	if !exists(filepath.Join(f.path, "a.csv")) {
		t.Fatal("moved before anybody could have stored it")
	}
	after := f.cursor
	f.cursor = before // the store failed: the cursor did not move
	f.expect("read again", f.run(1), "r1")
	f.cursor = after
	f.expect("stored", f.run(1))
	if exists(filepath.Join(f.path, "a.csv")) || !exists(filepath.Join(done, "a.csv")) {
		t.Error("not moved after it was stored")
	}
	f.put("a.csv", rows(2, 2), time.Minute) // the same name again
	f.expect("same name", f.run(99), "r2")
	f.run(1)
	if text, err := os.ReadFile(filepath.Join(done, "a.csv")); err != nil || !strings.Contains(string(text), "r1") || !exists(filepath.Join(done, "a-2.csv")) {
		t.Errorf("the earlier file was overwritten: %s, %v", text, err)
	}
}

func TestNothingMovesUnlessAsked(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	f.put("a.csv", rows(1, 1), time.Minute)
	f.run(99)
	f.run(99)
	if _, err := os.Stat(filepath.Join(f.path, "a.csv")); err != nil {
		t.Error(err)
	}
}

func TestMissingFolderAndSettings(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	f.path = filepath.Join(f.path, "tiada")
	if got := f.run(1); len(got) != 1 || !strings.Contains(got[0], "folder: cannot be opened") {
		t.Errorf("got %v", got)
	}
	for field, config := range map[string]string{
		"kind": `{"folder":"/x","kind":"video"}`, "folder": `{"kind":"reports"}`, "patterns[0]": `{"folder":"/x","kind":"reports","patterns":["../*.csv"]}`,
		"done": `{"folder":"/x","kind":"reports","done":"/x/"}`, "page_rows": `{"folder":"/x","kind":"reports","page_rows":0}`,
	} {
		var e *city.Error
		if err := Spec.Check(json.RawMessage(config)); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s gives %v", config, err)
		}
	}
}

func TestCursorStaysSmallInAFullFolder(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "")
	for i := range 500 {
		f.put(fmt.Sprintf("laporan-simulasi-panjang-sekali-%05d.csv", i), rows(i, i), time.Hour)
	}
	if got := f.run(999); len(got) != 500 {
		t.Fatalf("%d rows", len(got))
	}
	if len(f.cursor) > 500*24 {
		t.Errorf("the cursor has %d bytes", len(f.cursor))
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"done":"AAAAAAAAAAE=","content":"AAAAAAAAAAE=","file":{"name":"a.csv","size":3,"rows":2}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var cur cursor
		if json.Unmarshal(raw, &cur) != nil {
			return
		}
		out, err := json.Marshal(cur)
		if err != nil {
			return // a year that JSON has no form for
		}
		var again cursor
		if err := json.Unmarshal(out, &again); err != nil {
			t.Errorf("%s cannot be read back: %v", out, err)
		}
	})
}

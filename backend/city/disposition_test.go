package city_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

// movesByHand is the life of a disposition as the glossary tells it, written
// down a second time: kind, party, statuses it may be taken in, and what it
// leads to ("" stays).
var movesByHand = []struct {
	kind  string
	party string
	from  string
	to    string
}{
	{"read", "addressee", "sent", ""},
	{"accept", "addressee", "sent asked", "accepted"},
	{"ask", "addressee", "sent accepted working", "asked"},
	{"reply", "sender", "asked hindered", "accepted"},
	{"decline", "addressee", "sent accepted asked hindered", "declined"},
	{"progress", "addressee", "accepted working hindered asked", "working"},
	{"hinder", "addressee", "sent accepted working", "hindered"},
	{"resume", "sender addressee", "hindered", "working"},
	{"pass_on", "addressee", "sent passed_on accepted working hindered asked", "passed_on"},
	{"finish", "addressee", "passed_on accepted working hindered asked", "proof_in"},
	{"confirm", "sender system", "proof_in", "done"},
	{"reopen", "sender system", "proof_in done", "working"},
	{"cancel", "sender", "sent accepted working asked hindered passed_on proof_in declined", "canceled"},
	{"extend", "sender", "sent accepted working asked hindered passed_on proof_in declined", ""},
	{"redirect", "sender", "declined", "sent"},
	{"note", "sender addressee reader system", "sent accepted working asked hindered passed_on proof_in done declined canceled", ""},
	{"remind", "sender system", "sent accepted working asked hindered passed_on proof_in declined", ""},
	{"escalate", "system", "sent accepted working asked hindered passed_on proof_in declined", ""},
}

// TestEveryStatusKindAndParty holds every one of the 10 × 18 × 4 moves against
// the table.
func TestEveryStatusKindAndParty(t *testing.T) {
	t.Parallel()
	if len(movesByHand) != len(city.DispositionStepKinds) {
		t.Fatalf("%d kinds by hand, %d declared", len(movesByHand), len(city.DispositionStepKinds))
	}
	parties := []city.Party{city.PartySender, city.PartyAddressee, city.PartyReader, city.PartySystem}
	for _, m := range movesByHand {
		for _, status := range city.DispositionStatuses {
			for _, party := range parties {
				want, code := status, city.Code("")
				switch {
				case !slices.Contains(strings.Fields(m.party), string(party)):
					code = city.Forbidden
				case !slices.Contains(strings.Fields(m.from), string(status)):
					code = city.Conflict
				case m.to != "":
					want = city.DispositionStatus(m.to)
				}
				got, err := status.Move(city.DispositionStepKind(m.kind), party)
				if got != want || city.CodeOf(err) != code {
					t.Errorf("%s by the %s while %s: %s, %v; want %s, %q", m.kind, party, status, got, err, want, code)
				}
				if offered := slices.Contains(status.Steps(party), city.DispositionStepKind(m.kind)); offered != (code == "") {
					t.Errorf("%s by the %s while %s: offered %v", m.kind, party, status, offered)
				}
			}
		}
	}
	if _, err := city.DispositionSent.Move("send", city.PartySender); city.CodeOf(err) != city.Invalid {
		t.Errorf("send is a move: %v", err)
	}
}

// Posts of two kecamatan, for rights.
var (
	postMayor   = city.Scope{Role: city.WaliKota}
	postSekda   = city.Scope{Role: city.Sekda}
	postPU      = city.Scope{Role: city.KepalaOPD, OfficeID: 1}
	postBPBD    = city.Scope{Role: city.KepalaOPD, OfficeID: 2}
	postCamat   = city.Scope{Role: city.Camat, AreaCode: "64.72.03"}
	postCamat2  = city.Scope{Role: city.Camat, AreaCode: "64.72.05"}
	postLurah   = city.Scope{Role: city.Lurah, AreaCode: "64.72.03.1004"}
	postLurah2  = city.Scope{Role: city.Lurah, AreaCode: "64.72.05.1003"}
	postOp      = city.Scope{Role: city.Operator}
	postAuditor = city.Scope{Role: city.Auditor}
	allPosts    = []city.Scope{postMayor, postSekda, postPU, postBPBD, postCamat, postCamat2, postLurah, postLurah2, postOp, postAuditor}
)

func addressee(s city.Scope) city.Addressee {
	return city.Addressee{Role: s.Role, OfficeID: s.OfficeID, AreaCode: s.AreaCode}
}

// TestWhoMayInstructWhom: every post to every post, of its own accord and as
// a part of what it was given at a place in the first kecamatan.
func TestWhoMayInstructWhom(t *testing.T) {
	t.Parallel()
	of := func(posts ...city.Scope) []city.Scope { return posts }
	want := map[city.Scope][]city.Scope{
		postMayor: of(postSekda, postPU, postBPBD, postCamat, postCamat2, postLurah, postLurah2),
		postSekda: of(postPU, postBPBD, postCamat, postCamat2, postLurah, postLurah2),
		postCamat: of(postLurah), postCamat2: of(postLurah2),
	}
	wantPart := map[city.Scope][]city.Scope{
		postMayor: want[postMayor], postSekda: want[postSekda], postCamat: want[postCamat], postCamat2: want[postCamat2],
		postPU: of(postCamat, postLurah), postBPBD: of(postCamat, postLurah),
	}
	for _, from := range allPosts {
		for _, to := range allPosts {
			if got := city.MayInstruct(from, addressee(to), false, ""); got != slices.Contains(want[from], to) {
				t.Errorf("%v to %v: %v", from, to, got)
			}
			if got := city.MayInstruct(from, addressee(to), true, "64.72.03.1004"); got != slices.Contains(wantPart[from], to) {
				t.Errorf("%v hands on to %v: %v", from, to, got)
			}
		}
		if got := city.MayInstructAny(from.Role); got != (len(wantPart[from]) > 0) {
			t.Errorf("%v may instruct somebody: %v", from, got)
		}
	}
	if !city.MayInstruct(postPU, addressee(postLurah2), true, "64.72") || !city.MayInstruct(postPU, addressee(postLurah2), true, "") {
		t.Error("a part of what concerns the whole city cannot go to a kelurahan")
	}
}

func TestPartiesArePosts(t *testing.T) {
	t.Parallel()
	for _, s := range allPosts {
		want := city.PartyReader
		switch s {
		case postCamat:
			want = city.PartySender
		case postLurah:
			want = city.PartyAddressee
		}
		if got := city.PartyOf(s, postCamat, postLurah); got != want {
			t.Errorf("%v is the %s", s, got)
		}
	}
	if got := city.PartyOf(city.System.Scope(), postCamat, postLurah); got != city.PartySystem {
		t.Errorf("Balaikota is the %s", got)
	}
}

// TestWhoSeesADisposition: one from the mayor to the first lurah with a copy
// for BPBD, ordinary and secret; each event reaches each reader once.
func TestWhoSeesADisposition(t *testing.T) {
	t.Parallel()
	for secret, want := range map[bool][]city.Scope{
		false: {postMayor, postSekda, postBPBD, postCamat, postLurah, postOp, postAuditor},
		true:  {postMayor, postSekda, postBPBD, postLurah, postAuditor},
	} {
		r := city.DispositionReaders{Offices: []int64{2, 59}, Areas: []string{"64.72.03.1004"}, Secret: secret}
		events := r.Events(city.Event{Topic: city.TopicDispositions, Key: "1", Op: "put"})
		for _, s := range allPosts {
			told := 0
			for _, e := range events {
				if e.VisibleTo(s) {
					told++
				}
			}
			times := 0
			if slices.Contains(want, s) {
				times = 1
			}
			if r.SeenBy(s) != (times == 1) || told != times {
				t.Errorf("secret %v: %v sees it: %v, told %d times", secret, s, r.SeenBy(s), told)
			}
		}
		for _, s := range []city.Scope{{}, {Role: city.Publik}, {Role: city.Camat}, {Role: city.Lurah}, {Role: city.KepalaOPD}} {
			if r.SeenBy(s) {
				t.Errorf("secret %v: %v sees it", secret, s)
			}
		}
	}
}

func TestTwoLurahOfOneKecamatanTellTheirCamatOnce(t *testing.T) {
	t.Parallel()
	r := city.DispositionReaders{Areas: []string{"64.72.03.1004", "64.72.03.1005", "64.72.03"}}
	told := 0
	for _, e := range r.Events(city.Event{}) {
		if e.VisibleTo(postCamat) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	gone := r.Without(city.DispositionReaders{Areas: []string{"64.72.03"}}).Removals(city.TopicDispositions, "7")
	for _, e := range gone {
		if e.Op != "remove" || e.VisibleTo(postMayor) {
			t.Errorf("%+v", e)
		}
	}
	if len(gone) != 3 { // both lurah, and their camat, whom the change that follows tells again
		t.Errorf("%d removals", len(gone))
	}
}

// calendar2026 is Samarinda's with the holidays of the golden table below.
func calendar2026(t *testing.T) city.Calendar {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	return city.Calendar{Location: zone, Holidays: map[string]bool{"2026-12-24": true, "2026-12-25": true, "2027-01-01": true}}
}

// TestWaitingMovesADeadline is worked out by hand. Given on Monday 21 December
// 2026 09.00 with 3 working days (22, 23, 28; the 24th and 25th are off): due
// at the end of Monday the 28th.
func TestWaitingMovesADeadline(t *testing.T) {
	t.Parallel()
	cal := calendar2026(t)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15.04", s, cal.Location)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	given := at("2026-12-21 09.00")
	days := city.DispositionOrder{DueDays: 3}.Deadline(cal, given)
	if !days.At.Equal(at("2026-12-29 00.00")) || days.Clock {
		t.Fatalf("3 working days: %v %v", days.At.In(cal.Location), days.Clock)
	}
	hours := city.DispositionOrder{DueHours: 12}.Deadline(cal, given)
	if !hours.At.Equal(at("2026-12-21 21.00")) || !hours.Clock {
		t.Fatalf("12 hours: %v %v", hours.At, hours.Clock)
	}
	for _, c := range []struct {
		name        string
		of          city.Deadline
		from, until string
		want        string
		late        time.Duration
	}{
		{"three hours of a working day", days, "2026-12-22 10.00", "2026-12-22 13.00", "2026-12-29 03.00", 0},
		{"a whole working day", days, "2026-12-22 00.00", "2026-12-23 00.00", "2026-12-30 00.00", 0},
		{"over two holidays and a weekend", days, "2026-12-23 12.00", "2026-12-28 12.00", "2026-12-30 00.00", 0},
		{"only holidays and weekend", days, "2026-12-24 00.00", "2026-12-28 00.00", "2026-12-29 00.00", 0},
		{"the day it was given", days, "2026-12-21 10.00", "2026-12-21 22.00", "2026-12-29 00.00", 0},
		{"from the day it was given into the next", days, "2026-12-21 22.00", "2026-12-22 02.00", "2026-12-29 02.00", 0},
		{"beyond the deadline, from before it", days, "2026-12-28 12.00", "2026-12-29 12.00", "2026-12-30 00.00", 0},
		{"over New Year's Day and a weekend", days, "2026-12-28 00.00", "2027-01-04 00.00", "2027-01-05 00.00", 0},
		{"from after the deadline", days, "2026-12-29 01.00", "2026-12-29 05.00", "2026-12-29 00.00", 4 * time.Hour},
		{"nothing", days, "2026-12-22 10.00", "2026-12-22 10.00", "2026-12-29 00.00", 0},
		{"the clock, at night and on the day given", hours, "2026-12-21 20.00", "2026-12-22 02.00", "2026-12-22 03.00", 0},
		{"the clock, from after the deadline", hours, "2026-12-21 22.00", "2026-12-22 02.00", "2026-12-21 21.00", 4 * time.Hour},
	} {
		got, late := cal.AfterWaiting(c.of, given, at(c.from), at(c.until))
		if !got.At.Equal(at(c.want)) || late != c.late {
			t.Errorf("%s: due %s, late %s; want %s, %s", c.name, got.At.In(cal.Location).Format("2006-01-02 15.04"), late, c.want, c.late)
		}
		// What moves a report's deadline moves this one alike.
		until := at(c.until)
		if due, ok := cal.PausedDue(given, 3, []city.Pause{{From: at(c.from), Until: &until}}); c.of == days && (!ok || !due.Equal(got.At)) {
			t.Errorf("%s: a report would be due %v", c.name, due)
		}
	}
}

func TestAStatedMoment(t *testing.T) {
	t.Parallel()
	cal := calendar2026(t)
	midnight := time.Date(2026, 12, 24, 16, 0, 0, 0, time.UTC) // 25 December 00.00 WITA
	if d := cal.DeadlineAt(midnight); d.Clock {
		t.Error("the end of a day counts by the clock")
	}
	if d := cal.DeadlineAt(midnight.Add(9 * time.Hour)); !d.Clock {
		t.Error("a moment of a day counts in working days")
	}
}

func TestHowLateADispositionIs(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 12, 28, 16, 0, 0, 0, time.UTC)
	at := func(hours float64) time.Time { return due.Add(time.Duration(hours * float64(time.Hour))) }
	for name, c := range map[string]struct {
		clock city.DispositionClock
		now   time.Time
		want  float64
	}{
		"before":                       {city.DispositionClock{Status: city.DispositionWorking}, at(-1), 0},
		"after":                        {city.DispositionClock{Status: city.DispositionWorking}, at(5), 5},
		"after, having waited":         {city.DispositionClock{Status: city.DispositionWorking, WaitedLate: 2 * time.Hour}, at(5), 3},
		"waits since before":           {city.DispositionClock{Status: city.DispositionAsked, WaitsSince: at(-2)}, at(5), 0},
		"waits since after":            {city.DispositionClock{Status: city.DispositionHindered, WaitsSince: at(1)}, at(5), 1},
		"finished in time, proof late": {city.DispositionClock{Status: city.DispositionProof, FinishedAt: at(-1), WaitsSince: at(-1)}, at(50), 0},
		"done late":                    {city.DispositionClock{Status: city.DispositionDone, FinishedAt: at(4)}, at(500), 4},
		"canceled":                     {city.DispositionClock{Status: city.DispositionCanceled}, at(500), 0},
	} {
		c.clock.DueAt = due
		if got := c.clock.Late(c.now).Hours(); got != c.want {
			t.Errorf("%s: %v hours, want %v", name, got, c.want)
		}
	}
}

func TestOrdersAreChecked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	good := city.DispositionOrder{
		ClientID: "0b6c2a0e-8f6e-4a53-9a54-6d1a0d9a1c11", Office: "Kel. Air Putih", Nature: city.NatureUrgent, Subject: "Drainase tersumbat",
		Instruction: "Bersihkan sebelum hujan.", DueDays: 3,
	}
	if err := good.Check(now); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*city.DispositionOrder){
		"client_id":   func(o *city.DispositionOrder) { o.ClientID = "X" },
		"office":      func(o *city.DispositionOrder) { o.Role = city.Sekda },
		"subject":     func(o *city.DispositionOrder) { o.Subject = "  ab  " },
		"instruction": func(o *city.DispositionOrder) { o.Instruction = strings.Repeat("x", 4001) },
		"nature":      func(o *city.DispositionOrder) { o.Nature = "kilat" },
		"due_days":    func(o *city.DispositionOrder) { o.DueHours = 5 },
		"due_hours":   func(o *city.DispositionOrder) { o.DueDays, o.DueHours = 0, 241 },
		"due_at":      func(o *city.DispositionOrder) { o.DueDays, o.DueAt = 0, new(now) },
		"lon":         func(o *city.DispositionOrder) { o.Lon = new(117.1) },
		"copies":      func(o *city.DispositionOrder) { o.Copies = make([]string, 21) },
	} {
		o := good
		change(&o)
		err := o.Check(now)
		if ce, ok := errors.AsType[*city.Error](err); !ok || ce.Field != field || ce.Code != city.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestStepsAreChecked(t *testing.T) {
	t.Parallel()
	id := "0b6c2a0e-8f6e-4a53-9a54-6d1a0d9a1c11"
	for name, c := range map[string]struct {
		in    city.DispositionStepInput
		field string
	}{
		"accept needs nothing":        {city.DispositionStepInput{Kind: city.StepAccept}, ""},
		"decline needs a reason":      {city.DispositionStepInput{Kind: city.StepDecline, Text: "tidak"}, "text"},
		"hinder needs an obstacle":    {city.DispositionStepInput{Kind: city.StepHinder, Text: "Alat rusak"}, "obstacle"},
		"hinder with one":             {city.DispositionStepInput{Kind: city.StepHinder, Obstacle: "alat"}, ""},
		"another obstacle needs text": {city.DispositionStepInput{Kind: city.StepHinder, Obstacle: "lain"}, "text"},
		"extend needs a moment":       {city.DispositionStepInput{Kind: city.StepExtend}, "due_at"},
		"redirect needs an office":    {city.DispositionStepInput{Kind: city.StepRedirect}, "office"},
		"per cent":                    {city.DispositionStepInput{Kind: city.StepProgress, Percent: new(101)}, "percent"},
		"handing on is sending":       {city.DispositionStepInput{Kind: city.StepPassOn}, "kind"},
		"parts":                       {city.DispositionStepInput{Kind: city.StepProgress, Parts: []city.PartUsed{{Name: " ", Quantity: 1}}}, "parts"},
		"pictures":                    {city.DispositionStepInput{Kind: city.StepFinish, Proofs: []string{"1"}}, "proofs"},
	} {
		c.in.ClientID = id
		err := c.in.Check()
		ce, _ := errors.AsType[*city.Error](err)
		if (c.field == "") != (err == nil) || ce != nil && ce.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func office(names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			panic(err)
		}
		fmt.Fprint(w, "<xml/>")
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestAttachmentsAreWhatTheirBytesSay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content []byte
		want    string // how its name ends, "" refused
	}{
		"a pdf":            {[]byte("%PDF-1.7\n"), ".pdf"},
		"a picture":        {[]byte("\x89PNG\r\n\x1a\n...."), ".png"},
		"a photo":          {[]byte("\xff\xd8\xff\xe0...."), ".jpg"},
		"a document":       {office("[Content_Types].xml", "word/document.xml"), ".docx"},
		"a sheet":          {office("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"},
		"macros":           {office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""},
		"any archive":      {office("a.txt"), ""},
		"a page":           {[]byte("<html><script>alert(1)</script>"), ""},
		"a drawing":        {[]byte("<svg onload=alert(1)>"), ""},
		"a program":        {[]byte("MZ\x90\x00"), ""},
		"nothing":          {nil, ""},
		"too much":         {append([]byte("%PDF-"), make([]byte, city.LargestAttachment)...), ""},
		"a broken archive": {[]byte("PK\x03\x04...."), ""},
	} {
		kind, err := city.SniffAttachment(c.content)
		if (err == nil) != (c.want != "") || err == nil && !strings.HasSuffix(city.AttachmentName("x", kind), c.want) {
			t.Errorf("%s: %q, %v", name, kind, err)
		}
	}
}

func TestNamesOfAttachments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"surat.pdf": "surat.pdf", "../../etc/passwd": "passwd.pdf", `C:\a\surat tugas.PDF`: "surat tugas.pdf", "": "lampiran.pdf", "...": "lampiran.pdf",
		"a\r\nSet-Cookie: x": "aSet-Cookie x.pdf", "surat.exe": "surat.exe.pdf", "\u202egpj.exe": "gpj.exe.pdf",
	} {
		if got := city.AttachmentName(name, "application/pdf"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := city.AttachmentName(strings.Repeat("é", 500), "image/png"); len([]rune(got)) != 124 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

func FuzzSniffAttachment(f *testing.F) {
	f.Add([]byte("%PDF-1.7"), "a.pdf")
	f.Add(office("[Content_Types].xml", "word/document.xml"), "a.docx")
	f.Fuzz(func(t *testing.T, content []byte, name string) {
		kind, err := city.SniffAttachment(content)
		if err != nil {
			return
		}
		got := city.AttachmentName(name, kind)
		if strings.ContainsAny(got, "\r\n\"/\\\x00") || len([]rune(got)) > 125 {
			t.Errorf("%q becomes %q", name, got)
		}
		if again, err := city.SniffAttachment(slices.Clone(content)); err != nil || again != kind {
			t.Errorf("%s, then %s %v", kind, again, err)
		}
	})
}

func TestWhoMayArrangeAStandIn(t *testing.T) {
	t.Parallel()
	lurah := city.Officer{ID: 1, Role: city.Lurah, AreaCode: "64.72.03.1004"}
	boss := city.Officer{ID: 2, Role: city.WaliKota}
	got := map[string]bool{}
	for name, a := range map[string]city.Asker{
		"self": {OfficerID: 1, Role: city.Lurah, AreaCode: "64.72.03.1004"}, "camat": {OfficerID: 3, Role: city.Camat, AreaCode: "64.72.03"},
		"other camat": {OfficerID: 4, Role: city.Camat, AreaCode: "64.72.05"}, "sekda": {OfficerID: 5, Role: city.Sekda}, "operator": {OfficerID: 6, Role: city.Operator},
		"auditor": {OfficerID: 7, Role: city.Auditor}, "opd": {OfficerID: 8, Role: city.KepalaOPD, OfficeID: 1}, "token": {Role: city.Lurah, AreaCode: "64.72.03.1004"},
	} {
		got["lurah by "+name], got["mayor by "+name] = city.MayArrange(a, lurah), city.MayArrange(a, boss)
	}
	for k, v := range got {
		if !v {
			delete(got, k)
		}
	}
	if diff := cmp.Diff(map[string]bool{"lurah by self": true, "lurah by camat": true, "lurah by sekda": true, "lurah by operator": true, "mayor by operator": true}, got); diff != "" {
		t.Error(diff)
	}
}

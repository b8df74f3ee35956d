package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/identity"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

var (
	anOperator = city.Asker{Role: city.Operator}
	byMail     = []city.NoticeChannel{city.NoticeEmail}
	inLetter   = regexp.MustCompile(`\b[0-9]{6}\b`)
)

// ask notes a request of a kind by who gave this, and looks for what is theirs.
func (f *fixture) askOwn(t *testing.T, kind city.SubjectKind, who city.Reporter) city.SubjectDetail {
	t.Helper()
	id, err := f.NoteSubject(t.Context(), store.CommandLine, anOperator, city.NewSubject{ClientID: uuid(t, string(kind)+who.Name+who.Email+who.Phone), Kind: kind, Way: "loket", Who: who})
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.FindSubject(t.Context(), store.CommandLine, anOperator, id, "")
	if err != nil || got != who {
		t.Fatalf("who asks: %+v, %v", got, err)
	}
	return f.subject(t, id)
}

func (f *fixture) subject(t *testing.T, id int64) city.SubjectDetail {
	t.Helper()
	d, err := f.Subject(t.Context(), anOperator, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func uuid(t *testing.T, of string) string {
	t.Helper()
	h := fmt.Sprintf("%x", city.HashOf([]byte(t.Name()+of)))[:32]
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

func (f *fixture) showPaper(t *testing.T, id int64) {
	t.Helper()
	if err := f.ShowSubjectProof(t.Context(), store.CommandLine, anOperator, id, "identitas", "KTP"); err != nil {
		t.Fatal(err)
	}
}

func tickets(found []city.SubjectReport) (out []string) {
	for _, r := range found {
		out = append(out, r.Ticket+" "+strings.Join(r.FoundBy, ","))
	}
	return out
}

// theLetter takes on what waits, as a carrier does, and says that it was taken.
func (f *fixture) theLetter(t *testing.T) city.ReporterErrand {
	t.Helper()
	got, err := f.SubjectMessages().ClaimAsks(t.Context(), "uji", byMail, 10, time.Minute)
	if err != nil || len(got) != 1 {
		t.Fatalf("letters %+v, %v", got, err)
	}
	if held, err := f.SubjectMessages().FinishAsk(t.Context(), got[0], city.NoticeOutcome{Taken: true}); err != nil || !held {
		t.Fatalf("finish: %v, %v", held, err)
	}
	return got[0]
}

// TestAPersonsReportsAreFoundByWhatTheyGave: by address and number as they may be
// written, under every key at hand; never by a name, and never somebody else's.
func TestAPersonsReportsAreFoundByWhatTheyGave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := identity.Open(filepath.Join(dir, "identitas.json"), dir)
	if err := ring.Make(); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.Store = storetest.Open(t, f.db, storetest.WithIdentities(ring), storetest.WithClock(func() time.Time { return f.clock.now }))
	sri := city.Reporter{Name: "Sri Wahyuningsih", Phone: "081377700011", Email: "Sri.W@surel.uji"}
	f.ingest(t, named("a", sri), named("b", city.Reporter{Name: "Sri Wahyuningsih", Email: "sri.lain@surel.uji"}), named("c", city.Reporter{Phone: "0811"}))
	if _, err := ring.Add(); err != nil {
		t.Fatal(err)
	}
	f.ingest(t, named("d", city.Reporter{Phone: "+62 813-7770-0011"}))

	d := f.askOwn(t, city.SubjectCopy, city.Reporter{Name: "Sri Wahyuningsih", Phone: "0813 7770 0011", Email: "sri.w@surel.uji"})
	equal(t, "found", tickets(d.Found), []string{"d telepon", "a surel,telepon"})
	equal(t, "by name alone", tickets(f.askOwn(t, city.SubjectCopy, city.Reporter{Name: "Sri Wahyuningsih"}).Found), []string(nil))
	equal(t, "audited", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'subject.search' AND reason LIKE 'permintaan data pribadi nomor %'"), 2)

	rows := f.everything(t)
	for _, personal := range []string{"Wahyuningsih", "7770", "sri.w"} {
		if strings.Contains(rows, personal) {
			t.Errorf("%q stands in the database", personal)
		}
	}
	for _, asker := range []city.Asker{{Role: city.Auditor}, {Role: city.WaliKota}, {Role: city.Lurah, AreaCode: storetest.AirPutih}, {}} {
		if _, err := f.FindSubject(t.Context(), store.CommandLine, asker, d.ID, ""); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s searches: %v", asker.Role, err)
		}
		_, err := f.Subjects(t.Context(), asker)
		if reads := asker.Role == city.Auditor; reads && err != nil || !reads && city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s reads: %v", asker.Role, err)
		}
	}
}

// TestWhoAsksProvesItByACode: the code goes to the address that the reports came
// from, stands nowhere, can be read back five times, and covers what that address
// leads to.
func TestWhoAsksProvesItByACode(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Email: "wati@surel.kota", Phone: "081377700011"}
	f.ingest(t, named("a", who), named("b", city.Reporter{Phone: "081377700011", Email: "suami@surel.kota"}))
	d := f.askOwn(t, city.SubjectCopy, who)
	equal(t, "found", tickets(d.Found), []string{"b telepon", "a surel,telepon"})
	if err := f.SendSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, city.NoticeTelegram, []city.NoticeChannel{city.NoticeEmail, city.NoticeTelegram}); city.CodeOf(err) != city.Conflict {
		t.Errorf("by a chat that leads nowhere: %v", err)
	}
	send := func() string {
		t.Helper()
		if err := f.SendSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, city.NoticeEmail, byMail); err != nil {
			t.Fatal(err)
		}
		e := f.theLetter(t)
		equal(t, "address", e.Address, "wati@surel.kota")
		return inLetter.FindString(e.Letter.Before)
	}
	other := func(code string) string { return fmt.Sprintf("%06d", (int(code[5]-'0')+1)%10) }
	code := send()
	if rows := f.everything(t); strings.Contains(rows, code) {
		t.Error("the code stands in the database")
	}
	for left := 4; left >= 0; left-- {
		err := f.ReadBackSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, other(code))
		own, _ := errors.AsType[*city.Error](err)
		if own == nil || own.Field != "code" || own.Params["left"] != fmt.Sprint(left) {
			t.Errorf("a wrong code: %v", err)
		}
	}
	if err := f.ReadBackSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, code); city.CodeOf(err) != city.Conflict {
		t.Errorf("the right code after five wrong ones: %v", err)
	}
	code = send()
	f.clock.forward(16 * time.Minute)
	if err := f.ReadBackSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, code); city.CodeOf(err) != city.Conflict {
		t.Errorf("a code that is too old: %v", err)
	}
	if err := f.CopySubject(t.Context(), store.CommandLine, anOperator, d.ID, nil, nil); city.CodeOf(err) != city.Conflict {
		t.Errorf("a copy without a proof: %v", err)
	}
	code = send()
	if err := f.ReadBackSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, " "+code[:3]+" "+code[3:]); err != nil {
		t.Fatal(err)
	}
	d = f.subject(t, d.ID)
	equal(t, "state", []any{d.State, d.Proof, d.ProofWay, d.CodesLeft}, []any{city.SubjectProven, "kode", "surel", 2})
	equal(t, "covered", []bool{d.Found[0].Proven, d.Found[1].Proven}, []bool{false, true})
	send()
	send()
	if err := f.SendSubjectCode(t.Context(), store.CommandLine, anOperator, d.ID, city.NoticeEmail, byMail); city.CodeOf(err) != city.Conflict {
		t.Errorf("a sixth code: %v", err)
	}
	equal(t, "addresses that are kept", one[int](t, f.sql, "SELECT count(*)::int FROM subject_messages WHERE sealed IS NOT NULL"), 0)
	for _, note := range []string{"KTP 6472031203900001", "x"} {
		if err := f.ShowSubjectProof(t.Context(), store.CommandLine, anOperator, d.ID, "identitas", note); city.CodeOf(err) != city.Invalid {
			t.Errorf("a paper %q: %v", note, err)
		}
	}
}

// TestTheCopyHoldsAllOfTheirsAndNothingOfOthers: their words in full, who they
// are, what they were told, what was done by whom and why; no other's report of the
// same incident, no officer's name.
func TestTheCopyHoldsAllOfTheirsAndNothingOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Name: "Wati", Email: "wati@surel.kota"}
	mine, other := named("a", who), named("b", city.Reporter{Name: "Tetangga", Email: "tetangga@surel.kota"})
	mine.Text, mine.Answer = "Rumah saya kebanjiran, hubungi 081377700011", "Pak Budi di 081234567890 akan datang"
	other.Text = "Tetangga juga kebanjiran"
	f.ingest(t, mine, other)
	operator := storetest.Officer(t, f.Store, city.Operator, func(o *store.Officer) { o.Username, o.Name = "siti-operator", "Siti Rahasia" })
	by := city.Actor{OfficerID: operator.ID, Name: "siti-operator"}
	number := one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = 'a'")
	if _, err := f.Reporter(t.Context(), by, anOperator, number, "warga minta dihubungi di 081999888777"); err != nil {
		t.Fatal(err)
	}
	if err := f.Reply(t.Context(), by, anOperator, number, city.Reply{ClientID: uuid(t, "balas"), Text: "Perahu dikirim sore ini", InPerson: true}, nil); err != nil {
		t.Fatal(err)
	}
	d := f.askOwn(t, city.SubjectCopy, city.Reporter{Email: "wati@surel.kota"})
	f.showPaper(t, d.ID)
	var head city.SubjectCopyHead
	var got []city.SubjectData
	if err := f.CopySubject(t.Context(), by, anOperator, d.ID, func(h city.SubjectCopyHead) error { head = h; return nil }, func(r city.SubjectData) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Text != mine.Text || got[0].Who == nil || *got[0].Who != who || head.Reports != 1 || head.KeepMonths != 24 {
		t.Fatalf("%+v: %+v", head, got)
	}
	body, err := json.Marshal([]any{head, got})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"081377700011", "Perahu dikirim sore ini", "[telepon]", "Identitas pelapor dibuka", "warga minta dihubungi", "Operator", "Salinan dibuat"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("without %q: %s", want, body)
		}
	}
	for _, foreign := range []string{"Tetangga", "081234567890", "081999888777", "siti", "Siti", "Rahasia"} {
		if strings.Contains(string(body), foreign) {
			t.Errorf("with %q: %s", foreign, body)
		}
	}
	reads := one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'reporter.read' AND subject = $1 AND reason LIKE 'permintaan data pribadi%'", fmt.Sprint(number))
	equal(t, "openings that were audited", reads, 1)
	if err := f.DecideSubject(t.Context(), by, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectMet, Channel: city.NoticeEmail}, byMail); err != nil {
		t.Fatal(err)
	}
	if e := f.theLetter(t); e.Address != who.Email || !strings.Contains(e.Letter.Before, "sudah selesai") {
		t.Errorf("the letter: %+v", e)
	}
	if err := f.DecideSubject(t.Context(), by, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectRefused, Reason: "terlambat memutus"}, nil); city.CodeOf(err) != city.Conflict {
		t.Errorf("decided twice: %v", err)
	}
}

// TestACorrectionHoldsAgainstTheSource: what was put right stays when the source
// sends the old again, or changes something else; what the person adds comes in.
func TestACorrectionHoldsAgainstTheSource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Name: "Wti", Email: "wati@surel.kota"}
	old := named("a", who)
	old.Text, old.Address = "Lampu mati di rumah Bu Wti", "Jl. Lama 1"
	f.ingest(t, old)
	d := f.askOwn(t, city.SubjectCorrect, city.Reporter{Email: "wati@surel.kota"})
	number := d.Found[0].ReportID
	change := city.SubjectChange{
		ReportID: number, Reason: "nama dan alamat salah ketik", Text: new("Lampu mati di rumah Bu Wati"), Address: new("Jl. Baru 2"), Lon: new(117.14), Lat: new(-0.47),
		Area: storetest.Lempake, Identity: &city.Reporter{Name: "Wati", Email: "wati.baru@surel.kota"}, Stems: func(text, _ string) string { return strings.ToLower(strings.Fields(text)[5]) },
	}
	if err := f.CorrectSubject(t.Context(), store.CommandLine, anOperator, d.ID, change); city.CodeOf(err) != city.Conflict {
		t.Errorf("without a proof: %v", err)
	}
	f.showPaper(t, d.ID)
	if _, err := f.sql.Exec(t.Context(), "DELETE FROM analysis_queue"); err != nil {
		t.Fatal(err)
	}
	if err := f.CorrectSubject(t.Context(), store.CommandLine, anOperator, d.ID, change); err != nil {
		t.Fatal(err)
	}
	stands := func() string {
		t.Helper()
		return one[string](t, f.sql, "SELECT text || '|' || address || '|' || lon || '|' || coalesce(computed_area, '') || '|' || search || '|' || status FROM reports WHERE id = $1", number)
	}
	want := "Lampu mati di rumah Bu Wati|Jl. Baru 2|117.14|" + storetest.Lempake + "|'wati'|"
	equal(t, "after the correction", stands(), want+"open")
	equal(t, "analysed anew", all[int64](t, f.sql, "SELECT report_id FROM analysis_queue"), []int64{number})
	shown := func() string {
		t.Helper()
		return one[string](t, f.sql, "SELECT data::text FROM events WHERE topic = 'reports' AND op = 'put' ORDER BY seq DESC LIMIT 1")
	}
	if got := shown(); !strings.Contains(got, "Bu Wati") {
		t.Errorf("screens are told %s", got)
	}
	f.ingest(t, old)
	changed := old
	changed.Status, changed.Reporter, changed.Raw = city.InProgress, &who, old.Raw
	f.ingest(t, changed)
	equal(t, "after the source sent it again", stands(), want+"in_progress")
	if got := shown(); !strings.Contains(got, "Bu Wati") || !strings.Contains(got, "in_progress") {
		t.Errorf("screens are told %s", got)
	}
	got, err := f.Reporter(t.Context(), store.CommandLine, anOperator, number, whyAsked)
	if err != nil || got != *change.Identity {
		t.Errorf("who reported: %+v, %v", got, err)
	}
	changed.Text, changed.Stems = "Lampu mati di rumah Bu Wati\nSekarang juga tiangnya miring", "tiang"
	f.ingest(t, changed)
	equal(t, "what was added", one[string](t, f.sql, "SELECT text FROM reports WHERE id = $1", number), changed.Text)
	equal(t, "version", one[string](t, f.sql, "SELECT version || ' ' || array_to_string(fields, ',') FROM subject_corrections"), "1 identity,text,address,point")
	if _, err := f.sql.Exec(t.Context(), "DELETE FROM events"); err != nil { // they go by themselves after a while
		t.Fatal(err)
	}
	if rows := f.everything(t); strings.Contains(rows, "Wti\"") || strings.Contains(rows, "Jl. Lama") {
		t.Error("what stood before is not sealed")
	}
	f.rollupsEqualReports(t)
	changed.Flags, changed.Text, changed.Address = []city.Flag{city.FlagSecret}, "", ""
	f.ingest(t, changed)
	equal(t, "a report that its source calls secret", one[string](t, f.sql, "SELECT text || address FROM reports WHERE id = $1", number), "")
}

// TestErasedStaysErased: who made a report is gone from every row, and the source
// does not bring it back; the words stay.
func TestErasedStaysErased(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Name: "Wati", Email: "wati@surel.kota"}
	r := named("a", who)
	f.ingest(t, r)
	d := f.askOwn(t, city.SubjectErase, city.Reporter{Email: "wati@surel.kota"})
	f.showPaper(t, d.ID)
	if err := f.DecideSubject(t.Context(), store.CommandLine, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectMet, Channel: city.NoticeEmail}, byMail); err != nil {
		t.Fatal(err)
	}
	again := r
	again.Status = city.InProgress
	f.ingest(t, again)
	number := d.Found[0].ReportID
	equal(t, "what is left", one[string](t, f.sql, `SELECT (SELECT count(*) FROM reporters) || ' ' || (raw IS NULL) || ' ' || status || ' ' || (text <> '') FROM reports WHERE id = $1`, number), "0 true in_progress true")
	equal(t, "who asked is gone too", one[bool](t, f.sql, "SELECT sealed IS NULL FROM subject_requests"), true)
	if e := f.theLetter(t); e.Address != who.Email {
		t.Errorf("told at %q", e.Address)
	}
	if _, err := f.FindSubject(t.Context(), store.CommandLine, anOperator, d.ID, ""); city.CodeOf(err) != city.Conflict {
		t.Errorf("searched again: %v", err)
	}
}

// TestTheClockOfARequestRunsInHours: 72 of them by the clock, over a weekend too;
// operators are reminded once a day before, and told once when it is over.
func TestTheClockOfARequestRunsInHours(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock.now = noon.AddDate(0, 0, 4) // Friday
	storetest.Officer(t, f.Store, city.Operator)
	d := f.askOwn(t, city.SubjectCopy, city.Reporter{Email: "wati@surel.kota"})
	equal(t, "due", d.DueAt, f.clock.now.Add(72*time.Hour))
	told := func() []string {
		t.Helper()
		if _, err := f.TellSubjects(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		return all[string](t, f.sql, "SELECT text FROM notices ORDER BY id")
	}
	equal(t, "at once", len(told()), 0)
	f.clock.forward(48 * time.Hour)
	equal(t, "a day before", len(told()), 1)
	f.clock.forward(23 * time.Hour)
	equal(t, "an hour before", len(told()), 1)
	f.clock.forward(time.Hour)
	equal(t, "at the last moment", len(told()), 1)
	f.clock.forward(time.Minute)
	got := told()
	if len(got) != 2 || !strings.Contains(got[1], "melewati batas waktunya") {
		t.Errorf("told %q", got)
	}
	equal(t, "again", len(told()), 2)
	state, err := f.SubjectsStand(t.Context())
	if err != nil || state.Open != 1 || state.Late != 1 || !f.subject(t, d.ID).Late {
		t.Errorf("it stands so: %+v, %v", state, err)
	}
	if err := f.DecideSubject(t.Context(), store.CommandLine, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectRefused, Reason: "tidak ada laporan atas alamat ini"}, nil); err != nil {
		t.Fatal(err)
	}
	list, err := f.Subjects(t.Context(), city.Asker{Role: city.Auditor})
	if err != nil || len(list.Items) != 1 || !list.Items[0].Late {
		t.Errorf("the list: %+v, %v", list, err)
	}
}

// TestRetentionForgetsWhoAsked: as long as identities are kept, and no longer.
func TestRetentionForgetsWhoAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	d := f.askOwn(t, city.SubjectCopy, city.Reporter{Email: "wati@surel.kota"})
	if err := f.DecideSubject(t.Context(), store.CommandLine, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectRefused, Reason: "tidak ada laporan atas alamat ini"}, nil); err != nil {
		t.Fatal(err)
	}
	erase := func(now time.Time) bool {
		t.Helper()
		rules, err := f.Retentions(t.Context(), city.System, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Erase(t.Context(), rules[0], now); err != nil {
			t.Fatal(err)
		}
		return one[bool](t, f.sql, "SELECT sealed IS NULL FROM subject_requests")
	}
	equal(t, "after a year", erase(noon.AddDate(1, 0, 0)), false)
	equal(t, "after two years", erase(noon.AddDate(2, 0, 2)), true)
}

// TestNobodyTakesRequestsAway: they, and what was found and corrected, are history.
func TestNobodyTakesRequestsAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, table := range []string{"subject_requests", "subject_reports", "subject_corrections", "subject_messages", "subject_norms", "subject_limits"} {
		nobodyMay(t, f, owner, "DELETE FROM "+table)
	}
}

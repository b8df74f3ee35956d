package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

const anOgg = "OggS\x00\x02 suara uji"

// spoke is a report that came with recordings and no words of its own.
func spoke(id string, notes ...string) city.Report {
	return storetest.Report(id, func(r *city.Report) {
		r.Text, r.Lon, r.Lat, r.StatedArea, r.Category, r.Address = "[pesan suara]", nil, nil, "", "", ""
		r.Reporter = &city.Reporter{Name: "Nama Uji", Phone: "081177700011"}
		for _, n := range notes {
			r.VoiceNotes = append(r.VoiceNotes, city.VoiceNote{Address: n, At: r.CreatedAt})
		}
	})
}

func stemsOf(text string) string { return strings.ToLower(text) }

// fetched brings the sound of all that waits, and returns the addresses.
func (f *fixture) fetched(t *testing.T) (addresses []string) {
	t.Helper()
	due, err := f.NotesToFetch(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		equal(t, "source", d.SourceID, f.source)
		addresses = append(addresses, d.Address)
		if err := f.KeepSound(t.Context(), d.ID, []byte(anOgg), "audio/ogg", 3*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	return addresses
}

func (f *fixture) toHear(t *testing.T) *store.NoteToHear {
	t.Helper()
	n, err := f.NoteToHear(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fixture) heard(t *testing.T, id int64, text string) {
	t.Helper()
	if err := f.KeepTranscript(t.Context(), id, store.NoteHeard{Text: text, Model: "uji", Sent: len(anOgg), Stems: stemsOf}); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) page(t *testing.T, asker city.Asker, id int64) city.ReportDetail {
	t.Helper()
	d, err := f.Report(t.Context(), asker, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestARecordingsWordsStandBesideTheReportsOwn: heard once, they are analysed,
// searched and shown, marked; the citizen's own words stay as they are, whatever the
// source brings after, and a second hearing changes nothing.
func TestARecordingsWordsStandBesideTheReportsOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, spoke("a", "whatsapp:1", "whatsapp:2"))
	f.ingest(t, spoke("a", "whatsapp:1", "whatsapp:2"))
	equal(t, "to fetch", f.fetched(t), []string{"whatsapp:1", "whatsapp:2"})
	equal(t, "fetched twice", f.fetched(t), []string(nil))
	n := f.toHear(t)
	if n == nil || string(n.Sound) != anOgg || n.MediaType != "audio/ogg" || n.Seconds != 3 {
		t.Fatalf("to hear %+v", n)
	}
	f.emptyQueue(t)
	f.heard(t, n.ID, "Pohon tumbang, hubungi 0811 7770 0011")
	f.heard(t, n.ID, "sekali lagi")
	pending, err := f.Pending(t.Context(), 10)
	if err != nil || len(pending) != 1 || pending[0].Text != "[pesan suara]\n\nPohon tumbang, hubungi 0811 7770 0011" {
		t.Fatalf("analysed: %+v, %v", pending, err)
	}
	d := f.page(t, city.System, n.ReportID)
	equal(t, "own words", d.FullText, "[pesan suara]")
	equal(t, "in lists", d.Text, "[Ditranskripsi dari pesan suara] Pohon tumbang, hubungi [telepon]")
	if len(d.VoiceNotes) != 2 || d.VoiceNotes[0].Text != "Pohon tumbang, hubungi [telepon]" || d.VoiceNotes[0].State != city.VoiceWritten || d.VoiceNotes[1].State != city.VoiceWaiting || !d.VoiceNotes[1].Playable {
		t.Errorf("recordings: %+v", d.VoiceNotes)
	}
	f.heard(t, f.toHear(t).ID, "") // nobody speaks in the second
	if n := f.toHear(t); n != nil {
		t.Errorf("heard and still to hear: %+v", n)
	}
	// The source brings more: what was heard stays findable, and in what screens are told.
	more := spoke("a", "whatsapp:1", "whatsapp:2")
	more.Text += "\n\nPesan susulan: tolong"
	f.ingest(t, more)
	found, err := f.Reports(t.Context(), city.System, city.ReportFilter{Stems: []string{"tumbang,"}})
	if err != nil || len(found) != 1 || !strings.Contains(found[0].Text, "Pohon tumbang") {
		t.Errorf("found %+v, %v", found, err)
	}
	told := one[string](t, f.sql, "SELECT data->>'text' FROM events WHERE topic = 'reports' ORDER BY seq DESC LIMIT 1")
	if !strings.Contains(told, "Pesan susulan") || !strings.Contains(told, city.SpokenMark+" Pohon tumbang") || strings.Contains(told, "7770") {
		t.Errorf("screens are told %q", told)
	}
	equal(t, "audited", one[string](t, f.sql, "SELECT string_agg(detail::text, ' ' ORDER BY id) FROM audit WHERE action = 'report.voice'"),
		`{"ok": true, "bytes": 16, "model": "uji"} {"ok": true, "bytes": 16, "model": "uji"}`)
}

// TestAnOfficerPutsATranscriptRight: within their rights; their words are what is
// analysed and searched from then on, and who they are is said, not what was there.
func TestAnOfficerPutsATranscriptRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := spoke("a", "telegram:1")
	at.StatedArea = storetest.AirPutih
	f.ingest(t, at)
	f.fetched(t)
	n := f.toHear(t)
	f.heard(t, n.ID, "Pohon tombak")
	by := city.Actor{Name: "Lurah Uji"}
	lurah, stranger := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, city.Asker{Role: city.Lurah, AreaCode: "64.72.01.1001"}
	c := city.TranscriptCorrection{ReportID: n.ReportID, NoteID: n.ID, Text: "Pohon tumbang"}
	if err := f.CorrectTranscript(t.Context(), by, stranger, c, stemsOf); city.CodeOf(err) != city.NotFound {
		t.Errorf("a stranger corrects: %v", err)
	}
	if err := f.CorrectTranscript(t.Context(), by, lurah, city.TranscriptCorrection{ReportID: n.ReportID, NoteID: n.ID, Text: " \n"}, stemsOf); city.CodeOf(err) != city.Invalid {
		t.Errorf("corrected to nothing: %v", err)
	}
	if err := f.CorrectTranscript(t.Context(), by, lurah, c, stemsOf); err != nil {
		t.Fatal(err)
	}
	d := f.page(t, lurah, n.ReportID)
	if v := d.VoiceNotes[0]; v.Text != "Pohon tumbang" || v.CorrectedBy != "Lurah Uji" || v.CorrectedAt == nil {
		t.Errorf("shown: %+v", v)
	}
	equal(t, "as the machine heard it", one[string](t, f.sql, "SELECT heard FROM voice_notes"), "Pohon tombak")
	if found, err := f.Reports(t.Context(), city.System, city.ReportFilter{Stems: []string{"tombak"}}); err != nil || len(found) != 0 {
		t.Errorf("found by what was put right: %+v, %v", found, err)
	}
	if kind, sound, err := f.VoiceSound(t.Context(), lurah, n.ReportID, n.ID); err != nil || kind != "audio/ogg" || string(sound) != anOgg {
		t.Errorf("played: %s %q %v", kind, sound, err)
	}
	own := f.askOwn(t, city.SubjectCopy, city.Reporter{Phone: "081177700011"})
	f.showPaper(t, own.ID)
	var voices []city.SubjectVoice
	err := f.CopySubject(t.Context(), store.CommandLine, anOperator, own.ID, func(city.SubjectCopyHead) error { return nil }, func(d city.SubjectData) error { voices = d.Voices; return nil })
	if err != nil || len(voices) != 1 || voices[0].Text != "Pohon tumbang" || voices[0].Heard != "Pohon tombak" || voices[0].Kind != "audio/ogg" {
		t.Errorf("their own copy: %+v, %v", voices, err)
	}
	if _, _, err := f.VoiceSound(t.Context(), stranger, n.ReportID, n.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("a stranger listens: %v", err)
	}
	if words := one[string](t, f.sql, "SELECT string_agg(detail::text || reason, ' ') FROM audit"); strings.Contains(words, "ohon") {
		t.Errorf("the audit trail says what was said: %s", words)
	}
}

// TestARecordingThatCannotBeHeardSaysSo: tried again when its time has come, and no
// more once it is over.
func TestARecordingThatCannotBeHeardSaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, spoke("a", "whatsapp:1"))
	id := one[int64](t, f.sql, "SELECT id FROM voice_notes")
	fail := func(n store.NoteFailure) {
		t.Helper()
		if err := f.NoteFailed(t.Context(), id, n); err != nil {
			t.Fatal(err)
		}
	}
	fail(store.NoteFailure{Problem: city.VoiceNotGiven, RetryAt: f.clock.now.Add(time.Hour)})
	equal(t, "too early", f.fetched(t), []string(nil))
	f.clock.now = f.clock.now.Add(time.Hour)
	equal(t, "in time", f.fetched(t), []string{"whatsapp:1"})
	fail(store.NoteFailure{Problem: city.VoiceNoService, RetryAt: f.clock.now.Add(time.Minute), Sent: 16, Model: "uji"})
	if n := f.toHear(t); n != nil {
		t.Errorf("heard too early: %+v", n)
	}
	f.clock.now = f.clock.now.Add(time.Minute)
	if n := f.toHear(t); n == nil || n.Failures != 1 {
		t.Errorf("to hear: %+v", n)
	}
	report := one[int64](t, f.sql, "SELECT report_id FROM voice_notes")
	if v := f.page(t, city.System, report).VoiceNotes[0]; v.State != city.VoiceWaiting || v.Problem != city.VoiceNoService {
		t.Errorf("while it waits: %+v", v)
	}
	fail(store.NoteFailure{Problem: city.VoiceRefused, Over: true, Sent: 16, Model: "uji"})
	if v := f.page(t, city.System, report).VoiceNotes[0]; v.State != city.VoiceFailed || v.Problem != city.VoiceRefused || !v.Playable {
		t.Errorf("over: %+v", v)
	}
	f.clock.now = f.clock.now.AddDate(0, 0, 30)
	if n := f.toHear(t); n != nil {
		t.Errorf("what is over is heard: %+v", n)
	}
	f.heard(t, id, "terlambat")
	equal(t, "what is over stays so", f.page(t, city.System, report).VoiceNotes[0].Text, "")
}

// TestAVoiceGoesWithWhoItIs: erased with the reporter's identity, at their own request
// or when its time is over; what stands as the report's words stays.
func TestAVoiceGoesWithWhoItIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	who := city.Reporter{Name: "Sri Wahyuningsih", Phone: "081377700011"}
	mine, late := spoke("punya-sri", "whatsapp:1", "whatsapp:2"), spoke("lama", "whatsapp:3")
	mine.Reporter = &who
	at := f.clock.now.AddDate(0, -25, 0)
	late.CreatedAt, late.ClosedAt, late.Status = at.AddDate(0, 0, -3), &at, city.Closed
	f.ingest(t, mine, late)
	f.fetched(t)
	for range 2 { // one of the first report's, and the other report's
		n := f.toHear(t)
		if n.ID == one[int64](t, f.sql, "SELECT id FROM voice_notes WHERE address = 'whatsapp:2'") {
			t.Fatal("heard out of order")
		}
		f.heard(t, n.ID, "Pohon tumbang")
		if _, err := f.sql.Exec(t.Context(), "UPDATE voice_notes SET next_at = $1 WHERE address = 'whatsapp:2'", f.clock.now.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
	d := f.askOwn(t, city.SubjectErase, who)
	f.showPaper(t, d.ID)
	if err := f.DecideSubject(t.Context(), store.CommandLine, anOperator, d.ID, city.SubjectOutcome{State: city.SubjectMet}, nil); err != nil {
		t.Fatal(err)
	}
	op := storetest.Officer(t, f.Store, city.Operator)
	if n, err := f.Erase(t.Context(), keptOf(t, f.Store, op.Asker(), f.clock.now, city.KeepIdentities), f.clock.now); err != nil || n != 1 {
		t.Fatalf("the night erased %d, %v", n, err)
	}
	equal(t, "sounds left", one[int](t, f.sql, "SELECT count(*)::int FROM voice_notes WHERE sound IS NOT NULL OR heard <> '' OR erased_at IS NULL"), 0)
	equal(t, "as they stand", all[string](t, f.sql, "SELECT address || ' ' || state || ' ' || text FROM voice_notes ORDER BY address"),
		[]string{"whatsapp:1 ditulis Pohon tumbang", "whatsapp:2 dihapus ", "whatsapp:3 ditulis Pohon tumbang"})
	f.clock.now = f.clock.now.AddDate(0, 0, 2)
	if n := f.toHear(t); n != nil {
		t.Errorf("what was erased is heard: %+v", n)
	}
	// The source brings the report again, with another recording.
	again := spoke("punya-sri", "whatsapp:1", "whatsapp:2", "whatsapp:4")
	again.Text, again.Reporter = "[pesan suara] lagi", &who
	f.ingest(t, again)
	equal(t, "fetched again", f.fetched(t), []string(nil))
}

// TestQuestionsWaitForTheWordsOfARecording: a report that is only a recording is asked
// nothing while its words are awaited, and what it lacks after; where nobody turns
// recordings into words, as ever.
func TestQuestionsWaitForTheWordsOfARecording(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	looked := func() (out []string) {
		t.Helper()
		_, err := f.Messages(func(city.ReportDetail) []city.Gap { return nil }).AddressAsks(t.Context(), byMail)
		if err != nil {
			t.Fatal(err)
		}
		return all[string](t, f.sql, "SELECT r.external_id FROM question_looks q JOIN reports r ON r.id = q.report_id ORDER BY 1")
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE sources SET connector = 'whatsapp' WHERE id = $1", f.source); err != nil {
		t.Fatal(err)
	}
	now := func(id, note string) city.Report {
		r := spoke(id, note)
		r.CreatedAt = f.clock.now.Add(-time.Minute)
		return r
	}
	examined := func() {
		t.Helper()
		pending, err := f.Pending(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pending {
			if _, err := f.sql.Exec(t.Context(), `INSERT INTO report_analyses (report_id, key, created_at, urgency, urgency_by, features) VALUES ($1, $2, $3, 'info', 'rules', '') ON CONFLICT DO NOTHING`, p.ID, p.Key, p.CreatedAt); err != nil {
				t.Fatal(err)
			}
		}
		f.emptyQueue(t)
	}
	f.ingest(t, now("tanpa-layanan", "whatsapp:0"))
	f.NoteWait = 10 * time.Minute
	f.ingest(t, now("didengar", "whatsapp:1"), now("tak-terdengar", "whatsapp:2"))
	examined()
	equal(t, "while words are awaited", looked(), []string{"tanpa-layanan"})
	f.fetched(t)
	for n := f.toHear(t); n != nil; n = f.toHear(t) {
		if f.page(t, city.System, n.ReportID).ExternalID == "didengar" {
			f.heard(t, n.ID, "pohon tumbang")
		} else if err := f.NoteFailed(t.Context(), n.ID, store.NoteFailure{Problem: city.VoiceNoService, RetryAt: f.clock.now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "before the words are analysed", looked(), []string{"tanpa-layanan"})
	examined()
	equal(t, "once words are there", looked(), []string{"didengar", "tanpa-layanan"})
	f.clock.now = f.clock.now.Add(10 * time.Minute)
	equal(t, "after the wait", looked(), []string{"didengar", "tak-terdengar", "tanpa-layanan"})
}

package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestTemplatesOfAnswersHaveAHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sekda, head := storetest.Officer(t, f.Store, city.Sekda), storetest.Officer(t, f.Store, city.KepalaOPD)
	list, err := f.AnswerTemplates(t.Context(), sekda.Asker())
	if err != nil || len(list) < 5 {
		t.Fatalf("%d templates, %v", len(list), err)
	}
	for _, tpl := range list {
		if _, err := tpl.Clean(); err != nil || !tpl.Mine || !tpl.Enabled {
			t.Errorf("%+v: %v", tpl, err)
		}
	}
	first := list[0]
	first.Body += "\nTerima kasih."
	const why = "ditutup dengan salam"
	saved, err := f.SaveAnswerTemplate(t.Context(), actorOf(sekda), sekda.Asker(), first, why)
	if err != nil || saved.Version != 2 || saved.ChangedBy != sekda.Username {
		t.Fatalf("%+v, %v", saved, err)
	}
	if _, err := f.SaveAnswerTemplate(t.Context(), actorOf(sekda), sekda.Asker(), first, why); city.CodeOf(err) != city.Conflict {
		t.Errorf("an old version is saved: %v", err)
	}
	all, err := f.AnswerTemplateVersions(t.Context(), head.Asker(), first.ID)
	if err != nil || len(all) != 2 || all[0].Reason != why || all[1].Body == all[0].Body {
		t.Errorf("%+v, %v", all, err)
	}
	own := city.AnswerTemplate{Category: "jalan-rusak", Status: city.Closed, Title: "Jalan ditambal", Body: "Laporan {nomor}: sudah ditambal.", Enabled: true}
	if own, err = f.SaveAnswerTemplate(t.Context(), actorOf(head), head.Asker(), own, "jawaban untuk jalan"); err != nil || own.ID == 0 {
		t.Fatal(err)
	}
	twice := own
	twice.ID, twice.Title = 0, "JALAN DITAMBAL"
	if _, err := f.SaveAnswerTemplate(t.Context(), actorOf(head), head.Asker(), twice, why); keyOf(err) != "error.template_twice" {
		t.Errorf("two of one title: %v", err)
	}
	moved := own
	moved.Category = "sampah"
	for name, change := range map[string]city.AnswerTemplate{"another's category": moved, "everybody's": first, "a strange category": {Category: "tidak-ada", Title: own.Title, Body: own.Body}} {
		if _, err := f.SaveAnswerTemplate(t.Context(), actorOf(head), head.Asker(), change, why); err == nil {
			t.Errorf("the head of an agency changes %s", name)
		}
	}
	office := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DLH'")
	for name, asker := range theAskers(office) {
		if asker.Role == city.Sekda || asker.Role == city.Operator {
			continue
		}
		if _, err := f.SaveAnswerTemplate(t.Context(), actorOf(head), asker, own, why); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s changes a template: %v", name, err)
		}
	}
	if list, err := f.AnswerTemplates(t.Context(), city.Asker{Role: "publik"}); err != nil || len(list) != 0 {
		t.Errorf("the public reads %d templates, %v", len(list), err)
	}
	if _, err := f.SaveAnswerTemplate(t.Context(), actorOf(sekda), sekda.Asker(), saved, "apa"); keyOf(err) != "error.reason_needed" {
		t.Errorf("without a reason: %v", err)
	}
	wantAudit(t, f, map[string]int{"officer.add": 2, "answer_template.save": 2})
}

// aReport is one of the office DPUPR, and its number.
func (f *fixture) aReport(t *testing.T, change ...func(*city.Report)) int64 {
	t.Helper()
	f.ingest(t, storetest.Report("A-1", change...))
	return one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = 'A-1'")
}

func TestADraftIsFilledFromTheReportsRows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.aReport(t)
	head := storetest.Officer(t, f.Store, city.KepalaOPD)
	answering := func() city.Answering {
		t.Helper()
		out, err := f.Answering(t.Context(), head.Asker(), id, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := answering()
	if got.Status != city.Open || !got.May || got.Channel != "" || got.Carried || len(got.Drafts) < 5 || !got.Drafts[0].Fits || got.Drafts[0].Title != "Laporan diterima" {
		t.Fatalf("%+v", got)
	}
	for _, want := range []string{"nomor A-1 ", "jalan rusak", "12 Maret 2026", "akhir hari"} {
		if !strings.Contains(got.Drafts[0].Text, want) {
			t.Errorf("%q is not in %q", want, got.Drafts[0].Text)
		}
	}
	// A paused clock has no deadline to tell.
	if err := f.PauseReport(t.Context(), actorOf(head), head.Asker(), id, "menunggu jawaban warga"); err != nil {
		t.Fatal(err)
	}
	if got = answering(); !slices.Contains(got.Drafts[0].Unknown, city.AnswerDue) || strings.Contains(got.Drafts[0].Text, "Batas penyelesaiannya") {
		t.Errorf("%+v", got.Drafts[0])
	}
	closed := f.clock.now.Add(-time.Hour)
	f.ingest(t, storetest.Report("A-1", func(r *city.Report) { r.Status, r.ClosedAt = city.Closed, &closed }))
	if got = answering(); got.Status != city.Closed || got.Drafts[0].Title != "Selesai ditangani" || !slices.Contains(got.Drafts[0].Unknown, city.AnswerProof) {
		t.Errorf("%+v", got)
	}
	if _, err := f.Answering(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, id, nil); city.CodeOf(err) != city.NotFound {
		t.Errorf("another's report: %v", err)
	}
}

func TestAnAnswerToldInPersonCountsForTheClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.aReport(t, func(r *city.Report) { r.Reporter = &city.Reporter{Name: "Rahasia", Phone: "081299990001"} })
	op := storetest.Officer(t, f.Store, city.Operator)
	r := city.Reply{ClientID: uuids(), Text: "Regu tambal datang besok, kata Bu Ani, 0812-9999-0001.", InPerson: true}
	send := func(asker city.Asker, r city.Reply) error {
		return f.Reply(t.Context(), actorOf(op), asker, id, r, []city.NoticeChannel{city.NoticeEmail})
	}
	remote := r
	remote.InPerson = false
	if err := send(op.Asker(), remote); keyOf(err) != "error.reply_no_channel" {
		t.Errorf("no channel: %v", err)
	}
	for range 2 {
		if err := send(op.Asker(), r); err != nil {
			t.Fatal(err)
		}
	}
	again := r
	again.ClientID = uuids()
	if err := send(op.Asker(), again); keyOf(err) != "error.reply_twice" {
		t.Errorf("the same words twice: %v", err)
	}
	for _, asker := range []city.Asker{{Role: city.WaliKota}, {Role: city.Auditor}, {Role: city.Camat, AreaCode: storetest.SamarindaUlu}} {
		if err := send(asker, again); keyOf(err) != "error.reply_rights" {
			t.Errorf("%s: %v", asker.Role, err)
		}
	}
	read := func() city.ReportDetail {
		t.Helper()
		got, err := f.Report(t.Context(), op.Asker(), id)
		if err != nil || got.RespondedAt == nil || !got.RespondedAt.Equal(f.clock.now) {
			t.Fatalf("answered %v, %v", got.RespondedAt, err)
		}
		return got
	}
	read()
	// Its source, which knows of no answer, changes the report.
	f.ingest(t, storetest.Report("A-1", func(r *city.Report) { r.Text += ". Makin parah." }))
	read()
	got, err := f.Answering(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, id, nil)
	if err != nil || got.May || len(got.Messages) != 1 || got.Messages[0].Channel != "sendiri" || !strings.HasSuffix(got.Messages[0].Text, "[telepon].") || got.Messages[0].By != op.Username {
		t.Errorf("%+v, %v", got, err)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'report.reply' AND (detail::text || reason) NOT LIKE '%0812%'"); n != 1 {
		t.Errorf("%d lines in the audit trail", n)
	}
}

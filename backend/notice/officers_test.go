package notice_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice/chat"
	"balaikota/backend/store/storetest"
)

// TestANoticeGoesByTheChatOfItsOfficer: a disposition comes there with the words of
// the mail and its link, once; when the service takes nothing, the window being over,
// it goes by the next way and the delivery says why; a chat that is gone is no way.
func TestANoticeGoesByTheChatOfItsOfficer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	boundLurah(t, o)
	heard := o.now()
	o.email(t, city.NoticeWhatsApp, city.NoticeEmail)
	w := &written{}
	o.worker.Carriers = append(o.worker.Carriers, &chat.NoticeCarrier{Of: city.NoticeWhatsApp, PublicURL: "https://balaikota.contoh.go.id/", Write: w.write})

	o.order(t, 1, city.NatureUrgent)
	o.settle(t)
	sent := w.letters()
	if len(sent) != 1 || len(o.mail.letters()) != 0 {
		t.Fatalf("%d in the chat, %d by mail", len(sent), len(o.mail.letters()))
	}
	told := o.list(t)[0]
	if m := sent[0]; m.Person != "6281100000001" || m.Source != "wa-kota" || m.Heard.Unix() != heard.Unix() || m.Text != told.Text+"\nhttps://balaikota.contoh.go.id"+told.Path || strings.Contains(m.Text, "Budi") {
		t.Errorf("%+v, told %+v", m, told)
	}

	w.err = city.Errorf(city.NotFound, "more than 24 hours since the person wrote")
	o.wait(25 * time.Hour)
	o.order(t, 1, city.NatureUrgent)
	o.settle(t)
	if len(o.mail.letters()) != 1 {
		t.Errorf("%d letters by mail", len(o.mail.letters()))
	}
	if d := o.list(t)[0].Delivered; len(d) != 2 || d[0].Channel != city.NoticeWhatsApp || !strings.Contains(d[0].Error, "more than 24 hours") || d[1].At == nil {
		t.Errorf("%+v", d)
	}

	w.err = nil
	contacts, err := o.store.OfficerContacts(t.Context(), o.lurah.Asker())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.store.RemoveOfficerContact(t.Context(), city.CommandLine, o.lurah.Asker(), contacts.Contacts[0].ID); err != nil {
		t.Fatal(err)
	}
	o.order(t, 1, city.NatureUrgent)
	o.settle(t)
	if len(w.letters()) != 1 || len(o.mail.letters()) != 2 {
		t.Errorf("after it was let go: %d in the chat, %d by mail", len(w.letters()), len(o.mail.letters()))
	}
}

// TestANoticeThatWhatsAppCouldNotBringGoesByTheNextWay: the service took it and tells
// later that it failed: it goes by mail, once, however often that is told. What
// arrived or was read does not fail any more, and another source's word does not count.
func TestANoticeThatWhatsAppCouldNotBringGoesByTheNextWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	source, other := boundLurah(t, o), storetest.Source(t, o.store, func(s *city.Source) { s.Slug, s.Connector = "wa-lain", "whatsapp" })
	o.email(t, city.NoticeWhatsApp, city.NoticeEmail, city.NoticePush)
	w := &written{}
	o.worker.Carriers = append(o.worker.Carriers, &chat.NoticeCarrier{Of: city.NoticeWhatsApp, PublicURL: "https://balaikota.contoh.go.id", Write: w.write})
	for range 3 {
		o.order(t, 1, city.NatureOrdinary)
		o.settle(t)
	}
	sent := w.letters()
	if len(sent) != 3 || len(o.mail.letters()) != 0 {
		t.Fatalf("%d in the chat, %d by mail", len(sent), len(o.mail.letters()))
	}
	at := o.now().Add(time.Minute)
	tell := func(source int64, key string, what city.LetterEvent) {
		t.Helper()
		storetest.Ingest(t, o.store, city.Delivery{SourceID: source, Letters: []city.LetterFate{{Key: key, What: what, At: at, Code: 131026}}})
	}
	tell(other, sent[0].Key, city.LetterFailed)
	tell(source, sent[1].Key, city.LetterArrived)
	tell(source, sent[1].Key, city.LetterFailed)
	if err := o.store.ReadNotice(t.Context(), o.lurah.Asker(), o.list(t)[0].ID); err != nil {
		t.Fatal(err)
	}
	tell(source, sent[2].Key, city.LetterFailed)
	o.wait(2 * time.Minute)
	o.settle(t)
	if n := len(o.mail.letters()); n != 0 {
		t.Fatalf("%d by mail of what another source told, had arrived or was read", n)
	}
	for range 2 {
		tell(source, sent[0].Key, city.LetterFailed)
		o.settle(t)
	}
	letters := o.mail.letters()
	if len(letters) != 1 || letters[0].to != "lurah@contoh.go.id" || len(o.push.all()) != 0 || len(w.letters()) != 3 {
		t.Fatalf("%d by mail, %d pushes, %d in the chat", len(letters), len(o.push.all()), len(w.letters()))
	}
	d := o.list(t)[2].Delivered
	if len(d) != 2 || d[0].At != nil || d[0].Error != "layanan tidak dapat mengantarnya (kode 131026)" || d[1].Channel != city.NoticeEmail || d[1].At == nil {
		t.Errorf("%+v", d)
	}
}

// TestAWayThatWasGivenUpIsTakenAgain: mail is away, the chat takes the notice and ends
// the mail; when the chat fails later, mail is tried again.
func TestAWayThatWasGivenUpIsTakenAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	source := boundLurah(t, o)
	o.email(t, city.NoticeEmail, city.NoticeWhatsApp)
	w := &written{}
	o.worker.Carriers = append(o.worker.Carriers, &chat.NoticeCarrier{Of: city.NoticeWhatsApp, Write: w.write})
	o.mail.stop()
	o.order(t, 1, city.NatureOrdinary)
	for range 10 {
		o.settle(t)
		o.wait(40 * time.Minute)
	}
	sent := w.letters()
	if len(sent) != 1 {
		t.Fatalf("%d in the chat: %+v", len(sent), o.list(t)[0].Delivered)
	}
	o.mail.start()
	storetest.Ingest(t, o.store, city.Delivery{SourceID: source, Letters: []city.LetterFate{{Key: sent[0].Key, What: city.LetterFailed, At: o.now(), Code: 131026}}})
	o.settle(t)
	if n := len(o.mail.letters()); n != 1 {
		t.Errorf("%d by mail: %+v", n, o.list(t)[0].Delivered)
	}
}

// boundLurah binds the lurah's number to a WhatsApp source, whose number it returns.
func boundLurah(t *testing.T, o *office) int64 {
	t.Helper()
	source := storetest.Source(t, o.store, func(s *city.Source) { s.Slug, s.Connector = "wa-kota", "whatsapp" })
	if _, err := o.store.MakeOfficerCode(t.Context(), city.CommandLine, o.lurah.Asker(), "wa-kota", "12345678"); err != nil {
		t.Fatal(err)
	}
	word := city.OfficerWord{ID: "satu", Person: "orang", Handle: "6281100000001", At: o.now(), Kind: city.WordCode, Code: "12345678"}
	storetest.Ingest(t, o.store, city.Delivery{SourceID: source, Words: []city.OfficerWord{word}})
	return source
}

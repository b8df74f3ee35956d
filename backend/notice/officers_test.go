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
	source := storetest.Source(t, o.store, func(s *city.Source) { s.Slug, s.Connector = "wa-kota", "whatsapp" })
	if _, err := o.store.MakeOfficerCode(t.Context(), city.CommandLine, o.lurah.Asker(), "wa-kota", "12345678"); err != nil {
		t.Fatal(err)
	}
	word := city.OfficerWord{ID: "satu", Person: "orang", Handle: "6281100000001", At: o.now(), Kind: city.WordCode, Code: "12345678"}
	storetest.Ingest(t, o.store, city.Delivery{SourceID: source, Words: []city.OfficerWord{word}})
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

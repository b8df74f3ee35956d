package whatsapp

import "testing"

// TestAPictureSentWithItsWordsIsNoMessageOfItsOwn: words and pictures that are sent at
// once are one saying, in whatever order they come: nothing is added to the words. A
// picture that follows later is told with its time.
func TestAPictureSentWithItsWordsIsNoMessageOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newStored(t, "http://127.0.0.1:1")
	picture := func(id string) string { return `"type":"image","image":{"id":"` + id + `","mime_type":"image/jpeg"}` }
	s.send(body(said("A", 1, text("Pohon tumbang")), said("B", 1, picture("1001")), said("C", 1, picture("1002")), said("D", 1, `"type":"location","location":{"latitude":-0.5022,"longitude":117.1536}`)))
	s.run()
	s.expect(t.Name(), "whatsapp | Pohon tumbang | 117.1536 -0.5022")
	s.send(body(said("E", 5, picture("1003"))))
	s.run()
	const later = "whatsapp | Pohon tumbang\n\nPesan susulan Sabtu, 21 November 2026 14.05 WITA:\n[foto] | 117.1536 -0.5022"
	s.expect(t.Name(), later)
	s.send(body(said("F", 40, picture("1004")), said("G", 40, text("Lampu mati"))))
	s.run()
	s.expect(t.Name(), later, "whatsapp | Lampu mati | tanpa titik")
	s.send(body(said("H", 59, picture("1005"))))
	s.run()
	s.expect(t.Name(), later, "whatsapp | Lampu mati | tanpa titik", "whatsapp | [foto] | tanpa titik")
}

// TestAGreetingBelongsToWhatFollows: greetings and thanks are no reports beside the one
// that they are written with, and nothing of them is lost; alone they are what was
// written.
func TestAGreetingBelongsToWhatFollows(t *testing.T) {
	t.Parallel()
	s := newStored(t, "http://127.0.0.1:1")
	s.send(body(said("A", 1, text("Selamat siang, Pak"))))
	s.run()
	s.expect(t.Name(), "whatsapp | Selamat siang, Pak | tanpa titik")
	s.send(body(said("B", 3, text("Pohon tumbang di Jalan Contoh"))))
	s.run()
	const matter = "Selamat siang, Pak\n\nPesan susulan Sabtu, 21 November 2026 14.03 WITA:\nPohon tumbang di Jalan Contoh"
	s.expect(t.Name(), "whatsapp | "+matter+" | tanpa titik")
	s.send(body(said("C", 5, text("Terima kasih 🙏")), said("D", 6, text("Lampu mati"))))
	s.run()
	const thanked = "whatsapp | " + matter + "\n\nPesan susulan Sabtu, 21 November 2026 14.05 WITA:\nTerima kasih 🙏 | tanpa titik"
	s.expect(t.Name(), thanked, "whatsapp | Lampu mati | tanpa titik")
	s.send(body(said("E", 59, text("Terima kasih"))))
	s.run()
	s.expect(t.Name(), thanked, "whatsapp | Lampu mati | tanpa titik", "whatsapp | Terima kasih | tanpa titik")
}

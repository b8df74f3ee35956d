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

// TestAGreetingBelongsToWhatFollows: greetings and thanks are no reports, neither beside
// the one that they are written with nor alone, and nothing of them is lost: what follows
// in time makes one report of both, whether the greeting comes in before it or after it,
// or a place comes between them.
func TestAGreetingBelongsToWhatFollows(t *testing.T) {
	t.Parallel()
	s := newStored(t, "http://127.0.0.1:1")
	s.send(body(said("A", -300, text("Selamat siang, Pak"))))
	s.run()
	s.expect("a greeting alone")
	s.send(body(said("A", -300, text("Selamat siang, Pak")), said("B", -298, text("Pohon tumbang di Jalan Contoh"))))
	s.run()
	const matter = "Selamat siang, Pak\n\nPesan susulan Sabtu, 21 November 2026 09.02 WITA:\nPohon tumbang di Jalan Contoh"
	s.expect("what follows it", "whatsapp | "+matter+" | tanpa titik")
	s.send(body(said("C", -296, text("Terima kasih 🙏")), said("D", -295, text("Lampu mati"))))
	s.run()
	const thanked = "whatsapp | " + matter + "\n\nPesan susulan Sabtu, 21 November 2026 09.04 WITA:\nTerima kasih 🙏 | tanpa titik"
	s.expect("thanks after it", thanked, "whatsapp | Lampu mati | tanpa titik")
	s.send(body(said("E", -200, text("Terima kasih"))))
	s.send(body(said("E", -200, text("Terima kasih")))) // delivered again
	s.run()
	s.expect("thanks alone", thanked, "whatsapp | Lampu mati | tanpa titik")
	// It comes in after what it was sent before.
	s.send(body(said("G", -120, text("Got tersumbat"))))
	s.run()
	s.send(body(said("F", -122, text("Permisi"))))
	s.run()
	const blocked = "whatsapp | Permisi\n\nPesan susulan Sabtu, 21 November 2026 12.00 WITA:\nGot tersumbat | tanpa titik"
	s.expect("a greeting that comes late", thanked, "whatsapp | Lampu mati | tanpa titik", blocked)
	// A place after a greeting, and then the words.
	s.send(body(said("H", -60, text("Halo"))))
	s.run()
	s.send(body(said("I", -59, `"type":"location","location":{"latitude":-0.5022,"longitude":117.1536}`)))
	s.run()
	s.send(body(said("J", -58, text("Jalan berlubang"))))
	s.run()
	s.expect("words after a place", thanked, "whatsapp | Lampu mati | tanpa titik", blocked,
		"whatsapp | Halo\n\nPesan susulan Sabtu, 21 November 2026 13.02 WITA:\nJalan berlubang | 117.1536 -0.5022")
}

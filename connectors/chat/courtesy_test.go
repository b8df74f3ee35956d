package chat

import "testing"

func TestACourtesySaysNothingElse(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"Halo", "Selamat pagi, Pak!", "Terima kasih 🙏", "Assalamu'alaikum wr. wb.", "P", "ok makasih min"} {
		if !courtesy(words) {
			t.Errorf("%q is more than a courtesy", words)
		}
	}
	for _, words := range []string{"", "🙏", "Halo lampu mati", "Terima kasih, lampunya sudah nyala", "pagi 2 kali", "Selamat pagi di Jalan Siang", "halo halo halo halo halo halo halo halo halo"} {
		if courtesy(words) {
			t.Errorf("%q is a courtesy alone", words)
		}
	}
}

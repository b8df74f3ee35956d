package city_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestWithSpokenMarksWhatAMachineHeard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, spoken, want string }{
		{"Lampu mati", "", "Lampu mati"},
		{"Lampu mati", "di jalan Kadrie Oening", "Lampu mati\n\n[Ditranskripsi dari pesan suara] di jalan Kadrie Oening"},
		{"[pesan suara 14 detik]", "pohon tumbang", "[Ditranskripsi dari pesan suara] pohon tumbang"},
		{"[pesan suara]\n\nPesan susulan Senin, 23 November 2026 16.25 WITA:\n[pesan suara]", "pohon tumbang", "[Ditranskripsi dari pesan suara] pohon tumbang"},
		{"[pesan suara]\n\n[foto]", "pohon tumbang", "[Ditranskripsi dari pesan suara] pohon tumbang"},
		{"[pesan suara]", "hubungi nol delapan satu satu, dua dua tiga tiga empat ya", "[Ditranskripsi dari pesan suara] hubungi [nomor] ya"},
		{"[pesan suara]", "ada satu dua tiga empat lima enam tujuh lubang", "[Ditranskripsi dari pesan suara] ada satu dua tiga empat lima enam tujuh lubang"},
	} {
		if got := city.WithSpoken(c.text, c.spoken); got != c.want {
			t.Errorf("WithSpoken(%q, %q) = %q, want %q", c.text, c.spoken, got, c.want)
		}
	}
	if got := city.Excerpt(city.WithSpoken("[pesan suara]", "telepon saya 0811 7770 0011"), 240); strings.Contains(got, "7770") {
		t.Errorf("a number that was said stands in a list: %q", got)
	}
}

// oggPage is a page of Ogg with a position and a body (RFC 3533, 6).
func oggPage(position uint64, body string) string {
	page := binary.LittleEndian.AppendUint64([]byte("OggS\x00\x00"), position)
	page = append(page, make([]byte, 12)...)
	return string(append(page, 1, byte(len(body)))) + body
}

func TestSoundsAreKnownByTheirBytes(t *testing.T) {
	t.Parallel()
	wav := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"), 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0)
	wav = append(append(wav, "data\x00\x00\x00\x00"...), make([]byte, 64000)...)
	vorbis := "\x01vorbis\x00\x00\x00\x00\x01" + "\x44\xac\x00\x00" + strings.Repeat("\x00", 20)
	for _, c := range []struct {
		name, content, kind, ending string
		length                      time.Duration
	}{
		{"WhatsApp and Telegram", oggPage(0, "OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00") + oggPage(96000, "x"), "audio/ogg", ".ogg", 2 * time.Second},
		{"Vorbis", oggPage(0, vorbis) + oggPage(44100, "x"), "audio/ogg", ".ogg", time.Second},
		{"an Ogg cut off", "OggS\x00", "audio/ogg", ".ogg", 0},
		{"a position that is none", oggPage(0, "OpusHead") + oggPage(1<<63+1, "x"), "audio/ogg", ".ogg", 0},
		{"WAV", string(wav), "audio/wav", ".wav", 2 * time.Second},
		{"a WAV cut off", "RIFF\x00\x00\x00\x00WAVE", "audio/wav", ".wav", 0},
		{"iPhone", "\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4", ".m4a", 0},
		{"MP3 with a tag", "ID3\x04\x00\x00\x00\x00\x00\x00", "audio/mpeg", ".mp3", 0},
		{"MP3", "\xff\xfb\x90\x64\x00", "audio/mpeg", ".mp3", 0},
		{"AAC", "\xff\xf1\x50\x80\x00", "audio/aac", ".aac", 0},
		{"a JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF", "", "", 0},
		{"a page", "<html>", "", "", 0},
		{"nothing", "", "", "", 0},
	} {
		kind, ending, ok := city.SniffSound([]byte(c.content))
		if kind != c.kind || ending != c.ending || ok != (c.kind != "") || city.SoundLength([]byte(c.content)) != c.length {
			t.Errorf("%s: %q %q %v, %s", c.name, kind, ending, ok, city.SoundLength([]byte(c.content)))
		}
	}
}

// FuzzSounds: whatever a telephone or a stranger sends is named, or is not, and has a
// length that can be.
func FuzzSounds(f *testing.F) {
	f.Add([]byte(oggPage(0, "OpusHead") + oggPage(96000, "x")))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt "))
	f.Add([]byte("\xff\xfb\x90\x64\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, ending, ok := city.SniffSound(content)
		if ok != (kind != "") || ok && city.SoundEnding(kind) != ending && ending != ".mp3" {
			t.Errorf("%q %q %v", kind, ending, ok)
		}
		if length := city.SoundLength(content); length < 0 || length > 0 && !ok {
			t.Errorf("%s of %q", length, kind)
		}
	})
}

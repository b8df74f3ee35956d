package city

import (
	"bytes"
	"encoding/binary"
	"time"
)

// soundKinds are how files of sound begin, and what they are: those that
// OpenAI-compatible services take, and what telephones send besides.
var soundKinds = []struct {
	at           int
	begin        string
	kind, ending string
}{
	{0, "OggS", "audio/ogg", ".ogg"},
	{8, "WAVE", "audio/wav", ".wav"},
	{0, "ID3", "audio/mpeg", ".mp3"},
	{0, "fLaC", "audio/flac", ".flac"},
	{4, "ftyp", "audio/mp4", ".m4a"},
	{0, "\x1a\x45\xdf\xa3", "audio/webm", ".webm"},
	{0, "#!AMR", "audio/amr", ".amr"},
}

// SniffSound returns the kind of a file of sound by its bytes, whatever it is
// called, and how its name should end; false for anything else.
func SniffSound(content []byte) (kind, ending string, ok bool) {
	for _, k := range soundKinds {
		if len(content) >= k.at+len(k.begin) && string(content[k.at:k.at+len(k.begin)]) == k.begin {
			return k.kind, k.ending, true
		}
	}
	// A frame of MPEG audio begins with eleven bits set (ISO/IEC 11172-3, 2.4.1.3);
	// without a layer it is AAC in ADTS (ISO/IEC 13818-7, 6.2).
	if len(content) > 4 && content[0] == 0xff && content[1]&0xe0 == 0xe0 {
		if content[1]&0xf6 == 0xf0 {
			return "audio/aac", ".aac", true
		}
		if content[1]&0x06 != 0 {
			return "audio/mpeg", ".mp3", true
		}
	}
	return "", "", false
}

// SoundEnding is how the name of a file of a kind of sound ends, "" for a kind that
// is none.
func SoundEnding(kind string) string {
	for _, k := range soundKinds {
		if k.kind == kind {
			return k.ending
		}
	}
	if kind == "audio/aac" {
		return ".aac"
	}
	return ""
}

// SoundLength is how long a file of sound lasts, 0 when that is not told at its
// ends: of Ogg with Opus or Vorbis, and of WAV.
func SoundLength(content []byte) time.Duration {
	switch kind, _, _ := SniffSound(content); kind {
	case "audio/ogg":
		return oggLength(content)
	case "audio/wav":
		if len(content) < 44 || !bytes.Equal(content[12:16], []byte("fmt ")) {
			return 0
		}
		if rate := binary.LittleEndian.Uint32(content[28:]); rate > 0 { // bytes a second
			return time.Duration(float64(len(content)-44) / float64(rate) * float64(time.Second))
		}
	}
	return 0
}

// oggLength reads the last page's position (RFC 3533, 6), which counts samples: of
// Opus 48,000 a second whatever was recorded (RFC 7845, 4), of Vorbis as its head
// says.
func oggLength(content []byte) time.Duration {
	rate := 0.0
	head := content[:min(len(content), 512)]
	if bytes.Contains(head, []byte("OpusHead")) {
		rate = 48000
	} else if at := bytes.Index(head, []byte("\x01vorbis")); at >= 0 && at+16 <= len(head) {
		rate = float64(binary.LittleEndian.Uint32(head[at+12:]))
	}
	last := bytes.LastIndex(content, []byte("OggS"))
	if rate == 0 || last < 0 || last+14 > len(content) {
		return 0
	}
	samples := int64(binary.LittleEndian.Uint64(content[last+6:]))
	if samples <= 0 || float64(samples)/rate > 1e6 {
		return 0
	}
	return time.Duration(float64(samples) / rate * float64(time.Second))
}

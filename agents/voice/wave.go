package voice

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"balaikota/backend/city"
)

// What a recording must be: PCM, 16 bit, mono, at the rate that recognisers
// are trained on.
const (
	SampleRate     = 16000
	LongestSpeech  = 60 * time.Second
	LargestSpeech  = 44 + 2*SampleRate*60 + 4096 // bytes: the samples, the header and its remarks
	shortestSpeech = 300 * time.Millisecond
	// quietest is the loudness (root mean square of the loudest tenth of a
	// second, full scale 1) under which nobody spoke: -50 dB.
	quietest = 0.003
)

// CheckRecording reports whether a WAV file can be turned into text. Errors
// are Invalid with a key that names the text on screen.
func CheckRecording(wav []byte) error {
	samples, err := samplesOf(wav)
	if err != nil {
		return err
	}
	length := time.Duration(len(samples)/2) * time.Second / SampleRate
	switch {
	case length > LongestSpeech:
		return refuse("error.voice_long", "the recording is longer than %s", LongestSpeech)
	case length < shortestSpeech:
		return refuse("error.voice_short", "the recording is shorter than %s", shortestSpeech)
	case loudness(samples) < quietest:
		return refuse("error.voice_silent", "nothing is heard in the recording")
	}
	return nil
}

func refuse(key, format string, args ...any) error {
	e := city.Errorf(city.Invalid, format, args...)
	e.Key = key
	return e
}

// samplesOf returns the samples of a WAV file, little endian.
func samplesOf(wav []byte) ([]byte, error) {
	bad := func(what string) ([]byte, error) {
		return nil, refuse("error.voice_format", "the recording is no WAV of 16 kHz, mono, 16 bit: %s", what)
	}
	if len(wav) > LargestSpeech {
		return bad("it is too large")
	}
	if len(wav) < 12 || !bytes.Equal(wav[:4], []byte("RIFF")) || !bytes.Equal(wav[8:12], []byte("WAVE")) {
		return bad("it does not begin like one")
	}
	formed := false
	for rest := wav[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		switch name {
		case "fmt ":
			if size < 16 || int64(len(body)) < size {
				return bad("its format is cut")
			}
			kind, channels := binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint16(body[2:])
			rate, bits := binary.LittleEndian.Uint32(body[4:]), binary.LittleEndian.Uint16(body[14:])
			if kind != 1 || channels != 1 || rate != SampleRate || bits != 16 {
				return bad("it has another format")
			}
			formed = true
		case "data":
			if !formed {
				return bad("its format is missing")
			}
			return body[:min(size, int64(len(body)))&^1], nil
		}
		if size += size & 1; int64(len(body)) < size {
			break
		}
		rest = body[size:]
	}
	return bad("it holds no sound")
}

// loudness is the root mean square of the loudest tenth of a second.
func loudness(samples []byte) float64 {
	const window = 2 * SampleRate / 10
	loudest := 0.0
	for start := 0; start < len(samples); start += window {
		part := samples[start:min(start+window, len(samples))]
		sum := 0.0
		for i := 0; i+1 < len(part); i += 2 {
			v := float64(int16(binary.LittleEndian.Uint16(part[i:]))) / math.MaxInt16
			sum += v * v
		}
		loudest = max(loudest, math.Sqrt(sum/max(1, float64(len(part)/2))))
	}
	return loudest
}

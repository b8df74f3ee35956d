package classify

import (
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"testing"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
)

func TestStoredModelAnswersTheSame(t *testing.T) {
	t.Parallel()
	m, _ := mustTrain(t, voices(sentences(t), 1, 81), Options{Words: WordExamples(categories(t))})
	for _, m := range []*Model{m, FromWords(categories(t))} {
		body, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again, err := UnmarshalModel(body)
		if err != nil {
			t.Fatal(err)
		}
		if again.Learned() != m.Learned() || again.Threshold() != m.Threshold() || again.Stale() {
			t.Error("the model's marks differ")
		}
		for _, e := range voices(sentences(t), 1, 82) {
			if d := cmp.Diff(m.Classify(e.Text), again.Classify(e.Text)); d != "" {
				t.Fatal(d)
			}
		}
	}
}

// smallBody is a stored model small enough to be broken in every place.
func smallBody(t testing.TB) []byte {
	t.Helper()
	m, _ := mustTrain(t, []Example{{Text: "air mati", Label: "air"}, {Text: "lampu padam", Label: "lampu"}}, Options{})
	body, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// sealed gives a changed body the checksum it needs to be read further.
func sealed(body []byte) []byte {
	if len(body) < 4 {
		return body
	}
	end := len(body) - 4
	binary.LittleEndian.PutUint32(body[end:], crc32.ChecksumIEEE(body[:end]))
	return body
}

func TestBrokenModelsAreRefused(t *testing.T) {
	t.Parallel()
	body := smallBody(t)
	for i := range body {
		changed := append([]byte{}, body...)
		changed[i] ^= 0x41
		if _, err := UnmarshalModel(changed); city.CodeOf(err) != city.Invalid {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := UnmarshalModel(body[:i]); city.CodeOf(err) != city.Invalid {
			t.Fatalf("cut at %d: %v", i, err)
		}
		if _, err := UnmarshalModel(sealed(append([]byte{}, body[:i]...))); city.CodeOf(err) != city.Invalid {
			t.Fatalf("cut at %d and sealed: %v", i, err)
		}
	}
}

// FuzzUnmarshalModel: whatever stands in the database is a model that can be
// asked, or an error, and costs room in proportion to its length.
func FuzzUnmarshalModel(f *testing.F) {
	body := smallBody(f)
	f.Add(body)
	f.Add(body[:40])
	f.Add([]byte("BKML\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := UnmarshalModel(sealed(append([]byte{}, body...)))
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20+uint64(200*len(body)) {
			t.Errorf("%d bytes of body took %d", len(body), grown)
		}
		if err != nil {
			if m != nil || city.CodeOf(err) != city.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		p := m.Classify("lampu jalan mati dan air tidak mengalir 3 hari")
		if !(p.Confidence >= 0 && p.Confidence <= 1) {
			t.Errorf("%+v", p)
		}
		if _, err := m.MarshalBinary(); err != nil {
			t.Error(err)
		}
	})
}

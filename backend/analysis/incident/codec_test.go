package incident

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var sampleReport = func() Report {
	lon, lat := 110.37, -7.8
	return Report{
		ID: 7, Key: "lapor/7", At: time.Date(2026, 3, 1, 8, 30, 15, 999, time.FixedZone("WIB", 7*3600)), Channel: "lapor",
		Text:    "Lampu jalan padam tiga malam di Jl. Kenanga 3 No. 12 dekat pasar Legi, RT 4 kelurahan Baciro",
		Address: "Jl. Kenanga 3", Category: "penerangan", Guess: "lampu-jalan", Lon: &lon, Lat: &lat,
		Stated: "34.71.05.1001", Computed: "34.71.05.1002", Said: "34.71.05.1003", Photo: 0xfedcba9876543210,
	}
}()

func TestFeaturesAreKept(t *testing.T) {
	t.Parallel()
	m := Default()
	for _, r := range append(buildCity(5, 20, 60, 30).reports, sampleReport, Report{}) {
		f := m.Features(r)
		b, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		back, err := UnmarshalFeatures(b)
		if err != nil {
			t.Fatalf("%q: %v", r.Key, err)
		}
		if s, want := m.Score(&f, &f), m.Score(&back, &back); s != want {
			t.Errorf("%q scores %g with itself, %g once read back", r.Key, s, want)
		}
		again, err := back.MarshalBinary()
		if err != nil || string(again) != string(b) {
			t.Errorf("%q is written differently once read back", r.Key)
		}
		if diff := cmp.Diff(f.Blocks(), back.Blocks()); diff != "" {
			t.Errorf("%q has other blocks once read back:\n%s", r.Key, diff)
		}
		if n := len(f.Blocks()); n > MaxBlocks {
			t.Errorf("%q has %d blocks", r.Key, n)
		}
	}
	if _, err := UnmarshalFeatures([]byte{featuresVersion + 1}); !errors.Is(err, ErrVersion) {
		t.Errorf("features of a later version: %v", err)
	}
}

// TestStoredKeysNeverChange holds blocks and bytes that stores already keep.
func TestStoredKeysNeverChange(t *testing.T) {
	t.Parallel()
	lon, lat := 117.15, -0.5
	f := Features{Key: "a/1", At: time.Unix(1_770_000_000, 0).UTC(), Stated: "64.72.02.1010", prepared: prepared{point: true, lon: lon, lat: lat}, sameText: 99}
	f.spots = []spot{{kind: spotLandmark, head: "pasar", name: "legi", id: 1}, {kind: spotStreet, head: "jalan", name: "kenanga", number: "3", id: 2}}
	f.spoken, f.words = "tiang", []word{{hash32("tiang"), weightRare, 0, 5}}
	f.topics = 8
	f.prepare()
	want := []uint64{
		0x18cdac2ba25c63de, 0x7bb37c2956ff1b53, 0xeffe9b8c9d909fb7, 0x28b61406954b8a6d, // cells
		0x7028b5f5c8438284, 0x5070dd3ef173fc7c, // pasar Legi, in the city and in its kelurahan
		0x71d92418536132d1,                     // Jalan Kenanga 3
		0x6aafb650c010755,                      // the text
		0x4392ee67cb1390d4, 0x8b8a25574f91cd13, // lamps in the kelurahan, tiang in the kelurahan
	}
	if diff := cmp.Diff(want, f.Blocks()); diff != "" {
		t.Errorf("stored blocks would no longer be found; raise featuresVersion and make all features anew (-want +got):\n%s", diff)
	}
}

func FuzzUnmarshalFeatures(f *testing.F) {
	m := Default()
	for _, r := range append(buildCity(5, 20, 5, 3).reports, sampleReport, Report{}) {
		one := m.Features(r)
		b, _ := one.MarshalBinary()
		f.Add(b)
	}
	other := m.Features(sampleReport)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := UnmarshalFeatures(b)
		if err != nil {
			return
		}
		// Whatever could be read can be compared, explained and written again.
		m.Score(&got, &other)
		m.Reasons(&got, &other)
		if n := len(got.Blocks()); n > MaxBlocks {
			t.Errorf("%d blocks", n)
		}
		again, err := got.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := UnmarshalFeatures(again); err != nil {
			t.Errorf("written again it cannot be read: %v", err)
		}
	})
}

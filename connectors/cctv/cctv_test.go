package cctv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// scene is a picture of a street, different by its number.
func scene(w, h, n int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x + n), uint8(y), uint8(n), 255})
		}
	}
	return img
}

func packed(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts a piece of metadata behind the first marker of a JPEG.
func withExif(picture []byte, secret string) []byte {
	piece := append([]byte("Exif\x00\x00"), secret...)
	head := []byte{0xff, 0xe1, byte((len(piece) + 2) >> 8), byte(len(piece) + 2)}
	return append(append(append(append([]byte{}, picture[:2]...), head...), piece...), picture[2:]...)
}

func sights(t *testing.T, config string) []city.CameraSight {
	t.Helper()
	c, err := Spec.New(connectortest.YAML(t, config), connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
	if err != nil {
		t.Fatal(err)
	}
	var out []city.CameraSight
	if _, err := connectortest.Drain(t, c, nil, func(p connectors.Page) { out = append(out, p.Cameras.Seen...) }); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestStillsAreSmallAndPlain: bounded before they are unpacked, without metadata,
// and each camera's fault is its own.
func TestStillsAreSmallAndPlain(t *testing.T) {
	t.Parallel()
	big := packed(t, scene(1920, 1080, 1))
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 6000, 4000))); err != nil {
		t.Fatal(err)
	}
	answers := map[string][]byte{
		"/a.jpg": withExif(big, "GPS rahasia"), "/b.jpg": huge.Bytes(), "/c.jpg": []byte("<html>masuk dahulu</html>"), "/d.jpg": big[:len(big)/3],
		"/e.jpg": bytes.Repeat([]byte{0xff, 0xd8, 0xff}, 4<<20),
	}
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok || r.Header.Get("Authorization") != "nilai-env:KUNCI" {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write(body)
	}))
	got := sights(t, fmt.Sprintf(`
allow_private: true
key: env:KUNCI
still: %[1]s/{id}.jpg
stream: https://cctv.contoh.go.id/lihat/{id}
cameras:
  - {id: a, name: Simpang A, lon: 117.1, lat: -0.5}
  - {id: b, name: Simpang B}
  - {id: c, name: Simpang C}
  - {id: d, name: Simpang D}
  - {id: e, name: Simpang E}
  - {id: f, name: Simpang F}
  - {id: g, name: Simpang G, still: %[1]s/a.jpg, stream: https://lain.contoh.go.id/g}
  - {id: h, name: Simpang H}
  - {id: i, name: Simpang I}
`, address))
	if len(got) != 9 {
		t.Fatalf("%d of 9 cameras", len(got))
	}
	a := got[0]
	img, err := jpeg.Decode(bytes.NewReader(a.Still))
	if err != nil || max(img.Bounds().Dx(), img.Bounds().Dy()) > stillLong || bytes.Contains(a.Still, []byte("rahasia")) || len(a.Print) != 32 {
		t.Errorf("the still of A: %v, %v", img, err)
	}
	if a.StreamURL != "https://cctv.contoh.go.id/lihat/a" || got[6].StreamURL != "https://lain.contoh.go.id/g" || a.Fault != "" {
		t.Errorf("the streams: %q, %q", a.StreamURL, got[6].StreamURL)
	}
	if !bytes.Equal(a.Print, got[6].Print) {
		t.Error("the same picture has two prints")
	}
	for i, words := range map[int]string{1: "batas ukuran", 2: "rusak", 3: "rusak", 4: "", 5: "404"} {
		if s := got[i]; s.Still != nil || s.Print != nil || s.Fault == "" || !strings.Contains(s.Fault, words) {
			t.Errorf("camera %s: %d bytes, fault %q, want %q in it", s.ExternalID, len(s.Still), s.Fault, words)
		}
	}
}

func TestListsThatCannotBeUsedAreNamed(t *testing.T) {
	t.Parallel()
	for config, field := range map[string]string{
		`{"cameras":[]}`:                                                                            "cameras",
		`{"cameras":[{"id":"a b","name":"A"}]}`:                                                     "cameras[0].id",
		`{"cameras":[{"id":"a","name":"A"},{"id":"a","name":"B"}]}`:                                 "cameras[1].id",
		`{"cameras":[{"id":"a","name":"A","lon":117.1}]}`:                                           "cameras[0].lat",
		`{"cameras":[{"id":"a","name":"A","still":"rtsp://kamera/1"}]}`:                             "cameras[0].still",
		`{"cameras":[{"id":"a","name":"A","stream":"https://admin:12345@cctv.contoh.go.id/live"}]}`: "cameras[0].stream",
	} {
		err := Spec.Check(json.RawMessage(config))
		if err == nil || !strings.Contains(err.Error(), field) || strings.Contains(err.Error(), "12345") {
			t.Errorf("%s: %v", config, err)
		}
	}
}

func FuzzPress(f *testing.F) {
	f.Add(packed(f, scene(40, 30, 1)))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe0})
	f.Fuzz(func(t *testing.T, body []byte) {
		small, mark, err := press(body)
		if (err == nil) != (len(small) > 0 && len(mark) == 32) {
			t.Errorf("%d bytes, print of %d, %v", len(small), len(mark), err)
		}
	})
}

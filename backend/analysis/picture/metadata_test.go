package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"math"
	"testing"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
	"balaikota/backend/city"
)

func smallJPEG() []byte {
	raw, _ := picturetest.JPEG(image.NewGray(image.Rect(0, 0, 80, 64)), 90)
	return raw
}

// chunked is a PNG with a chunk before its end.
func chunked(t testing.TB, kind, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 80, 64))); err != nil {
		t.Fatal(err)
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(chunk, kind+body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	end := b.Len() - 12
	return append(append(bytes.Clone(b.Bytes()[:end]), chunk...), b.Bytes()[end:]...)
}

func TestCamerasWordsAreRead(t *testing.T) {
	t.Parallel()
	c := picturetest.Camera{Make: "Ponsel", Model: "A1", Software: "A1-firmware 3", Taken: "2026:11:21 09:30:00", Offset: "+08:00", Lon: 117.15, Lat: -0.5, Place: true, Orientation: 6}
	m := picture.ReadMetadata(c.Write(smallJPEG()))
	if m.Make != "Ponsel" || m.Model != "A1" || m.Software != "A1-firmware 3" || m.Taken != c.Taken || m.Offset != c.Offset || m.Orientation != 6 || m.Empty() {
		t.Errorf("%+v", m)
	}
	if m.Lat == nil || math.Abs(*m.Lat+0.5) > 1e-5 || math.Abs(*m.Lon-117.15) > 1e-5 {
		t.Errorf("place %v %v", m.Lat, m.Lon)
	}
	if m.Editor != "" || m.Generator != "" || m.Tables == 0 {
		t.Errorf("%+v", m)
	}
}

func TestEditorsAndGeneratorsAreNamed(t *testing.T) {
	t.Parallel()
	xmp := func(s string) []byte {
		return picturetest.Segment(smallJPEG(), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+s+"</x:xmpmeta>"))
	}
	for name, c := range map[string]struct {
		raw               []byte
		editor, generator string
		provenance        bool
	}{
		"nothing":               {smallJPEG(), "", "", false},
		"EXIF":                  {picturetest.Camera{Software: "Adobe Photoshop 26.1"}.Write(smallJPEG()), "photoshop", "", false},
		"XMP":                   {xmp(`<xmp:CreatorTool>Snapseed 2.0</xmp:CreatorTool>`), "snapseed", "", false},
		"IPTC's source type":    {xmp(`Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"`), "", "trainedalgorithmicmedia", false},
		"C2PA in a JPEG":        {picturetest.Segment(smallJPEG(), 0xeb, []byte("JP\x00\x01jumb c2pa trainedAlgorithmicMedia")), "", "trainedalgorithmicmedia", true},
		"an empty Photoshop":    {picturetest.Segment(smallJPEG(), 0xed, []byte("Photoshop 3.0\x008BIM")), "", "", false},
		"a comment":             {picturetest.Segment(smallJPEG(), 0xfe, []byte("Edited with GIMP")), "gimp", "", false},
		"parameters in a PNG":   {chunked(t, "tEXt", "parameters\x00a street, Steps: 20, Sampler: Euler"), "", "PNG parameters", false},
		"a workflow in a PNG":   {chunked(t, "tEXt", "workflow\x00{\"nodes\":[]}"), "", "PNG workflow", false},
		"a PNG's software":      {chunked(t, "tEXt", "Software\x00Canva"), "canva", "", false},
		"C2PA in a PNG":         {chunked(t, "caBX", "jumb c2pa"), "", "", true},
		"a prompt that is none": {chunked(t, "tEXt", "prompt\x00hello"), "", "", false},
	} {
		m := picture.ReadMetadata(c.raw)
		if m.Editor != c.editor || m.Generator != c.generator || m.Provenance != c.provenance {
			t.Errorf("%s: %+v", name, m)
		}
		if _, err := picture.Open(c.raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	claiming := func(marker byte, wide, high int) []byte {
		return []byte{
			0xff, 0xd8, 0xff, marker, 0, 17, 8, byte(high >> 8), byte(high), byte(wide >> 8), byte(wide), 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
			0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0,
		}
	}
	tiny, _ := picturetest.JPEG(image.NewGray(image.Rect(0, 0, 40, 40)), 90)
	for name, c := range map[string]struct {
		raw []byte
		key string
	}{
		"nothing":           {nil, "proof.refused.format"},
		"a GIF":             {[]byte("GIF89a"), "proof.refused.format"},
		"a bomb":            {claiming(0xc0, 65000, 65000), "proof.refused.large"},
		"in several passes": {claiming(0xc2, 6000, 6000), "proof.refused.large"},
		"cut":               {smallJPEG()[:200], "proof.refused.damaged"},
		"tiny":              {tiny, "proof.refused.small"},
	} {
		_, err := picture.Open(c.raw)
		if e, ok := err.(*city.Error); !ok || e.Key != c.key || e.Code != city.Invalid { //nolint:errorlint // it is not wrapped
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestShownPicturesHoldNothingBeside: what readers get has no place, no camera
// and stands upright.
func TestShownPicturesHoldNothingBeside(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 300, 100))
	for y := range 100 {
		for x := range 100 {
			img.Pix[img.PixOffset(x, y)] = 255 // red at the left
		}
	}
	raw, seen := picturetest.JPEG(img, 95)
	raw = picturetest.Camera{Make: "Ponsel", Lon: 117, Lat: -0.5, Place: true, Orientation: 6}.Write(raw)
	out, err := picture.Clean(seen, picture.ReadMetadata(raw).Orientation, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if m := picture.ReadMetadata(out); !m.Empty() || m.Orientation != 0 || bytes.Contains(out, []byte("Exif")) {
		t.Errorf("%+v", m)
	}
	o, err := picture.Open(out)
	if err != nil || o.Width != 100 || o.Height != 300 {
		t.Fatalf("%d by %d, %v", o.Width, o.Height, err)
	}
	// Turned clockwise, the left is up.
	if r, _, _, _ := o.Image.At(50, 20).RGBA(); r < 0x8000 {
		t.Error("the picture was turned the other way")
	}
	if small, err := picture.Clean(seen, 1, 160); err != nil {
		t.Error(err)
	} else if o, _ := picture.Open(small); o.Width > 160 {
		t.Errorf("%d wide", o.Width)
	}
}

func FuzzReadMetadata(f *testing.F) {
	f.Add(picturetest.Camera{Make: "a", Taken: "2026:01:01 00:00:00", Place: true, Lat: 1, Lon: 2}.Write(smallJPEG()))
	f.Add(chunked(f, "eXIf", "II*\x00\x08\x00\x00\x00\x00\x00"))
	f.Add(chunked(f, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00<x/>"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := picture.ReadMetadata(raw)
		if m.Lat != nil && (math.Abs(*m.Lat) > 90 || math.Abs(*m.Lon) > 180) {
			t.Errorf("a place of %v, %v", *m.Lat, *m.Lon)
		}
		if len(m.Software) > 400 || len(m.Make) > 80 {
			t.Errorf("texts of %d and %d bytes", len(m.Software), len(m.Make))
		}
		if len(raw) < 1<<14 {
			if o, err := picture.Open(raw); err == nil && o.Width*o.Height > picture.MaxPixels {
				t.Errorf("%d by %d", o.Width, o.Height)
			}
		}
	})
}

func FuzzDecodePrint(f *testing.F) {
	p := picture.PrintOf(picture.PlaneOf(image.NewGray(image.Rect(0, 0, 100, 100))))
	raw, err := p.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := picture.Decode(raw)
		if err == nil && len(p.Features) > 1<<16 {
			t.Error("too many corners")
		}
	})
}

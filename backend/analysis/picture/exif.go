package picture

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
)

// Tags of EXIF that are read.
const (
	tagMake          = 0x010f
	tagModel         = 0x0110
	tagOrientation   = 0x0112
	tagSoftware      = 0x0131
	tagDateTime      = 0x0132
	tagEXIF          = 0x8769
	tagGPS           = 0x8825
	tagTaken         = 0x9003
	tagTakenOffset   = 0x9011
	tagLatitudeRef   = 1
	tagLatitude      = 2
	tagLongitudeRef  = 3
	tagLongitude     = 4
	maxDirectorySize = 512
)

// tiff is EXIF's body with its byte order.
type tiff struct {
	raw   []byte
	order binary.ByteOrder
}

// entry is one line of a directory.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func (m *Metadata) readEXIF(raw []byte) {
	t := tiff{raw: raw}
	switch {
	case bytes.HasPrefix(raw, []byte("II*\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(raw, []byte("MM\x00*")):
		t.order = binary.BigEndian
	default:
		return
	}
	if len(raw) < 8 {
		return
	}
	for _, e := range t.directory(t.order.Uint32(raw[4:])) {
		switch e.tag {
		case tagMake:
			m.Make = e.text()
		case tagModel:
			m.Model = e.text()
		case tagOrientation:
			if e.kind == 3 && len(e.value) >= 2 {
				m.Orientation = int(t.order.Uint16(e.value))
			}
		case tagSoftware:
			m.named(e.text())
		case tagDateTime:
			m.Changed = e.text()
		case tagEXIF:
			for _, x := range t.directory(t.offset(e)) {
				switch x.tag {
				case tagTaken:
					m.Taken = x.text()
				case tagTakenOffset:
					m.Offset = x.text()
				}
			}
		case tagGPS:
			m.readGPS(t, t.directory(t.offset(e)))
		}
	}
}

func (m *Metadata) readGPS(t tiff, es []entry) {
	var lat, lon float64
	var hasLat, hasLon bool
	signLat, signLon := 1.0, 1.0
	for _, e := range es {
		switch e.tag {
		case tagLatitudeRef:
			if strings.HasPrefix(e.text(), "S") {
				signLat = -1
			}
		case tagLongitudeRef:
			if strings.HasPrefix(e.text(), "W") {
				signLon = -1
			}
		case tagLatitude:
			lat, hasLat = t.degrees(e)
		case tagLongitude:
			lon, hasLon = t.degrees(e)
		}
	}
	if hasLat && hasLon && math.Abs(lat) <= 90 && math.Abs(lon) <= 180 && (lat != 0 || lon != 0) {
		lat, lon = signLat*lat, signLon*lon
		m.Lat, m.Lon = &lat, &lon
	}
}

// directory reads an image file directory; entries that point outside are
// left out.
func (t tiff) directory(at uint32) []entry {
	if at < 8 || uint64(at)+2 > uint64(len(t.raw)) {
		return nil
	}
	n := min(int(t.order.Uint16(t.raw[at:])), maxDirectorySize)
	out := make([]entry, 0, n)
	for i := range n {
		p := int(at) + 2 + 12*i
		if p+12 > len(t.raw) {
			break
		}
		e := entry{tag: t.order.Uint16(t.raw[p:]), kind: t.order.Uint16(t.raw[p+2:]), count: t.order.Uint32(t.raw[p+4:])}
		size := uint64(kindSize(e.kind)) * uint64(e.count)
		switch {
		case size == 0 || size > maxText:
			continue
		case size <= 4:
			e.value = t.raw[p+8 : p+8+int(size)]
		default:
			from := uint64(t.order.Uint32(t.raw[p+8:]))
			if from+size > uint64(len(t.raw)) {
				continue
			}
			e.value = t.raw[from : from+size]
		}
		out = append(out, e)
	}
	return out
}

func kindSize(kind uint16) int {
	switch kind {
	case 1, 2, 6, 7:
		return 1
	case 3, 8:
		return 2
	case 4, 9, 11:
		return 4
	case 5, 10, 12:
		return 8
	}
	return 0
}

func (t tiff) offset(e entry) uint32 {
	if e.kind != 4 || len(e.value) < 4 {
		return 0
	}
	return t.order.Uint32(e.value)
}

// text is an ASCII value without what no text holds.
func (e entry) text() string {
	if e.kind != 2 {
		return ""
	}
	raw, _, _ := bytes.Cut(e.value, []byte{0})
	out := make([]byte, 0, len(raw))
	for _, b := range raw[:min(len(raw), 80)] {
		if b >= ' ' && b < 0x7f {
			out = append(out, b)
		}
	}
	return strings.TrimSpace(string(out))
}

// degrees reads degrees, minutes and seconds as rationals.
func (t tiff) degrees(e entry) (float64, bool) {
	if e.kind != 5 || len(e.value) < 24 {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for i := range 3 {
		n, d := t.order.Uint32(e.value[8*i:]), t.order.Uint32(e.value[8*i+4:])
		if d == 0 {
			if n != 0 {
				return 0, false
			}
			d = 1
		}
		sum += float64(n) / float64(d) / unit
		unit *= 60
	}
	return sum, true
}

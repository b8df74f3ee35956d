package picturetest

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// Camera is what a camera writes into a picture.
type Camera struct {
	Make, Model, Software string
	Taken, Offset         string // 2006:01:02 15:04:05, +08:00
	Lon, Lat              float64
	Place                 bool
	Orientation           int
}

type field struct {
	tag, kind uint16
	data      []byte
	child     []field
}

func ascii(tag uint16, s string) field { return field{tag: tag, kind: 2, data: append([]byte(s), 0)} }

func rationals(tag uint16, degrees float64) field {
	var b bytes.Buffer
	d := math.Floor(degrees)
	m := math.Floor((degrees - d) * 60)
	sec := math.Round(((degrees-d)*60 - m) * 60 * 1000)
	for _, v := range []uint32{uint32(d), 1, uint32(m), 1, uint32(sec), 1000} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	return field{tag: tag, kind: 5, data: b.Bytes()}
}

// Write puts the camera's words into a JPEG, as EXIF has them.
func (c Camera) Write(jpeg []byte) []byte {
	var main []field
	for tag, s := range map[uint16]string{0x10f: c.Make, 0x110: c.Model, 0x131: c.Software, 0x132: c.Taken} {
		if s != "" {
			main = append(main, ascii(tag, s))
		}
	}
	if c.Orientation != 0 {
		main = append(main, field{tag: 0x112, kind: 3, data: []byte{byte(c.Orientation), 0}})
	}
	if c.Taken != "" {
		exif := []field{ascii(0x9003, c.Taken)}
		if c.Offset != "" {
			exif = append(exif, ascii(0x9011, c.Offset))
		}
		main = append(main, field{tag: 0x8769, kind: 4, child: exif})
	}
	if c.Place {
		ns, ew := "N", "E"
		if c.Lat < 0 {
			ns = "S"
		}
		if c.Lon < 0 {
			ew = "W"
		}
		main = append(main, field{tag: 0x8825, kind: 4, child: []field{
			ascii(1, ns), rationals(2, math.Abs(c.Lat)), ascii(3, ew), rationals(4, math.Abs(c.Lon)),
		}})
	}
	body := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00"), directory(main, 8)...)
	return Segment(jpeg, 0xe1, body)
}

// directory writes fields that start at an offset, and their data behind.
func directory(fields []field, at int) []byte {
	head := make([]byte, 2+12*len(fields)+4)
	binary.LittleEndian.PutUint16(head, uint16(len(fields)))
	var tail []byte
	for i, f := range fields {
		e := head[2+12*i:]
		end := at + len(head) + len(tail)
		if f.child != nil {
			f.data = binary.LittleEndian.AppendUint32(nil, uint32(end))
			tail = append(tail, directory(f.child, end)...)
		}
		size := map[uint16]int{2: 1, 3: 2, 4: 4, 5: 8}[f.kind]
		binary.LittleEndian.PutUint16(e, f.tag)
		binary.LittleEndian.PutUint16(e[2:], f.kind)
		binary.LittleEndian.PutUint32(e[4:], uint32(len(f.data)/size))
		if len(f.data) <= 4 {
			copy(e[8:12], f.data)
			continue
		}
		binary.LittleEndian.PutUint32(e[8:], uint32(end))
		tail = append(tail, f.data...)
	}
	return slices.Concat(head, tail)
}

// Segment puts a segment at the beginning of a JPEG.
func Segment(jpeg []byte, marker byte, body []byte) []byte {
	out := append([]byte{0xff, 0xd8, 0xff, marker}, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), jpeg[2:]...)
}

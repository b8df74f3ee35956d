package incident

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// featuresVersion is the first byte of stored features. Features of another
// version are made anew from the report: raise it with every change of what
// features or blocks mean, the order of subjects too.
const featuresVersion = 2

// ErrVersion says that stored features were made by another version of this
// package; make them anew.
var ErrVersion = errors.New("features of another version")

var errDamaged = errors.New("damaged features")

// MarshalBinary writes the features, some 200 bytes for a usual report. It
// never fails.
func (f *Features) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 256)
	b = append(b, featuresVersion)
	b = binary.AppendVarint(b, f.ID)
	b = binary.AppendVarint(b, f.At.UnixMicro())
	for _, s := range []string{f.Key, f.Channel, f.Category, f.Guess, f.Stated, f.Computed, f.Said} {
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, f.Photo)
	b = binary.AppendUvarint(b, f.sameText)
	b = binary.AppendUvarint(b, uint64(f.topics))
	b = append(b, flags(f.point))
	if f.point {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f.lon))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f.lat))
	}
	b = append(b, byte(len(f.spots)))
	for _, s := range f.spots {
		b = append(b, s.kind, flags(s.near, s.weak))
		for _, t := range []string{s.head, s.name, s.number, s.house, s.shown} {
			b = appendText(b, t)
		}
		b = binary.AppendUvarint(b, s.id)
	}
	b = append(b, byte(len(f.words)))
	for _, w := range f.words {
		b = append(b, byte(w.weight*100+0.5))
		b = appendText(b, f.word(w))
	}
	return b, nil
}

func flags(bits ...bool) (b byte) {
	for i, set := range bits {
		if set {
			b |= 1 << i
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// UnmarshalFeatures reads what MarshalBinary wrote. ErrVersion asks for making
// the features anew; any other error means that the bytes are damaged.
func UnmarshalFeatures(b []byte) (Features, error) {
	if len(b) == 0 {
		return Features{}, fmt.Errorf("read features: %w", errDamaged)
	}
	if b[0] != featuresVersion {
		return Features{}, fmt.Errorf("read features of version %d: %w", b[0], ErrVersion)
	}
	var f Features
	d := decoder{rest: b[1:]}
	f.ID = d.signed()
	f.At = time.UnixMicro(d.signed()).UTC()
	for _, s := range []*string{&f.Key, &f.Channel, &f.Category, &f.Guess, &f.Stated, &f.Computed, &f.Said} {
		*s = d.text()
	}
	f.Photo, f.sameText = d.unsigned(), d.unsigned()
	f.topics = topics(d.unsigned()) & (1<<len(subjects) - 1)
	if f.point = d.one()&1 != 0; f.point {
		f.lon, f.lat = d.float(), d.float()
	}
	d.spots(&f)
	d.words(&f)
	if d.failed || len(d.rest) > 0 || !(math.Abs(f.lon) <= 180 && math.Abs(f.lat) <= 90) {
		return Features{}, fmt.Errorf("read features: %w", errDamaged)
	}
	f.prepare()
	return f, nil
}

// decoder reads on after a failure, giving zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) spots(f *Features) {
	n := int(d.one())
	if n > maxSpots {
		d.failed = true
		return
	}
	if n > 0 {
		f.spots = make([]spot, 0, n)
	}
	for range n {
		s := spot{kind: d.one()}
		is := d.one()
		s.near, s.weak = is&1 != 0, is&2 != 0
		for _, t := range []*string{&s.head, &s.name, &s.number, &s.house, &s.shown} {
			*t = d.text()
		}
		s.id = d.unsigned()
		if s.kind < spotStreet || s.kind > spotArea {
			d.failed = true
			return
		}
		f.spots = append(f.spots, s)
	}
}

func (d *decoder) words(f *Features) {
	n := int(d.one())
	if n > maxWords {
		d.failed = true
		return
	}
	f.words = make([]word, 0, n)
	room := make([]byte, 0, 256)
	for range n {
		weight := float32(d.one()) / 100
		text := d.text()
		if len(room)+len(text) > math.MaxUint16 {
			d.failed = true
			return
		}
		from := len(room)
		room = append(room, text...)
		w := word{hash32(text), weight, uint16(from), uint16(len(room))}
		if k := len(f.words); k > 0 && f.words[k-1].id >= w.id {
			d.failed = true
		}
		f.words = append(f.words, w)
	}
	f.spoken = string(room)
}

func (d *decoder) take(n int) []byte {
	if n > len(d.rest) {
		d.failed, d.rest = true, nil
		return nil
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out
}

func (d *decoder) one() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) unsigned() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) float() float64 {
	if b := d.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (d *decoder) text() string {
	n := d.unsigned()
	if n > uint64(len(d.rest)) {
		d.failed, d.rest = true, nil
		return ""
	}
	return string(d.take(int(n)))
}

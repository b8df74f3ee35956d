package classify

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"

	"balaikota/backend/city"
)

// The stored form: "BKML", a version, the head, the labels (each with its
// bias and its two shifts of the surety), the features (keys
// as differences, since they ascend), scales and weights, and a CRC-32 of all
// before it. Numbers are little-endian; whole ones are varints.
const (
	bodyMagic   = "BKML"
	bodyVersion = 3
	maxBody     = 64 << 20
)

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	v, k := m.vocabulary, len(m.labels)
	b := make([]byte, 0, 64+len(v.keys)*(8+k))
	b = append(b, bodyMagic...)
	b = append(b, bodyVersion, flag(m.learned))
	b = binary.LittleEndian.AppendUint64(b, m.spelling)
	for _, f := range append([]float64{m.temperature, m.threshold, m.most}, m.surety.weights[:]...) {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	b = binary.AppendUvarint(b, uint64(k))
	for i, l := range m.labels {
		b = binary.AppendUvarint(b, uint64(len(l)))
		b = append(b, l...)
		b = appendFloat(b, m.bias[i])
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.surety.first[i]))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.surety.second[i]))
	}
	b = binary.AppendUvarint(b, uint64(v.texts))
	b = binary.AppendUvarint(b, uint64(len(v.keys)))
	last := uint32(0)
	for i, key := range v.keys {
		b = binary.AppendUvarint(b, uint64(key-last))
		b = binary.AppendUvarint(b, uint64(v.df[i]))
		b = appendFloat(b, m.scale[i])
		last = key
	}
	for _, w := range m.rows {
		b = append(b, byte(w))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendFloat(b []byte, f float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
}

// UnmarshalModel reads what MarshalBinary wrote. A body that is cut, changed,
// from another version or impossible is an Invalid error; it costs no more room
// than its own length allows.
func UnmarshalModel(body []byte) (*Model, error) {
	broken := func(what string) error {
		return city.Errorf(city.Invalid, "the stored model cannot be read (%s); learn it anew", what)
	}
	if len(body) > maxBody || len(body) < len(bodyMagic)+6 || string(body[:len(bodyMagic)]) != bodyMagic {
		return nil, broken("it is no model")
	}
	if body[len(bodyMagic)] != bodyVersion {
		return nil, broken("it is of another version")
	}
	end := len(body) - 4
	if crc32.ChecksumIEEE(body[:end]) != binary.LittleEndian.Uint32(body[end:]) {
		return nil, broken("its checksum differs")
	}
	d := &decoder{rest: body[len(bodyMagic)+1 : end]}
	m := d.model()
	if d.failed || len(d.rest) != 0 {
		return nil, broken("its parts do not fit")
	}
	return m, nil
}

// decoder reads a body from the front; after a failure it reads zeroes.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) bytes(n int) []byte {
	if d.failed || n < 0 || n > len(d.rest) {
		d.failed = true
		return nil
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out
}

// number reads a whole number of at most limit.
func (d *decoder) number(limit uint64) int {
	v, n := binary.Uvarint(d.rest)
	if d.failed || n <= 0 || v > limit {
		d.failed = true
		return 0
	}
	d.rest = d.rest[n:]
	return int(v)
}

func (d *decoder) word64() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// double reads a number within ±limit.
func (d *decoder) double(limit float64) float64 {
	f := math.Float64frombits(d.word64())
	if math.IsNaN(f) || math.Abs(f) > limit {
		d.failed = true
		return 0
	}
	return f
}

func (d *decoder) float() float32 {
	b := d.bytes(4)
	if b == nil {
		return 0
	}
	f := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if math.IsNaN(float64(f)) || math.Abs(float64(f)) > 1e6 {
		d.failed = true
		return 0
	}
	return f
}

func (d *decoder) model() *Model {
	m := &Model{vocabulary: &vocabulary{}}
	if b := d.bytes(1); b != nil {
		m.learned = b[0] == 1
		d.failed = b[0] > 1
	}
	m.spelling = d.word64()
	m.temperature = d.double(100)
	m.threshold, m.most = d.double(never), d.double(1)
	for i := range m.surety.weights {
		m.surety.weights[i] = d.double(1000)
	}
	d.labels(m)
	d.features(m)
	if d.failed || len(m.labels) < 2 || m.temperature <= 0 || m.threshold < 0 || m.most <= 0 {
		d.failed = true
		return nil
	}
	m.vocabulary.finish()
	return m
}

func (d *decoder) labels(m *Model) {
	for range d.number(maxLabels) {
		label := string(d.bytes(d.number(maxLabelBytes)))
		m.labels, m.bias = append(m.labels, label), append(m.bias, d.float())
		m.surety.first, m.surety.second = append(m.surety.first, d.double(1000)), append(m.surety.second, d.double(1000))
		if d.failed {
			return
		}
	}
	if !slices.IsSorted(m.labels) || len(slices.Compact(slices.Clone(m.labels))) != len(m.labels) {
		d.failed = true
	}
}

// features come in as many bytes as they take at least, or they are not read.
func (d *decoder) features(m *Model) {
	v := m.vocabulary
	v.texts = d.number(math.MaxInt32)
	n := d.number(maxFeatures)
	if d.failed || n*(6+len(m.labels)) > len(d.rest) {
		d.failed = true
		return
	}
	v.keys, v.df, m.scale = make([]uint32, n), make([]uint32, n), make([]float32, n)
	last := uint64(0)
	for i := range n {
		step := uint64(d.number(math.MaxUint32))
		last += step
		v.keys[i], v.df[i], m.scale[i] = uint32(last), uint32(d.number(uint64(v.texts))), d.float()
		if d.failed || step == 0 || last > math.MaxUint32 {
			d.failed = true
			return
		}
	}
	weights := d.bytes(n * len(m.labels))
	m.rows = make([]int8, len(weights))
	for i, w := range weights {
		m.rows[i] = int8(w)
	}
}

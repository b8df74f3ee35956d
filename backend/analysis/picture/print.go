package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"math"
	"slices"
)

// PrintVersion is part of every stored print: what other versions mean is not
// known.
const PrintVersion = 1

const (
	workingLong  = 640 // pixels of the longer side that features are found on
	thumbLong    = 400
	printCorners = 400
	// wordCorners is of how many corners the words are made.
	wordCorners = 240
	wordTables  = 4
	wordBits    = 20
)

// Print is what is kept of a picture to know it again.
type Print struct {
	// Hash is the perceptual hash of the whole (see Hash), 0 for a picture that
	// says nothing.
	Hash uint64
	// W, H are the working size, in which features lie.
	W, H     int
	Features []Feature
	// Thumb is the picture small, on which it is decided whether two are one.
	Thumb Plane
}

// PrintOf makes a picture's print. It takes about 30 ms.
func PrintOf(p Plane) Print {
	work, _ := p.working()
	return Print{Hash: Hash(work), W: work.W, H: work.H, Features: Features(work, printCorners), Thumb: work.Fit(thumbLong)}
}

// Hash is the perceptual hash of a picture: which of the 64 lowest frequencies
// but the mean are above their median, of the picture shrunk to 32 by 32
// (Zauner, "Implementation and benchmarking of perceptual image hash
// functions", 2010). It is 0 for a picture of one brightness.
func Hash(p Plane) uint64 {
	const n = 32
	if p.W < n || p.H < n {
		return 0
	}
	small := p.Scaled(n, n)
	var rows [8][n]float64 // frequency down, column
	for u := range 8 {
		for x := range n {
			for y := range n {
				rows[u][x] += float64(small.Pix[y*n+x]) * cosines32[u+1][y]
			}
		}
	}
	var values [64]float64
	largest := 0.0
	for u := range 8 {
		for v := range 8 {
			for x := range n {
				values[u*8+v] += rows[u][x] * cosines32[v+1][x]
			}
			largest = max(largest, math.Abs(values[u*8+v]))
		}
	}
	if largest < 256 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values[:]))
	median := (sorted[31] + sorted[32]) / 2
	var hash uint64
	for i, v := range values {
		if v > median {
			hash |= 1 << i
		}
	}
	return hash
}

var cosines32 = func() (out [9][32]float64) {
	for u := range out {
		for x := range out[u] {
			out[u][x] = math.Cos(math.Pi * float64(u) * (2*float64(x) + 1) / 64)
		}
	}
	return out
}()

// Views are the hashes of a picture whole, mirrored, and each of both turned
// by quarters: eight.
func Views(p Plane) (out [8]uint64) {
	p = p.Fit(workingLong)
	if p.W >= 32 && p.H >= 32 {
		p = p.Scaled(64, 64)
	}
	for i := range 4 {
		out[i], out[i+4] = Hash(p), Hash(p.Mirrored())
		p = p.Turned()
	}
	return out
}

// Words are sub-hashes of corners: some bits each, four choices of bits. Two
// pictures of one thing have several in common even when each is cut; pictures
// of other things few. A picture is found again by counting, so an index of
// words is all that the search needs (locality-sensitive hashing by sampling
// bits: Indyk and Motwani, "Approximate nearest neighbors", STOC 1998). Each
// stands once, in ascending order, at most 960.
func Words(fs []Feature) []int32 {
	if len(fs) > wordCorners { // of all sizes alike
		some := make([]Feature, 0, wordCorners)
		for i := range wordCorners {
			some = append(some, fs[i*len(fs)/wordCorners])
		}
		fs = some
	}
	return words(fs)
}

func words(fs []Feature) []int32 {
	out := make([]int32, 0, wordTables*len(fs))
	for i := range fs {
		for t := range wordTables {
			w := int32(t) << wordBits
			for k := range wordBits {
				// 20 bits of 256, other ones in each table.
				bit := (t*wordBits + k) * 41 % 256
				w |= int32(fs[i].Bits[bit>>6]>>(bit&63)&1) << k
			}
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Encode returns the print as bytes for Decode.
func (p Print) Encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte(PrintVersion)
	head := []any{p.Hash, uint16(p.W), uint16(p.H), uint16(len(p.Features))}
	for _, v := range head {
		_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes all
	}
	for _, f := range p.Features {
		_ = binary.Write(&b, binary.LittleEndian, f)
	}
	if err := jpeg.Encode(&b, p.Thumb.Image(), &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("encode a print: %w", err)
	}
	return b.Bytes(), nil
}

const featureSize = 4*4 + 4*8

// Decode reads what Encode wrote.
func Decode(raw []byte) (Print, error) {
	if len(raw) < 15 || raw[0] != PrintVersion {
		return Print{}, fmt.Errorf("a print of %d bytes is none of version %d", len(raw), PrintVersion)
	}
	p := Print{
		Hash: binary.LittleEndian.Uint64(raw[1:]), W: int(binary.LittleEndian.Uint16(raw[9:])), H: int(binary.LittleEndian.Uint16(raw[11:])),
	}
	n := int(binary.LittleEndian.Uint16(raw[13:]))
	raw = raw[15:]
	if len(raw) < n*featureSize {
		return Print{}, fmt.Errorf("a print ends within its %d corners", n)
	}
	p.Features = make([]Feature, n)
	for i := range p.Features {
		f, at := &p.Features[i], raw[i*featureSize:]
		for j, v := range []*float32{&f.X, &f.Y, &f.Scale, &f.Angle} {
			*v = math.Float32frombits(binary.LittleEndian.Uint32(at[4*j:]))
		}
		for j := range f.Bits {
			f.Bits[j] = binary.LittleEndian.Uint64(at[16+8*j:])
		}
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw[n*featureSize:]))
	if err != nil || c.Width > thumbLong || c.Height > thumbLong {
		return Print{}, fmt.Errorf("a print's small picture cannot be read: %w", err)
	}
	img, err := jpeg.Decode(bytes.NewReader(raw[n*featureSize:]))
	if err != nil {
		return Print{}, fmt.Errorf("read a print's small picture: %w", err)
	}
	p.Thumb = PlaneOf(img)
	return p, nil
}

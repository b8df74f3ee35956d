package picture

import (
	"math"
	"math/bits"
	"slices"
)

// Query is a picture that is to be found among earlier ones.
type Query struct {
	Print
	work   Plane
	detail float64 // see working
	// soft is the working picture without the finest details, where it shows the
	// grid of a screen, and empty otherwise.
	soft     Plane
	mirrored []Feature
	mirror   uint64 // Hash of the mirror image
}

// NewQuery makes a picture ready for Against.
func NewQuery(p Plane) Query {
	work, detail := p.working()
	back := work.Mirrored()
	q := Query{
		Print: Print{Hash: Hash(work), W: work.W, H: work.H, Features: Features(work, printCorners), Thumb: work.Fit(thumbLong)},
		work:  work, detail: detail, mirrored: Features(back, printCorners), mirror: Hash(back),
	}
	if ScreenPeak(p) >= ScreenLimit {
		q.soft = work.smoothed(1)
	}
	return q
}

// Words are those of all corners of the picture and of its mirror image.
func (q Query) Words() []int32 {
	all := slices.Concat(words(q.Features), words(q.mirrored))
	slices.Sort(all)
	return slices.Compact(all)
}

// Views are the hashes to look for (see Views).
func (q Query) Views() [8]uint64 { return Views(q.work) }

// Likeness is how far a picture is the same exposure as an earlier one, not
// just of the same place.
type Likeness struct {
	// Matches is how many corners lie as in the earlier picture, by one
	// shifting, turning and scaling.
	Matches int
	// Same is the share, 0 to 1, of the parts that both show in which the
	// finest details agree; Overlap is how much of the smaller picture both show.
	Same, Overlap float64
	// Structure is the share, 0 to 1, of the parts with strong details that
	// agree, but for what a caption or two cover; 0 where Same is below its limit.
	Structure float64
	Mirrored  bool
	// Screen is set where the earlier picture was photographed from a screen or
	// print; Same is of coarse details then.
	Screen bool
	// Region is x, y, width, height of what agrees, as shares of the picture.
	Region [4]float64
}

// Limits above which two pictures are one exposure. docs/quality.md says what
// they come to.
const (
	SameLimit = 0.6
	// StructureLimit lies between the least of reused pictures and the most of
	// new ones on the split that is not reported (TestTheLimitIsLearnt).
	StructureLimit = 0.955
	overlapLimit   = 0.2
	agreeing       = 0.55 // correlation of a part's fine details
)

// Reused reports whether the picture is the earlier one again.
func (l Likeness) Reused() bool {
	limit := SameLimit
	if l.Screen {
		limit = ScreenSameLimit
	}
	return l.Same >= limit && l.Structure >= StructureLimit && l.Overlap >= overlapLimit
}

// Against compares the picture with an earlier one: corners that match give
// the shift, turn and scale (RANSAC, Fischler and Bolles, 1981), and where the
// pictures then lie on one another their fine details are correlated part by
// part. Two exposures of one place agree in what they show but not, after any
// one such motion, in their details everywhere: the camera stood elsewhere,
// light and leaves moved. It takes 2 to 10 ms.
func (q Query) Against(earlier Print) Likeness {
	pairs := pair(q.Features, earlier.Features)
	best := q.try(q.work, q.Thumb, pairs, earlier, false)
	if best.Reused() {
		return best
	}
	if q.soft.Pix != nil {
		if s := q.throughScreen(pairs, earlier); s.Reused() {
			return s
		}
	}
	if m := q.try(q.work.Mirrored(), q.Thumb.Mirrored(), pair(q.mirrored, earlier.Features), earlier, true); m.Reused() || m.Same*float64(m.Matches+1) > best.Same*float64(best.Matches+1) {
		return m
	}
	return best
}

// leastMatches is how many corners must move together before the pictures are
// laid on one another; plainNear in how many bits the hashes of pictures may
// differ that are laid as they are, which those with few corners need.
const (
	leastMatches = 8
	plainNear    = 12
)

func (q Query) try(work, thumb Plane, pairs []match, earlier Print, mirrored bool) Likeness {
	var motions []affine
	if m, ok := similarity(pairs); ok && count(pairs, m, 4) >= leastMatches {
		motions = append(motions, m)
	}
	hash := q.Hash
	if mirrored {
		hash = q.mirror
	}
	if hash != 0 && earlier.Hash != 0 && bits.OnesCount64(hash^earlier.Hash) <= plainNear {
		motions = append(motions, plain(q.W, q.H, earlier.W, earlier.H))
	}
	best := Likeness{Mirrored: mirrored}
	for _, m := range motions {
		l := overlay(work, thumb, earlier, m, q.detail)
		l.Matches, l.Mirrored = count(pairs, m, 4), mirrored
		if l.Reused() {
			best = l
			break
		}
		if l.Same >= best.Same {
			best = l
		}
	}
	if mirrored {
		best.Region[0] = 1 - best.Region[0] - best.Region[2]
	}
	return best
}

// match is a corner of the picture and one of the earlier picture.
type match struct{ a, b *Feature }

// pair finds for each corner the one that is most alike, if it is alike and
// much more so than the next (Lowe, 2004).
func pair(as, bs []Feature) []match {
	const far, ratio = 72, 0.88
	var out []match
	for i := range as {
		first, second, at := 257, 257, -1
		for j := range bs {
			d := distance(&as[i].Bits, &bs[j].Bits)
			if d < first {
				// The next best is of another place, not of the next size of this one.
				if at < 0 || near(&bs[j], &bs[at]) {
					first, at = d, j
				} else {
					second, first, at = first, d, j
				}
			} else if d < second && !near(&bs[j], &bs[at]) {
				second = d
			}
		}
		if at >= 0 && first <= far && float64(first) < ratio*float64(second) {
			out = append(out, match{&as[i], &bs[at]})
		}
	}
	return out
}

func near(a, b *Feature) bool {
	dx, dy, r := a.X-b.X, a.Y-b.Y, 3*max(a.Scale, b.Scale)
	return dx*dx+dy*dy < r*r
}

// affine maps x, y to a·x+b·y+c, d·x+e·y+f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) apply(x, y float64) (float64, float64) {
	return m.a*x + m.b*y + m.c, m.d*x + m.e*y + m.f
}

func (m affine) size(int, int) float64 { return math.Sqrt(math.Abs(m.a*m.e - m.b*m.d)) }

// plain is the motion of a picture that was only resized.
func plain(w, h, ow, oh int) affine {
	sx, sy := float64(ow)/float64(w), float64(oh)/float64(h)
	return affine{a: sx, c: (sx - 1) / 2, e: sy, f: (sy - 1) / 2}
}

func count(pairs []match, m affine, within float64) (n int) {
	for _, p := range pairs {
		if m.fits(p, within) {
			n++
		}
	}
	return n
}

func (m affine) fits(p match, within float64) bool {
	x, y := m.apply(float64(p.a.X), float64(p.a.Y))
	dx, dy := x-float64(p.b.X), y-float64(p.b.Y)
	r := within * float64(max(1, p.b.Scale/2))
	return dx*dx+dy*dy < r*r
}

// similarity finds the shift, turn and scale that most pairs agree on, then
// lets width and height differ a little by least squares.
func similarity(pairs []match) (affine, bool) {
	best, ok := similarityWithin(pairs, 3)
	if !ok {
		return best, false
	}
	for _, within := range []float64{4, 3, 2.5} {
		if m, ok := fit(pairs, best, within); ok {
			best = m
		}
	}
	return best, true
}

// similarityWithin is similarity, each pair to within so many pixels, without
// the least squares.
func similarityWithin(pairs []match, within float64) (affine, bool) {
	const tries, least = 600, 5
	if len(pairs) < least {
		return affine{}, false
	}
	var best affine
	most := 0
	state := uint64(len(pairs))
	for done, needed := 0, tries; done < needed; done++ {
		state = state*6364136223846793005 + 1442695040888963407
		i := int(state>>33) % len(pairs)
		state = state*6364136223846793005 + 1442695040888963407
		j := int(state>>33) % len(pairs)
		m, ok := fromTwo(pairs[i], pairs[j])
		if !ok {
			continue
		}
		if n := count(pairs, m, within); n > most {
			best, most = m, n
			// So many tries find two good pairs with a chance of 0.9999.
			share := float64(n) / float64(len(pairs))
			needed = min(tries, 20+int(-9.2/math.Log1p(-min(share*share, 0.999))))
		}
	}
	return best, most >= least
}

// fromTwo is the motion that takes two corners where they lie in the earlier
// picture, if their own sizes and directions changed likewise.
func fromTwo(p, q match) (affine, bool) {
	ax, ay := float64(q.a.X-p.a.X), float64(q.a.Y-p.a.Y)
	bx, by := float64(q.b.X-p.b.X), float64(q.b.Y-p.b.Y)
	aa, bb := ax*ax+ay*ay, bx*bx+by*by
	if aa < 400 || bb < 400 {
		return affine{}, false
	}
	cos, sin := (ax*bx+ay*by)/aa, (ax*by-ay*bx)/aa
	size := math.Hypot(cos, sin)
	if own := float64(p.b.Scale / p.a.Scale); size > 1.8*own || own > 1.8*size {
		return affine{}, false
	}
	turn := math.Atan2(sin, cos) - float64(p.b.Angle-p.a.Angle)
	if math.Cos(turn) < 0.86 { // 30°
		return affine{}, false
	}
	m := affine{a: cos, b: -sin, d: sin, e: cos}
	x, y := m.apply(float64(p.a.X), float64(p.a.Y))
	m.c, m.f = float64(p.b.X)-x, float64(p.b.Y)-y
	return m, true
}

// fit is the affine motion of least squares over the pairs that m fits; none
// when it would squeeze or shear a picture as nobody does.
func fit(pairs []match, m affine, within float64) (affine, bool) {
	var n [3][3]float64
	var u, v [3]float64
	got := 0
	for _, p := range pairs {
		if !m.fits(p, within) {
			continue
		}
		got++
		row := [3]float64{float64(p.a.X), float64(p.a.Y), 1}
		for i := range 3 {
			for j := range 3 {
				n[i][j] += row[i] * row[j]
			}
			u[i] += row[i] * float64(p.b.X)
			v[i] += row[i] * float64(p.b.Y)
		}
	}
	inv, ok := invert3(n)
	if got < 6 || !ok {
		return m, false
	}
	var s, t [3]float64
	for i := range 3 {
		for j := range 3 {
			s[i] += inv[i][j] * u[j]
			t[i] += inv[i][j] * v[j]
		}
	}
	out := affine{s[0], s[1], s[2], t[0], t[1], t[2]}
	wide, high := math.Hypot(out.a, out.d), math.Hypot(out.b, out.e)
	shear := math.Abs(out.a*out.b+out.d*out.e) / (wide * high)
	return out, wide < 1.3*high && high < 1.3*wide && shear < 0.15
}

func invert3(m [3][3]float64) (out [3][3]float64, ok bool) {
	cof := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*cof(0, 0) + m[0][1]*cof(0, 1) + m[0][2]*cof(0, 2)
	if math.Abs(det) < 1e-9 {
		return out, false
	}
	for i := range 3 {
		for j := range 3 {
			out[j][i] = cof(i, j) / det
		}
	}
	return out, true
}

// Candidates is how many earlier pictures are compared corner by corner: those
// that share most words, a word counting the less the more pictures have it
// (one over their number). HashNear is in how many of 64 bits a hash may differ
// for its picture to be compared too.
const (
	Candidates = 30
	HashNear   = 8
)

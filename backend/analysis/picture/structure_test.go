package picture

import "testing"

// TestStructure: what a caption and a logo cover is forgiven; as much that
// disagrees, but all over the picture, is not; faint parts do not count.
func TestStructure(t *testing.T) {
	t.Parallel()
	const across, down = 30, 20
	agreeing := func(change func(x, y int, p *part)) []part {
		parts := make([]part, across*down)
		for i := range parts {
			parts[i] = part{ok: true, same: true, detail: 100}
			change(i%across, i/across, &parts[i])
		}
		return parts
	}
	for name, c := range map[string]struct {
		change   func(x, y int, p *part)
		from, to float64
	}{
		"all agrees":         {func(int, int, *part) {}, 1, 1},
		"a caption":          {func(x, y int, p *part) { p.same = y < 16 || x > 23 }, 1, 1},
		"a caption and logo": {func(x, y int, p *part) { p.same = (y < 17 || x > 23) && (x < 25 || y > 4) }, 1, 1},
		"half of it":         {func(x, _ int, p *part) { p.same = x < 15 }, 0.5, 0.7},
		"here and there":     {func(x, y int, p *part) { p.same = (x+7*y)%6 != 0 }, 0.8, 0.86},
		"faint ones do not": {func(x, y int, p *part) {
			if (x+7*y)%6 == 0 {
				p.same, p.detail = false, 3
			}
		}, 1, 1},
		"nothing to compare": {func(_, _ int, p *part) { p.ok = false }, 0, 0},
	} {
		if s := structure(agreeing(c.change), across); s < c.from || s > c.to {
			t.Errorf("%s: %.3f, not %.2f to %.2f", name, s, c.from, c.to)
		}
	}
}

// TestFlat: points of a screen seen askew are laid where they lie, though a
// third of the pairs is wrong.
func TestFlat(t *testing.T) {
	t.Parallel()
	want := homography{0.9, 0.05, 20, -0.04, 0.95, 10, 0.0002, -0.0003, 1}
	var pairs []match
	for i := range 120 {
		a := &Feature{X: float32(20 + i*37%600), Y: float32(20 + i*91%440), Scale: 1}
		x, y := want.apply(float64(a.X), float64(a.Y))
		if i%3 == 0 {
			x, y = float64(i*53%600), float64(i*29%400)
		}
		pairs = append(pairs, match{a, &Feature{X: float32(x), Y: float32(y), Scale: 1}})
	}
	got, fits, ok := flat(pairs)
	if !ok || len(fits) < 80 {
		t.Fatalf("%d of 80 pairs fit", len(fits))
	}
	for _, p := range [][2]float64{{0, 0}, {639, 0}, {0, 479}, {639, 479}} {
		x, y := got.apply(p[0], p[1])
		u, v := want.apply(p[0], p[1])
		if (x-u)*(x-u)+(y-v)*(y-v) > 1 {
			t.Errorf("%v lies at %.1f, %.1f, not %.1f, %.1f", p, x, y, u, v)
		}
	}
	if _, _, ok := flat(pairs[:4]); ok {
		t.Error("four pairs are enough")
	}
}

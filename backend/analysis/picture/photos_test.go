package picture_test

import (
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
)

// photograph is one of the folder that BALAIKOTA_PHOTOS names.
type photograph struct {
	name string
	raw  []byte
	// sent is the picture as a messenger passes it on: 1280 pixels, pressed.
	sent image.Image
	kept picture.Print
}

// sentLong is the longer side of a picture that went through a messenger.
const sentLong = 1280

// photographs reads the JPEG and PNG files of the folder that BALAIKOTA_PHOTOS
// names: distinct photographs of a camera, none twice in two sizes. Nothing of
// them is part of the repository; without the variable the test is skipped.
func photographs(t *testing.T) []photograph {
	t.Helper()
	if os.Getenv("BALAIKOTA_PHOTOS") == "" {
		t.Skip("BALAIKOTA_PHOTOS names no folder of photographs")
	}
	all, refused := readPhotographs()
	if refused != nil {
		t.Logf("left out: %v", refused)
	}
	if len(all) < 2 {
		t.Fatalf("%d photographs are too few to compare", len(all))
	}
	return all
}

// readPhotographs leaves out what the server would refuse too, with the reasons.
var readPhotographs = sync.OnceValues(func() ([]photograph, error) {
	var names []string
	for _, kind := range []string{"*.jpg", "*.jpeg", "*.png"} {
		found, err := filepath.Glob(filepath.Join(os.Getenv("BALAIKOTA_PHOTOS"), kind))
		if err != nil {
			return nil, fmt.Errorf("list the photographs: %w", err)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	all, failed := make([]photograph, len(names)), make([]error, len(names))
	each(len(names), func(i int) { all[i], failed[i] = readPhotograph(names[i]) })
	return slices.DeleteFunc(all, func(p photograph) bool { return p.sent == nil }), errors.Join(failed...)
})

func readPhotograph(name string) (p photograph, err error) {
	p.name = filepath.Base(name)
	if p.raw, err = os.ReadFile(name); err != nil {
		return p, fmt.Errorf("read %s: %w", p.name, err)
	}
	o, err := picture.Open(p.raw)
	if err != nil {
		return p, fmt.Errorf("open %s: %w", p.name, err)
	}
	p.kept = picture.PrintOf(picture.PlaneOf(o.Image))
	p.sent = press(picturetest.Resize(o.Image, math.Min(1, sentLong/float64(max(o.Width, o.Height)))), 85)
	return p, nil
}

func albumOf(all []photograph) *album {
	a := &album{}
	for _, p := range all {
		a.add(p.kept)
	}
	return a
}

// TestPhotographsAreKnownAgain is TestReusedPicturesAreKnownAgain on real
// photographs: the earlier picture is the camera's own file, what comes again
// went through a messenger and was attacked.
func TestPhotographsAreKnownAgain(t *testing.T) {
	t.Parallel()
	all := photographs(t)
	a := albumOf(all)
	promised, known := 0, 0
	for k, at := range attacks {
		some := all
		if !at.must && !long() { // every third says enough of what is not promised
			some = nil
			for i := k % 3; i < len(all); i += 3 {
				some = append(some, all[i])
			}
		}
		n := photographsKnown(t, a, all, some, k)
		if at.must {
			promised, known = promised+len(some), known+n
		}
	}
	low, high := wilson(known, promised)
	t.Logf("of the kinds that are promised together %d of %d, 95 %% interval %.1f to %.1f %%", known, promised, 100*low, 100*high)
	if float64(known) < 0.99*float64(promised) {
		t.Errorf("known again %d of %d", known, promised)
	}
}

func photographsKnown(t *testing.T, a *album, all, some []photograph, k int) int {
	t.Helper()
	found, other, structure := make([]bool, len(some)), make([]bool, len(some)), make([]float64, len(some))
	each(len(some), func(i int) {
		img := some[i].sent
		if k == 0 { // the file itself
			o, err := picture.Open(some[i].raw)
			if err != nil {
				return // photographs has opened it
			}
			img = o.Image
		}
		id, l := a.find(picture.NewQuery(picture.PlaneOf(attacks[k].do(img, rand.New(rand.NewPCG(uint64(i), uint64(k)))))))
		mine := id >= 0 && all[id].name == some[i].name
		found[i], other[i], structure[i] = l.Reused() && mine, l.Reused() && !mine, l.Structure
	})
	n := tally(found)
	low, high := wilson(n, len(some))
	t.Logf("%-44s known again %3d of %3d, 95 %% interval %.1f to %.1f %%, taken for another %d; not known: %v",
		attacks[k].name, n, len(some), 100*low, 100*high, tally(other), missed(some, found, structure))
	return n
}

// missed names what was not found, with the structure that agreed.
func missed(all []photograph, found []bool, structure []float64) (out []string) {
	for i, ok := range found {
		if !ok {
			out = append(out, fmt.Sprintf("%s %.2f", all[i].name, structure[i]))
		}
	}
	return out
}

// TestPhotographsAreNew: of two different photographs neither is the other
// again.
func TestPhotographsAreNew(t *testing.T) {
	t.Parallel()
	all := photographs(t)
	wrong, same, structure := make([]int, len(all)), make([]float64, len(all)), make([]float64, len(all))
	each(len(all), func(i int) {
		q := picture.NewQuery(picture.PlaneOf(all[i].sent))
		for j := range all {
			if i == j {
				continue
			}
			l := q.Against(all[j].kept)
			same[i], structure[i] = max(same[i], l.Same), max(structure[i], l.Structure)
			if l.Reused() {
				wrong[i]++
				t.Logf("%s is taken for %s: %+v", all[i].name, all[j].name, l)
			}
		}
	})
	pairs, alarms, pictures := len(all)*(len(all)-1), 0, 0
	for _, n := range wrong {
		alarms += n
		pictures += min(n, 1)
	}
	low, high := wilson(alarms, pairs)
	lowEach, highEach := wilson(pictures, len(all))
	t.Logf("%d of %d pairs taken for reused, 95 %% interval %.3f to %.3f %%; %d of %d pictures, %.1f to %.1f %%; most agreement %.2f, of structure %.2f",
		alarms, pairs, 100*low, 100*high, pictures, len(all), 100*lowEach, 100*highEach, quantile(same, 1), quantile(structure, 1))
	if float64(alarms) > 0.01*float64(pairs) {
		t.Errorf("%d false alarms of %d", alarms, pairs)
	}
}

// trace is a finding in one picture alone, and an edit that should leave it.
type trace struct {
	name string
	flag func(picture.Sight) bool
	make func(img image.Image, r *rand.Rand) image.Image
}

// part is a part of a picture, of a share of each side, somewhere.
func part(img image.Image, share float64, r *rand.Rand) image.Rectangle {
	b := img.Bounds()
	w, h := int(float64(b.Dx())*share), int(float64(b.Dy())*share)
	return image.Rectangle{Max: image.Pt(w, h)}.Add(image.Pt(4+r.IntN(b.Dx()-w-8), 4+r.IntN(b.Dy()-h-8)))
}

var traces = []trace{
	{
		"photographed from a screen, coarse grid", func(s picture.Sight) bool { return s.Peak >= picture.ScreenLimit },
		func(img image.Image, r *rand.Rand) image.Image { return picturetest.Screen(img, 1280, 960, r.Uint64()) },
	},
	{
		"photographed from a screen, askew", func(s picture.Sight) bool { return s.Peak >= picture.ScreenLimit },
		func(img image.Image, r *rand.Rand) image.Image {
			return picturetest.Recapture(img, 1280, 960, r.Uint64())
		},
	},
	{
		"blurred", func(s picture.Sight) bool { return s.Legibility.Sharp < sharpLimit },
		func(img image.Image, _ *rand.Rand) image.Image {
			return picturetest.Resize(picturetest.Resize(img, 0.06), 16.6)
		},
	},
	{
		"a part filled from its rim (diffusion)", func(s picture.Sight) bool { return s.Painted.Score >= paintedLimit },
		func(img image.Image, r *rand.Rand) image.Image { return picturetest.Diffuse(img, part(img, 0.2, r)) },
	},
	{
		"a quarter of each side copied", func(s picture.Sight) bool { return s.Copied.Score >= copiedLimit },
		func(img image.Image, r *rand.Rand) image.Image {
			to := part(img, 0.25, r)
			from := part(img, 0.25, r)
			for from.Overlaps(to) {
				from = part(img, 0.25, r)
			}
			return picturetest.Patch(img, to, from.Min)
		},
	},
	{
		"no camera's noise", func(s picture.Sight) bool { return s.Noise < 0.15 && s.Metadata.Coarse < 12 },
		nil, // what is drawn is no photograph
	},
}

// TestPhotographsTraces states how often each trace is found in photographs
// that were made so, and in those that were not: the camera's own file, and what
// went through a messenger.
func TestPhotographsTraces(t *testing.T) {
	t.Parallel()
	all := photographs(t)
	own, sent, made := make([]picture.Sight, len(all)), make([]picture.Sight, len(all)), make([][]bool, len(all))
	each(len(all), func(i int) {
		o, err := picture.Open(all[i].raw)
		if err != nil {
			return // photographs has opened it
		}
		own[i], sent[i] = picture.Look(all[i].raw, picture.PlaneOf(o.Image)), lookAt(all[i].sent)
		if i%3 != 0 && !long() { // every third says enough of what is found
			return
		}
		for k, c := range traces {
			made[i] = append(made[i], c.make != nil && c.flag(lookAt(c.make(all[i].sent, rand.New(rand.NewPCG(uint64(i), uint64(100+k)))))))
		}
	})
	for k, c := range traces {
		var found, camera, passed []bool
		for i := range all {
			if made[i] != nil {
				found = append(found, made[i][k])
			}
			camera, passed = append(camera, c.flag(own[i])), append(passed, c.flag(sent[i]))
		}
		if c.make != nil {
			low, high := wilson(tally(found), len(found))
			t.Logf("%-42s found %3d of %3d, 95 %% interval %.0f to %.0f %%", c.name, tally(found), len(found), 100*low, 100*high)
		}
		for how, flagged := range map[string][]bool{"the camera's file": camera, "sent on": passed} {
			low, high := wilson(tally(flagged), len(all))
			t.Logf("%-42s false alarms, %s: %d of %d, 95 %% interval %.1f to %.1f %%: %v", c.name, how, tally(flagged), len(all), 100*low, 100*high, flaggedNames(all, flagged))
		}
	}
}

func flaggedNames(all []photograph, flagged []bool) (out []string) {
	for i, f := range flagged {
		if f {
			out = append(out, all[i].name)
		}
	}
	return out
}

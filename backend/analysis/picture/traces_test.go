package picture_test

import (
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
)

// Limits that backend/analysis/proof holds the traces against.
const (
	paintedLimit, copiedLimit = 8, 14
	sharpLimit                = 3
)

// repaired is where the tests hide a part of the road.
var repaired = image.Rect(200, 320, 320, 410)

// TestTracesOfEditing states recall and false alarm of each trace, of pictures
// of 640 by 480 pixels at a camera's quality. What is not promised is printed
// all the same.
func TestTracesOfEditing(t *testing.T) {
	t.Parallel()
	n := 6
	if long() {
		n = 24
	}
	kinds := []struct {
		name string
		must bool
		make func(i int, img image.Image) image.Image
		flag func(s picture.Sight) bool
	}{
		{"photographed from a screen, coarse grid", true, func(i int, img image.Image) image.Image { return picturetest.Screen(img, 640, 480, uint64(i)) },
			func(s picture.Sight) bool { return s.Peak >= picture.ScreenLimit }},
		{"photographed from a screen, askew", true, func(i int, img image.Image) image.Image { return picturetest.Recapture(img, 1024, 768, uint64(i)) },
			func(s picture.Sight) bool { return s.Peak >= picture.ScreenLimit }},
		{"blurred", true, func(_ int, img image.Image) image.Image {
			return picturetest.Resize(picturetest.Resize(img, 0.12), 8.3)
		},
			func(s picture.Sight) bool { return s.Legibility.Sharp < sharpLimit }},
		{"filled from the rim (diffusion)", false, func(_ int, img image.Image) image.Image { return picturetest.Diffuse(img, repaired) },
			func(s picture.Sight) bool { return s.Painted.Score >= paintedLimit }},
		{"drawn without a sensor's noise", false, func(i int, _ image.Image) image.Image {
			v := picturetest.Usual(uint64(i))
			v.Noise = 0
			return sceneOf(i).Photograph(v, 640, 480)
		}, func(s picture.Sight) bool { return s.Noise < 0.15 }},
	}
	flagged := make([][]bool, len(kinds))
	alarms := make([][]bool, len(kinds))
	for k := range kinds {
		flagged[k], alarms[k] = make([]bool, n), make([]bool, n)
	}
	each(n, func(i int) {
		img := sceneOf(i).Photograph(picturetest.Usual(uint64(i)), 640, 480)
		honest := lookAt(img)
		for k, c := range kinds {
			flagged[k][i] = c.flag(lookAt(c.make(i, img)))
			alarms[k][i] = c.flag(honest)
		}
	})
	for k, c := range kinds {
		found, wrong := tally(flagged[k]), tally(alarms[k])
		t.Logf("%-34s found %3d of %3d, false alarms %d of %d", c.name, found, n, wrong, n)
		if wrong > 0 || c.must && found < n {
			t.Errorf("%s: found %d of %d, %d false alarms", c.name, found, n, wrong)
		}
	}
}

// TestCopiedParts: a part of the road covered with another of the same road,
// anywhere, pressed as a camera does and harder. How many are found is printed;
// no honest picture may be taken for one, nor those of streets that repeat one
// texture.
func TestCopiedParts(t *testing.T) {
	t.Parallel()
	n := 6
	if long() {
		n = 60
	}
	sizes := []image.Point{{160, 120}, {100, 75}, {64, 48}}
	qualities := []int{92, 75}
	found := make([][]bool, len(sizes)*len(qualities))
	for k := range found {
		found[k] = make([]bool, n)
	}
	honest, most := make([]bool, n*len(qualities)), make([]float64, n)
	each(n, func(i int) {
		img := sceneOf(700+i).Photograph(picturetest.Usual(uint64(i)), 640, 480)
		r := rand.New(rand.NewPCG(uint64(i), 5))
		for q, quality := range qualities {
			score := picture.Copied(picture.PlaneOf(press(img, quality))).Score
			honest[i*len(qualities)+q], most[i] = score >= copiedLimit, max(most[i], score)
			for k, size := range sizes {
				to := image.Rectangle{Max: size}.Add(image.Pt(r.IntN(640-size.X), 250+r.IntN(230-size.Y)))
				from := image.Pt((to.Min.X+size.X+r.IntN(640-2*size.X))%(640-size.X), 250+r.IntN(230-size.Y))
				covered := press(picturetest.Patch(img, to, from), quality)
				found[k*len(qualities)+q][i] = picture.Copied(picture.PlaneOf(covered)).Score >= copiedLimit
			}
		}
	})
	for k, size := range sizes {
		for q, quality := range qualities {
			low, high := wilson(tally(found[k*len(qualities)+q]), n)
			t.Logf("%3d by %3d pixels, quality %d: found %d of %d, 95 %% interval %.0f to %.0f %%", size.X, size.Y, quality, tally(found[k*len(qualities)+q]), n, 100*low, 100*high)
		}
	}
	low, high := wilson(tally(honest), len(honest))
	t.Logf("honest pictures: %d false alarms of %d, 95 %% interval %.1f to %.1f %%, most squares %.0f", tally(honest), len(honest), 100*low, 100*high, quantile(most, 1))
	if float64(tally(honest)) > 0.02*float64(len(honest)) {
		t.Errorf("%d false alarms of %d", tally(honest), len(honest))
	}
}

func lookAt(img image.Image) picture.Sight {
	raw, seen := picturetest.JPEG(img, 92)
	return picture.Look(raw, picture.PlaneOf(seen))
}

// TestAnEditorsNameIsFound: ImageMagick blurs the hole away and is told to write
// its name, as editing programs of phones do of themselves. What the blur alone
// leaves is printed.
func TestAnEditorsNameIsFound(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("convert")
	if err != nil {
		t.Skip("ImageMagick's convert is not installed")
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.jpg"), filepath.Join(dir, "b.jpg")
	raw, _ := picturetest.JPEG(sceneOf(1).Photograph(picturetest.Usual(1), 640, 480), 92)
	raw = picturetest.Camera{Make: "Ponsel", Model: "A1", Taken: "2026:11:21 09:30:00"}.Write(raw)
	if err := os.WriteFile(from, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, from, "-region", "120x90+200+320", "-blur", "0x12", "+region", "-set", "comment", "ImageMagick", "-quality", "92", to).CombinedOutput()
	if err != nil {
		t.Skipf("convert does not work here: %v %s", err, out)
	}
	edited, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	o, err := picture.Open(edited)
	if err != nil {
		t.Fatal(err)
	}
	s := picture.Look(edited, picture.PlaneOf(o.Image))
	if s.Metadata.Editor != "imagemagick" || s.Metadata.Make != "Ponsel" {
		t.Errorf("%+v", s.Metadata)
	}
	t.Logf("painted %.0f blocks at %v", s.Painted.Score, s.Painted.Region)
}

// TestViews: the same view before and after the repair is known, another
// street is not.
func TestViews(t *testing.T) {
	t.Parallel()
	n := 4
	if long() {
		n = 60
	}
	same, other := make([]bool, n), make([]bool, n)
	each(n, func(i int) {
		s := picturetest.Scene{Seed: uint64(i), Pothole: true, Trash: i%2 == 0}
		v := picturetest.Usual(uint64(i))
		before := picture.PrintOf(picture.PlaneOf(s.Photograph(v, 640, 480)))
		s.Pothole, s.Trash = false, false
		same[i] = picture.NewQuery(picture.PlaneOf(s.Photograph(v.Nearby(uint64(i)+900), 640, 480))).Facing(before).Same()
		s.Seed += 7000
		other[i] = picture.NewQuery(picture.PlaneOf(s.Photograph(v, 640, 480))).Facing(before).Same()
	})
	t.Logf("the same view %d of %d, another street taken for it %d of %d", tally(same), n, tally(other), n)
	if tally(same)*10 < 9*n || tally(other)*50 > n {
		t.Errorf("the same view %d of %d, another street taken for it %d of %d", tally(same), n, tally(other), n)
	}
}

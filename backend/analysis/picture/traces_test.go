package picture_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
)

func TestSpreads(t *testing.T) {
	n := 4
	for name, make := range map[string]func(i int, img image.Image) image.Image{
		"genuine": func(i int, img image.Image) image.Image { return img },
		"blur": func(i int, img image.Image) image.Image {
			return picturetest.Resize(picturetest.Resize(img, 0.12), 8.3)
		},
		"patch": func(i int, img image.Image) image.Image {
			return picturetest.Patch(img, image.Rect(300, 380, 420, 470), image.Pt(440, 480))
		},
		"diffuse": func(i int, img image.Image) image.Image {
			return picturetest.Diffuse(img, image.Rect(300, 380, 420, 470))
		},
		"generated": func(i int, img image.Image) image.Image {
			v := picturetest.Usual(uint64(i))
			v.Noise = 0
			return picturetest.Resize(sceneOf(i).Photograph(v, 800, 600), 0.99)
		},
	} {
		for i := range n {
			img := make(i, sceneOf(i).Photograph(picturetest.Usual(uint64(i)), 800, 600))
			raw, seen := picturetest.JPEG(img, 90)
			s := picture.Look(raw, picture.PlaneOf(seen))
			t.Logf("%-10s %d painted %.0f copied %.0f noise %.2f peak %.1f legible %+v coarse %.1f", name, i, s.Painted.Score, s.Copied.Score, s.Noise, s.Peak, s.Legibility, s.Metadata.Coarse)
		}
	}
	_ = bytes.NewReader
	_ = jpeg.Decode
	_ = math.NaN
	_ = os.Getenv
	_ = exec.Command
	_ = filepath.Join
	_ = strconv.Itoa
}

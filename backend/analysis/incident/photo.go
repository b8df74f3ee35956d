package incident

import (
	"image"
	"math/bits"
)

// Fingerprint is the difference hash of a picture: 64 bits, each of which says
// whether the picture, shrunk to 9 by 8 grey squares, grows brighter from one
// square to the next on its right. Scaling, compression and small changes of
// light hardly alter it. It is 0 for a picture that nowhere grows brighter, which
// says nothing. (Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013.)
func Fingerprint(picture image.Image) uint64 {
	b := picture.Bounds()
	if b.Dx() < 9 || b.Dy() < 8 {
		return 0
	}
	var hash uint64
	for y := range 8 {
		var left uint64
		for x := range 9 {
			here := brightness(picture, image.Rect(
				b.Min.X+b.Dx()*x/9, b.Min.Y+b.Dy()*y/8, b.Min.X+b.Dx()*(x+1)/9, b.Min.Y+b.Dy()*(y+1)/8))
			if x > 0 {
				hash <<= 1
				if here > left {
					hash |= 1
				}
			}
			left = here
		}
	}
	return hash
}

// squareSamples is how many pixels of a square are looked at in each
// direction, so that a large picture takes no longer than a small one.
const squareSamples = 16

// brightness is the mean luma (ITU-R BT.601) of a part of the picture.
func brightness(picture image.Image, part image.Rectangle) uint64 {
	var sum, n uint64
	stepX, stepY := max(1, part.Dx()/squareSamples), max(1, part.Dy()/squareSamples)
	for y := part.Min.Y; y < part.Max.Y; y += stepY {
		for x := part.Min.X; x < part.Max.X; x += stepX {
			r, g, b, _ := picture.At(x, y).RGBA()
			sum += (299*uint64(r) + 587*uint64(g) + 114*uint64(b)) / 1000
			n++
		}
	}
	return sum / n
}

// PhotoDistance is in how many of 64 bits two fingerprints differ; up to eight
// they are most likely pictures of one scene.
func PhotoDistance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

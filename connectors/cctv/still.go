package cctv

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"net/http"

	"balaikota/connectors"
)

// A still is unpacked only if it says of itself that this takes no more pixels;
// what is kept is at most so wide and high.
const (
	maxStillBytes  = 8 << 20
	maxStillPixels = 9_000_000 // a little more than 3840 × 2160
	stillLong      = 800
)

// press makes a still small and takes away what the camera wrote beside it. The
// mark is of its pixels as they came, so that the same picture packed anew is
// the same.
func press(body []byte) (small, mark []byte, err error) {
	damaged := func(why string) error { return &connectors.MalformedError{What: "picture", Err: errors.New(why)} }
	if len(body) > maxStillBytes {
		return nil, nil, connectors.ErrTooLarge
	}
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	switch http.DetectContentType(body) {
	case "image/jpeg":
	case "image/png":
		config, decode = png.DecodeConfig, png.Decode
	default:
		return nil, nil, damaged("it is no picture (JPEG or PNG)")
	}
	c, err := config(bytes.NewReader(body))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return nil, nil, damaged("it is damaged")
	}
	if c.Width > maxStillPixels/c.Height {
		return nil, nil, connectors.ErrTooLarge
	}
	img, err := decode(bytes.NewReader(body))
	if err != nil {
		return nil, nil, damaged("it is damaged")
	}
	plain := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(plain, plain.Bounds(), img, img.Bounds().Min, draw.Src)
	sum := sha256.Sum256(plain.Pix)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shrink(plain), &jpeg.Options{Quality: 75}); err != nil {
		return nil, nil, damaged("it cannot be pressed")
	}
	return out.Bytes(), sum[:], nil
}

// shrink halves a picture until it fits, each pixel the mean of four.
func shrink(img *image.RGBA) *image.RGBA {
	for max(img.Rect.Dx(), img.Rect.Dy()) > stillLong {
		w, h := max(1, img.Rect.Dx()/2), max(1, img.Rect.Dy()/2)
		half := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				a, b := img.PixOffset(min(2*x, img.Rect.Dx()-1), min(2*y, img.Rect.Dy()-1)), img.PixOffset(min(2*x+1, img.Rect.Dx()-1), min(2*y+1, img.Rect.Dy()-1))
				r, l := img.PixOffset(min(2*x+1, img.Rect.Dx()-1), min(2*y, img.Rect.Dy()-1)), img.PixOffset(min(2*x, img.Rect.Dx()-1), min(2*y+1, img.Rect.Dy()-1))
				to := half.PixOffset(x, y)
				for k := range 4 {
					half.Pix[to+k] = uint8((int(img.Pix[a+k]) + int(img.Pix[b+k]) + int(img.Pix[r+k]) + int(img.Pix[l+k])) / 4)
				}
			}
		}
		img = half
	}
	return img
}

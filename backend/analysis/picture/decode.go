package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"balaikota/backend/city"
)

// Limits of a picture that is unpacked; a few bytes can claim to be gigabytes.
const (
	MaxPixels = 40_000_000
	maxMemory = 200 << 20
	minSide   = 64
)

// Opened is an unpacked picture.
type Opened struct {
	Image         image.Image
	Type          string // image/jpeg or image/png
	Width, Height int
}

// Measure reads what a picture says of itself without unpacking it: what it is
// and how large. Its errors are city.Invalid of the field photo.
func Measure(raw []byte) (Opened, error) {
	var o Opened
	var c image.Config
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		o.Type = "image/jpeg"
		c, err = jpeg.DecodeConfig(bytes.NewReader(raw))
	case bytes.HasPrefix(raw, []byte(pngMagic)):
		o.Type = "image/png"
		c, err = png.DecodeConfig(bytes.NewReader(raw))
	default:
		return o, refuse("proof.refused.format", "is neither JPEG nor PNG")
	}
	if err != nil {
		return o, refuse("proof.refused.damaged", "is damaged")
	}
	o.Width, o.Height = c.Width, c.Height
	pixels := int64(c.Width) * int64(c.Height)
	switch {
	case min(c.Width, c.Height) < minSide:
		return o, refuse("proof.refused.small", "is smaller than 64 pixels")
	case pixels > MaxPixels, pixels*memoryOf(c.ColorModel, raw) > maxMemory:
		return o, refuse("proof.refused.large", "has too many pixels")
	}
	return o, nil
}

// Open unpacks a JPEG or PNG within the limits.
func Open(raw []byte) (Opened, error) {
	o, err := Measure(raw)
	if err != nil {
		return o, err
	}
	if o.Type == "image/png" {
		o.Image, err = png.Decode(bytes.NewReader(raw))
	} else {
		o.Image, err = jpeg.Decode(bytes.NewReader(raw))
	}
	if err != nil {
		return o, refuse("proof.refused.damaged", "is damaged")
	}
	return o, nil
}

func refuse(key, reason string) error {
	e := city.InvalidField("photo", "%s", reason)
	e.Key = key
	return e
}

// memoryOf is how many bytes a pixel takes while it is unpacked, at most: in a
// JPEG of several passes each sample's coefficient is held to the end.
func memoryOf(m color.Model, raw []byte) int64 {
	sample := int64(1)
	if progressive(raw) {
		sample = 5
	}
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.GrayModel:
		return sample
	case color.YCbCrModel:
		return 3 * sample
	case color.CMYKModel:
		return 4 * sample
	}
	return 4
}

// progressive reports whether the first frame header is SOF2 (ITU-T T.81, B.1.1.3).
func progressive(raw []byte) bool {
	for i := 2; i+4 <= len(raw) && raw[i] == 0xff; {
		marker := raw[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0xc2:
			return true
		case marker == 0xc0, marker == 0xc1, marker == 0xda:
			return false
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd8:
			i += 2
			continue
		}
		i += 2 + (int(raw[i+2])<<8 | int(raw[i+3]))
	}
	return false
}

// Clean presses a picture anew, with nothing beside it: what readers get. A
// picture larger than long pixels is made smaller; orientation is EXIF's, which
// is lost with the rest, so the picture is set upright.
func Clean(img image.Image, orientation, long int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(shrink(img, long), orientation), &jpeg.Options{Quality: 85}); err != nil {
		return nil, city.Wrap(city.Internal, err, "press a picture")
	}
	return out.Bytes(), nil
}

// shrink halves a picture until it fits, each pixel the mean of four.
func shrink(img image.Image, long int) image.Image {
	for max(img.Bounds().Dx(), img.Bounds().Dy()) > long {
		b := img.Bounds()
		half := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/2), max(1, b.Dy()/2)))
		for y := range half.Rect.Dy() {
			for x := range half.Rect.Dx() {
				var sum [3]uint32
				for i := range 4 {
					r, g, bl, _ := img.At(min(b.Min.X+2*x+i&1, b.Max.X-1), min(b.Min.Y+2*y+i>>1, b.Max.Y-1)).RGBA()
					sum[0], sum[1], sum[2] = sum[0]+r, sum[1]+g, sum[2]+bl
				}
				half.SetRGBA(x, y, color.RGBA{uint8(sum[0] / 4 >> 8), uint8(sum[1] / 4 >> 8), uint8(sum[2] / 4 >> 8), 255})
			}
		}
		img = half
	}
	return img
}

// upright turns and mirrors a picture as EXIF's orientation asks (CIPA DC-008,
// 4.6.4): 1 is upright already.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			u, v := x, y
			switch orientation {
			case 2:
				u = w - 1 - x
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				v = h - 1 - y
			case 5:
				u, v = y, x
			case 6:
				u, v = y, h-1-x
			case 7:
				u, v = w-1-y, h-1-x
			case 8:
				u, v = w-1-y, x
			}
			r, g, bl, _ := img.At(b.Min.X+u, b.Min.Y+v).RGBA()
			out.SetRGBA(x, y, color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255})
		}
	}
	return out
}

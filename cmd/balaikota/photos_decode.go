package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
)

// A picture is unpacked only if it says of itself, before any of it is, that
// this takes no more pixels and memory: a few kB can claim to be gigabytes.
const (
	maxPhotoPixels = 40_000_000
	maxPhotoMemory = 200 << 20 // bytes
)

// notAPicture is an answer that is no picture we take.
type notAPicture struct{ reason string }

func (e *notAPicture) Error() string { return e.reason }

type photoFormat struct {
	config func(r *bytes.Reader) (image.Config, error)
	decode func(r *bytes.Reader) (image.Image, error)
}

var photoFormats = map[string]photoFormat{
	"image/jpeg": {
		func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
	},
	"image/png": {
		func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
	},
	"image/gif": { // its first frame
		func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) },
	},
}

// decodePhoto unpacks a JPEG, PNG or GIF. What it is, its first bytes say, not
// what the server calls it (WHATWG MIME Sniffing, as net/http does it). Errors
// are *notAPicture.
func decodePhoto(body []byte) (image.Image, error) {
	format, ok := photoFormats[http.DetectContentType(body)]
	if !ok {
		return nil, &notAPicture{"the answer is no picture (JPEG, PNG or GIF)"}
	}
	c, err := format.config(bytes.NewReader(body))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return nil, &notAPicture{"the picture is damaged"}
	}
	pixels := int64(c.Width) * int64(c.Height)
	if pixels > maxPhotoPixels {
		return nil, &notAPicture{fmt.Sprintf("the picture has more than %d megapixels", maxPhotoPixels/1_000_000)}
	}
	if pixels*pixelMemory(c.ColorModel, body) > maxPhotoMemory {
		return nil, &notAPicture{"the picture takes too much memory to unpack"}
	}
	picture, err := format.decode(bytes.NewReader(body))
	if err != nil {
		return nil, &notAPicture{"the picture is damaged"}
	}
	return picture, nil
}

// pixelMemory is how many bytes a pixel takes while it is unpacked, at most.
func pixelMemory(m color.Model, body []byte) int64 {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.GrayModel:
		return sampleMemory(body)
	case color.YCbCrModel:
		return 3 * sampleMemory(body)
	case color.CMYKModel:
		return 4 * sampleMemory(body)
	}
	return 4
}

// sampleMemory is how many bytes one of a JPEG's samples takes: one, and where
// it comes in several passes four more for its coefficient, all of which are
// held to the end.
func sampleMemory(body []byte) int64 {
	if isProgressive(body) {
		return 5
	}
	return 1
}

// isProgressive reports whether a JPEG sends its picture in several passes:
// whether the first frame header is of SOF2 (ITU-T T.81, B.1.1.3).
func isProgressive(body []byte) bool {
	for i := 2; i+4 <= len(body) && body[i] == 0xff; {
		marker := body[i+1]
		switch {
		case marker == 0xff: // fill
			i++
			continue
		case marker == 0xc2:
			return true
		case marker == 0xc0, marker == 0xc1, marker == 0xda:
			return false
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd8: // no length follows
			i += 2
			continue
		}
		i += 2 + (int(body[i+2])<<8 | int(body[i+3]))
	}
	return false
}

package picture

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Metadata is what a camera or program wrote beside a picture. Everything in
// it is a stranger's claim: it can contradict, never prove.
type Metadata struct {
	Format      string // jpeg or png
	Make, Model string
	// Software is what EXIF, XMP and PNG say the file was made with, joined.
	Software string
	// Taken is EXIF's DateTimeOriginal (2006:01:02 15:04:05, by the camera's
	// clock), Offset its distance from UTC (+08:00) if the camera wrote it.
	Taken, Offset string
	// Changed is EXIF's DateTime: when the file was last written.
	Changed  string
	Lon, Lat *float64
	// Orientation is EXIF's, 1 to 8; 0 when none stands there.
	Orientation int
	// Editor is a known editing program that is named, Generator a known maker
	// of pictures or a mark that says the picture was made (IPTC's
	// trainedAlgorithmicMedia); "" if none is.
	Editor, Generator string
	// Provenance is set for a C2PA manifest, which is not verified here.
	Provenance bool
	// Tables is how many tables of quantisation a JPEG has, Coarse the mean step
	// of the first: 1 is hardly pressed.
	Tables int
	Coarse float64
}

// Empty reports whether no camera wrote anything: normal for a picture taken
// inside the app.
func (m Metadata) Empty() bool { return m.Make == "" && m.Model == "" && m.Taken == "" && m.Lat == nil }

const (
	maxSegments = 512
	maxText     = 1 << 16 // of one text that is searched for marks
)

// ReadMetadata reads what stands beside the picture in a JPEG (ITU-R T.81, EXIF
// 2.32 = CIPA DC-008, XMP = ISO 16684) or PNG (ISO 15948). Damaged parts are
// passed over.
func ReadMetadata(raw []byte) Metadata {
	var m Metadata
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xd8")):
		m.Format = "jpeg"
		m.readJPEG(raw)
	case bytes.HasPrefix(raw, []byte(pngMagic)):
		m.Format = "png"
		m.readPNG(raw)
	}
	return m
}

func (m *Metadata) readJPEG(raw []byte) {
	i := 2
	for n := 0; n < maxSegments && i+4 <= len(raw) && raw[i] == 0xff; n++ {
		marker := raw[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd8:
			i += 2
			continue
		case marker == 0xda, marker == 0xd9: // the picture begins, or ends
			return
		}
		length := int(binary.BigEndian.Uint16(raw[i+2:]))
		if length < 2 || i+2+length > len(raw) {
			return
		}
		m.readSegment(marker, raw[i+4:i+2+length])
		i += 2 + length
	}
}

func (m *Metadata) readSegment(marker byte, body []byte) {
	switch marker {
	case 0xdb:
		m.readTables(body)
	case 0xe1:
		if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
			m.readEXIF(exif)
		} else if bytes.HasPrefix(body, []byte("http://ns.adobe.com/")) {
			m.readXMP(body)
		}
	case 0xeb: // JUMBF, in which C2PA stands
		if bytes.Contains(body, []byte("c2pa")) {
			m.Provenance = true
		}
		m.search(string(body))
	case 0xed:
		if bytes.HasPrefix(body, []byte("Photoshop 3.0")) {
			m.search(string(body[len("Photoshop 3.0"):])) // the name alone is of the segment, not of the program
		}
	case 0xfe:
		m.search(string(body))
	}
}

// readTables reads DQT.
func (m *Metadata) readTables(body []byte) {
	for len(body) > 0 {
		size := 64
		if body[0]>>4 != 0 {
			size = 128
		}
		if len(body) < 1+size {
			return
		}
		if m.Tables == 0 {
			sum := 0
			for k := range 64 {
				if size == 64 {
					sum += int(body[1+k])
				} else {
					sum += int(binary.BigEndian.Uint16(body[1+2*k:]))
				}
			}
			m.Coarse = float64(sum) / 64
		}
		m.Tables++
		body = body[1+size:]
	}
}

const pngMagic = "\x89PNG\r\n\x1a\n"

func (m *Metadata) readPNG(raw []byte) {
	i := len(pngMagic)
	for n := 0; n < maxSegments && i+12 <= len(raw); n++ {
		length := int(binary.BigEndian.Uint32(raw[i:]))
		kind := string(raw[i+4 : i+8])
		if length < 0 || length > len(raw)-i-12 {
			return
		}
		body := raw[i+8 : i+8+length]
		switch kind {
		case "eXIf":
			m.readEXIF(body)
		case "caBX":
			m.Provenance = true
			m.search(string(body))
		case "tEXt", "iTXt", "zTXt":
			m.readText(kind, body)
		case "IEND":
			return
		}
		i += 12 + length
	}
}

func (m *Metadata) readText(kind string, body []byte) {
	key, text, ok := bytes.Cut(body, []byte{0})
	if !ok {
		return
	}
	switch strings.ToLower(string(key)) {
	case "parameters", "prompt", "workflow", "sd-metadata", "invokeai_metadata", "dream":
		// The keys under which the usual generators write how it was made.
		if kind != "tEXt" || bytes.Contains(text, []byte("Steps")) || bytes.Contains(text, []byte("{")) {
			m.Generator = "PNG " + string(key)
		}
	case "xml:com.adobe.xmp":
		m.readXMP(text)
		return
	case "software":
		m.named(string(text))
	}
	m.search(string(text))
}

func (m *Metadata) readXMP(body []byte) {
	text := string(body[:min(len(body), maxText)])
	for _, field := range []string{"CreatorTool", "softwareAgent", "DigitalSourceType"} {
		if _, after, ok := strings.Cut(text, field); ok {
			m.search(after[:min(len(after), 200)])
		}
	}
	m.search(text)
}

// named keeps the name of a program.
func (m *Metadata) named(text string) {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffd {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text[:min(len(text), 80)])
	text = strings.ToValidUTF8(text, "")
	if text == "" || strings.Contains(m.Software, text) || len(m.Software) > 200 {
		return
	}
	if m.Software != "" {
		m.Software += "; "
	}
	m.Software += text
	m.search(text)
}

// generators are marks of made pictures: IPTC's terms for DigitalSourceType
// (cv.iptc.org/newscodes/digitalsourcetype) and names that programs write.
var generators = []string{
	"trainedalgorithmicmedia", "compositewithtrainedalgorithmicmedia", "algorithmicmedia", "stable diffusion", "stable-diffusion", "midjourney", "dall-e", "dall·e",
	"comfyui", "automatic1111", "invokeai", "novelai", "adobe firefly", "openai", "made with google ai", "bing image creator", "leonardo.ai",
}

var editors = []string{
	"photoshop", "gimp", "snapseed", "picsart", "canva", "pixelmator", "photopea", "paint.net", "affinity photo", "imagemagick", "meitu", "lightx",
	"remini", "capcut", "facetune", "inshot", "airbrush", "touchretouch", "photoroom", "polarr", "krita",
}

func (m *Metadata) search(text string) {
	text = strings.ToLower(text[:min(len(text), maxText)])
	if m.Generator == "" {
		for _, g := range generators {
			if strings.Contains(text, g) {
				m.Generator = g
				break
			}
		}
	}
	if m.Editor == "" {
		for _, e := range editors {
			if strings.Contains(text, e) {
				m.Editor = e
				break
			}
		}
	}
}

package simcity

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// Size of a scene in pixels; what a citizen's picture shows is a little less.
const (
	sceneWide = 320
	sceneHigh = 240
)

// mediaPath is where a complaint's picture lies.
func mediaPath(id string) string { return "/media/simulasi/" + id + ".jpg" }

// media answers the picture of a complaint that came with one: a view of the
// made-up scene of its matter, so that pictures of one matter resemble each
// other as those of people who stand side by side.
func (c *City) media(w http.ResponseWriter, r *http.Request) {
	id, isJPEG := strings.CutSuffix(r.PathValue("file"), ".jpg")
	c.mu.RLock()
	k, ok := c.data.complaints[id]
	ok = ok && isJPEG && k.Photo && k.Channel == world.ByOpen311
	var matter string
	if ok {
		matter = k.Matter
	}
	c.mu.RUnlock()
	if !ok {
		http.Error(w, "simulasi: tidak ada foto dengan nomor itu", http.StatusNotFound)
		return
	}
	body, err := photo(c.start.Seed, matter, id)
	if err != nil {
		http.Error(w, "simulasi: foto tidak dapat dibuat", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// photo is one person's picture of a matter: cut by up to 4 % of width and
// height, brighter or darker, compressed by the phone. It depends on nothing
// but the arguments, and says in a comment that it is made up.
func photo(seed int64, matter, id string) ([]byte, error) {
	r := rand.New(rand.NewPCG(uint64(seed), hashOf(id)))
	full := scene(rand.New(rand.NewPCG(uint64(seed), hashOf(matter))))
	left, top := r.IntN(sceneWide/50+1), r.IntN(sceneHigh/50+1)
	right, bottom := r.IntN(sceneWide/50+1), r.IntN(sceneHigh/50+1)
	view := image.NewRGBA(image.Rect(0, 0, sceneWide-left-right, sceneHigh-top-bottom))
	draw.Draw(view, view.Bounds(), full, image.Pt(left, top), draw.Src)
	light := 0.85 + 0.3*r.Float64()
	for i, v := range view.Pix {
		if i%4 != 3 {
			view.Pix[i] = uint8(min(255, light*float64(v)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, view, &jpeg.Options{Quality: 60 + r.IntN(33)}); err != nil {
		return nil, err
	}
	return withComment(b.Bytes(), simulated), nil
}

// scene draws what a matter looks like: waves of light and shade with a few
// walls and signs before them.
func scene(r *rand.Rand) *image.RGBA {
	type wave struct{ x, y, phase, height float64 }
	waves := make([]wave, 7)
	for i := range waves {
		waves[i] = wave{(0.5 + 1.5*r.Float64()) * 2 * math.Pi / sceneWide, (4*r.Float64() - 2) * 2 * math.Pi / sceneHigh, 2 * math.Pi * r.Float64(), 0.4 + 0.6*r.Float64()}
	}
	tint := [3]float64{0.7 + 0.3*r.Float64(), 0.7 + 0.3*r.Float64(), 0.7 + 0.3*r.Float64()}
	img := image.NewRGBA(image.Rect(0, 0, sceneWide, sceneHigh))
	for y := range sceneHigh {
		for x := range sceneWide {
			v := 0.0
			for _, w := range waves {
				v += w.height * math.Sin(w.x*float64(x)+w.y*float64(y)+w.phase)
			}
			v = 120 + 95*math.Tanh(v/2)
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(v*tint[0]), uint8(v*tint[1]), uint8(v*tint[2]), 255
		}
	}
	for range 3 {
		at := image.Pt(r.IntN(sceneWide), r.IntN(sceneHigh))
		box := image.Rectangle{Min: at, Max: at.Add(image.Pt(20+r.IntN(50), 15+r.IntN(40)))}
		draw.Draw(img, box, image.NewUniform(color.Gray{uint8(30 + r.IntN(180))}), image.Point{}, draw.Src)
	}
	return img
}

// withComment puts a comment (COM, ITU-T T.81, B.2.4.5) behind a JPEG's first
// marker.
func withComment(picture []byte, text string) []byte {
	n := len(text) + 2
	head := append([]byte{0xff, 0xd8, 0xff, 0xfe, byte(n >> 8), byte(n)}, text...)
	return append(head, picture[2:]...)
}

func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return h.Sum64()
}

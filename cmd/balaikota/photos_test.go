package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/all"
	"balaikota/connectors/simcity"

	"github.com/google/go-cmp/cmp"
)

// street is a picture with light and shade all over, as of a street, cut on
// all sides by a share of its size.
func street(seed uint64, cut float64) *image.RGBA {
	const wide, high = 320, 240
	r := rand.New(rand.NewPCG(seed, 5))
	type wave struct{ x, y, phase, height float64 }
	var waves []wave
	for range 6 {
		waves = append(waves, wave{(0.5 + 1.5*r.Float64()) * 2 * math.Pi / wide, (3*r.Float64() - 1.5) * 2 * math.Pi / high, 7 * r.Float64(), 0.5 + r.Float64()})
	}
	dx, dy := int(wide*cut/2), int(high*cut/2)
	img := image.NewRGBA(image.Rect(0, 0, wide-2*dx, high-2*dy))
	for y := range high - 2*dy {
		for x := range wide - 2*dx {
			v := 0.0
			for _, w := range waves {
				v += w.height * math.Sin(w.x*float64(x+dx)+w.y*float64(y+dy)+w.phase)
			}
			g := uint8(128 + 100*math.Tanh(v/2))
			img.SetRGBA(x, y, color.RGBA{g, uint8(200 * int(g) / 255), uint8(150 * int(g) / 255), 255})
		}
	}
	return img
}

func jpegOf(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// album is a web server with pictures, on this machine: the inside network.
type album struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string][]byte
	asked map[string]int
}

func newAlbum(t *testing.T) *album {
	t.Helper()
	a := &album{pages: map[string][]byte{}, asked: map[string]int{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		page, ok := a.pages[r.URL.Path]
		a.asked[r.URL.Path]++
		a.mu.Unlock()
		switch to, moved := strings.CutPrefix(string(page), "to "); {
		case !ok:
			http.NotFound(w, r)
		case moved:
			http.Redirect(w, r, to, http.StatusFound)
		default:
			w.Header().Set("Content-Type", "image/jpeg") // whatever it is
			_, _ = w.Write(page)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *album) put(path string, page []byte) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages[path] = page
	return a.URL + path
}

func (a *album) count(path string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked[path]
}

// photoRoom is a city whose source lives at an album.
type photoRoom struct {
	*analyst
	photos *photoReader
	door   *intake
	source int64
	now    time.Time
	told   bytes.Buffer
	look   func(sql string) map[string]string
}

func newPhotoRoom(t *testing.T, home string) *photoRoom {
	t.Helper()
	f := &photoRoom{now: time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)}
	lent := storetest.NewDB(t)
	s := storetest.Open(t, lent, storetest.WithClock(func() time.Time { return f.now }))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, city: setting}
	if f.analyst, err = newAnalyst(t.Context(), db, nil, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&f.told, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if f.photos, err = newPhotoReader(db, connectors.NewClient("balaikota-test/1", nil), log); err != nil {
		t.Fatal(err)
	}
	f.photos.now = func() time.Time { return f.now }
	f.door = &intake{store: s, geography: f.geography}
	f.source = storetest.Source(t, s, func(src *city.Source) {
		src.Config, _ = json.Marshal(map[string]any{"base_url": home + "/open311/v2", "allow_private": true}) // strings and a bool
	})
	conn := storetest.Connect(t, lent.SuperuserURL)
	f.look = func(sql string) map[string]string {
		out := map[string]string{}
		rows, err := conn.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var k, v string
			if err := rows.Scan(&k, &v); err != nil {
				t.Fatal(err)
			}
			out[k] = v
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		return out
	}
	return f
}

// fetch takes one run of the task.
func (f *photoRoom) fetch(t *testing.T) {
	t.Helper()
	if err := f.photos.run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// outcomes are what is kept about each report's picture: why it is not to be
// had, or "ok".
func (f *photoRoom) outcomes() map[string]string {
	return f.look(`SELECT r.external_id, CASE WHEN p.error = '' THEN 'ok' ELSE p.error END FROM report_photos p JOIN reports r ON r.id = p.report_id`)
}

// TestTheSamePictureJoinsTwoVoices: two that say little in common become one
// matter once their pictures are known, and the reason is told.
func TestTheSamePictureJoinsTwoVoices(t *testing.T) {
	t.Parallel()
	web := newAlbum(t)
	f := newPhotoRoom(t, web.URL)
	voice := func(id, text, url string, hours int) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.Text, r.Stems, r.MediaURL, r.Category = text, "", url, "banjir-drainase"
			r.CreatedAt = f.now.Add(time.Duration(hours-48) * time.Hour)
		})
	}
	ingest(t, f.door, city.Delivery{SourceID: f.source, Reports: []city.Report{
		voice("a", "selokan tersumbat, mohon dikeruk", web.put("/a.jpg", jpegOf(t, street(1, 0), 92)), 0),
		voice("b", "air menggenang lagi setiap hujan turun", web.put("/b.jpg", jpegOf(t, street(1, 0.05), 45)), 20),
		voice("c", "parit meluap ke halaman rumah warga", web.put("/c.jpg", jpegOf(t, street(2, 0), 92)), 30),
	}})
	settleNow(t, f.analyst)
	if n := len(incidentsOf(membership(t, f.db.Store))); n != 3 {
		t.Fatalf("%d incidents before any picture is known", n)
	}
	f.fetch(t)
	settleNow(t, f.analyst)
	if d := cmp.Diff(map[string]string{"a": "ok", "b": "ok", "c": "ok"}, f.outcomes()); d != "" {
		t.Fatal(d)
	}
	m := membership(t, f.db.Store)
	if m["a"] != m["b"] || m["a"] == m["c"] || m["a"] == "" {
		t.Fatalf("grouped as %v", m)
	}
	if reasons := f.look("SELECT r.external_id, p.shown::text FROM report_analyses p JOIN reports r ON r.id = p.report_id"); !strings.Contains(reasons["b"], "foto yang sama") {
		t.Errorf("the picture is not told as a reason: %s", reasons["b"])
	}
	f.fetch(t) // nothing is left to do
	if n := web.count("/a.jpg"); n != 1 {
		t.Errorf("a picture was asked for %d times", n)
	}
	consistent(t, f.analyst)
}

// TestAnAppsOwnPictureJoinsNobody: the picture that an app sends when the
// citizen took none stands on unrelated reports all over the city. It is no
// evidence for any two of them, also not for those it joined before it was
// known for what it is; a real picture goes on counting.
func TestAnAppsOwnPictureJoinsNobody(t *testing.T) {
	t.Parallel()
	web := newAlbum(t)
	f := newPhotoRoom(t, web.URL)
	voice := func(id, text, url, area, category string, hours int) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.Text, r.Stems, r.MediaURL, r.Category, r.StatedArea, r.ComputedArea = text, "", url, category, area, area
			r.CreatedAt = f.now.Add(time.Duration(hours-96) * time.Hour)
		})
	}
	own := web.put("/kosong.jpg", jpegOf(t, street(9, 0), 92))
	pair := []city.Report{
		voice("a", "selokan tersumbat, mohon dikeruk", own, storetest.AirPutih, "banjir-drainase", 0),
		voice("b", "air menggenang lagi setiap hujan turun", own, storetest.AirPutih, "banjir-drainase", 20),
	}
	genuine := []city.Report{
		voice("c", "got buntu penuh lumpur", web.put("/c.jpg", jpegOf(t, street(1, 0), 92)), storetest.Lempake, "banjir-drainase", 0),
		voice("d", "parit meluap ke halaman", web.put("/d.jpg", jpegOf(t, street(1, 0.05), 45)), storetest.Lempake, "banjir-drainase", 20),
	}
	ingest(t, f.door, city.Delivery{SourceID: f.source, Reports: append(pair, genuine...)})
	settleNow(t, f.analyst)
	f.fetch(t)
	settleNow(t, f.analyst)
	if m := membership(t, f.db.Store); m["a"] != m["b"] || m["c"] != m["d"] {
		t.Fatalf("two voices with one picture stand apart: %v", m)
	}
	texts := map[string]string{
		"sampah": "tumpukan sampah belum diangkut", "jalan-rusak": "jalan berlubang dalam", "lampu-jalan": "lampu jalan padam",
	}
	var others []city.Report
	for i, area := range []string{"64.72.01.1001", "64.72.01.1003", "64.72.02.1001", storetest.Lempake} {
		for category, text := range texts {
			others = append(others, voice(fmt.Sprint(category, i), text, own, area, category, 5*i))
		}
	}
	ingest(t, f.door, city.Delivery{SourceID: f.source, Reports: others})
	settleNow(t, f.analyst)
	f.fetch(t)
	settleNow(t, f.analyst)
	if m := membership(t, f.db.Store); m["a"] == m["b"] || m["c"] != m["d"] {
		t.Errorf("with the app's picture on %d reports: %v", len(others)+2, m)
	}
	consistent(t, f.analyst)
}

func TestCropAndCompressionKeepTheFingerprint(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		var prints []uint64
		for _, body := range [][]byte{jpegOf(t, street(seed, 0), 95), jpegOf(t, street(seed, 0.05), 40), pngOf(t, street(seed, 0.02)), jpegOf(t, street(seed+100, 0), 95)} {
			img, err := decodePhoto(body)
			if err != nil {
				t.Fatal(err)
			}
			prints = append(prints, incident.Fingerprint(img))
		}
		if a, b := incident.PhotoDistance(prints[0], prints[1]), incident.PhotoDistance(prints[0], prints[2]); a > 10 || b > 10 {
			t.Errorf("scene %d: cut by 5 %% and compressed, %d bits differ; cut by 2 %%, %d", seed, a, b)
		}
		if d := incident.PhotoDistance(prints[0], prints[3]); d <= 10 {
			t.Errorf("scenes %d and %d: %d bits differ", seed, seed+100, d)
		}
	}
}

// TestPicturesThatCannotBeHad: each keeps its reason, none of them reaches what
// it must not, and none holds up the others.
func TestPicturesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	web, inside := newAlbum(t), newAlbum(t)
	secret := inside.put("/rahasia.jpg", jpegOf(t, street(3, 0), 90))
	urls := map[string]string{
		"fine":      web.put("/baik.jpg", jpegOf(t, street(4, 0), 90)),
		"moved":     web.put("/pindah.jpg", []byte("to /baik.jpg")),
		"black":     web.put("/gelap.png", pngOf(t, image.NewGray(image.Rect(0, 0, 64, 64)))),
		"html":      web.put("/halaman.jpg", []byte("<html><body>masuk dulu</body></html>")),
		"bomb":      web.put("/bom.gif", gifClaiming(t, 65000, 65000)),
		"large":     web.put("/besar.jpg", append(jpegOf(t, street(4, 0), 90), make([]byte, 9<<20)...)),
		"cut":       web.put("/putus.jpg", jpegOf(t, street(4, 0), 90)[:2000]),
		"missing":   web.URL + "/nanti.jpg?nama=Budi",
		"inside":    secret,
		"turned":    web.put("/belok.jpg", []byte("to "+secret)),
		"localhost": strings.Replace(secret, "127.0.0.1", "localhost", 1),
		"metadata":  web.put("/meta.jpg", []byte("to http://169.254.169.254/latest/meta-data/")),
		"file":      web.put("/berkas.jpg", []byte("to file:///etc/hostname")),
	}
	f := newPhotoRoom(t, web.URL)
	var reports []city.Report
	for id, u := range urls {
		reports = append(reports, storetest.Report(id, func(r *city.Report) { r.MediaURL = u }))
	}
	ingest(t, f.door, city.Delivery{SourceID: f.source, Reports: reports})
	f.fetch(t)
	const private = "the picture's address leads into a private network"
	want := map[string]string{
		"fine": "ok", "moved": "ok", "black": "ok", "html": "the answer is no picture (JPEG, PNG or GIF)", "bomb": "the picture has more than 40 megapixels",
		"large": "the picture is larger than 8 MB", "cut": "the picture is damaged", "missing": "the picture's server answered with status 404",
		"inside": private, "turned": private, "localhost": private, "metadata": private, "file": "the picture could not be fetched",
	}
	if d := cmp.Diff(want, f.outcomes()); d != "" {
		t.Error(d)
	}
	if n := inside.count("/rahasia.jpg"); n != 0 {
		t.Errorf("the inside server was reached %d times", n)
	}
	if told := f.told.String(); !strings.Contains(told, "known=3 failed=10") || strings.Contains(told, "Budi") || strings.Contains(told, "http") {
		t.Errorf("the log says %s", told)
	}
	// What was not there yet is found later, and not asked for before its time.
	web.put("/nanti.jpg", jpegOf(t, street(5, 0), 90))
	f.fetch(t)
	f.now = f.now.Add(firstPhotoWait)
	f.fetch(t)
	if n, got := web.count("/nanti.jpg"), f.outcomes()["missing"]; n != 2 || got != "ok" {
		t.Errorf("asked %d times: %s", n, got)
	}
}

// gifClaiming is a GIF of a few bytes that says it is that large.
func gifClaiming(t *testing.T, wide, high int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	out[6], out[7], out[8], out[9] = byte(wide), byte(wide>>8), byte(high), byte(high>>8)
	return out
}

// jpegClaiming is the head of a JPEG with a frame header of that kind.
func jpegClaiming(marker byte, wide, high int) []byte {
	return []byte{
		0xff, 0xd8, 0xff, marker, 0, 17, 8, byte(high >> 8), byte(high), byte(wide >> 8), byte(wide), 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
		0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0,
	}
}

// TestBombsAreNotUnpacked: what a picture says of itself decides before any
// memory is taken for it.
func TestBombsAreNotUnpacked(t *testing.T) {
	t.Parallel()
	deep := pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 8, 8)))
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"a GIF":              {gifClaiming(t, 65535, 65535), "the picture has more than 40 megapixels"},
		"a JPEG":             {jpegClaiming(0xc0, 65000, 65000), "the picture has more than 40 megapixels"},
		"one within bounds":  {jpegClaiming(0xc0, 6000, 6000), "the picture is damaged"},
		"in several passes":  {jpegClaiming(0xc2, 6000, 6000), "the picture takes too much memory to unpack"},
		"behind a comment":   {append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 4, 'h', 'i'}, jpegClaiming(0xc2, 6000, 6000)[2:]...), "the picture takes too much memory to unpack"},
		"no size":            {jpegClaiming(0xc0, 0, 100), "the picture is damaged"},
		"a deep PNG, cut":    {deep[:40], "the picture is damaged"},
		"nothing":            {nil, "the answer is no picture (JPEG, PNG or GIF)"},
		"SVG":                {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "the answer is no picture (JPEG, PNG or GIF)"},
		"WebP, not taken":    {[]byte("RIFF\x24\x00\x00\x00WEBPVP8 "), "the answer is no picture (JPEG, PNG or GIF)"},
		"a deep PNG, intact": {deep, ""},
	} {
		_, err := decodePhoto(c.body)
		if got := fmt.Sprint(err); got != c.want && (c.want != "" || err != nil) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestPhotoWaits(t *testing.T) {
	t.Parallel()
	var got []string
	for failures := range 6 {
		got = append(got, photoWait(failures, nil).String())
	}
	if d := cmp.Diff([]string{"2m0s", "10m0s", "50m0s", "4h10m0s", "20h50m0s", "24h0m0s"}, got); d != "" {
		t.Error(d)
	}
	if w := photoWait(0, fmt.Errorf("ask: %w", &connectors.RetryAfterError{After: time.Hour})); w != time.Hour {
		t.Errorf("a server that says an hour is asked after %s", w)
	}
}

func TestHomes(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		`{"allow_private":true,"base_url":"http://10.0.0.5/open311"}`:                 "http://10.0.0.5/open311",
		`{"allow_private":true,"mapping":{"url":"http://10.0.0.6:81/a?x={{since}}"}}`: "http://10.0.0.6:81/a?x={{since}}",
		`{"base_url":"http://10.0.0.5/open311"}`:                                      "",
		`{"allow_private":true,"folder":"masuk"}`:                                     "",
		`{"allow_private":true,"base_url":5}`:                                         "",
		`{}`:                                                                          "", ``: "",
	} {
		if got := homeOf(city.Source{Config: json.RawMessage(config)}); got != want {
			t.Errorf("%s: %q", config, got)
		}
	}
}

// TestPicturesOfPublicSourcesStayOutside: a source that is not in the inside
// network leads nobody there.
func TestPicturesOfPublicSourcesStayOutside(t *testing.T) {
	t.Parallel()
	web := newAlbum(t)
	f := newPhotoRoom(t, "https://lapor.example")
	u := web.put("/a.jpg", jpegOf(t, street(1, 0), 90))
	ingest(t, f.door, city.Delivery{SourceID: f.source, Reports: []city.Report{storetest.Report("a", func(r *city.Report) { r.MediaURL = u })}})
	f.fetch(t)
	if got := f.outcomes()["a"]; got != "the picture's address leads into a private network" || web.count("/a.jpg") != 0 {
		t.Errorf("%s; asked %d times", got, web.count("/a.jpg"))
	}
}

// TestSimulatedPicturesAreFetched: those of the simulated city, by the way that
// its reports go.
func TestSimulatedPicturesAreFetched(t *testing.T) {
	t.Parallel()
	f := newPhotoRoom(t, "")
	sim, err := simcity.New(simcity.Options{
		Dir: t.TempDir(), Seed: 5, Start: f.now, Backlog: 24 * time.Hour, History: time.Hour, Now: func() time.Time { return f.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	err = runCity(t.Context(), sim, func(ctx context.Context) error {
		if err := f.db.connect(ctx, sim.Sources()); err != nil {
			return err
		}
		src, err := f.db.Source(ctx, "sim-open311")
		if err != nil {
			return err
		}
		env := connectors.Env{HTTP: connectors.NewClient("balaikota-test/1", nil), Areas: f.geography, Now: func() time.Time { return f.now }, Log: slog.New(slog.DiscardHandler)}
		if _, _, err := connectors.NewRunner(all.Registry(), f.door, env, nil, connectors.RunLimits{}).RunOnce(ctx, src); err != nil {
			return err
		}
		if err := f.photos.run(ctx); err != nil {
			return err
		}
		return errEnough
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	got := f.look("SELECT r.external_id, concat_ws(' ', p.error, p.fingerprint IS NOT NULL, p.width > 300) FROM report_photos p JOIN reports r ON r.id = p.report_id")
	for id, outcome := range got {
		if outcome != " t t" {
			t.Errorf("%s: %s", id, outcome)
		}
	}
	if len(got) < 5 {
		t.Errorf("%d pictures of a day", len(got))
	}
}

var errEnough = errors.New("seen enough")

func FuzzDecodePhoto(f *testing.F) {
	f.Add([]byte("GIF89a"))
	f.Add(jpegClaiming(0xc2, 16, 16))
	f.Add(jpegClaiming(0xc0, 16, 16))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xff, 0xff, 0xd0, 0xff, 0xe0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		img, err := decodePhoto(body)
		if err == nil && (img.Bounds().Empty() || img.Bounds().Dx()*img.Bounds().Dy() > maxPhotoPixels) {
			t.Errorf("a picture of %v", img.Bounds())
		}
		if err == nil {
			incident.Fingerprint(img)
		}
	})
}

package main

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestAReportsPictureIsShownToThoseWhoSeeTheReport: from its source, pressed
// anew; to others it is not there, and what cannot be had is said in words
// that do not tell its address.
func TestAReportsPictureIsShownToThoseWhoSeeTheReport(t *testing.T) {
	t.Parallel()
	web := newAlbum(t)
	f := newPhotoRoom(t, web.URL)
	// A comment such as cameras and phones write; 0xfe is a JPEG's comment.
	whole := jpegOf(t, street(3, 0), 90)
	said := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 18}, "rahasia-kamera-1"...)
	whole = append(said, whole[2:]...)
	urls := map[string]string{
		"ada":     web.put("/media/a.jpg", whole),
		"hilang":  web.URL + "/media/rahasia.jpg",
		"rusak":   web.put("/media/b.jpg", []byte("bukan gambar")),
		"dalam":   "http://127.0.0.1:1/media/x.jpg",
		"tanpa":   "",
		"tertuju": web.put("/media/c.jpg", []byte("to http://127.0.0.1:1/dalam.jpg")),
	}
	var reports []city.Report
	for name, url := range urls {
		reports = append(reports, storetest.Report(name, func(r *city.Report) { r.MediaURL, r.StatedArea = url, storetest.AirPutih }))
	}
	storetest.Ingest(t, f.db.Store, city.Delivery{SourceID: f.source, Reports: reports})
	ids := map[string]int64{}
	all, err := f.db.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		ids[r.ExternalID] = r.ID
	}

	own := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	shown, err := f.photos.Picture(t.Context(), own, ids["ada"])
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(shown))
	if err != nil || img.Bounds().Dx() != 320 || img.Bounds().Dy() != 240 {
		t.Errorf("shown: %v, %v", img, err)
	}
	if bytes.Contains(shown, []byte("rahasia-kamera")) {
		t.Error("what the camera wrote is handed on")
	}
	if _, err := f.photos.Picture(t.Context(), city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, ids["ada"]); city.CodeOf(err) != city.NotFound {
		t.Errorf("another kelurahan's lurah: %v", err)
	}
	if n := web.count("/media/a.jpg"); n != 1 {
		t.Errorf("asked for %d times", n)
	}
	for name, code := range map[string]city.Code{
		"hilang": city.Conflict, "rusak": city.Conflict, "dalam": city.Conflict, "tertuju": city.Conflict, "tanpa": city.NotFound,
	} {
		_, err := f.photos.Picture(t.Context(), own, ids[name])
		if city.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", name, err, code)
		}
		if err != nil && (strings.Contains(err.Error(), "rahasia") || strings.Contains(err.Error(), "127.0.0.1")) {
			t.Errorf("%s: the address is told: %v", name, err)
		}
	}
}

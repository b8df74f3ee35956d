package simcity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"balaikota/backend/analysis/incident"
)

func fingerprint(t *testing.T, body []byte) uint64 {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return incident.Fingerprint(img)
}

// TestPicturesOfOneMatterResembleEachOther, as a fingerprint sees them, and no
// others do.
func TestPicturesOfOneMatterResembleEachOther(t *testing.T) {
	t.Parallel()
	const matters, views = 25, 4
	prints := make([][]uint64, matters)
	for m := range matters {
		for v := range views {
			id := fmt.Sprintf("SIM-UJI-%d-%d", m, v)
			body, err := photo(5, fmt.Sprintf("UJI-P%05d", m), id)
			if err != nil {
				t.Fatal(err)
			}
			prints[m] = append(prints[m], fingerprint(t, body))
		}
	}
	one, err := photo(5, "UJI-P00001", "SIM-UJI-1-1")
	again, err2 := photo(5, "UJI-P00001", "SIM-UJI-1-1")
	if err != nil || err2 != nil || !bytes.Equal(one, again) || !bytes.Contains(one, []byte(simulated)) {
		t.Fatal("a picture is not always the same, or not marked as made up", err, err2)
	}
	apart, furthest, same, nearest := 0, 0, 0, 64
	for m := range matters {
		for i, a := range prints[m] {
			for _, b := range prints[m][i+1:] {
				d := incident.PhotoDistance(a, b)
				same, furthest = same+1, max(furthest, d)
				if d > 8 {
					apart++
				}
			}
			for _, other := range prints[m+1:] {
				for _, b := range other {
					nearest = min(nearest, incident.PhotoDistance(a, b))
				}
			}
		}
	}
	t.Logf("views of one matter differ in up to %d bits (%d of %d pairs in more than 8), of two in at least %d", furthest, apart, same, nearest)
	if furthest > 10 || apart*20 > same || nearest <= 10 {
		t.Error("pictures do not tell matters apart")
	}
}

// TestMediaIsServed: the address that Open311 gives leads to a picture, and
// nothing else does.
func TestMediaIsServed(t *testing.T) {
	t.Parallel()
	base := run(t, small(t.TempDir(), newHand())).BaseURL()
	_, _, body := fetch(t, base+"/open311/v2/requests.json?page=1&page_size=1000")
	var list []struct {
		ID    string  `json:"service_request_id"`
		Media *string `json:"media_url"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	shown, without := "", ""
	n := 0
	for _, r := range list {
		if r.Media != nil {
			n, shown = n+1, *r.Media
		} else {
			without = r.ID
		}
	}
	if share := float64(n) / float64(len(list)); share < 0.2 || share > 0.4 {
		t.Fatalf("%d of %d complaints carry a picture", n, len(list))
	}
	status, header, picture := fetch(t, shown)
	if status != http.StatusOK || header.Get("Content-Type") != "image/jpeg" || header.Get("X-Simulation") != "true" || fingerprint(t, picture) == 0 {
		t.Errorf("%d %v, %d bytes", status, header, len(picture))
	}
	for _, path := range []string{mediaPath(without), mediaPath("TIDAK-ADA"), strings.TrimSuffix(strings.TrimPrefix(shown, base), ".jpg") + ".png"} {
		if status, _, _ := fetch(t, base+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

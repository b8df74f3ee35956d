package capalert

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"balaikota/connectors/connectortest"
)

func TestPolygonIsLatLonAndClosedWhenItIsNot(t *testing.T) {
	t.Parallel()
	p, err := parsePolygon("-0.5,117.1 -0.5,117.2 -0.4,117.2")
	if err != nil || len(p[0]) != 4 || !p[0].Closed() || p[0][0][0] != 117.1 {
		t.Errorf("got %v, %v", p, err)
	}
	for _, bad := range []string{"", "1,2 3,4", "117,-0.5 117.1,-0.5 117,-0.4", "a,b c,d e,f", "1,2,3 4 5", "NaN,1 1,1 2,2"} {
		if p, err := parsePolygon(bad); err == nil {
			t.Errorf("%q gives %v", bad, p)
		}
	}
}

const oneAlert = `<?xml version="1.0"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a.1</identifier><sender>uji@contoh.invalid</sender>
<sent>2026-11-21T11:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><language>id</language><event>Banjir</event>
<severity>Severe</severity><headline>Banjir</headline><area><areaDesc>Kota</areaDesc><circle>-0.5,117.15 100</circle></area></info></alert>`

// TestAWarningWithoutAnEndIsHeldAsLongAsTheCitySays, and refused where it does
// not say.
func TestAWarningWithoutAnEndIsHeldAsLongAsTheCitySays(t *testing.T) {
	t.Parallel()
	if w, err := Parse([]byte(oneAlert), "", 0); err == nil {
		t.Errorf("accepted %+v", w)
	}
	w, err := Parse([]byte(oneAlert), "", 6*time.Hour)
	if err != nil || w.Expires.Sub(w.Since) != 6*time.Hour || len(w.Circles) != 1 {
		t.Errorf("got %+v, %v", w, err)
	}
	if codes, whole := Covered(outlined(), w, ""); len(codes) > 0 || !whole {
		t.Errorf("a circle over the city concerns %v", codes)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(oneAlert))
	f.Add([]byte(`<alert><identifier>b</identifier><sent>2026-11-21T12:00:00+08:00</sent><status>Actual</status><msgType>Cancel</msgType><scope>Public</scope><references>s,a.1,2026-11-21T11:00:00+08:00</references></alert>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, err := Parse(body, "", 0)
		if err != nil {
			return
		}
		if w.ID == "" || w.Sent.IsZero() || (!w.Over && w.Expires.Before(w.Since)) {
			t.Errorf("accepted %+v", w)
		}
		for _, p := range w.Shapes {
			if !p[0].Closed() {
				t.Errorf("an open ring: %v", p)
			}
		}
	})
}

// outlined are the two halves with their outlines and label points.
func outlined() connectortest.Halves {
	h := connectortest.TwoHalves()
	half := func(n int, from, to float64) {
		box := orb.Bound{Min: orb.Point{from, -0.8}, Max: orb.Point{to, -0.3}}
		h[n].Label, h[n].Outline = box.Center(), orb.MultiPolygon{box.ToPolygon()}
	}
	half(3, 117.15, 117.3)
	half(4, 117, 117.15)
	return h
}

package world

import (
	"fmt"
	"math"
	"time"
)

// Alert is a message of the weather office about the coming hours: one of a
// chain of Alert, Update and at last Cancel or AllClear.
type Alert struct {
	ID         string // CAP identifier
	Code       string // file name without _alert.xml
	Kind       string // Alert, Update, Cancel, AllClear
	References []string
	Severity   string
	Sent       time.Time // simulated, like the two below
	Effective  time.Time
	Expires    time.Time
	Areas      []string // kelurahan codes that it covers; none for another province
	Region     string
	Places     []string // names of kecamatan in the text
}

// warning is the chain that is open for the city.
type warning struct {
	ID, Code   string
	Sent       time.Time
	SentTick   int64
	Expires    int64 // tick
	Areas      []string
	Updates    int
	References []string
}

// warn looks at the sky every five minutes and speaks when it must.
func (w *World) warn(now time.Time) []Alert {
	if w.s.Tick%5 != 0 {
		return nil
	}
	r := chance(w.cfg.Seed, streamWarnings, w.s.Tick)
	var list []Alert
	if r.Float64() < 5.0/1440 { // other provinces have weather too
		list = append(list, w.elsewhere(now))
	}
	wet, top := w.wetAreas()
	open := w.s.Warning
	switch {
	case open == nil && top >= 34:
		list = append(list, w.alert("Alert", now, wet, top))
	case open == nil:
	case w.s.Tick >= open.Expires:
		w.s.Warning = nil // it ran out; nothing is sent
	case len(wet) == 0 && w.s.Tick-open.SentTick >= 20:
		kind := "AllClear"
		if open.Updates == 0 && r.Float64() < 0.6 {
			kind = "Cancel"
		}
		list = append(list, w.alert(kind, now, open.Areas, 0))
		w.s.Warning = nil
	case top >= 20 && w.s.Tick-open.SentTick >= 55:
		list = append(list, w.alert("Update", now, wet, top))
	}
	return list
}

// wetAreas are the kelurahan with real rain, and the strongest rain in mm/h.
func (w *World) wetAreas() ([]string, float64) {
	var codes []string
	top := 0.0
	for i, a := range Areas {
		top = math.Max(top, w.s.Rain[i])
		if w.s.Rain[i] >= 6 {
			codes = append(codes, a.Code)
		}
	}
	return codes, top
}

// number gives the next identifier and file code of the day for a station.
func (w *World) number(station string, now time.Time) (id, code string) {
	day := now.Format("20060102")
	if w.s.WarnDay != day {
		w.s.WarnDay, w.s.WarnN = day, 0
	}
	w.s.WarnN++
	id = fmt.Sprintf("2.49.0.1.360.0.%s.SIM.%s.%03d", now.Format("2006.01.02"), w.cfg.Prefix, w.s.WarnN)
	return id, fmt.Sprintf("%s%s%03d", station, day, w.s.WarnN)
}

// alert builds the next message of the city's chain.
func (w *World) alert(kind string, now time.Time, areas []string, top float64) Alert {
	id, code := w.number("CKT", now)
	a := Alert{ID: id, Code: code, Kind: kind, Severity: "Moderate", Sent: now, Effective: now, Expires: now.Add(150 * time.Minute),
		Areas: areas, Region: "Kalimantan Timur", Places: districtNames(areas)}
	if top >= 60 {
		a.Severity = "Severe"
	}
	if kind == "Alert" {
		a.Effective = now.Add(10 * time.Minute) // BMKG names a time to come
	}
	open := w.s.Warning
	if open == nil {
		open = &warning{}
		w.s.Warning = open
	} else {
		a.References = append([]string{}, open.References...)
		open.Updates++
	}
	open.References = append(open.References, fmt.Sprintf("cuaca.ekstrem@simulasi.invalid,%s,%s", id, now.Format(time.RFC3339)))
	open.ID, open.Code, open.SentTick, open.Areas = id, code, w.s.Tick, areas
	open.Expires = w.s.Tick + 150
	if kind == "Cancel" || kind == "AllClear" {
		a.Expires = now.Add(10 * time.Minute)
	}
	return a
}

// elsewhere is an alert of another province, which this city must ignore.
func (w *World) elsewhere(now time.Time) Alert {
	w.s.Regions++
	other := []struct{ code, name string }{{"CBT", "Banten"}, {"CKS", "Kalimantan Selatan"}, {"CJG", "Jawa Tengah"}}[w.s.Regions%3]
	id, code := w.number(other.code, now)
	return Alert{ID: id, Code: code, Kind: "Alert", Severity: "Moderate", Sent: now, Effective: now,
		Expires: now.Add(3 * time.Hour), Region: other.name, Places: []string{"Kecamatan Simulasi"}}
}

func districtNames(codes []string) []string {
	var names []string
	for _, d := range Districts {
		for _, c := range codes {
			if c[:8] == d.Code {
				names = append(names, d.Name)
				break
			}
		}
	}
	return names
}

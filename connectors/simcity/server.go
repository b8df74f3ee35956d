package simcity

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Handler is everything the city answers: the protocols behind their faults,
// and /_sim for whoever runs it. Requests from other machines are refused.
func (c *City) Handler() http.Handler {
	mux := http.NewServeMux()
	// Open311 GeoReport v2
	mux.HandleFunc("GET /open311/v2/{file}", c.open311Get)
	mux.HandleFunc("POST /open311/v2/{file}", c.open311Post)
	mux.HandleFunc("GET /open311/v2/services/{file}", c.open311Service)
	mux.HandleFunc("GET /open311/v2/requests/{file}", c.open311Request)
	mux.HandleFunc("GET /open311/v2/tokens/{file}", c.open311Token)
	mux.HandleFunc("GET /media/simulasi/{file}", c.media)
	// BMKG
	mux.HandleFunc("GET /bmkg/publik/prakiraan-cuaca", c.bmkgForecast)
	mux.HandleFunc("GET /bmkg/DataMKG/TEWS/{file}", c.bmkgQuakes)
	mux.HandleFunc("GET /bmkg/alerts/nowcast/{lang}", c.bmkgFeed)
	mux.HandleFunc("GET /bmkg/alerts/nowcast/{lang}/{file}", c.bmkgAlert)
	// Sensors and DPUPR
	mux.HandleFunc("GET /sensor/{feed}", c.sensorFeed)
	mux.HandleFunc("GET /jalan-peduli/api/laporan", c.peduliList)
	mux.HandleFunc("GET /jalan-peduli/api/laporan/{id}", c.peduliOne)

	mux.HandleFunc("GET /kalender/wali-kota.ics", c.calendarFile)

	outer := http.NewServeMux()
	outer.Handle("/", c.faulty(mux))
	outer.HandleFunc("GET /_sim/state", c.simState)
	outer.HandleFunc("GET /_sim/sources", c.simSources)
	outer.HandleFunc("GET /_sim/ledger", c.simLedger)
	outer.HandleFunc("GET /_sim/faults", c.simFaults)
	outer.HandleFunc("POST /_sim/faults", c.simSetFaults)
	outer.HandleFunc("POST /_sim/flood", c.simFlood)
	outer.HandleFunc("POST /_sim/speed", c.simSpeed)
	outer.HandleFunc("POST /_sim/export", c.simExport)
	return localOnly(outer)
}

// localOnly answers this machine alone. The Host and Origin checks keep a web
// page that the operator happens to have open from steering the city.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.RemoteAddr) || !isLoopback(r.Host) {
			http.Error(w, "simulasi: hanya untuk mesin ini", http.StatusForbidden)
			return
		}
		if o := r.Header.Get("Origin"); r.Method != http.MethodGet && o != "" && !isLoopback(strings.TrimPrefix(o, "http://")) {
			http.Error(w, "simulasi: asal permintaan ditolak", http.StatusForbidden)
			return
		}
		w.Header().Set("X-Simulation", "true")
		next.ServeHTTP(w, r)
	})
}

func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// writeJSON answers with JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	// The client is gone when this fails; there is nobody left to tell.
	_ = enc.Encode(v)
}

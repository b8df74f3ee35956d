package gtfsrt

import (
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	env := connectortest.Env(t, connectortest.TwoHalves(), now)
	env.Indicators = []city.Indicator{
		{Slug: "bus-beroperasi", Unit: "kendaraan", Grain: "city"}, {Slug: "keterlambatan-bus", Unit: "menit", Grain: "city"}, {Slug: "gangguan-bus", Unit: "gangguan", Grain: "city"},
	}
	return env
}

// body is a feed as it goes over the wire, from its text form. The cases' moment is
// 1795242600 in Unix seconds.
func body(t testing.TB, text []byte) []byte {
	t.Helper()
	var m gtfs.FeedMessage
	if err := prototext.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	out, err := proto.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// serve answers /NAME.pb with the folder's NAME.textpb in the wire's form, to who
// shows the key.
func serve(t testing.TB, folder string) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Kunci") != "nilai-env:KUNCI_GTFS" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		text, err := os.ReadFile(filepath.Join(folder, strings.TrimSuffix(filepath.Base(r.URL.Path), ".pb")+".textpb"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
		_, _ = w.Write(body(t, text))
	})
}

// TestCases plays each folder: NAME.textpb is what the server has at /NAME.pb.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		address := connectortest.Serve(t, asked.Of(serve(t, folder)))
		config := connectortest.Config(t, folder, address)
		out, cursor := connectortest.Run(t, Spec, config, nil, testEnv(t, connectortest.Moment()))
		// The same state again brings nothing.
		if again, _ := connectortest.Run(t, Spec, config, cursor, testEnv(t, connectortest.Moment())); len(again.Observations) > 0 {
			t.Errorf("the same feeds again brought %v", again.Observations)
		}
		lines := asked.Lines()
		out = out.Seen(&asked, address)
		out.Asked = lines[:len(lines)/2]
		return out
	})
}

// TestARouteWithoutVehiclesIsZero: the last bus went home, which is a figure; after
// that its route is heard of no more.
func TestARouteWithoutVehiclesIsZero(t *testing.T) {
	t.Parallel()
	feed := `header { gtfs_realtime_version: "2.0" timestamp: 1795242600 } entity { id: "1" vehicle { trip { route_id: "K1" } vehicle { id: "a" } } }`
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body(t, []byte(feed))) }))
	config := connectortest.YAML(t, "allow_private: true\nvehicles_url: '"+address+"'\nvehicles_indicator: bus-beroperasi\n")
	now := time.Unix(1795242600, 0)
	out, cursor := connectortest.Run(t, Spec, config, nil, testEnv(t, now))
	if len(out.Observations) != 1 || !strings.Contains(out.Observations[0], `"K1"`) {
		t.Fatalf("%+v", out)
	}
	feed = `header { gtfs_realtime_version: "2.0" timestamp: 1795242660 }`
	out, cursor = connectortest.Run(t, Spec, config, cursor, testEnv(t, now.Add(time.Minute)))
	if len(out.Observations) != 1 || !strings.Contains(out.Observations[0], `"K1","`) || !strings.Contains(out.Observations[0], `,0,"kendaraan"`) {
		t.Errorf("no bus: %+v", out)
	}
	feed = `header { gtfs_realtime_version: "2.0" timestamp: 1795242600 }`
	if out, _ = connectortest.Run(t, Spec, config, cursor, testEnv(t, now.Add(time.Minute))); len(out.Observations) != 0 || out.Error != "" {
		t.Errorf("an older copy: %+v", out)
	}
}

// TestAStoppedFeedSaysWhenItWasMade: in the city's time, as a date; one of 1970 is
// no number of hours that anyone can read.
func TestAStoppedFeedSaysWhenItWasMade(t *testing.T) {
	t.Parallel()
	old := body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 1795239000 }`))
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(old) }))
	config := connectortest.YAML(t, "allow_private: true\nvehicles_url: '"+address+"'\nvehicles_indicator: bus-beroperasi\n")
	out, _ := connectortest.Run(t, Spec, config, nil, testEnv(t, time.Unix(1795242600, 0)))
	if want := "it was made at " + time.Unix(1795239000, 0).In(connectortest.WITA).Format("2006-01-02 15:04") + " (WITA)"; !strings.Contains(out.Error, want) {
		t.Errorf("want %q, got %q", want, out.Error)
	}
}

// TestWhatIsNoFeedFails: nothing is taken of an answer that cannot be trusted.
func TestWhatIsNoFeedFails(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795242600, 0)
	for name, tc := range map[string]struct {
		body []byte
		want connectors.Failure
	}{
		"a page":       {[]byte("<html>masuk dahulu</html>"), connectors.FailMalformed},
		"cut":          {body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 1795242600 }`))[:5], connectors.FailMalformed},
		"nothing":      {nil, connectors.FailMalformed},
		"old":          {body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 1795239000 }`)), connectors.FailMalformed},
		"of tomorrow":  {body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 1795329000 }`)), connectors.FailClock},
		"endless time": {body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 18446744073709551615 }`)), connectors.FailMalformed},
		"differential": {body(t, []byte(`header { gtfs_realtime_version: "2.0" timestamp: 1795242600 incrementality: DIFFERENTIAL }`)), connectors.FailMalformed},
	} {
		address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(tc.body) }))
		out, cursor := connectortest.Run(t, Spec, connectortest.YAML(t, "allow_private: true\nvehicles_url: '"+address+"'\nvehicles_indicator: bus-beroperasi\n"), nil, testEnv(t, now))
		if !strings.HasPrefix(out.Error, string(tc.want)+":") || len(out.Observations) > 0 || cursor != nil {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		"stale: 5m": "vehicles_url", "vehicles_url: https://a.go.id": "vehicles_url", "delay_indicator: x": "trips_url",
		"{vehicles_url: https://a.go.id, vehicles_indicator: bus-beroperasi, stale: 5s}": "stale",
		"{vehicles_url: https://a.go.id, vehicles_indicator: keterlambatan-bus}":         "vehicles_indicator",
	} {
		_, err := Spec.New(connectortest.YAML(t, text), testEnv(t, connectortest.Moment()))
		if got := connectors.Explain(err); got == nil || got.Field != field {
			t.Errorf("%s: %v, want a fault of %s", text, err, field)
		}
	}
}

func FuzzPull(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*/*.textpb")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body(f, text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := decode(raw)
		if err != nil {
			return
		}
		c, page := &connector{}, connectors.Page{}
		c.notices(m.GetEntity(), connectortest.Moment(), map[string]time.Time{"lama": connectortest.Moment()}, &page)
		for _, a := range page.Alerts {
			if !utf8.ValidString(a.Headline+a.Evidence+a.EvidenceEN+a.HeadlineEN) || !a.Over && a.Headline == "" {
				t.Errorf("alert %+v", a)
			}
		}
		for _, fd := range (&Config{}).feedsOf() {
			for station, v := range fd.count(m.GetEntity(), connectortest.Moment(), 10*time.Minute).values {
				if !utf8.ValidString(station) || math.IsNaN(v) || math.IsInf(v, 0) || fd.name != "trips" && v < 0 {
					t.Errorf("%s: %q is %v", fd.name, station, v)
				}
			}
		}
	})
}

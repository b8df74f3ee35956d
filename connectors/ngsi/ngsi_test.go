package ngsi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

const word = "kata-hook-uji-0123456789"

// stored is a source whose hook, a real server, and whose runs end in a real store.
type stored struct {
	*store.Store
	t      *testing.T
	broker *broker
	hook   string
	now    time.Time
	runner *connectors.Runner
	log    *bytes.Buffer
}

func newStored(t *testing.T, ld bool) *stored {
	t.Helper()
	s := &stored{t: t, broker: newBroker(t, ld), now: connectortest.Moment(), log: &bytes.Buffer{}}
	s.Store = storetest.New(t, storetest.WithClock(func() time.Time { return s.now }))
	hook := httptest.NewServer(http.HandlerFunc(s.serveHook))
	t.Cleanup(hook.Close)
	s.hook = hook.URL + "/hooks/uji"
	s.configure("hook_url: " + s.hook + "\nhook_secret: env:KATA_HOOK\n")
	secrets := &connectors.Secrets{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"KATA_HOOK": word, "TOKEN": "token-uji"}[name]
		return v, ok
	}}
	env := connectortest.Env(t, connectortest.TwoHalves(), s.now)
	env.Now = func() time.Time { return s.now }
	env.HTTP, env.Secret, env.Store = connectors.NewClient("balaikota-test", secrets), nil, s.Store
	env.Log = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.runner = connectors.NewRunner(connectors.NewRegistry(Spec), s.Store, env, secrets, connectors.RunLimits{})
	return s
}

// configure saves the source with more settings.
func (s *stored) configure(more string) {
	s.t.Helper()
	version := "v2"
	if s.broker.ld {
		version = "ld\ncontext: https://contoh.go.id/konteks.jsonld"
	}
	config := connectortest.YAML(s.t, "allow_private: true\nversion: "+version+"\nbroker_url: "+s.broker.url+"\ntype: WaterObserved\nattribute: height\nindicator: muka-air-mahakam\nservice: kota\nauth_secret: env:TOKEN\n"+more)
	if src, err := s.Source(s.t.Context(), "uji"); err == nil {
		src.Config = config
		if _, err := s.SaveSource(s.t.Context(), src); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	storetest.Source(s.t, s.Store, func(src *city.Source) { src.Connector, src.Config = "ngsi", config })
}

func (s *stored) source() city.Source {
	s.t.Helper()
	src, err := s.Source(s.t.Context(), "uji")
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

// serveHook does what the program's door does: verify, then keep.
func (s *stored) serveHook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer, err := s.runner.Receive(r.Context(), s.source(), city.HookRequest{Method: r.Method, Header: r.Header, Query: r.URL.Query(), Body: body})
	switch {
	case errors.Is(err, connectors.ErrUnverified):
		w.WriteHeader(http.StatusForbidden)
		return
	case err == nil && answer.Keep:
		err = s.KeepHook(r.Context(), s.source().ID, body)
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (s *stored) run() city.Tally {
	s.t.Helper()
	tally, _, err := s.runner.RunOnce(s.t.Context(), s.source())
	if err != nil {
		s.t.Fatal(err)
	}
	return tally
}

// expect holds the values that are stored against want, oldest first.
func (s *stored) expect(what string, want ...string) {
	s.t.Helper()
	from := connectortest.Moment().Add(-24 * time.Hour)
	points, err := s.Series(s.t.Context(), city.System, "muka-air-mahakam", "", store.StepRaw, from, from.Add(48*time.Hour))
	if err != nil {
		s.t.Fatal(err)
	}
	got := make([]string, 0, len(points))
	for _, p := range points {
		if p.Value == nil {
			continue
		}
		got = append(got, fmt.Sprintf("%v@%s", *p.Value, p.Time.In(connectortest.WITA).Format("15:04")))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func (s *stored) asked(what string, want ...string) {
	s.t.Helper()
	if got := s.broker.told(); !slices.Equal(got, want) {
		s.t.Errorf("%s: asked\n got %q\nwant %q", what, got, want)
	}
}

// TestNotificationsBecomeValues: subscribe, be told, be told twice and out of order,
// renew, survive a broker that lost its memory, and end when the hook is taken away.
func TestNotificationsBecomeValues(t *testing.T) {
	t.Parallel()
	for _, ld := range []bool{false, true} {
		t.Run(fmt.Sprintf("ld %v", ld), func(t *testing.T) {
			t.Parallel()
			s := newStored(t, ld)
			at := func(minutes int) time.Time { return connectortest.Moment().Add(time.Duration(minutes) * time.Minute) }
			s.broker.entities = []string{s.broker.entity(1, 1.5, at(-10))}
			s.run()
			s.asked("first", "GET /subscriptions", "POST /subscriptions", "GET /entities")
			s.expect("read", "1.5@14:20")

			if got := s.broker.notify(s.broker.entity(1, 1.7, at(0)), s.broker.entity(1, 1.6, at(-5))); !slices.Equal(got, []int{200}) {
				t.Fatalf("the hook answered %v", got)
			}
			s.broker.notify(s.broker.entity(1, 1.7, at(0)))
			s.run()
			s.asked("told", []string{}...)
			s.expect("out of order and twice", "1.5@14:20", "1.6@14:25", "1.7@14:30")
			s.broker.notify(s.broker.entity(1, 1.6, at(-5)))
			if tally := s.run(); tally.Added+tally.Changed != 0 {
				t.Errorf("told once more: %+v", tally)
			}

			s.now = at(20) // time to read whole, and to look whether the broker still knows us
			s.broker.entities = []string{s.broker.entity(1, 1.9, at(10))}
			s.run()
			if asked := s.broker.told(); len(asked) != 2 || !strings.HasPrefix(asked[0], "PATCH /subscriptions/") || asked[1] != "GET /entities" {
				t.Errorf("later: %q", asked)
			}
			s.expect("caught up", "1.5@14:20", "1.6@14:25", "1.7@14:30", "1.9@14:40")

			s.broker.subscriptions = map[string]*subscription{}
			s.now = at(40)
			s.run()
			if len(s.broker.subscriptions) != 1 {
				t.Errorf("the broker lost its subscriptions and has %d", len(s.broker.subscriptions))
			}
			for _, sub := range s.broker.subscriptions {
				if sub.until.Sub(s.now) != 24*time.Hour || sub.word != word {
					t.Errorf("it lasts until %s", sub.until)
				}
			}
			s.configure("")
			s.now = at(60)
			s.run()
			if len(s.broker.subscriptions) != 0 {
				t.Error("the subscription is not ended with the hook")
			}
			if log := s.log.String(); strings.Contains(log, word) || strings.Contains(log, "token-uji") {
				t.Errorf("the log tells a secret:\n%s", log)
			}
		})
	}
}

// TestOnlyTheBrokerIsHeard: who does not know the word is not, and what is no
// notification is refused and forgotten.
func TestOnlyTheBrokerIsHeard(t *testing.T) {
	t.Parallel()
	s := newStored(t, false)
	s.run()
	post := func(given, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.hook, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if given != "" {
			req.Header.Set(hookHeader, given)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	good := `{"subscriptionId":"1","data":[` + s.broker.entity(1, 9, s.now) + `]}`
	for _, given := range []string{"", "salah", word + "0", word[:len(word)-1], strings.ToUpper(word)} {
		if got := post(given, good); got != http.StatusForbidden {
			t.Errorf("with %q the hook answered %d", given, got)
		}
	}
	for _, body := range []string{"bukan json", `{"data":"x"}`, `[]`, `{}`} {
		if got := post(word, body); got != http.StatusOK {
			t.Errorf("%s: %d", body, got)
		}
	}
	if got := post(word, `{"data":[{"id":"a","type":"Lain","height":{"value":1}},{"id":"b","type":"WaterObserved","height":{"value":2}},{"id":"c","type":"WaterObserved","height":{"value":null}}]}`); got != http.StatusOK {
		t.Error(got)
	}
	if tally := s.run(); tally.Refused != 5 {
		t.Errorf("%+v, want four bodies and the value without time refused", tally)
	}
	s.expect("nothing of it")
	if tally := s.run(); tally.Refused != 0 {
		t.Errorf("they are read again: %+v", tally)
	}
}

// TestReadingGoesOnWithoutSubscription: a broker that allows none is read.
func TestReadingGoesOnWithoutSubscription(t *testing.T) {
	t.Parallel()
	s := newStored(t, true)
	s.broker.refuse = http.StatusForbidden
	for n := range 450 {
		s.broker.entities = append(s.broker.entities, s.broker.entity(n, float64(n)/100, s.now))
	}
	if tally := s.run(); tally.Refused != 1 || tally.Added != 450 {
		t.Errorf("%+v", tally)
	}
	s.asked("pages", "GET /subscriptions", "GET /entities", "GET /entities", "GET /entities")
	s.broker.refuse = 0
	s.now = s.now.Add(time.Minute)
	s.run()
	s.asked("allowed later", "GET /subscriptions", "POST /subscriptions")
}

// TestAStrayIsEnded: a subscription that a crash made forget is not left to double
// every notification.
func TestAStrayIsEnded(t *testing.T) {
	t.Parallel()
	s := newStored(t, false)
	s.broker.subscriptions["yatim"] = &subscription{url: s.hook, word: "kata-lama"}
	s.broker.subscriptions["lain"] = &subscription{url: s.hook + "-lain"}
	s.run()
	if _, there := s.broker.subscriptions["yatim"]; there || len(s.broker.subscriptions) != 2 {
		t.Errorf("%v", s.broker.subscriptions)
	}
}

func TestATrialSubscribesToNothing(t *testing.T) {
	t.Parallel()
	b := newBroker(t, false)
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Trial = true
	env.Secret = func(ref string) (string, error) {
		return map[string]string{"env:TOKEN": "token-uji", "env:KATA": word}[ref], nil
	}
	b.entities = []string{b.entity(1, 1.5, connectortest.Moment())}
	config := "allow_private: true\nbroker_url: " + b.url + "\ntype: WaterObserved\nattribute: height\nindicator: muka-air-mahakam\nservice: kota\nauth_secret: env:TOKEN\nhook_url: https://balaikota.contoh.go.id/hooks/uji\nhook_secret: env:KATA\n"
	out, _ := connectortest.Run(t, Spec, connectortest.YAML(t, config), nil, env)
	if len(out.Observations) != 1 || out.Error != "" || !slices.Equal(b.told(), []string{"GET /entities"}) {
		t.Errorf("%+v", out)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Secret = func(string) (string, error) { return "kata = 'buruk'; sekali", nil }
	for more, field := range map[string]string{
		"hook_url: https://a.go.id/hooks/x": "hook_secret", "{hook_url: https://a.go.id/hooks/x, hook_secret: env:A}": "hook_secret",
		"lease: 1m": "lease", "read_every: 1s": "read_every", "context: https://a.go.id/c": "context", "{version: ld, service_path: /a}": "service_path",
	} {
		var config map[string]any
		if err := json.Unmarshal(connectortest.YAML(t, more), &config); err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]string{"broker_url": "https://a.go.id", "type": "A", "attribute": "b", "indicator": "muka-air-mahakam"} {
			config[k] = v
		}
		raw, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Spec.New(raw, env)
		if got := connectors.Explain(err); got == nil || got.Field != field {
			t.Errorf("%s: %v, want a fault of %s", more, err, field)
		}
	}
}

func FuzzRecords(f *testing.F) {
	b := &broker{}
	f.Add([]byte(`{"data":[` + b.entity(1, 1, connectortest.Moment()) + `]}`))
	b.ld = true
	f.Add([]byte(`{"data":[` + b.entity(1, 1, connectortest.Moment()) + `,{"type":"x/WaterObserved","height":{"value":{"@value":1}},"dateObserved":{"value":{"@value":"2026-01-01T00:00:00Z"}}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var n struct {
			Data []map[string]any `json:"data"`
		}
		if connectors.DecodeJSON(body, "", &n) != nil {
			return
		}
		for _, version := range []string{"v2", "ld"} {
			c := &connector{cfg: Config{Version: version, Type: "WaterObserved", Attribute: "height"}}
			for _, r := range c.records(n.Data) {
				if r.(map[string]any)["value"] == nil {
					t.Errorf("a record without value: %v", r)
				}
			}
		}
	})
}

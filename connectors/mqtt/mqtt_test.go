package mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

var versions = []string{"5", "3.1.1"}

// settingsOf is the configuration of a source at a broker; more replace lines of it.
func settingsOf(t *testing.T, address, version string, more ...string) json.RawMessage {
	t.Helper()
	text := `
broker: tcp://` + address + `
version: "` + version + `"
client_id: balaikota-uji
user: kota
password: env:SANDI_MQTT
allow_private: true
topics: ["sensor/{id}/muka-air"]
listen: 30s
mapping:
  kind: observations
  fields:
    indicator: {const: muka-air-benanga}
    station: .levels.id
    time: .payload.waktu // .received
    value: .payload.tma
`
	config := map[string]any{}
	for _, part := range append([]string{text}, more...) {
		if err := json.Unmarshal(connectortest.YAML(t, part), &config); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func open(t *testing.T, config json.RawMessage, change ...func(*connectors.Env)) *connector {
	t.Helper()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	for _, c := range change {
		c(&env)
	}
	c, err := Spec.New(config, env)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*connector)
}

// pulled makes one run that stores everything, and returns what came.
func pulled(t *testing.T, config json.RawMessage) (observations, refused []string, alerts []city.Alert) {
	t.Helper()
	c := open(t, config)
	defer func() { _ = c.Close() }()
	var cursor json.RawMessage
	for more := true; more; {
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			t.Fatalf("pull: %v", err)
		}
		o, r := shown(page)
		observations, refused, alerts = append(observations, o...), append(refused, r...), append(alerts, page.Alerts...)
		c.Kept(t.Context())
		cursor, more = page.Cursor, page.More
	}
	return observations, refused, alerts
}

func shown(page connectors.Page) (observations, refused []string) {
	for _, o := range page.Observations {
		observations = append(observations, fmt.Sprintf("%s %s %g", o.Station, o.Time.In(connectortest.WITA).Format("15:04"), o.Value))
	}
	for _, r := range page.Refused {
		refused = append(refused, r.Place+": "+r.Reason)
	}
	return observations, refused
}

// subscribe makes the broker know the source, so that it keeps what comes next.
func subscribe(t *testing.T, config json.RawMessage) {
	t.Helper()
	c := open(t, config)
	c.join()
	if err := c.session.greeted(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBrokerKeepsWhatComesWhileWeAreAway(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			subscribe(t, config)
			s := b.sensor("bng", "")
			var want []string
			for i := range 55 { // more than a broker has on its way at once
				s.publish(1, false, "sensor/BNG/muka-air", reading(i, 7.5))
				want = append(want, fmt.Sprintf("BNG 08:%02d 7.5", i))
			}
			s.publish(1, false, "sensor/KRM/muka-air", "rusak")
			got, refused, _ := pulled(t, config)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if len(refused) != 1 || !strings.HasPrefix(refused[0], "topic sensor/KRM/muka-air: ") {
				t.Errorf("refused %q", refused)
			}
			s.publish(1, false, "sensor/BNG/muka-air", reading(56, 7.75))
			if got, refused, _ = pulled(t, config); cmp.Diff([]string{"BNG 08:56 7.75"}, got) != "" || len(refused) > 0 {
				t.Errorf("what was acknowledged came again: %q, %q", got, refused)
			}
		})
	}
}

func TestWhatIsNotStoredComesAgain(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			subscribe(t, config)
			b.sensor("bng", "").publish(1, false, "sensor/BNG/muka-air", reading(1, 7.5))
			for range 2 { // the store fails twice
				c := open(t, config)
				page, err := c.Pull(t.Context(), nil)
				if err != nil || len(page.Observations) != 1 {
					t.Fatalf("got %+v, %v", page, err)
				}
				_ = c.Close()
			}
			if got, _, _ := pulled(t, config); cmp.Diff([]string{"BNG 08:01 7.5"}, got) != "" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestRetainedMessageIsNoNewReading(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			s := b.sensor("bng", "")
			s.publish(1, true, "sensor/A/muka-air", reading(5, 7.25))
			s.publish(1, true, "sensor/B/muka-air", `{"tma": 7.5}`)
			got, refused, _ := pulled(t, settingsOf(t, b.address, version, "session: fresh"))
			if diff := cmp.Diff([]string{"A 08:05 7.25"}, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"topic sensor/B/muka-air: is a retained message that does not say when it was measured: it may be days old"}, refused); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimeOfArrivalCountsOnlyWhereItIsTrue(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	s := b.sensor("bng", "")
	for _, session := range []string{"fresh", "kept"} {
		c := open(t, settingsOf(t, b.address, "5", "session: "+session, "client_id: balaikota-"+session))
		c.join()
		if err := c.session.greeted(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		s.publish(0, false, "sensor/BNG/muka-air", `{"tma": 7.5}`)
		page, err := c.Pull(t.Context(), nil)
		_ = c.Close()
		switch {
		case err != nil:
			t.Fatal(err)
		case session == "fresh" && (len(page.Observations) != 1 || page.Observations[0].Time.Before(before) || page.Observations[0].Time.After(time.Now())):
			t.Errorf("fresh: got %+v", page)
		case session == kept && (len(page.Refused) != 1 || !strings.Contains(page.Refused[0].Reason, "may have waited at the broker")):
			t.Errorf("kept: got %+v", page)
		}
	}
}

func TestLossOfASensorIsAnAlertUntilItIsBack(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version, `status: {topic: "sensor/{id}/status"}`)
			subscribe(t, config)
			s := b.sensor("bng", "sensor/BNG/status offline")
			_ = s.conn.Close() // without a goodbye: the broker says it for the sensor
			_, refused, alerts := pulled(t, config)
			if len(alerts) != 1 || len(refused) > 0 || alerts[0].Key != "sensor:balaikota-uji:BNG" || alerts[0].Over || alerts[0].Headline != "Sensor BNG terputus" {
				t.Fatalf("got %+v, refused %q", alerts, refused)
			}
			s = b.sensor("bng", "")
			s.publish(1, true, "sensor/BNG/status", "ONLINE")
			s.publish(1, true, "sensor/KRM/status", "menyala")
			// With 3.1.1 what is retained comes once more with each subscription.
			_, refused, alerts = pulled(t, config)
			refused = slices.Compact(refused)
			if len(alerts) == 0 || !alerts[0].Over || alerts[0].Key != "sensor:balaikota-uji:BNG" {
				t.Errorf("got %+v", alerts)
			}
			if diff := cmp.Diff([]string{`topic sensor/KRM/status: status: "menyala" is neither a word for lost nor for back`}, refused); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokerIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			c := open(t, config)
			c.join()
			if err := c.session.greeted(t.Context()); err != nil {
				t.Fatal(err)
			}
			waiting := make(chan error, 1)
			go func() { waiting <- c.Wait(t.Context(), nil) }()
			b.stop(syscall.SIGKILL)
			if err := <-waiting; connectors.Explain(err).Key != string(connectors.FailCut) {
				t.Errorf("the end of the broker is told as %v", err)
			}
			_ = c.Close()
			c = open(t, config)
			if _, err := c.Pull(t.Context(), nil); connectors.Explain(err).Key != string(connectors.FailRefused) {
				t.Errorf("a broker that is away is told as %v", err)
			}
			_ = c.Close()
			b.start()
			subscribe(t, config)
			b.sensor("bng", "").publish(1, false, "sensor/BNG/muka-air", reading(1, 7.5))
			b.stop(syscall.SIGTERM) // it writes down what it holds
			b.start()
			if got, _, _ := pulled(t, config); cmp.Diff([]string{"BNG 08:01 7.5"}, got) != "" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestWaitTellsOfNewsAndLosesNoneOnTheWay(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			subscribe(t, config)
			s := b.sensor("bng", "")
			s.publish(1, false, "sensor/BNG/muka-air", reading(0, 7))
			for i := range 3 {
				waiting := open(t, config)
				if err := waiting.Wait(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				_ = waiting.Close()
				got, _, _ := pulled(t, config)
				want := []string{fmt.Sprintf("BNG 08:%02d 7", i)}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				// Nobody holds the session now. Of QoS 0 the broker keeps nothing.
				s.publish(0, false, "sensor/BNG/muka-air", reading(i+1, 7))
			}
		})
	}
}

func TestWaitStops(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"idle": startBroker(t).address, "silent": silent(t, "")} {
		c := open(t, settingsOf(t, address, "5"))
		ctx, cancel := context.WithCancel(t.Context())
		waiting := make(chan error, 1)
		go func() { waiting <- c.Wait(ctx, nil) }()
		if name == "idle" {
			until(t, "it listens", func() bool {
				ours.mu.Lock()
				defer ours.mu.Unlock()
				for _, s := range ours.open {
					if s.settings.broker == "tcp://"+address && s.greeted(t.Context()) == nil {
						return true
					}
				}
				return false
			})
		}
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
		session := c.session
		_ = c.Close()
		<-session.done // and the connection is gone with it
	}
}

func TestTrialTakesNothingAway(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	config := settingsOf(t, b.address, "5")
	subscribe(t, config)
	s := b.sensor("bng", "")
	s.publish(1, true, "sensor/BNG/muka-air", reading(1, 7.5))
	c := open(t, config, func(e *connectors.Env) { e.Trial = true })
	page, err := c.Pull(t.Context(), nil)
	_ = c.Close()
	if got, _ := shown(page); err != nil || cmp.Diff([]string{"BNG 08:01 7.5"}, got) != "" || len(c.Mapped(t.Context())) == 0 {
		t.Errorf("the trial shows %q, %v", got, err)
	}
	if len(page.Proposed) != 2 || !slices.Contains(page.Columns, ".topic") {
		t.Errorf("the trial names the columns %q and proposes %+v: nobody can map from that", page.Columns, page.Proposed)
	}
	if got, _, _ := pulled(t, config); cmp.Diff([]string{"BNG 08:01 7.5"}, got) != "" {
		t.Errorf("after the trial came %q", got)
	}
}

func TestTooLargeMessageDoesNotBlockTheOthers(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			subscribe(t, config)
			s := b.sensor("bng", "")
			s.publish(1, false, "sensor/X/muka-air", strings.Repeat(" ", 3<<20))
			s.publish(1, false, "sensor/BNG/muka-air", reading(1, 7.5))
			got, refused, _ := pulled(t, config)
			if diff := cmp.Diff([]string{"BNG 08:01 7.5"}, got); diff != "" {
				t.Error(diff)
			}
			// A broker of version 5 knows our limit and passes over it by itself.
			if want := map[string]int{"5": 0, "3.1.1": 1}[version]; len(refused) != want {
				t.Errorf("refused %q", refused)
			}
		})
	}
}

func TestRefusalsOfTheBrokerAreTold(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	// Mosquitto takes every subscription and then withholds what may not be
	// read. Brokers that refuse are played by a double: its welcome, and its word
	// on the topic.
	refusing := map[string]string{"5": "\x20\x03\x00\x00\x00\x90\x04\x00\x01\x00\x87", "3.1.1": "\x20\x02\x00\x00\x90\x03\x00\x01\x80"}
	for _, version := range versions {
		for name, tc := range map[string]struct{ line, key, words string }{
			"password": {"password: env:LAIN", string(connectors.FailKey), "user and password"},
			"topic":    {"broker: tcp://" + silent(t, refusing[version]), string(connectors.FailConfig), "may not be read with this account"},
			"closed":   {"broker: tcp://127.0.0.1:1", string(connectors.FailRefused), ""},
			"web":      {"broker: tcp://" + silent(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), string(connectors.FailMalformed), ""},
			"inside":   {"allow_private: false\npassword:", string(connectors.FailPrivate), ""},
		} {
			c := open(t, settingsOf(t, b.address, version, strings.Split(tc.line, "\n")...))
			_, err := c.Pull(t.Context(), nil)
			_ = c.Close()
			if e := connectors.Explain(err); e == nil || e.Key != tc.key || !strings.Contains(e.Message, tc.words) || strings.Contains(fmt.Sprint(err), "nilai-") {
				t.Errorf("%s, %s: told %+v", version, name, e)
			}
		}
	}
}

func TestAnotherNodeTakesOver(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		b := startBroker(t)
		config := settingsOf(t, b.address, version)
		c := open(t, config)
		c.join()
		if err := c.session.greeted(t.Context()); err != nil {
			t.Fatal(err)
		}
		node, err := dial(t.Context(), c.settings)
		if err != nil {
			t.Fatal(err)
		}
		defer node.close(false)
		if _, err := node.greet(c.settings, func(message) error { return nil }); err != nil {
			t.Fatal(err)
		}
		<-c.session.done
		if err := c.session.await(t.Context()); err == nil {
			t.Error("the end of the connection was not noticed")
		}
		if page, err := c.Pull(t.Context(), nil); err != nil || page.More || len(page.Cursor) == 0 {
			t.Errorf("pull: %+v, %v", page, err)
		}
		_ = c.Close()
	}
	// What newer brokers say then.
	if e := connectors.Explain(wire5{}.refused(0x8e, "")); e.Key != string(connectors.FailConfig) || !strings.Contains(e.Message, "client_id") {
		t.Errorf("told %+v", e)
	}
}

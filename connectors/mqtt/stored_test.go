package mqtt

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// stored is a source whose runs end in a real store.
type stored struct {
	*store.Store
	runner *connectors.Runner
}

func newStored(t *testing.T, config json.RawMessage) stored {
	t.Helper()
	s := storetest.New(t, storetest.WithClock(connectortest.Moment))
	storetest.Source(t, s, func(src *city.Source) { src.Connector, src.Config = "mqtt", config })
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	return stored{s, connectors.NewRunner(connectors.NewRegistry(Spec), s, env, nil, connectors.RunLimits{})}
}

func (s stored) run(t *testing.T) city.Tally {
	t.Helper()
	src, err := s.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	tally, _, err := s.runner.RunOnce(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func (s stored) levels(t *testing.T) []city.SeriesPoint {
	t.Helper()
	from := connectortest.Moment().Add(-24 * time.Hour)
	points, err := s.Series(t.Context(), city.System, "muka-air-benanga", "", store.StepRaw, from, from.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return points
}

func TestSameReadingTwiceIsOneObservation(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	config := settingsOf(t, b.address, "5")
	s := newStored(t, config)
	subscribe(t, config)
	bng := b.sensor("bng", "")
	for range 3 {
		bng.publish(1, false, "sensor/BNG/muka-air", reading(1, 7.5))
	}
	if tally := s.run(t); tally.Added != 1 {
		t.Errorf("got %+v", tally)
	}
	bng.publish(1, false, "sensor/BNG/muka-air", reading(1, 7.5)) // sent again, for it heard no answer
	bng.publish(1, false, "sensor/BNG/muka-air", reading(2, 7.25))
	if tally := s.run(t); tally.Added != 1 || tally.Unchanged != 1 {
		t.Errorf("got %+v", tally)
	}
	if points := s.levels(t); len(points) != 2 {
		t.Errorf("stored are %+v", points)
	}
}

// TestHoldsUntilKilled is the process that TestKilledBetweenReceiptAndCommit
// kills: it takes messages and never comes to store them.
func TestHoldsUntilKilled(t *testing.T) {
	address, version := os.Getenv("MQTT_TEST_BROKER"), os.Getenv("MQTT_TEST_VERSION")
	if address == "" {
		t.Skip("runs as a process of its own, started by TestKilledBetweenReceiptAndCommit")
	}
	c := open(t, settingsOf(t, address, version))
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Observations) == 0 {
		t.Fatalf("got %+v, %v", page, err)
	}
	_, _ = os.Stdout.WriteString("taken\n")
	select {} // until killed
}

func TestKilledBetweenReceiptAndCommit(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := startBroker(t)
			config := settingsOf(t, b.address, version)
			s := newStored(t, config)
			subscribe(t, config)
			bng := b.sensor("bng", "")
			for i := range 10 {
				bng.publish(1, false, "sensor/BNG/muka-air", reading(i, 7.5))
			}
			killAfterTaking(t, b.address, version)
			bng.publish(1, false, "sensor/BNG/muka-air", reading(10, 7.5))
			if tally := s.run(t); tally.Added != 11 {
				t.Errorf("of 11 readings came %+v", tally)
			}
			if points := s.levels(t); len(points) != 11 {
				t.Errorf("of 11 readings are stored %+v", points)
			}
		})
	}
}

// killAfterTaking starts a process of this test, waits until it has taken
// messages, and kills it.
func killAfterTaking(t *testing.T, address, version string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHoldsUntilKilled$")
	cmd.Env = append(os.Environ(), "MQTT_TEST_BROKER="+address, "MQTT_TEST_VERSION="+version)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "taken") {
		t.Log(lines.Text())
	}
	if !strings.Contains(lines.Text(), "taken") {
		t.Error("the process ended before it had taken anything")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

func TestLossOfASensorStandsUntilItsSourceEndsIt(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	config := settingsOf(t, b.address, "5", `status: {topic: "sensor/{id}/status"}`)
	s := newStored(t, config)
	subscribe(t, config)
	bng := b.sensor("bng", "")
	standing := func() []string {
		// What the watch over sources does each minute: it raises its own.
		if err := s.RaiseAlerts(t.Context(), city.AlertSource, nil); err != nil {
			t.Fatal(err)
		}
		alerts, err := s.Alerts(t.Context(), city.System)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range alerts {
			out = append(out, a.Key)
		}
		return out
	}
	bng.publish(1, true, "sensor/BNG/status", "offline")
	s.run(t)
	if got := standing(); len(got) != 1 || got[0] != "sensor:balaikota-uji:BNG" {
		t.Errorf("standing are %q", got)
	}
	bng.publish(1, true, "sensor/BNG/status", "online")
	s.run(t)
	if got := standing(); len(got) != 0 {
		t.Errorf("after its return stand %q", got)
	}
}

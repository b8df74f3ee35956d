package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestTwoNodesGiveTheSameNumbers runs two servers on one database. What is
// pushed to either is on the screens of both, under the same numbers; and a
// screen that has lost its node goes on at the other without a snapshot.
func TestTwoNodesGiveTheSameNumbers(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	one := i.start("serve", "--addr", "127.0.0.1:0")
	two := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "operator"))
	screens := map[*process]*screen{}
	moved := one.url
	for _, p := range []*process{one, two} {
		screens[p] = watch(t, token, func() string {
			if p == one {
				return moved
			}
			return p.url
		}, city.Topics...)
		screens[p].until(time.Minute, "a first snapshot", func() error {
			if screens[p].snapshots == 0 {
				return fmt.Errorf("none")
			}
			return nil
		})
	}
	for n := range 20 {
		to := []*process{one, two}[n%2]
		push(t, to, token, "/api/observations", []map[string]any{
			{"indicator": "muka-air-mahakam", "value": 1 + float64(n)/100, "time": time.Now().UTC().Add(time.Duration(n-60) * time.Minute).Format(time.RFC3339)},
		})
	}
	same := func() error {
		a, b := screens[one], screens[two]
		if x, y := a.number(), b.number(); x != y || x == 0 {
			return fmt.Errorf("at %d and %d", x, y)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		b.mu.Lock()
		defer b.mu.Unlock()
		if !maps.EqualFunc(a.state, b.state, func(x, y json.RawMessage) bool { return string(x) == string(y) }) {
			return fmt.Errorf("the screens differ")
		}
		return nil
	}
	eventually(t, 30*time.Second, "the same on both", same)
	moved = two.url
	if err := one.stop(); err != nil {
		t.Errorf("stopping one: %v\n%s", err, one.output())
	}
	push(t, two, token, "/api/observations", []map[string]any{{"indicator": "muka-air-mahakam", "value": 1.9, "time": time.Now().UTC().Format(time.RFC3339)}})
	eventually(t, 30*time.Second, "the screen goes on at the other node", same)
	for _, s := range screens {
		s.mustHaveNoGap()
		if s.snapshots != 1 {
			t.Errorf("a screen needed %d snapshots", s.snapshots)
		}
	}
}

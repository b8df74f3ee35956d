package incident

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
)

// TestRememberingChangesNothing: the features of a report are the same whatever
// was read before, and by however many at once.
func TestRememberingChangesNothing(t *testing.T) {
	t.Parallel()
	city := buildCity(6, 20, 300, 40)
	want := make([][]byte, len(city.reports))
	for i, r := range city.reports {
		want[i] = stored(t, (&Model{}).Features(r)) // remembers nothing
	}
	m := Default()
	var work sync.WaitGroup
	for k := range 4 {
		work.Go(func() {
			for j := range city.reports {
				i := (j*7 + k*101) % len(city.reports)
				f := m.Features(city.reports[i])
				if raw, _ := f.MarshalBinary(); !bytes.Equal(raw, want[i]) {
					t.Errorf("report %d is read otherwise after others", i)
					return
				}
			}
		})
	}
	work.Wait()
}

func stored(t *testing.T, f Features) []byte {
	t.Helper()
	raw, err := f.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReadersForget(t *testing.T) {
	t.Parallel()
	x := reader{}
	for i := range rememberedNames + 10 {
		x.short(fmt.Sprint(i))
	}
	if n := len(x.shorts); n == 0 || n > rememberedNames {
		t.Errorf("%d numbers are remembered", n)
	}
}

package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestNumbersRunWithoutGaps: 20 senders at once, every third of whom gives up,
// and a year that turns.
func TestNumbersRunWithoutGaps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	office := f.officeOf(t, storetest.AirPutih)
	var wg sync.WaitGroup
	errs := make(chan error, 60)
	for n := range 20 {
		for range 2 {
			o := order(office)
			wg.Go(func() {
				_, err := f.SendDisposition(t.Context(), actor(mayor), mayor, o)
				errs <- err
			})
		}
		if n%3 == 0 {
			o := order(office, func(o *city.DispositionOrder) { o.Reports = []int64{987654321} }) // fails after taking a number's turn
			wg.Go(func() {
				if _, err := f.SendDisposition(t.Context(), actor(mayor), mayor, o); city.CodeOf(err) != city.Invalid {
					errs <- fmt.Errorf("unknown report: %w", err)
				}
			})
		}
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	want := make([]int, 40)
	for i := range want {
		want[i] = i + 1
	}
	equal(t, "numbers", all[int](t, f.sql, "SELECT number FROM dispositions WHERE year = 2026 ORDER BY number"), want)
	// 31 December 2026 23.30 WITA, and an hour later.
	f.clock.now = time.Date(2026, 12, 31, 15, 30, 0, 0, time.UTC)
	last := f.send(t, mayor, order(office))
	f.clock.forward(time.Hour)
	first := f.send(t, mayor, order(office))
	for id, number := range map[int64]string{last: "DSP/0041/XII/2026", first: "DSP/0001/I/2027"} {
		d, err := f.Disposition(t.Context(), mayor, id)
		if err != nil || d.Number != number {
			t.Errorf("%q, %v; want %s", d.Number, err, number)
		}
	}
}

// TestAnOrderArrivesOnce: the same order from ten connections at once.
func TestAnOrderArrivesOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	o := order(f.officeOf(t, storetest.AirPutih))
	ids := make([]int64, 10)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var err error
			if ids[i], err = f.SendDisposition(t.Context(), actor(mayor), mayor, o); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if slices.Min(ids) != slices.Max(ids) || ids[0] == 0 {
		t.Errorf("numbers %v", ids)
	}
	equal(t, "dispositions", one[int](t, f.sql, "SELECT count(*)::int FROM dispositions"), 1)
	if _, err := f.SendDisposition(t.Context(), actor(secretary), secretary, o); city.CodeOf(err) != city.Conflict {
		t.Errorf("another's client_id: %v", err)
	}
}

// TestFiftyStepsArriveExactlyOnce: a phone's outbox of 50 steps is sent twice,
// in random order, over two stores that are cut off again and again.
func TestFiftyStepsArriveExactlyOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := storetest.Open(t, f.db, storetest.WithClock(func() time.Time { return noon }))
	type sent struct {
		id int64
		in city.DispositionStepInput
	}
	var outbox []sent
	for range 10 {
		id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
		f.mustStep(t, lurahPutih, id, city.StepAccept)
		for k := range 5 {
			outbox = append(outbox, sent{id, city.DispositionStepInput{ClientID: uuids(), Kind: city.StepProgress, Text: fmt.Sprint("kemajuan ", k), Percent: new(k * 20)}})
		}
	}
	var mu sync.Mutex
	outcomes := map[string]int{}
	var wg sync.WaitGroup
	for way := range 2 {
		s := f.Store
		if way == 1 {
			s = other
		}
		order := rand.New(rand.NewPCG(uint64(way), 5)).Perm(len(outbox))
		wg.Go(func() {
			for n, k := range order {
				for cut := n%7 == way; ; cut = false {
					ctx, cancel := context.WithCancel(t.Context())
					if cut { // the network goes while the step is under way
						ctx, cancel = context.WithTimeout(t.Context(), time.Duration(rand.IntN(8000))*time.Microsecond)
					}
					out, err := s.TakeStep(ctx, actor(lurahPutih), lurahPutih, outbox[k].id, outbox[k].in)
					gone := ctx.Err() != nil
					cancel()
					if err != nil && gone {
						continue // the phone sends it again
					}
					if err != nil {
						t.Errorf("step %d: %v", k, err)
					}
					mu.Lock()
					outcomes[out.Outcome]++
					mu.Unlock()
					break
				}
			}
		})
	}
	wg.Wait()
	// What was cut off may have arrived: then both answers are known.
	if outcomes["added"] > 50 || outcomes["added"]+outcomes["known"] != 100 {
		t.Errorf("outcomes %v", outcomes)
	}
	equal(t, "steps", one[int](t, f.sql, "SELECT count(*)::int FROM disposition_steps WHERE kind = 'progress'"), 50)
	equal(t, "distinct", one[int](t, f.sql, "SELECT count(DISTINCT client_id)::int FROM disposition_steps WHERE kind = 'progress'"), 50)
	// The same client_id on another disposition is somebody's mistake.
	if _, err := f.TakeStep(t.Context(), actor(lurahPutih), lurahPutih, outbox[49].id, outbox[0].in); city.CodeOf(err) != city.Conflict {
		t.Errorf("a client_id of another disposition: %v", err)
	}
}

// TestTwoPhonesTakeTheSameStep: an officer's two phones, one disposition.
func TestTwoPhonesTakeTheSameStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
	codes := make([]city.Code, 8)
	var wg sync.WaitGroup
	for i := range codes {
		in := city.DispositionStepInput{ClientID: uuids(), Kind: city.StepDecline, Text: "Bukan wewenang kelurahan."}
		wg.Go(func() {
			_, err := f.TakeStep(t.Context(), actor(lurahPutih), lurahPutih, id, in)
			codes[i] = city.CodeOf(err)
		})
	}
	wg.Wait()
	slices.Sort(codes)
	if codes[0] != "" || codes[1] != city.Conflict || codes[7] != city.Conflict {
		t.Errorf("codes %q: one declines, the others come too late", codes)
	}
}

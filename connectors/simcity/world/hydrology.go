package world

import (
	"math"
	"time"
)

// spillLag is how many minutes the dam's spill needs to the city's bridges.
const spillLag = 110

// flow lets the rain run off: drains, dam, rivers, streets.
func (w *World) flow(now time.Time) {
	high := tide(now)
	mumusM, asamM := w.mumusLevel(now), w.asamLevel(now)
	var wet [mahakam + 1]struct{ sum, n float64 }
	for i, a := range Areas {
		wet[a.Basin].sum += w.s.Rain[i]
		wet[a.Basin].n++
		river := 0.0
		switch a.Basin {
		case mumus:
			river = mumusM - (2.75 - 0.95*a.Low)
		case asam:
			river = asamM - (2.7 - 0.8*a.Low)
		case mahakam:
			river = high - (2.55 - 0.3*a.Low)
		}
		w.stand(i, a, high, river)
	}
	mean := func(b basin) float64 { return wet[b].sum / math.Max(1, wet[b].n) }
	w.spill(mean(upper))
	w.s.Local += 0.030*mean(mumus)/60 - w.s.Local/170
	w.s.Asam += 0.032*mean(asam)/60 - w.s.Asam/190
	w.s.Turbid += (mean(upper)+mean(mumus))/60*0.05 - w.s.Turbid/900
	w.s.Damp += 0.02*(mean(mumus)+mean(inland))/120 - w.s.Damp/7200
	w.s.Potholes += 0.004*(mean(mumus)+mean(asam))/120 - w.s.Potholes/28800
}

// stand updates the water in one area's drains and low streets. river is how
// far (m) its river stands above the bank there, negative below.
func (w *World) stand(i int, a Area, high, river float64) {
	if w.s.Drain[i] == 0 && w.s.Rain[i] == 0 && w.s.Depth[i] == 0 && w.s.Told[i] == 0 && river <= 0 {
		return // dry, as most of the city is most of the time
	}
	capacity := (52 - 36*a.Low) / 60 // mm a minute that the drains carry away
	if a.Basin != inland && a.Basin != upper {
		capacity *= clamp(1-0.35*(high-1.2), 0.4, 1)
	}
	d := w.s.Drain[i] + 0.72*w.s.Rain[i]/60
	d -= math.Min(d, capacity*clamp(d/6, 0.05, 1))
	w.s.Drain[i] = d
	depth := math.Max(0, d-(6+26*(1-a.Low))) * (0.5 + 2.1*a.Low)
	depth += 55 * math.Max(0, river) * a.Low
	w.s.Depth[i] += clamp(math.Min(depth, 160)-w.s.Depth[i], -0.6, 2)
	if w.s.Depth[i] < 3 {
		w.s.Told[i] *= 0.999
	}
	// Forget what is too little to matter, so that dry becomes exactly dry.
	if w.s.Drain[i] < 0.01 {
		w.s.Drain[i] = 0
	}
	if w.s.Told[i] < 0.1 {
		w.s.Told[i] = 0
	}
}

// spill fills the Benanga dam from the hills above it and empties it over the
// spillway (crest taken as 7.20 m on the gauge).
func (w *World) spill(rain float64) {
	s := &w.s
	s.Upper1 += 0.42*rain/60 - s.Upper1/150
	s.Upper2 += s.Upper1/150 - s.Upper2/260
	over := 0.0
	if s.Dam > 7.2 {
		over = 0.0042 * math.Pow(s.Dam-7.2, 1.5)
	}
	s.Dam += 0.00016 + 0.075*s.Upper2/260 - over
	s.Spill[s.Tick%spillLag] = over
}

// spillDownstream is the spill of spillLag minutes ago.
func (w *World) spillDownstream() float64 { return w.s.Spill[(w.s.Tick+1)%spillLag] }

// tide is the level of the Mahakam at the city in metres: two half-daily and
// two daily waves and the season of the river.
func tide(t time.Time) float64 {
	h := float64(t.Unix()%(1<<40)) / 3600
	wave := func(amplitude, period, phase float64) float64 {
		return amplitude * math.Cos(2*math.Pi*(h-phase)/period)
	}
	season := 0.16 * math.Cos(2*math.Pi*float64(t.YearDay()-120)/365.25)
	return 1.12 + season + wave(0.46, 12.4206, 3) + wave(0.2, 12, 5) + wave(0.28, 23.9345, 9) + wave(0.16, 25.8193, 2)
}

// mumusLevel is the gauge of Karang Mumus in the middle of the city, metres.
func (w *World) mumusLevel(now time.Time) float64 {
	return 0.75 + 0.45*tide(now) + 520*w.spillDownstream() + w.s.Local
}

// asamLevel is the gauge of Karang Asam, metres.
func (w *World) asamLevel(now time.Time) float64 {
	return 0.7 + 0.5*tide(now) + w.s.Asam
}

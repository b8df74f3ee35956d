package main

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTheDoubleHearsThroughLoss: a browser on a busy machine loses pieces of a
// recording; the test double still knows it, and takes no other sound for it.
func TestTheDoubleHearsThroughLoss(t *testing.T) {
	t.Parallel()
	needPrograms(t, "espeak-ng")
	d := &transcriptionDouble{}
	var sounds []audio
	for _, q := range spokenQuestions {
		s := say(t, q.said)
		sounds = append(sounds, s)
		d.fixtures = append(d.fixtures, fixture{q.heard, s.at(16000, 0, 0).spectrum()})
	}
	r := rand.New(rand.NewPCG(8, 1))
	for _, loss := range []struct {
		name  string
		part  float64
		loses func(*rand.Rand, audio, float64) audio
		heard int // at least so many of all
	}{{"whole", 0, cutOut, 10}, {"a tenth cut out", 0.1, cutOut, 10}, {"a tenth silent", 0.1, silenced, 10}, {"a fifth cut out", 0.2, cutOut, 7}, {"a fifth silent", 0.2, silenced, 10}} {
		heard := 0
		for k, s := range sounds {
			switch got := d.recognise(loss.loses(r, s.at(16000, lead, 1), loss.part)); got {
			case spokenQuestions[k].heard:
				heard++
			case "":
			default:
				t.Errorf("%q, %s: heard %q", spokenQuestions[k].said, loss.name, got)
			}
		}
		t.Logf("%s: heard %d of %d, likeness %s", loss.name, heard, len(sounds), strings.Join(d.scores, ", "))
		if d.scores = nil; heard < loss.heard {
			t.Errorf("%s: heard %d of %d, want %d", loss.name, heard, len(sounds), loss.heard)
		}
	}
	for name, s := range map[string]audio{"a beep": tone(440, 1.5), "silence": {rate: 22050, samples: make([]float64, 22050)}, "other words": say(t, "Selamat pagi, bapak dan ibu sekalian.")} {
		if got := d.recognise(s.at(16000, lead, 1)); got != "" {
			t.Errorf("%s was heard as %q, likeness %s", name, got, d.scores[len(d.scores)-1])
		}
	}
}

// lost is which of a sound's samples are lost: blocks of 10 ms, in runs, that
// come to some part of the whole.
func lost(r *rand.Rand, s audio, part float64) []bool {
	out, block, n := make([]bool, len(s.samples)), s.rate/100, 0
	for float64(n) < part*float64(len(out)) {
		at := r.IntN(len(out))
		for i := at; i < min(len(out), at+(4+r.IntN(16))*block); i++ {
			if !out[i] {
				out[i], n = true, n+1
			}
		}
	}
	return out
}

// cutOut is a sound without what is lost: the rest moves together.
func cutOut(r *rand.Rand, s audio, part float64) audio {
	out := audio{rate: s.rate}
	for i, gone := range lost(r, s, part) {
		if !gone {
			out.samples = append(out.samples, s.samples[i])
		}
	}
	return out
}

// silenced is a sound whose lost pieces are silent.
func silenced(r *rand.Rand, s audio, part float64) audio {
	out := audio{rate: s.rate, samples: append([]float64(nil), s.samples...)}
	for i, gone := range lost(r, s, part) {
		if gone {
			out.samples[i] = 0
		}
	}
	return out
}

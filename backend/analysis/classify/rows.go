package classify

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// vector is a text in the model's features, of length 1.
type vector struct {
	at    []uint32 // feature numbers, ascending by key
	value []float32
}

// counted is a text's features with how often each occurs.
type counted struct {
	keys  []uint32
	times []uint8
}

// count groups the sorted terms.
func count(terms []term) counted {
	c := counted{keys: make([]uint32, 0, len(terms)), times: make([]uint8, 0, len(terms))}
	for _, t := range terms {
		if n := len(c.keys); n > 0 && c.keys[n-1] == t.key() {
			if c.times[n-1] < 255 {
				c.times[n-1]++
			}
			continue
		}
		c.keys, c.times = append(c.keys, t.key()), append(c.times, 1)
	}
	return c
}

// countAll reads the texts, several at once; the answer's order is the
// texts' own, whatever ran first.
func countAll(texts []string, workers int) []counted {
	out := make([]counted, len(texts))
	parallel(len(texts), workers, func(from, to int) {
		var x extraction
		for i := from; i < to; i++ {
			x.read(texts[i])
			c := count(x.terms)
			out[i] = counted{keys: slices.Clip(c.keys), times: slices.Clip(c.times)}
		}
	})
	return out
}

// parallel cuts 0…n into pieces and works on them at once.
func parallel(n, workers int, work func(from, to int)) {
	workers = max(1, min(workers, n/64))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { work(n*w/workers, n*(w+1)/workers) })
	}
	wait.Wait()
}

// vocabulary is the features a model knows, with the inverse document
// frequency of each (ln((1+N)/(1+df)) + 1, smoothed so that none is zero).
type vocabulary struct {
	index *index
	keys  []uint32 // ascending; the place is the feature's number
	df    []uint32
	idf   []float32
	texts int
}

// newVocabulary keeps features that occur in at least minTexts texts or in one
// that always counts, at most limit of them, the most frequent first.
func newVocabulary(texts []counted, always func(text int) bool, minTexts, limit int) *vocabulary {
	seen := newIndex(1 << 16)
	stay := map[uint32]bool{}
	for i, t := range texts {
		for _, k := range t.keys {
			*seen.at(k)++
			if always(i) {
				stay[k] = true
			}
		}
	}
	type feature struct{ key, df uint32 }
	var kept []feature
	for i, k := range seen.keys {
		if k != 0 && (int(seen.values[i]) >= minTexts || stay[k]) {
			kept = append(kept, feature{k, seen.values[i]})
		}
	}
	if len(kept) > limit {
		slices.SortFunc(kept, func(a, b feature) int { return cmp.Or(cmp.Compare(b.df, a.df), cmp.Compare(a.key, b.key)) })
		kept = kept[:limit]
	}
	slices.SortFunc(kept, func(a, b feature) int { return cmp.Compare(a.key, b.key) })
	v := &vocabulary{keys: make([]uint32, len(kept)), df: make([]uint32, len(kept)), texts: len(texts)}
	for i, f := range kept {
		v.keys[i], v.df[i] = f.key, f.df
	}
	v.finish()
	return v
}

// finish works out what follows from keys, df and texts.
func (v *vocabulary) finish() {
	v.index = newIndex(len(v.keys))
	v.idf = make([]float32, len(v.keys))
	for i, k := range v.keys {
		*v.index.at(k) = uint32(i)
		v.idf[i] = float32(math.Log(float64(1+v.texts)/float64(1+v.df[i])) + 1)
	}
}

// vector weighs a text's features and brings them to length 1.
func (v *vocabulary) vector(c counted) vector {
	out := vector{at: make([]uint32, 0, len(c.keys)), value: make([]float32, 0, len(c.keys))}
	var square float64
	for i, k := range c.keys {
		f, ok := v.index.get(k)
		if !ok {
			continue
		}
		w := logCounts[c.times[i]] * v.idf[f]
		square += float64(w) * float64(w)
		out.at, out.value = append(out.at, f), append(out.value, w)
	}
	if square > 0 {
		s := float32(1 / math.Sqrt(square))
		for i := range out.value {
			out.value[i] *= s
		}
	}
	return out
}

func (v *vocabulary) vectors(texts []counted, workers int) []vector {
	out := make([]vector, len(texts))
	parallel(len(texts), workers, func(from, to int) {
		for i := from; i < to; i++ {
			out[i] = v.vector(texts[i])
		}
	})
	return out
}

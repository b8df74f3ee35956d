package picture_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
)

// mixed is an album of many prints whose corners are those of a few drawn
// pictures, shuffled among them and with every bit changed by chance one time
// in sixteen: as many and as various words as so many pictures have, without
// drawing them.
func mixed(n int) *album {
	var pool []picture.Feature
	var drawn []picture.Print
	for i := range 8 {
		p := picture.PrintOf(picture.PlaneOf(sceneOf(i+100).Photograph(picturetest.Usual(uint64(i)), 512, 384)))
		drawn = append(drawn, p)
		pool = append(pool, p.Features...)
	}
	a := &album{}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		p := drawn[i%len(drawn)]
		p.Hash = r.Uint64()
		p.Features = make([]picture.Feature, len(drawn[i%len(drawn)].Features))
		for k := range p.Features {
			p.Features[k] = pool[r.IntN(len(pool))]
			for b := range p.Features[k].Bits {
				p.Features[k].Bits[b] ^= r.Uint64() & r.Uint64() & r.Uint64() & r.Uint64()
			}
		}
		a.add(p)
	}
	return a
}

// BenchmarkCheck is one picture against so many earlier ones: its corners and
// words, the candidates by the index of words in memory (the database's is
// another), and each candidate corner by corner and laid on. "every" compares
// with each earlier picture instead.
func BenchmarkCheck(b *testing.B) {
	plane := picture.PlaneOf(press(sceneOf(1).Photograph(picturetest.Usual(1), 512, 384), 90))
	screen := picture.PlaneOf(press(picturetest.Recapture(press(sceneOf(1).Photograph(picturetest.Usual(1), 512, 384), 90), 1024, 768, 1), 88))
	b.Run("query", func(b *testing.B) { onCPU(b, func() { picture.NewQuery(plane) }) })
	for _, n := range []int{1000, 10_000} {
		a := mixed(n)
		b.Run(fmt.Sprint("candidates/", n), func(b *testing.B) {
			q := picture.NewQuery(plane)
			onCPU(b, func() { a.candidates(q) })
		})
		b.Run(fmt.Sprint("check/", n), func(b *testing.B) { onCPU(b, func() { a.find(picture.NewQuery(plane)) }) })
		b.Run(fmt.Sprint("checkscreen/", n), func(b *testing.B) { onCPU(b, func() { a.find(picture.NewQuery(screen)) }) })
		if n == 1000 {
			b.Run(fmt.Sprint("every/", n), func(b *testing.B) {
				onCPU(b, func() {
					q := picture.NewQuery(plane)
					for i := range a.prints {
						q.Against(a.prints[i])
					}
				})
			})
		}
	}
}

// BenchmarkLook is all that one picture says for itself, at the size that
// traces are looked for at.
func BenchmarkLook(b *testing.B) {
	raw, img := picturetest.JPEG(sceneOf(1).Photograph(picturetest.Usual(1), 1280, 960), 90)
	p := picture.PlaneOf(img)
	onCPU(b, func() { picture.Look(raw, p) })
}

// onCPU also reports the processor time of a run, which says more than the
// clock's where others work on the machine.
func onCPU(b *testing.B, do func()) {
	b.Helper()
	var before, after syscall.Rusage
	b.ReportAllocs()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	for b.Loop() {
		do()
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	spent := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(spent)/1e6/float64(b.N), "cpu-ms/op")
}

package incident

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bigCity has about n reports in 240 kelurahan, two thousand a day: some eight
// a day in a kelurahan, ten times as many as a city of 0.9 crowd sends.
func bigCity(n int) []Report {
	return buildCityOf(240, 9, max(30, n/2000), n*2/5, n/14).reports
}

// BenchmarkGroup groups a whole city from scratch, features included. The
// reports of 1M need some 3 GB; -short leaves them out.
func BenchmarkGroup(b *testing.B) {
	for _, n := range []int{6_000, 100_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			reports := bigCity(n)
			m := Default()
			b.ResetTimer()
			start, links := cpu(), 0
			for range b.N {
				for _, l := range Group(m, featuresOf(m, reports)) {
					if l.Parent != "" {
						links++
					}
				}
			}
			spent := (cpu() - start).Seconds()
			b.ReportMetric(float64(len(reports)*b.N)/spent, "reports/CPU-s")
			b.ReportMetric(float64(links)/float64(len(reports)*b.N), "linked")
		})
	}
}

var crowd = sync.OnceValue(func() *Forest {
	m := Default()
	f := NewForest(m)
	f.Put(featuresOf(m, bigCity(200_000))...)
	return f
})

// BenchmarkOne puts one more report, features included, on top of 200,000.
func BenchmarkOne(b *testing.B) {
	f, m := crowd(), Default()
	reports := bigCity(200_000)
	slices.SortFunc(reports, func(x, y Report) int { return y.At.Compare(x.At) })
	b.ResetTimer()
	for i := range b.N {
		r := reports[i%5000]
		r.Key = fmt.Sprintf("new/%d", i)
		r.At = r.At.Add(time.Hour)
		f.Put(m.Features(r))
	}
}

// BenchmarkFeatures makes the features of one report.
func BenchmarkFeatures(b *testing.B) {
	m, reports := Default(), bigCity(6_000)
	b.ResetTimer()
	for i := range b.N {
		f := m.Features(reports[i%len(reports)])
		_ = f.Blocks()
	}
}

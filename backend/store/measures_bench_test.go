package store_test

import (
	"syscall"
	"testing"
	"time"

	"balaikota/backend/city"
)

// ownCPU is the CPU time of this process in seconds.
func ownCPU(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// BenchmarkMeasures asks for every measure over many reports, before months are
// sealed and after: cpu-ms is of the database and of this process together.
//
//	BALAIKOTA_BENCH_ROWS=1000000 go test -run '^$' -bench BenchmarkMeasures -benchtime 5x -timeout 1h ./backend/store
func BenchmarkMeasures(b *testing.B) {
	s, _, _, _ := million(b)
	at := time.Now()
	past := at.AddDate(-1, 0, -11)
	ask := func(stage string) {
		p := newBackend(b, s)
		for _, c := range []struct {
			name string
			at   time.Time
			q    city.MeasureQuery
		}{
			{"received, month", at, city.MeasureQuery{Measure: city.MeasureReceived, Period: "bulan_lalu"}},
			{"received, year", at, city.MeasureQuery{Measure: city.MeasureReceived, Period: "12_bulan_terakhir"}},
			{"received, year by kelurahan", at, city.MeasureQuery{Measure: city.MeasureReceived, Period: "12_bulan_terakhir", By: city.ByKelurahan}},
			{"received, year, category by day", at, city.MeasureQuery{Measure: city.MeasureReceived, Category: "sampah", Period: "12_bulan_terakhir", By: city.ByDay}},
			{"received, year by category", at, city.MeasureQuery{Measure: city.MeasureReceived, Period: "12_bulan_terakhir", By: city.ByCategory}},
			{"received, year by status", at, city.MeasureQuery{Measure: city.MeasureReceived, Period: "12_bulan_terakhir", By: city.ByStatus}},
			{"closed, year by office", at, city.MeasureQuery{Measure: city.MeasureClosed, Period: "12_bulan_terakhir", By: city.ByOffice}},
			{"open now by kelurahan", at, city.MeasureQuery{Measure: city.MeasureOpen, By: city.ByKelurahan}},
			{"open a year ago", past, city.MeasureQuery{Measure: city.MeasureOpen}},
			{"open by week, year", at, city.MeasureQuery{Measure: city.MeasureOpen, Period: "12_bulan_terakhir", By: city.ByWeek}},
			{"overdue a year ago by kecamatan", past, city.MeasureQuery{Measure: city.MeasureOverdue, By: city.ByKecamatan}},
			{"median response, year", at, city.MeasureQuery{Measure: city.MeasureResponse, Period: "12_bulan_terakhir"}},
			{"median response, year by kelurahan", at, city.MeasureQuery{Measure: city.MeasureResponse, Period: "12_bulan_terakhir", By: city.ByKelurahan}},
			{"median closing, year by category", at, city.MeasureQuery{Measure: city.MeasureClosing, Period: "12_bulan_terakhir", By: city.ByCategory}},
			{"median response, kelurahan, year", at, city.MeasureQuery{Measure: city.MeasureResponse, Area: "64.72.03.1004", Period: "12_bulan_terakhir"}},
			{"share, year by kelurahan", at, city.MeasureQuery{Measure: city.MeasureShare, Category: "sampah", Period: "12_bulan_terakhir", By: city.ByKelurahan}},
			{"on time, two years", at, city.MeasureQuery{Measure: city.MeasureOnTime}},
			{"incidents", at, city.MeasureQuery{Measure: city.MeasureIncidents}},
		} {
			b.Run(stage+"/"+c.name, func(b *testing.B) {
				p.lap(b)
				own := ownCPU(b)
				for b.Loop() {
					if _, err := s.Measure(b.Context(), city.Asker{Role: city.WaliKota}, c.at, c.q); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((p.lap(b)+ownCPU(b)-own)*1e3/float64(b.N), "cpu-ms/op")
			})
		}
	}
	ask("raw")
	began := time.Now()
	n, err := s.SealReports(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d segments sealed in %s", n, time.Since(began).Round(time.Millisecond))
	ask("sealed")
}

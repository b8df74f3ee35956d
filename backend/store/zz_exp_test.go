package store_test

import (
	"fmt"
	"testing"
	"time"
	"os"
	"strconv"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func BenchmarkZZ(b *testing.B) {
	noinc := "ALTER TABLE report_daily DROP CONSTRAINT report_daily_pkey, ADD CONSTRAINT report_daily_pkey PRIMARY KEY (day, area_code, category); ALTER TABLE report_monthly DROP CONSTRAINT report_monthly_pkey, ADD CONSTRAINT report_monthly_pkey PRIMARY KEY (month, area_code, category); ALTER TABLE report_daily SET (fillfactor=70); ALTER TABLE report_monthly SET (fillfactor=50);"
	nofk := "ALTER TABLE reports DROP CONSTRAINT reports_category_fkey, DROP CONSTRAINT reports_office_id_fkey, DROP CONSTRAINT reports_source_id_fkey;"
	variants := []struct{ name, sql string }{
		{"base", "SELECT 1"},
		{"no include", noinc},
		{"no include, no fk", noinc+nofk},
		{"no rollup, no fk", nofk+"ALTER TABLE reports DISABLE TRIGGER reports_roll_up_insert; ALTER TABLE reports DISABLE TRIGGER reports_roll_up_update"},
		{"no include, no fk, no raw validation", noinc+nofk+"ALTER TABLE reports ALTER raw TYPE text"},
		{"no include, no fk, no gin", noinc+nofk+"DROP INDEX reports_search"},
	}
	rounds, _ := strconv.Atoi(os.Getenv("ZZ"))
	type run struct { name string; s *store.Store; p *backend; g *tongue; source int64; at int; cpu, ref float64; rows int }
	var runs []*run
	begin := time.Now().Add(-2 * time.Hour)
	for _, v := range variants {
		db := storetest.NewDB(b)
		conn := storetest.Connect(b, db.SuperuserURL)
		if _, err := conn.Exec(b.Context(), v.sql); err != nil { b.Fatal(v.name, err) }
		s := storetest.Open(b, db, storetest.WithMaxConns(1))
		r := &run{name: v.name, s: s, source: storetest.Source(b, s), g: newTongue(b, s)}
		for ; r.at < 6; r.at++ { storetest.Ingest(b, s, city.Delivery{SourceID: r.source, Reports: r.g.reports(r.at*batch, batch, begin, time.Millisecond)}) }
		r.p = newBackend(b, s)
		runs = append(runs, r)
	}
	for range rounds {
		for _, r := range runs {
			for range 3 {
				rs := r.g.reports(r.at*batch, batch, begin, time.Millisecond)
				r.at++
				var x int64
				r.p.lap(b)
				if err := r.s.Pool().QueryRow(b.Context(), "SELECT sum(n) FROM generate_series(1,200000) n").Scan(&x); err != nil { b.Fatal(err) }
				r.ref += r.p.lap(b)
				storetest.Ingest(b, r.s, city.Delivery{SourceID: r.source, Reports: rs})
				r.cpu += r.p.lap(b)
				r.rows += batch
			}
		}
	}
	ref := runs[0].ref
	for _, r := range runs { ref = min(ref, r.ref) }
	for _, r := range runs {
		fmt.Printf("%-30s %6.1f us/row  normalised %6.1f\n", r.name, r.cpu*1e6/float64(r.rows), r.cpu*1e6/float64(r.rows)*ref/r.ref)
	}
	fmt.Printf("reference %.2f ms\n", ref*1e3/float64(rounds*3))
}

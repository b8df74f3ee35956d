package main

import (
	"testing"

	"balaikota/backend/city"
)

func TestWhatIsTakenDownTwiceIsOneReport(t *testing.T) {
	t.Parallel()
	w := newCounter(t)
	desk := &clerk{door: &intake{store: w.db.Store, geography: w.serving.geography}, db: w.db}
	take := func(client, text string) city.Taken {
		t.Helper()
		out, err := desk.TakeDown(t.Context(), city.Actor{Name: "uji"}, city.DeskReport{
			ClientID: client, Channel: "112", Text: text, Address: "Jalan Contoh 1", Who: city.Reporter{Name: "Rahasia Dijaga", Phone: "081299990001"},
		})
		if err != nil || out.ID == 0 {
			t.Fatalf("%+v, %v", out, err)
		}
		return out
	}
	first := take("3f2a9c1e-0000-4000-8000-000000000001", "Pohon tumbang menutup jalan")
	if again := take("3f2a9c1e-0000-4000-8000-000000000001", "Pohon tumbang menutup jalan"); again != first || first.Ticket != "112-3F2A9C1E" {
		t.Errorf("%+v, then %+v", first, again)
	}
	// Another citizen's number begins the same: nobody is told somebody else's.
	other := take("3f2a9c1e-1111-4000-8000-000000000002", "Kabel listrik menjuntai di jalan")
	if other.ID == first.ID || other.Ticket != "112-3F2A9C1E1111" {
		t.Errorf("%+v beside %+v", other, first)
	}
	got, err := w.db.Report(t.Context(), operatorUji, other.ID)
	if err != nil || got.Channel != "112" || got.Address != "Jalan Contoh 1" || got.Source != city.DeskSource {
		t.Errorf("%+v, %v", got, err)
	}
	var told, named int
	if err := w.sql.QueryRow(t.Context(), `SELECT (SELECT count(*)::int FROM audit WHERE action = 'report.desk'),
		(SELECT count(*)::int FROM reports WHERE raw::text LIKE '%Rahasia%' OR raw::text LIKE '%0812%')`).Scan(&told, &named); err != nil {
		t.Fatal(err)
	}
	if told != 2 || named != 0 {
		t.Errorf("%d lines in the audit trail, %d records that name somebody", told, named)
	}
}

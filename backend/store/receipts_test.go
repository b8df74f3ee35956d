package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// answered asks a question of who and ends it with a receipt.
func answered(t *testing.T, s *store.Store, who city.Asker, text string) (city.Question, city.Answer) {
	t.Helper()
	c, err := s.StartConversation(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	q, err := s.AddQuestion(t.Context(), who, city.Question{ConversationID: c.ID, Text: text, AskedAt: now, At: now}, "uji", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.FinishQuestion(t.Context(), q.ID, "uji", ending(q, who))
	if err != nil {
		t.Fatal(err)
	}
	return q, a
}

func ending(q city.Question, who city.Asker) city.Ending {
	value := 34.0
	return city.Ending{
		Answer: city.Answer{QuestionID: q.ID, Status: city.Answered, Text: "Ada 34 laporan.", Value: &value, At: q.At, AnsweredAt: time.Now()},
		Receipt: &city.Receipt{
			QuestionID: q.ID, Question: q.Text, Asker: who, At: q.At, AnsweredAt: time.Now(), Status: city.Answered, Answer: "Ada 34 laporan.",
			Calls: []city.ReceiptCall{{Tool: "ukur", Input: json.RawMessage(`{"measure":"laporan_masuk"}`), Status: "ok", Digest: "d"}},
		},
		Turn: city.Turn{Question: q.Text, Answer: "Ada 34 laporan."},
	}
}

func TestReceiptsAreOneChainHoweverManyAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mayor := storetest.Officer(t, f.Store, city.WaliKota).Asker()
	const n = 24
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answered(t, f.Store, mayor, fmt.Sprintf("Pertanyaan %d", i)) })
	}
	wg.Wait()
	count, broken, err := f.CheckChain(t.Context())
	if err != nil || count != n || len(broken) != 0 {
		t.Fatalf("%d receipts, broken %v, %v", count, broken, err)
	}
	numbers, err := f.ReceiptNumbers(t.Context(), time.Time{})
	if err != nil || len(numbers) != n || numbers[0] != 1 || numbers[n-1] != n {
		t.Errorf("%v, %v", numbers, err)
	}
	for _, number := range numbers {
		if ok, err := f.ReceiptIntact(t.Context(), number); err != nil || !ok {
			t.Errorf("receipt %d: %v, %v", number, ok, err)
		}
	}
}

// TestTamperingIsSeen: whoever owns the database can get round its triggers;
// the chain shows it.
func TestTamperingIsSeen(t *testing.T) {
	t.Parallel()
	const body = "replace(body, '34 laporan', '35 laporan')"
	for name, c := range map[string]struct {
		sql  string
		want []int64
	}{
		"changed":                {"UPDATE receipts SET body = " + body + ", hash = encode(sha256(convert_to(" + body + ", 'UTF8')), 'hex') WHERE number = 2", []int64{3}},
		"changed, hash left":     {"ALTER TABLE receipts DROP CONSTRAINT receipts_hash_is_of_the_body; UPDATE receipts SET body = " + body + " WHERE number = 2", []int64{2}},
		"taken out":              {"DELETE FROM receipts WHERE number = 2", []int64{3}},
		"cut off the end":        {"DELETE FROM receipts WHERE number >= 3", []int64{3}},
		"cut off with its head":  {"DELETE FROM receipts WHERE number = 4; UPDATE receipt_head SET last = 3", []int64{3}},
		"the last one rewritten": {"UPDATE receipts SET body = " + body + ", hash = encode(sha256(convert_to(" + body + ", 'UTF8')), 'hex') WHERE number = 4", []int64{4}},
		"the first taken out":    {"DELETE FROM receipts WHERE number = 1", []int64{2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			mayor := storetest.Officer(t, f.Store, city.WaliKota).Asker()
			for i := range 4 {
				answered(t, f.Store, mayor, fmt.Sprint("Pertanyaan ", i))
			}
			if _, err := f.sql.Exec(t.Context(), "ALTER TABLE receipts DISABLE TRIGGER ALL"); err != nil {
				t.Fatal(err)
			}
			for sql := range strings.SplitSeq(c.sql, "; ") {
				if _, err := f.sql.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			_, broken, err := f.CheckChain(t.Context())
			if err != nil || !slices.Equal(broken, c.want) {
				t.Errorf("broken %v, want %v, %v", broken, c.want, err)
			}
			for _, n := range c.want {
				if ok, err := f.ReceiptIntact(t.Context(), n); err != nil || ok {
					t.Errorf("receipt %d passes alone: %v", n, err)
				}
			}
		})
	}
}

func TestReceiptsStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answered(t, f.Store, storetest.Officer(t, f.Store, city.WaliKota).Asker(), "Berapa?")
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, sql := range []string{
		"UPDATE receipts SET status = 'refused'", "DELETE FROM receipts", "TRUNCATE receipts", "DELETE FROM receipts WHERE false",
		"DELETE FROM receipt_head", "TRUNCATE receipt_head",
	} {
		nobodyMay(t, f, owner, sql)
	}
}

func TestAnEndingIsStoredWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mayor := storetest.Officer(t, f.Store, city.WaliKota).Asker()
	q, a := answered(t, f.Store, mayor, "Berapa laporan?")
	if a.Receipt != "B-000001" {
		t.Errorf("receipt %s", a.Receipt)
	}
	if _, err := f.FinishQuestion(t.Context(), q.ID, "uji", ending(q, mayor)); city.CodeOf(err) != city.Conflict {
		t.Errorf("ended twice: %v", err)
	}
	bad, err := f.AddQuestion(t.Context(), mayor, city.Question{ConversationID: q.ConversationID, Text: "Lagi?", AskedAt: time.Now(), At: time.Now()}, "uji", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	end := ending(bad, mayor)
	end.Answer.Status = "entah" // breaks a rule after the receipt was chained
	if _, err := f.FinishQuestion(t.Context(), bad.ID, "uji", end); err == nil {
		t.Error("an impossible status was stored")
	}
	if count, broken, err := f.CheckChain(t.Context()); err != nil || count != 1 || len(broken) != 0 {
		t.Errorf("%d receipts, broken %v, %v", count, broken, err)
	}
}

func TestWhatHappenedToTheRowsOfAFigure(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	day := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	from, to := day.AddDate(0, 0, -11), day.AddDate(0, 0, 10)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: storetest.Reports("a", 3)})
	var since time.Time
	if err := f.sql.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&since); err != nil {
		t.Fatal(err)
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: storetest.Reports("b", 2)})
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: storetest.Reports("a", 1, func(r *city.Report) { r.Category = "sampah" })})
	if _, err := f.sql.Exec(t.Context(), "UPDATE reports SET removed_at = clock_timestamp(), changed_at = clock_timestamp() WHERE external_id = 'a-2'"); err != nil {
		t.Fatal(err)
	}
	figure := city.Figure{Measure: city.MeasureReceived, From: &from, To: &to}
	elsewhere := figure
	elsewhere.Area = storetest.SamarindaUtara
	got, err := f.DataChanges(t.Context(), []city.FigureSubject{{Figure: figure, At: to, Since: since}, {Figure: elsewhere, At: to, Since: since}, {Figure: figure, At: to, Since: since.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "changes", got, []city.DataChange{{Arrived: 2, Corrected: 1, Withdrawn: 1}, {Moved: true}, {}})
}

package city_test

import (
	"encoding/json"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestReceiptHashCoversEveryField(t *testing.T) {
	t.Parallel()
	whole := city.Receipt{
		Number: 7, QuestionID: 3, Question: "Berapa laporan <sampah> bulan ini?", Asker: city.Asker{Role: city.Camat, AreaCode: "64.72.01", Key: "rahasia"},
		At: time.Date(2026, 6, 18, 20, 0, 0, 0, time.FixedZone("WITA", 8*3600)), Status: city.Answered, Answer: "Ada 34 laporan.",
		Calls: []city.ReceiptCall{{Tool: "ukur", Input: json.RawMessage(`{"measure":"laporan_masuk","by":""}`), Digest: "d"}}, Previous: "p", Program: "1",
	}
	body, hash, err := whole.Seal()
	if err != nil {
		t.Fatal(err)
	}
	if city.HashOf(body) != hash || len(hash) != 64 {
		t.Fatalf("hash %q is not the body's", hash)
	}
	var back city.Receipt
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	back.Hash = "anything"
	if _, again, err := back.Seal(); err != nil || again != hash {
		t.Errorf("a receipt read back has another hash: %q, want %q (%v)", again, hash, err)
	}
	for name, change := range map[string]func(*city.Receipt){
		"number":   func(r *city.Receipt) { r.Number++ },
		"answer":   func(r *city.Receipt) { r.Answer = "Ada 35 laporan." },
		"asker":    func(r *city.Receipt) { r.Asker.AreaCode = "64.72.02" },
		"input":    func(r *city.Receipt) { r.Calls[0].Input = json.RawMessage(`{"by":"","measure":"laporan_selesai"}`) },
		"digest":   func(r *city.Receipt) { r.Calls[0].Digest = "e" },
		"previous": func(r *city.Receipt) { r.Previous = "" },
	} {
		var other city.Receipt
		if err := json.Unmarshal(body, &other); err != nil {
			t.Fatal(err)
		}
		change(&other)
		if _, got, err := other.Seal(); err != nil || got == hash {
			t.Errorf("changing the %s keeps the hash (%v)", name, err)
		}
	}
	// The order of an input's keys says nothing.
	back.Calls[0].Input = json.RawMessage(`{ "by": "", "measure": "laporan_masuk" }`)
	if _, again, _ := back.Seal(); again != hash {
		t.Error("the order of keys changes the hash")
	}
}

func TestFiguresDigestIsOfWhatTheyAre(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)
	local := at.In(time.FixedZone("WITA", 8*3600))
	a := []city.Figure{{ID: "E1", Label: "Laporan", Value: 0.1 + 0.2, To: &at, Area: "64.72"}}
	b := []city.Figure{{ID: "E9", Label: "Laporan", Value: 0.3, To: &local, Area: "64.72", Of: []string{"E1"}}}
	one, err := city.FiguresDigest(a)
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := city.FiguresDigest(b); two != one {
		t.Error("numbers within an answer, zones and last bits change the digest")
	}
	b[0].Area = "64.72.01"
	if two, _ := city.FiguresDigest(b); two == one {
		t.Error("another area has the same digest")
	}
}

func TestReceiptNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"B-000123": 123, "b-7": 7, "\t42\n": 42, "B-1000000": 1000000} {
		if got, err := city.ParseReceiptName(in); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "B-", "B-0", "-3", "C-000001", "B-99999999999999999999"} {
		if _, err := city.ParseReceiptName(in); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q: %v", in, err)
		}
	}
	if city.ReceiptName(123) != "B-000123" {
		t.Error(city.ReceiptName(123))
	}
}

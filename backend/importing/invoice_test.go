package importing_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/importing"

	"github.com/google/go-cmp/cmp"
)

func TestInvoice(t *testing.T) {
	t.Parallel()
	rows, err := importing.Read("tagihan.csv", strings.NewReader(`Bulan,Penyedia,Model,Token Masuk,token_keluar,Jumlah
2026-05,awan,besar,1200000,40000,"Rp 1.250.000"
2026-06-30,awan,besar,,,75000
2026-13,awan,besar,1,1,5
2026-06,,besar,1,1,5
2026-06,awan,besar,-1,1,5
2026-06,awan,besar,1.5,1,5
2026-06,awan,besar,1,1,-5
2026-06,awan,besar,1,1,
`), importing.Invoices)
	if err != nil {
		t.Fatal(err)
	}
	var got []city.AIInvoice
	var fields []string
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		line, refused := importing.Invoice(row, importing.Env{Zone: time.UTC})
		if refused != nil {
			fields = append(fields, refused.Field)
			continue
		}
		got = append(got, line)
	}
	want := []city.AIInvoice{
		{Month: "2026-05", Provider: "awan", Model: "besar", InputTokens: 1200000, OutputTokens: 40000, Rupiah: 1250000},
		{Month: "2026-06", Provider: "awan", Model: "besar", Rupiah: 75000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"month", "provider", "input_tokens", "input_tokens", "rupiah", "rupiah"}, fields); diff != "" {
		t.Error(diff)
	}
}

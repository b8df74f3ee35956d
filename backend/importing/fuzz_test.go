package importing_test

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/importing"
)

// understand turns a row into its type; whatever comes in, the answer is a
// value or a refusal with place and reason.
func understand(t *testing.T, kind importing.Kind, row importing.Row) {
	t.Helper()
	var refused *importing.Refused
	switch kind {
	case importing.Reports:
		r, f := importing.Report(row, samarinda())
		if refused = f; f == nil && (r.ExternalID == "" || r.CreatedAt.IsZero() || r.Status == "" || (r.Lon == nil) != (r.Lat == nil)) {
			t.Errorf("an incomplete report was taken: %+v", r)
		}
		if f == nil && (r.ClosedAt != nil && r.ClosedAt.Before(r.CreatedAt) || !utf8.ValidString(r.Text) || strings.ContainsRune(r.Text, 0)) {
			t.Errorf("a report the store cannot take was taken: %+v", r)
		}
	case importing.Observations:
		o, f := importing.Observation(row, samarinda())
		if refused = f; f == nil && (o.Indicator == "" || o.Time.IsZero() || math.IsNaN(o.Value) || math.IsInf(o.Value, 0)) {
			t.Errorf("an incomplete observation was taken: %+v", o)
		}
	case importing.Indicators:
		_, refused = importing.Indicator(row, samarinda())
	case importing.Categories:
		_, refused = importing.Category(row, samarinda())
	case importing.Invoices:
		l, f := importing.Invoice(row, samarinda())
		if refused = f; f == nil && (len(l.Month) != 7 || l.Provider == "" || l.Model == "" || l.Rupiah < 0 || l.InputTokens < 0 || math.IsNaN(l.Rupiah)) {
			t.Errorf("an incomplete invoice was taken: %+v", l)
		}
	default:
		_, refused = importing.Holiday(row, samarinda())
	}
	if refused != nil && (refused.Place == "" || refused.Reason == "" || refused.Kind != string(kind)) {
		t.Errorf("a refusal without place, reason or kind: %+v", refused)
	}
}

func kindOf(n uint8) importing.Kind { return importing.Kinds[int(n)%len(importing.Kinds)] }

func FuzzRead(f *testing.F) {
	f.Add("l.csv", "external_id,created_at,text,lon,lat\n1,2026-01-01,\"a, b\",117,0\n", uint8(4))
	f.Add("l.csv", "\xef\xbb\xbfindikator;waktu;nilai\r\nharga-beras;2 Januari 2026;13.500,5\r\n", uint8(3))
	f.Add("l.json", `[{"date":"2026-01-01"},{"date":null,"x":[1]}]`, uint8(0))
	f.Add("l.jsonl", "{\"slug\":\"a\",\"name\":\"b\",\"office\":\"c\",\"working_days_to_close\":3}\n{", uint8(1))
	f.Add("l.csv", "\xff\xfea\x00,\x00b\x00", uint8(2))
	f.Add("l.xlsx", "PK\x03\x04", uint8(4))
	f.Fuzz(func(t *testing.T, name, text string, n uint8) {
		kind := kindOf(n)
		rows, err := importing.Read(name, strings.NewReader(text), kind)
		if err != nil {
			return
		}
		defer rows.Close()
		for range 1000 {
			row, err := rows.Next()
			var refused *importing.Refused
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &refused):
			case err != nil:
				return
			default:
				understand(t, kind, row)
			}
		}
	})
}

func FuzzFromJSON(f *testing.F) {
	f.Add([]byte(`{"external_id":"1","created_at":"2026-01-01T00:00:00Z","text":"x","lon":117.1,"lat":-0.5,"status":"selesai"}`), uint8(4))
	f.Add([]byte(`{"indicator":"harga-beras","time":46023.5,"value":1e3}`), uint8(3))
	f.Add([]byte(`{"slug":"a","slug":"b","SLUG":[],"name":{}}`), uint8(2))
	f.Fuzz(func(t *testing.T, raw []byte, n uint8) {
		if row, refused := importing.FromJSON(kindOf(n), 1, raw); refused == nil {
			understand(t, kindOf(n), row)
		}
	})
}

// FuzzCell puts any text in any cell.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"7,5", "2 Januari 2026 pukul 08.30 WITA", "Sempaja", "selesai", "-", "\x00", "46023.25", "Rp 13.500"} {
		f.Add(s, uint8(4))
	}
	f.Fuzz(func(t *testing.T, cell string, n uint8) {
		kind := kindOf(n)
		for _, c := range importing.Columns(kind) {
			fields := map[string]string{"external_id": "1", "created_at": "2026-01-01", "text": "x", "indicator": "harga-beras", "time": "2026-01-01", "value": "1"}
			if utf8.ValidString(cell) && !strings.ContainsRune(cell, 0) {
				fields[c.Name] = cell
			}
			understand(t, kind, importing.Row{Number: 1, Fields: fields})
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-01-02T15:04:05Z", "2026-01-02 15:04", "02/01/2026 15:04", "2 Januari 2026, 08:30 WITA", "46023.5", "1 Des. 2026", "2026-01-02 10:00 +07:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := importing.ParseTime(s, wita)
		if err != nil {
			return
		}
		if got.Year() < 1900 || got.Year() > 2200 {
			t.Errorf("ParseTime(%q) = %v", s, got)
		}
		again, err := importing.ParseTime(got.Format(time.RFC3339Nano), wita)
		if err != nil || !again.Equal(got) {
			t.Errorf("ParseTime(%q) = %v, written and read again %v, %v", s, got, again, err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"7,5", "1.234.567,8", "Rp 13.500", "-1e-9", "16,350"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := importing.ParseNumber(s); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("ParseNumber(%q) = %v", s, v)
		}
	})
}

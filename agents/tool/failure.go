package tool

import (
	"context"
	"errors"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// fieldNames are the input fields in the words of a person.
var fieldNames = map[string]string{
	"measure": "ukuran", "indicator": "indikator", "area": "wilayah", "category": "kategori", "office": "perangkat daerah",
	"channel": "kanal", "status": "status", "period": "periode", "limit": "batas", "by": "pembagian", "order": "urutan",
	"top": "banyaknya", "against_period": "periode pembanding", "against_area": "wilayah pembanding",
	"against_category": "kategori pembanding", "against_office": "perangkat daerah pembanding", "days": "jumlah hari", "day": "tanggal", "level": "tingkat wilayah",
	"id": "nomor kejadian", "incident": "nomor kejadian", "source": "sumber data", "operation": "operasi",
	"of": "bukti", "working_days": "hari kerja", "reason": "alasan", "words": "kata", "place": "tempat",
}

// failed words what went wrong with a call. An input that can be mended says
// how (the model tries again); what the asker may not know ends the turn.
func failed(ctx context.Context, name string, limit time.Duration, err error) Result {
	r := Result{Head: -1, Failed: true, Err: err}
	e, ok := errors.AsType[*city.Error](err)
	switch {
	case ctx.Err() != nil:
		r.Text = "Pertanyaan dihentikan."
	case errors.Is(err, context.DeadlineExceeded):
		r.Text = "Pencarian data tidak selesai dalam " + strconv.Itoa(max(1, int(limit.Seconds()))) + " detik. Persempit wilayah atau periodenya."
	case ok && e.Code == city.Forbidden:
		r.Status, r.Failed = city.Refused, false
		r.Text = forbidden(e.Field)
	case ok && e.Code == city.NotFound:
		r.Status, r.Failed = city.Abstained, false
		r.Text = "Tidak ada data yang dimaksud."
		if word := fieldNames[e.Field]; word == "nomor kejadian" {
			r.Text = "Tidak ada kejadian dengan nomor itu."
		} else if word != "" {
			r.Text = "Tidak ada " + word + " yang dimaksud."
		}
	case ok && e.Code == city.Invalid:
		r.Text = "Isian alat " + name + " tidak dapat dipakai: " + e.Message + "."
		if e.Field != "" {
			word := e.Field
			if w := fieldNames[e.Field]; w != "" {
				word = w + " (" + e.Field + ")"
			}
			r.Text = "Isian " + word + " pada alat " + name + " tidak dapat dipakai: " + e.Message + "."
		}
	default:
		r.Text = "Data sedang tidak dapat dibaca. Coba lagi sebentar lagi."
	}
	return r
}

func forbidden(field string) string {
	switch field {
	case "area", "against_area":
		return "Wilayah itu di luar wewenang Anda. Anda dapat bertanya tentang wilayah Anda sendiri."
	case "office":
		return "Perangkat daerah itu di luar wewenang Anda. Anda dapat bertanya tentang perangkat daerah Anda sendiri."
	case "indicator":
		return "Indikator itu tidak dibuka untuk peran Anda."
	}
	return "Data itu di luar wewenang Anda."
}

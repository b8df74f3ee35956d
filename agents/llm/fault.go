package llm

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"balaikota/backend/city"
)

// Kind is what went wrong with a call to a provider.
type Kind string

// Kinds of faults. The slug stands in the ledger and in the log.
const (
	Refused     Kind = "tak_terjangkau" // nobody there: refused, no such host, bad certificate
	KeyRejected Kind = "kunci_ditolak"  // 401, 403
	RateLimited Kind = "dibatasi"       // 429
	Unavailable Kind = "terganggu"      // 5xx, or an error object with 200
	BadRequest  Kind = "ditolak"        // 400 and other 4xx
	Timeout     Kind = "tenggat"
	Canceled    Kind = "dibatalkan"
	TooLarge    Kind = "terlalu_besar" // the answer passes the cap
	Cut         Kind = "terputus"      // the answer ends in the middle
	Garbage     Kind = "tak_terbaca"   // no JSON, HTML, wrong content type, no choices
	Redirected  Kind = "dialihkan"     // to another host
	Leak        Kind = "data_pribadi"  // personal data was found in what was to leave; nothing was sent
	TextBarred  Kind = "teks_dilarang" // citizens' words, and the city has not switched it on
	OverCeiling Kind = "pagu"          // a ceiling of the month
	Unaccounted Kind = "tanpa_tujuan"  // a call that does not say who asks and what for
	Ledgerless  Kind = "buku_besar"    // the ledger does not answer: what cannot be accounted is not sent
)

// Fault is a call that gave no answer. It never holds text of a question, an
// answer or a provider's error body.
type Fault struct {
	Kind     Kind
	Provider string
	// Status is the HTTP status, 0 if none came.
	Status int
	// Detail is a word on the cause for the log, free of content: a content
	// type, an error code of the provider.
	Detail string
	// RetryAfter is what the provider asked for, 0 if nothing.
	RetryAfter time.Duration
	// Sent is true when the request had left: it may have been charged.
	Sent bool
	// Err is the cause as far as it is ours to show: a ceiling, the caller's
	// own cancellation. Set outside langchaingo only, which replaces errors
	// that unwrap to a context's (facts of v0.1.14).
	Err error
}

func (f *Fault) Error() string {
	s := "model provider"
	if f.Provider != "" {
		s += " " + f.Provider
	}
	s += ": " + string(f.Kind)
	if f.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", f.Status)
	}
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Uncertain reports whether the provider may have charged for the call
// although no usable answer came.
func (f *Fault) Uncertain() bool {
	switch f.Kind {
	case Timeout, Canceled, Cut:
		return f.Sent
	case TooLarge, Garbage:
		return true
	case Unavailable:
		return f.Status == http.StatusOK || f.Status == http.StatusBadGateway || f.Status == http.StatusGatewayTimeout || f.Status >= 520
	}
	return false
}

var sentences = map[Kind]string{
	Refused:     "Penyedia model tidak dapat dihubungi.",
	KeyRejected: "Kunci penyedia model ditolak; operator perlu memeriksanya.",
	RateLimited: "Penyedia model sedang membatasi permintaan.",
	Unavailable: "Penyedia model sedang terganggu.",
	BadRequest:  "Penyedia model menolak permintaan ini; operator perlu memeriksa pengaturannya.",
	Timeout:     "Penyedia model tidak menjawab sampai batas waktu.",
	Canceled:    "Pertanyaan dibatalkan.",
	TooLarge:    "Jawaban penyedia model terlalu besar dan tidak dipakai.",
	Cut:         "Jawaban penyedia model terputus di tengah dan tidak dipakai.",
	Garbage:     "Jawaban penyedia model tidak dapat dibaca.",
	Redirected:  "Alamat penyedia model dialihkan ke tempat lain; permintaan tidak dikirim ke sana.",
	Leak:        "Permintaan memuat data pribadi, jadi tidak dikirim ke penyedia model.",
	TextBarred:  "Teks laporan warga tidak boleh dikirim ke penyedia model; kota belum mengaktifkannya.",
	Unaccounted: "Permintaan ke penyedia model tidak menyebut untuk apa, jadi tidak dikirim.",
	Ledgerless:  "Biaya tidak dapat dicatat saat ini, jadi penyedia model tidak dipakai.",
}

// Sentence says it in Indonesian to the person who asked.
func (f *Fault) Sentence() string {
	if reached, ok := errors.AsType[*city.CeilingReached](f.Err); ok {
		return reached.Sentence()
	}
	s := sentences[f.Kind]
	if f.Kind == RateLimited && f.RetryAfter > 0 && f.RetryAfter <= time.Hour {
		s = fmt.Sprintf("Penyedia model sedang membatasi permintaan; coba lagi dalam %d detik.", int((f.RetryAfter+time.Second-1)/time.Second))
	}
	return s
}

// FaultOf returns the fault in err's chain, nil if there is none.
func FaultOf(err error) *Fault {
	f, _ := errors.AsType[*Fault](err)
	return f
}

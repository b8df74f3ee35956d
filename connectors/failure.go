package connectors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"balaikota/backend/city"
)

// Failure names why a pull failed. It is the key of the text on screen.
type Failure string

// The failures that officers are told apart.
const (
	FailDNS        Failure = "source.failure.dns"
	FailRefused    Failure = "source.failure.refused"
	FailNoWay      Failure = "source.failure.unreachable"
	FailTimeout    Failure = "source.failure.timeout"
	FailCut        Failure = "source.failure.cut"
	FailExpired    Failure = "source.failure.tls_expired"
	FailTLS        Failure = "source.failure.tls"
	FailPrivate    Failure = "source.failure.private"
	FailKey        Failure = "source.failure.key"
	FailMissing    Failure = "source.failure.missing"
	FailBusy       Failure = "source.failure.busy"
	FailTheirs     Failure = "source.failure.theirs"
	FailOurRequest Failure = "source.failure.request"
	FailMalformed  Failure = "source.failure.malformed"
	FailTooLarge   Failure = "source.failure.too_large"
	FailFormat     Failure = "source.failure.format"
	FailTold       Failure = "source.failure.told"
	FailClock      Failure = "source.failure.clock"
	FailConfig     Failure = "source.failure.config"
	FailConnector  Failure = "source.failure.connector"
	FailStore      Failure = "source.failure.store"
	FailStopped    Failure = "source.failure.stopped"
	FailWaiting    Failure = "source.failure.waiting"
	FailOther      Failure = "source.failure.other"
)

// FailureTexts are the texts of all failures, with {status}, {seconds},
// {hours}, {declared}, {found} and {detail} as parameters: what happened, then who has to do something. The
// command checks that backend/i18n holds the same.
var FailureTexts = map[Failure]Text{
	FailDNS:        {ID: "Nama server sumber tidak ditemukan. Periksa alamatnya atau jaringan balai kota.", EN: "The source's server name was not found. Check its address or the city hall's network."},
	FailRefused:    {ID: "Server sumber menolak sambungan; mungkin sedang mati. Hubungi pengelolanya.", EN: "The source's server refused the connection; it may be down. Call its owner."},
	FailNoWay:      {ID: "Server sumber tidak terjangkau dari sini. Periksa jaringan balai kota atau hubungi pengelolanya.", EN: "The source's server cannot be reached from here. Check the city hall's network or call its owner."},
	FailTimeout:    {ID: "Sumber tidak menjawab dalam batas waktu. Dicoba lagi otomatis.", EN: "The source did not answer in time. It is tried again by itself."},
	FailCut:        {ID: "Sambungan ke sumber terputus di tengah jawaban. Dicoba lagi otomatis.", EN: "The connection broke off in the middle of the answer. It is tried again by itself."},
	FailExpired:    {ID: "Sertifikat keamanan sumber sudah kedaluwarsa. Pengelolanya harus memperbarui.", EN: "The source's security certificate has expired. Its owner must renew it."},
	FailTLS:        {ID: "Sambungan aman ke sumber gagal; sertifikatnya tidak dapat dipercaya.", EN: "The secure connection failed; the source's certificate cannot be trusted."},
	FailPrivate:    {ID: "Alamat sumber berada di jaringan dalam dan belum diizinkan untuk sumber ini.", EN: "The source's address lies in the inside network, which this source may not use yet."},
	FailKey:        {ID: "Sumber menolak kunci akses kita (kode {status}). Minta kunci baru dari pengelolanya.", EN: "The source refused our access key (code {status}). Ask its owner for a new one."},
	FailMissing:    {ID: "Alamat data tidak ada lagi di sumber (kode {status}). Periksa alamatnya.", EN: "The data is no longer at that address (code {status}). Check the address."},
	FailBusy:       {ID: "Sumber meminta kita menunggu (kode {status}). Dicoba lagi otomatis.", EN: "The source asked us to wait (code {status}). It is tried again by itself."},
	FailTheirs:     {ID: "Sumber sedang bermasalah (kode {status}). Dicoba lagi otomatis.", EN: "The source has a fault of its own (code {status}). It is tried again by itself."},
	FailOurRequest: {ID: "Sumber tidak menerima permintaan kita (kode {status}). Periksa pengaturan sumber.", EN: "The source did not accept our request (code {status}). Check the source's settings."},
	FailMalformed:  {ID: "Jawaban sumber rusak atau bukan dalam bentuk yang disepakati.", EN: "The source's answer is damaged or not in the agreed form."},
	FailTooLarge:   {ID: "Jawaban sumber melebihi batas ukuran dan tidak dibaca.", EN: "The source's answer is beyond the size limit and was not read."},
	FailFormat:     {ID: "Sumber menyebut berkasnya {declared}, tetapi isinya {found}. Pengelolanya harus memperbaiki, atau pilih berkas lain.", EN: "The source says that its file is {declared}, but it holds {found}. Its owner must correct that, or choose another file."},
	FailTold:       {ID: "Sumber menjawab dengan galat: {detail}", EN: "The source answered with an error: {detail}"},
	FailClock:      {ID: "Jam server sumber mendahului sekitar {hours} jam sehingga waktu datanya tidak dapat dipercaya. Pengelolanya harus membetulkan jam.", EN: "The source's clock runs about {hours} hours ahead, so the times of its data cannot be believed. Its owner must set the clock right."},
	FailConfig:     {ID: "Pengaturan sumber keliru: {detail}", EN: "The source's settings are wrong: {detail}"},
	FailConnector:  {ID: "Penghubung {detail} tidak dikenal versi Balaikota ini.", EN: "This version of Balaikota knows no connector {detail}."},
	FailStore:      {ID: "Data diterima, tetapi basis data Balaikota gagal menyimpannya. Dicoba lagi otomatis.", EN: "Data came in, but Balaikota's database could not keep it. It is tried again by itself."},
	FailStopped:    {ID: "Pengambilan dihentikan karena Balaikota sedang dimatikan.", EN: "The pull was stopped because Balaikota is shutting down."},
	FailWaiting:    {ID: "Sumber sedang diberi jeda; dicoba lagi dalam {seconds} detik.", EN: "The source is given a pause; it is tried again in {seconds} seconds."},
	FailOther:      {ID: "Pengambilan gagal: {detail}", EN: "The pull failed: {detail}"},
}

// Explain turns any error of a pull into words for officers: an *city.Error
// whose Key is a Failure, with Params for its text and an English message. An
// *city.Error that already has a key is returned as it is.
func Explain(err error) *city.Error {
	if err == nil {
		return nil
	}
	var own *city.Error
	if errors.As(err, &own) && own.Key != "" {
		return own
	}
	kind, params := classify(err)
	out := &city.Error{Code: city.Internal, Key: string(kind), Params: params, Err: err}
	if kind == FailConfig || kind == FailConnector {
		out.Code = city.Invalid
	}
	if own != nil {
		out.Field = own.Field
	}
	out.Message = fill(FailureTexts[kind].EN, params)
	if ra, ok := errors.AsType[*RetryAfterError](err); ok {
		out.RetryAfter = ra.After
	}
	return out
}

// Indonesian is an explained error in the language of the screen; its own message
// where it is none of the failures.
func Indonesian(e *city.Error) string {
	if text, ok := FailureTexts[Failure(e.Key)]; ok {
		return fill(text.ID, e.Params)
	}
	return e.Message
}

func classify(err error) (Failure, map[string]string) {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return classifyStatus(status.Status), map[string]string{"status": strconv.Itoa(status.Status)}
	}
	if clock, ok := errors.AsType[*ClockError](err); ok {
		return FailClock, map[string]string{"hours": strconv.Itoa(int(clock.Ahead.Round(time.Hour).Hours()))}
	}
	if wrong, ok := errors.AsType[*FormatError](err); ok {
		return FailFormat, map[string]string{"declared": wrong.Declared, "found": wrong.Found}
	}
	if told, ok := errors.AsType[*ToldError](err); ok {
		return FailTold, map[string]string{"detail": clip(told.Detail, 200)}
	}
	if kind, ok := classifyNetwork(err); ok {
		return kind, nil
	}
	var own *city.Error
	if errors.As(err, &own) && own.Code == city.Invalid {
		return FailConfig, map[string]string{"detail": own.Field + " " + own.Message}
	}
	if own != nil {
		return FailOther, map[string]string{"detail": own.Message}
	}
	return FailOther, map[string]string{"detail": clip(err.Error(), 200)}
}

func classifyStatus(status int) Failure {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return FailKey
	case status == http.StatusNotFound, status == http.StatusGone:
		return FailMissing
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return FailBusy
	case status >= 500:
		return FailTheirs
	}
	return FailOurRequest
}

func classifyNetwork(err error) (Failure, bool) {
	var (
		dns       *net.DNSError
		malformed *MalformedError
		timeout   interface{ Timeout() bool }
		cert      *tls.CertificateVerificationError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.Is(err, ErrPrivateAddress):
		return FailPrivate, true
	case errors.Is(err, ErrTooLarge):
		return FailTooLarge, true
	case errors.As(err, &malformed):
		return FailMalformed, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return FailExpired, true
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return FailTLS, true
	case errors.Is(err, context.Canceled):
		return FailStopped, true
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return FailTimeout, true
	case errors.As(err, &dns):
		return FailDNS, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return FailRefused, true
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return FailNoWay, true
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return FailCut, true
	}
	return "", false
}

// fill puts params into the {places} of a text.
func fill(text string, params map[string]string) string {
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", strings.TrimSpace(value))
	}
	return text
}

// waiting says that a source may not be asked before at.
func waiting(at, now time.Time, cause error) *city.Error {
	// The wait is in whole seconds, rounded up, as people count it.
	secs := int64(at.Sub(now)+time.Second-1) / int64(time.Second)
	params := map[string]string{"seconds": strconv.FormatInt(secs, 10)}
	return &city.Error{
		Code: city.Conflict, Key: string(FailWaiting), Params: params,
		Message: fill(FailureTexts[FailWaiting].EN, params), RetryAfter: at.Sub(now), Err: cause,
	}
}

package simcity

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// breakAnswer lets a request fail the way a fault says.
func breakAnswer(w http.ResponseWriter, r *http.Request, f Fault, v view, next http.Handler) {
	dice := rand.New(rand.NewPCG(v.seed, 1))
	switch f.Kind {
	case "error":
		status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable}[dice.IntN(3)]
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body><h1>Terjadi kesalahan (simulasi)</h1></body></html>")
	case "limit":
		tooMany(w, orElse(f.After, 2))
	case "hang":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	default:
		answer := record(next, r)
		send(w, r, f, dice, answer)
	}
}

// tooMany is the answer to too many requests.
func tooMany(w http.ResponseWriter, seconds int) {
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	writeJSON(w, http.StatusTooManyRequests, map[string]any{"statusCode": 429, "message": "Terlalu banyak permintaan"})
}

// send gives the true answer in a way that hurts.
func send(w http.ResponseWriter, r *http.Request, f Fault, dice *rand.Rand, a *recorded) {
	maps.Copy(w.Header(), a.header)
	body := a.body.Bytes()
	switch f.Kind {
	case "slow":
		w.WriteHeader(a.status)
		drip(w, r, body, time.Duration(orElse(f.After, 100))*time.Millisecond)
	case "cut":
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		w.WriteHeader(a.status)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // net/http's way to drop the connection
	case "malformed":
		w.WriteHeader(a.status)
		_, _ = w.Write(maim(dice, body))
	case "endless":
		w.WriteHeader(a.status)
		pourOut(w, r, body)
	}
}

// drip sends a few bytes at a time.
func drip(w http.ResponseWriter, r *http.Request, body []byte, pause time.Duration) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	out := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(16, len(body))
		if _, err := w.Write(body[:n]); err != nil || out.Flush() != nil {
			return
		}
		body = body[n:]
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

// maim breaks a body: cut short, a bracket lost, NUL bytes, bytes that are no
// UTF-8, or the wrong thing altogether.
func maim(dice *rand.Rand, body []byte) []byte {
	body = bytes.Clone(body)
	if len(body) < 4 {
		return []byte{0}
	}
	at := 1 + dice.IntN(len(body)-2)
	switch dice.IntN(5) {
	case 0:
		return body[:at]
	case 1:
		return bytes.TrimRight(body, "]}>\n ")
	case 2:
		return append(body[:at:at], append([]byte("\x00\x00"), body[at:]...)...)
	case 3:
		return append(body[:at:at], append([]byte("\xff\xfe\xc3"), body[at:]...)...)
	}
	return []byte("<!DOCTYPE html><html><head><title>Sedang pemeliharaan (simulasi)</title></head></html>")
}

// pourOut sends the answer without its end and goes on with blanks until the
// client has enough.
func pourOut(w http.ResponseWriter, r *http.Request, body []byte) {
	_, err := w.Write(bytes.TrimRight(body, "]}>\n "))
	blanks := bytes.Repeat([]byte(" \n"), 8<<10)
	for err == nil && r.Context().Err() == nil {
		_, err = w.Write(blanks)
	}
}

// recorded is an answer that is held back.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func record(h http.Handler, r *http.Request) *recorded {
	a := &recorded{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(a, r)
	return a
}

// Header, Write and WriteHeader make it an http.ResponseWriter.
func (a *recorded) Header() http.Header { return a.header }

// Write keeps the bytes.
func (a *recorded) Write(b []byte) (int, error) { return a.body.Write(b) }

// WriteHeader keeps the status.
func (a *recorded) WriteHeader(status int) { a.status = status }

func orElse(n, other int) int {
	if n <= 0 {
		return other
	}
	return n
}

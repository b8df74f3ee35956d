package city

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Canonical returns v as JSON with the keys of every object in byte order and
// no space, numbers as encoding/json writes them (after RFC 8785, whose number
// form is the same for the values that receipts hold). Equal values have equal
// bytes whatever the order of a struct's fields.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode canonical JSON: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var loose any
	if err := dec.Decode(&loose); err != nil {
		return nil, fmt.Errorf("encode canonical JSON: %w", err)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(loose); err != nil { // a map's keys are written in order
		return nil, fmt.Errorf("encode canonical JSON: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Seal returns the receipt's canonical JSON with Hash left out, and its
// SHA-256 in hexadecimal, which is the Hash to set.
func (r Receipt) Seal() (body []byte, hash string, err error) {
	r.Hash = ""
	raw, err := Canonical(r)
	if err != nil {
		return nil, "", fmt.Errorf("seal receipt %d: %w", r.Number, err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, "", fmt.Errorf("seal receipt %d: %w", r.Number, err)
	}
	delete(fields, "hash")
	if body, err = Canonical(fields); err != nil {
		return nil, "", fmt.Errorf("seal receipt %d: %w", r.Number, err)
	}
	return body, HashOf(body), nil
}

// HashOf is the SHA-256 of body in hexadecimal.
func HashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// ReceiptName is a receipt's number as people read it, such as B-000123.
func ReceiptName(number int64) string { return fmt.Sprintf("B-%06d", number) }

// ParseReceiptName reads what ReceiptName wrote, with or without "B-" and the
// zeros. Errors: Invalid with Field "receipt".
func ParseReceiptName(name string) (int64, error) {
	digits := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "B-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 {
		return 0, InvalidField("receipt", "is %q; a receipt has a number such as B-000123", name)
	}
	return n, nil
}

// proven is what a figure's digest holds: what it is of and its value, without
// its number in one answer (ID, Of).
type proven struct {
	Label     string     `json:"label"`
	Value     string     `json:"value"`
	Unit      string     `json:"unit"`
	Measure   string     `json:"measure"`
	Indicator string     `json:"indicator"`
	Area      string     `json:"area"`
	Category  string     `json:"category"`
	Office    string     `json:"office"`
	From      *time.Time `json:"from"`
	To        *time.Time `json:"to"`
	Time      *time.Time `json:"time"`
	N         int        `json:"n"`
	Operation string     `json:"operation"`
}

func (f Figure) proven() proven {
	return proven{
		Label: f.Label, Value: valueText(f.Value), Unit: f.Unit, Measure: f.Measure, Indicator: f.Indicator, Area: f.Area,
		Category: f.Category, Office: f.Office, From: inUTC(f.From), To: inUTC(f.To), Time: inUTC(f.Time), N: f.N, Operation: f.Operation,
	}
}

// valueText is the value to twelve significant digits: the last bits of a mean
// depend on the order in which Postgres met the rows.
func valueText(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "null"
	}
	text := strconv.FormatFloat(v, 'g', 12, 64)
	if text == "-0" {
		return "0"
	}
	return text
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// FiguresDigest is the SHA-256 (hex) of the figures' canonical form in their
// order, which a re-run of the same call over the same data meets again. It
// holds neither their numbers within an answer nor anything of a model's.
func FiguresDigest(figures []Figure) (string, error) {
	list := make([]proven, len(figures))
	for i, f := range figures {
		list[i] = f.proven()
	}
	body, err := Canonical(list)
	if err != nil {
		return "", err
	}
	return HashOf(body), nil
}

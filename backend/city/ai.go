package city

import (
	"fmt"
	"time"
)

// AICall is one call to a provider's model before it is made: who asks, what
// for, and what it may cost at most. No text of it is ever kept.
type AICall struct {
	At         time.Time
	Asker      Asker
	QuestionID int64 // 0: not for a question
	// Purpose is a short slug: pertanyaan, baca_laporan …
	Purpose         string
	Provider, Model string
	// InputTokens and OutputTokens are the estimate that is held.
	InputTokens, OutputTokens int
	// InputPrice and OutputPrice are rupiah per million tokens.
	InputPrice, OutputPrice float64
	// Bytes is the length of what leaves; Labels counts what was replaced by
	// kind (PersonalKind).
	Bytes  int
	Labels map[string]int
}

// Cost is what the estimate of the call costs, in rupiah.
func (c AICall) Cost() float64 {
	return AICost(c.InputTokens, c.OutputTokens, c.InputPrice, c.OutputPrice)
}

// AICost is the price of tokens at rupiah per million.
func AICost(input, output int, inputPrice, outputPrice float64) float64 {
	return (float64(input)*inputPrice + float64(output)*outputPrice) / 1e6
}

// AIOutcome is how a call ended.
type AIOutcome struct {
	InputTokens, OutputTokens int
	// Free is true when the provider cannot have charged for it: it was not
	// reached, or it refused.
	Free bool
	// Uncertain is true when it may have been charged but nobody said how
	// much: the estimate stands.
	Uncertain bool
	// Fault is the kind of failure, "" for an answer.
	Fault string
}

// AINote is how a question was answered without a provider.
type AINote string

// Notes of questions that cost nothing.
const (
	AIOffline AINote = "luring"    // by the offline planner
	AICached  AINote = "tersimpan" // again from unchanged data
)

// CeilingReached says that a call would pass a ceiling of the month.
type CeilingReached struct {
	// Scope is kota, opd or pejabat.
	Scope   string
	Month   string // 2006-01
	Ceiling float64
	// Used is what is spent and held.
	Used float64
}

func (c *CeilingReached) Error() string {
	return fmt.Sprintf("the %s's ceiling of rupiah %.0f for %s would be passed (%.0f used)", c.Scope, c.Ceiling, c.Month, c.Used)
}

// Sentence says it to the person who asked.
func (c *CeilingReached) Sentence() string {
	whose := map[string]string{"opd": "perangkat daerah Anda", "pejabat": "Anda"}[c.Scope]
	if whose != "" {
		whose = " " + whose
	}
	return fmt.Sprintf("Pagu biaya asisten%s bulan ini, Rp %s, sudah terpakai. Pertanyaan dijawab tanpa penyedia model sampai awal bulan depan.",
		whose, Number(c.Ceiling, 0, ','))
}

// AICeiling is how much may be spent in a year from a day on; a month's part
// is a twelfth, and what a month leaves is not carried over.
type AICeiling struct {
	// Scope is kota, opd or pejabat; Subject the office's short name or the
	// officer's username, "" for the city.
	Scope      string  `json:"scope" enum:"kota,opd,pejabat"`
	Subject    string  `json:"subject,omitempty"`
	YearRupiah float64 `json:"year_rupiah"`
	// EffectiveOn is 2006-01-02; it holds from that day on.
	EffectiveOn string `json:"effective_on" format:"date"`
	Source      string `json:"source"`
}

// AIInvoice is one line of a provider's invoice.
type AIInvoice struct {
	Month        string // 2006-01
	Provider     string
	Model        string
	InputTokens  int64
	OutputTokens int64
	Rupiah       float64
}

// MonthEnd forecasts a month's spending: what was spent so far at the pace of
// its working days so far, the day of at included. month is any moment of the
// month; one that has ended keeps what was spent.
func (c Calendar) MonthEnd(spent float64, month, at time.Time) float64 {
	m := month.In(c.Location)
	first := time.Date(m.Year(), m.Month(), 1, 0, 0, 0, 0, c.Location)
	begun, all := 0, 0
	for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		if !c.Working(day) {
			continue
		}
		all++
		if !day.After(at) {
			begun++
		}
	}
	if begun == 0 {
		return spent
	}
	return spent / float64(begun) * float64(all)
}

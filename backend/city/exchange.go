package city

import "time"

// Exchange is a question with its answer as far as there is one (Status
// Running until then) and the steps made so far.
type Exchange struct {
	Question Question `json:"question"`
	Answer   Answer   `json:"answer"`
	Steps    []Step   `json:"steps" nullable:"false"`
	// Verdict is what the person thought of the answer.
	Verdict *AnswerVerdict `json:"verdict,omitempty"`
}

// AnswerVerdict is an officer's word on an answer.
type AnswerVerdict struct {
	Right  bool   `json:"right"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// ReceiptCheck is what re-running a receipt found.
type ReceiptCheck struct {
	Number int64 `json:"number"`
	// Chain is false when the receipt's hash does not fit its content or the
	// receipt before it: somebody changed the record.
	Chain bool `json:"chain"`
	// Same is true when every call returned the same figures again.
	Same        bool            `json:"same"`
	CheckedAt   time.Time       `json:"checked_at"`
	Differences []ReceiptChange `json:"differences" nullable:"false"`
}

// ReceiptChange is one figure that a re-run gave differently, and why.
type ReceiptChange struct {
	Tool   string   `json:"tool"`
	Label  string   `json:"label"`
	Unit   string   `json:"unit"`
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
	// Reason: corrected (rows were changed since), arrived (rows of that time
	// came later), withdrawn (rows or their source were taken away), rule (a
	// declaration, norm or the program changed), unknown.
	Reason string `json:"reason" enum:"corrected,arrived,withdrawn,rule,unknown"`
	Text   string `json:"text" doc:"Indonesian"`
}

// Pin is a question that an officer keeps in sight; its answer is made anew
// when its data changes.
type Pin struct {
	ID         int64     `json:"id"`
	QuestionID int64     `json:"question_id"`
	Text       string    `json:"text"`
	Call       *ToolCall `json:"call,omitempty"`
	PinnedAt   time.Time `json:"pinned_at"`
	Answer     Answer    `json:"answer"`
}

// Suggestion is a question worth asking now, from what changed.
type Suggestion struct {
	Text   string `json:"text"`
	Reason string `json:"reason" doc:"What changed, one Indonesian sentence"`
}

// AssistantState says what the assistant can do here and now.
type AssistantState struct {
	// Provider and Model answer questions; empty: the offline planner does.
	Provider string `json:"provider,omitempty"`
	Model    string `json:"model,omitempty"`
	// Voice: whether speech is turned to text here; VoiceHelp says why not and
	// how to switch it on. Speech: whether the server can speak.
	Voice     bool   `json:"voice"`
	VoiceHelp string `json:"voice_help,omitempty"`
	Speech    bool   `json:"speech"`
	// TextLeaves is true when the city switched on that citizens' words,
	// masked, may go to the provider.
	TextLeaves bool `json:"text_leaves"`
	// Paused says why no provider is used although one is configured: the
	// ceiling is reached, all are failing.
	Paused string `json:"paused,omitempty"`
}

// AIUsage is what the assistant's models cost, for one month.
type AIUsage struct {
	Month        string        `json:"month" doc:"2006-01"`
	Rupiah       float64       `json:"rupiah"`
	Reserved     float64       `json:"reserved" doc:"Held for calls under way"`
	Ceiling      float64       `json:"ceiling" doc:"Of the month"`
	YearCeiling  float64       `json:"year_ceiling"`
	YearRupiah   float64       `json:"year_rupiah" doc:"Since January"`
	Expected     float64       `json:"expected" doc:"At the month's end, at the pace of its working days so far"`
	Questions    int           `json:"questions"`
	Offline      int           `json:"offline" doc:"Answered without a provider"`
	Cached       int           `json:"cached" doc:"Answered again from unchanged data, at no cost"`
	InputTokens  int64         `json:"input_tokens"`
	OutputTokens int64         `json:"output_tokens"`
	ByOfficer    []UsageShare  `json:"by_officer" nullable:"false"`
	ByOffice     []UsageShare  `json:"by_office" nullable:"false"`
	ByModel      []UsageShare  `json:"by_model" nullable:"false"`
	Invoices     []InvoiceLine `json:"invoices" nullable:"false"`
}

// UsageShare is one officer's, office's or model's part of a month.
type UsageShare struct {
	Name      string  `json:"name"`
	Questions int     `json:"questions"`
	Rupiah    float64 `json:"rupiah"`
	Ceiling   float64 `json:"ceiling,omitempty" doc:"Absent: none of its own"`
}

// InvoiceLine compares a provider's invoice with what was metered.
type InvoiceLine struct {
	Month    string  `json:"month"`
	Provider string  `json:"provider"`
	Model    string  `json:"model"`
	Invoiced float64 `json:"invoiced"`
	Metered  float64 `json:"metered"`
}

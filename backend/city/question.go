package city

import (
	"encoding/json"
	"time"
)

// AnswerStatus is how a question ended.
type AnswerStatus string

// Statuses. Answered, Abstained, Clarify and Refused are those of the command
// line's contract (docs/architecture.md); the others belong to questions that
// have no answer yet or never will.
const (
	Answered  AnswerStatus = "answered"
	Abstained AnswerStatus = "abstained" // there is no such data, or none for that time
	Clarify   AnswerStatus = "clarify"   // two readings fit: it asks which
	Refused   AnswerStatus = "refused"   // no right to know, or not something to ask of an assistant
	Running   AnswerStatus = "running"
	Canceled  AnswerStatus = "canceled"
	Failed    AnswerStatus = "failed" // our fault; Text says what to do
)

// Conversation (percakapan) is one officer's line of questions; nobody else
// reads it, but receipts of its answers are open to the auditor.
type Conversation struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title" doc:"The first question, or what the officer called it"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
	Questions int       `json:"questions"`
}

// Question (pertanyaan) is what was asked, with what the person looked at.
type Question struct {
	ID             int64     `json:"id"`
	ConversationID int64     `json:"conversation_id"`
	Text           string    `json:"text" maxLength:"1000"`
	AskedAt        time.Time `json:"asked_at"`
	// At is the moment the question is asked from: AskedAt, unless a script
	// asks from another.
	At time.Time `json:"at"`
	// Spoken is true when the text came from a microphone.
	Spoken bool `json:"spoken,omitempty"`
	// Channel is the chat or mail that it was asked by, "" on a screen; Word is the
	// message's number there, 0 for none.
	Channel NoticeChannel `json:"channel,omitempty" enum:"telegram,whatsapp,surel"`
	Word    int64         `json:"-"`
	// Screen is what the person was looking at ("ask about this"), nil if nothing.
	Screen *ScreenContext `json:"screen,omitempty"`
	// Call, when set, is a reading that the person corrected on the chips: the
	// tool is called with it, no model chooses.
	Call *ToolCall `json:"call,omitempty"`
}

// ScreenContext is what "di sini" and "ini" mean.
type ScreenContext struct {
	Area      string `json:"area,omitempty"`
	Category  string `json:"category,omitempty"`
	Indicator string `json:"indicator,omitempty"`
	Incident  int64  `json:"incident,omitempty"`
}

// ToolCall is one tool with its input.
type ToolCall struct {
	Tool  string          `json:"tool"`
	Input json.RawMessage `json:"input"`
}

// Figure is one number that a tool returned, with what it is the number of.
// The figure guard lets no other number reach the screen.
type Figure struct {
	// ID is "E1", "E2" … within an answer, given by the loop.
	ID       string  `json:"id"`
	Label    string  `json:"label" doc:"Indonesian, such as: Laporan masuk, Sampah, Kec. Palaran, 1–18 Juni 2026"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	Decimals int     `json:"decimals"`
	// What it is the figure of; empty where that does not apply. The guard
	// matches names in a sentence against these.
	Measure   string     `json:"measure,omitempty"`
	Indicator string     `json:"indicator,omitempty"`
	Area      string     `json:"area,omitempty"`
	Category  string     `json:"category,omitempty"`
	Office    string     `json:"office,omitempty"`
	From      *time.Time `json:"from,omitempty"`
	To        *time.Time `json:"to,omitempty"`
	Time      *time.Time `json:"time,omitempty"`
	// N is how many rows it stands on, 0 when it is not a statistic.
	N int `json:"n,omitempty"`
	// From named operations (hitung): "difference", "sum", "ratio", "percent", "change".
	Operation string   `json:"operation,omitempty"`
	Of        []string `json:"of,omitempty" doc:"IDs of the figures it was worked out from"`
}

// Chip is one part of how the question was understood, which the person may change.
type Chip struct {
	// Kind is the input field it stands for: measure, indicator, area,
	// category, office, channel, status, period, by, limit, against_period …
	Kind string `json:"kind"`
	// Value is the field's value as the tool takes it, "" for "all".
	Value string `json:"value"`
	Text  string `json:"text" doc:"Indonesian"`
	// Assumed is true when the person did not say it.
	Assumed bool `json:"assumed,omitempty"`
}

// Option is one of the readings an answer that asks back offers.
type Option struct {
	Text string    `json:"text"`
	Call *ToolCall `json:"call,omitempty" doc:"What is asked when it is chosen; absent: Text is asked as a question"`
}

// Block is one thing the screen draws under an answer. Exactly the fields of
// its kind are set.
type Block struct {
	Kind  string `json:"kind" enum:"table,bars,line,map,reports,incidents,sources,draft"`
	Title string `json:"title"`
	Unit  string `json:"unit,omitempty"`
	// table: Columns and Rows of texts (figures already in Indonesian form).
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
	// bars, line, map: one Item each; for a map Key is an area code.
	Items    []BlockItem `json:"items,omitempty"`
	Decimals int         `json:"decimals,omitempty"`
	Limit    *float64    `json:"limit,omitempty" doc:"line: a threshold to draw"`
	// map: areas to mark, a point to fly to.
	Level     string   `json:"level,omitempty" enum:"kecamatan,kelurahan"`
	Highlight []string `json:"highlight,omitempty"`
	// reports, incidents: ids, newest or gravest first; the screen reads them
	// with the person's own rights, so citizens' words pass no model.
	IDs []int64 `json:"ids,omitempty"`
	// draft: a disposition to copy, nothing that was sent.
	Draft *DispositionDraft `json:"draft,omitempty"`
}

// BlockItem is one bar, point or area.
type BlockItem struct {
	Key   string   `json:"key"`
	Label string   `json:"label"`
	Value *float64 `json:"value"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	// Figure is the ID of the figure it shows, "" if none.
	Figure string `json:"figure,omitempty"`
}

// DispositionDraft is an instruction that a person may send; the assistant never does.
type DispositionDraft struct {
	Office      string  `json:"office"`
	Area        string  `json:"area,omitempty"`
	Instruction string  `json:"instruction"`
	DueOn       string  `json:"due_on,omitempty" format:"date"`
	Incidents   []int64 `json:"incidents,omitempty"`
	Reports     []int64 `json:"reports,omitempty"`
}

// StepKind is a stage of working on a question.
type StepKind string

// Stages in order; StepFetch may come several times.
const (
	StepUnderstand StepKind = "memahami"
	StepFetch      StepKind = "mengambil"
	StepCompose    StepKind = "menyusun"
	StepCheck      StepKind = "memeriksa"
)

// Step is one thing the assistant did, shown while it works.
type Step struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Kind StepKind  `json:"kind" enum:"memahami,mengambil,menyusun,memeriksa"`
	Tool string    `json:"tool,omitempty"`
	Text string    `json:"text" doc:"Indonesian"`
}

// Spending is what an answer cost.
type Spending struct {
	Provider     string  `json:"provider,omitempty" doc:"Absent for the offline planner"`
	Model        string  `json:"model,omitempty"`
	Calls        int     `json:"calls"`
	InputTokens  int     `json:"input_tokens"`
	OutputTokens int     `json:"output_tokens"`
	Rupiah       float64 `json:"rupiah"`
	// Cached is true when the same question was answered before and its data
	// has not changed: no model was asked.
	Cached bool `json:"cached,omitempty"`
}

// Answer (jawaban) is what was found: checked, and provable by its receipt.
type Answer struct {
	QuestionID int64        `json:"question_id"`
	Status     AnswerStatus `json:"status" enum:"answered,abstained,clarify,refused,running,canceled,failed"`
	// Text is plain Indonesian: no markup, no link.
	Text string `json:"text"`
	// Value, Unit, Area and Category are the answer's head figure and subject,
	// as the command line's contract gives them.
	Value    *float64 `json:"value,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Area     string   `json:"area,omitempty"`
	Category string   `json:"category,omitempty"`
	Figures  []Figure `json:"figures" nullable:"false"`
	Blocks   []Block  `json:"blocks" nullable:"false"`
	Chips    []Chip   `json:"chips" nullable:"false"`
	// Call is the tool call that the chips stand for, nil when there were
	// several or none.
	Call    *ToolCall `json:"call,omitempty"`
	Options []Option  `json:"options" nullable:"false"`
	// Caveats say what is not known, stale, thin, simulated or cut.
	Caveats   []string `json:"caveats" nullable:"false"`
	FollowUps []string `json:"follow_ups" nullable:"false"`
	// Offline is true when no provider's model had a part in it; FellBack says
	// why, where one was configured.
	Offline  bool     `json:"offline"`
	FellBack string   `json:"fell_back,omitempty"`
	Spending Spending `json:"spending"`
	// Receipt is the receipt's number, such as B-000123; "" for none.
	Receipt    string    `json:"receipt,omitempty"`
	At         time.Time `json:"at"`
	AnsweredAt time.Time `json:"answered_at"`
	TookMS     int       `json:"took_ms"`
}

// ReceiptCall is one tool call of a receipt.
type ReceiptCall struct {
	Tool   string          `json:"tool"`
	Input  json.RawMessage `json:"input"`
	Status string          `json:"status" doc:"ok, error, or the status the tool ended the turn with"`
	// Figures are what it returned; Digest is the SHA-256 (hex) of their
	// canonical form, which a re-run must meet.
	Figures []Figure  `json:"figures" nullable:"false"`
	Digest  string    `json:"digest"`
	Data    DataState `json:"data"`
}

// Receipt (bukti jawaban) is the proof of one answer. Hash is the SHA-256
// (hex) of the receipt's canonical JSON with Hash left out, which holds the
// hash of the receipt before it: none can be changed or taken out unseen.
type Receipt struct {
	Number     int64         `json:"number"`
	QuestionID int64         `json:"question_id"`
	Question   string        `json:"question"`
	Asker      Asker         `json:"asker"`
	At         time.Time     `json:"at"`
	AnsweredAt time.Time     `json:"answered_at"`
	Status     AnswerStatus  `json:"status"`
	Answer     string        `json:"answer"`
	Calls      []ReceiptCall `json:"calls" nullable:"false"`
	Spending   Spending      `json:"spending"`
	Program    string        `json:"program" doc:"Version of Balaikota that answered"`
	Previous   string        `json:"previous" doc:"Hash of the receipt before, empty for the first"`
	Hash       string        `json:"hash"`
}

// EvidenceMark stands in a tool's answer to the model between its sentences,
// which an answer may repeat, and the list of figures, which it may cite.
const EvidenceMark = "\n\nBukti:\n"

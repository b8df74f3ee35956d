package city

import "time"

// Asked is a question to be worked on, with whose rights.
type Asked struct {
	Question
	Asker Asker
	// Tries is how often it was begun; above 1 after a node that died.
	Tries int
}

// Turn is one ended question of a conversation as a model sees it again.
type Turn struct {
	Question string `json:"question"`
	// Rounds are the tool calls, those asked for together in one round.
	Rounds [][]TurnCall `json:"rounds"`
	Answer string       `json:"answer"`
}

// TurnCall is one call of a turn and what the model was told of its result.
type TurnCall struct {
	Call ToolCall `json:"call"`
	Text string   `json:"text"`
}

// Ending is all that is stored, in one transaction, when a question ends.
type Ending struct {
	Answer Answer
	// Receipt lacks Number, Previous and Hash, which storing gives it; nil for
	// an ending that proves nothing (canceled, failed).
	Receipt *Receipt
	Turn    Turn
	// Steps are those not yet stored.
	Steps []Step
}

// Remembered is an answer that a provider's model gave, to be given again for
// the same question while its calls return the same figures.
type Remembered struct {
	Calls   []ToolCall `json:"calls"`
	Digests []string   `json:"digests"`
	Text    string     `json:"text"`
}

// PinnedQuestion is a pin with what making its answer anew takes.
type PinnedQuestion struct {
	Pin
	Asker Asker
	Calls []ToolCall
	// Seq is the newest event its answer took in.
	Seq         int64
	RefreshedAt time.Time
}

// FigureSubject says which rows a figure stands on, to ask what happened to them.
type FigureSubject struct {
	Figure
	// At is the question's moment, Since when the figure was read.
	At, Since time.Time
}

// DataChange counts what happened to a figure's rows since it was read.
type DataChange struct {
	Arrived   int // came later, though they are of that time
	Corrected int // were changed
	Withdrawn int // were taken away
	// Moved is true when none of these explains the change, and rows of that
	// time were changed that now belong to another area, category or office:
	// what they were before is not kept, so some may have left the figure.
	Moved bool
	Rule  bool
}

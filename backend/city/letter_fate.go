package city

import "time"

// LetterFate is what a service tells of a letter that it took.
type LetterFate struct {
	Key  string // the letter's
	What LetterEvent
	At   time.Time
	// Code is the service's own for a failure, 0 for none.
	Code int
}

// LetterEvent is how far a letter came.
type LetterEvent string

// What services tell; they tell it twice, late and in any order.
const (
	LetterArrived LetterEvent = "arrived" // on the reporter's telephone
	LetterRead    LetterEvent = "read"
	LetterFailed  LetterEvent = "failed" // and is not tried again
)

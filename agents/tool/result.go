package tool

import (
	"time"

	"balaikota/backend/city"
)

// Call is the surroundings of one call: who asks, and from which moment.
type Call struct {
	Asker city.Asker
	// At is the moment the question is asked from; Zone the city's time zone.
	At   time.Time
	Zone *time.Location
	// Figures are those returned so far in this turn, by ID, for hitung.
	Figures []city.Figure
	Screen  *city.ScreenContext
}

// Result is what a tool found. A failure that the model or the person can do
// something about is a Result too (Status, Text), never an error.
type Result struct {
	// Text is one to three plain Indonesian sentences that answer on their
	// own: the offline answer is this text, and a model may repeat it.
	Text string
	// Status, when not "", ends the turn: Abstained, Clarify or Refused.
	Status  city.AnswerStatus
	Options []city.Option
	// Figures are every number in Text and Blocks, with what it is of.
	Figures []city.Figure
	// Names are further names (of streets, stations, incidents, officers'
	// offices) that Text and Blocks hold and an answer may repeat.
	Names  []string
	Blocks []city.Block
	// Chips say how the input was understood.
	Chips []city.Chip
	// Head is the index in Figures of the figure asked for, -1 for none; Area
	// and Category are the answer's subject (the place or category that leads
	// a ranking, else the one asked about).
	Head           int
	Area, Category string
	Caveats        []string
	FollowUps      []string
	Data           city.DataState
	// Cut is true when a limit left something out; Text or Caveats say so.
	Cut bool
	// Failed is true when the input could not be used or a part of ours is
	// away: Text says so, the model may try again. Err is the cause, for the
	// log only.
	Failed bool
	Err    error
	// Tainted is true when Text, or anything else a model is told, holds
	// citizens' or documents' own words: no tool runs after it in this turn.
	Tainted bool
}

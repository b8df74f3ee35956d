// Package planner answers questions without any provider: an llms.Model that
// reads an Indonesian question, the briefing and the conversation so far, and
// calls the same tools a provider's model would. It is deterministic and owns
// the grammar of questions: which words name an area, a category, an
// indicator, a period or a wish, and what to do when a word names nothing.
//
// The rule above all others: a content word that no slot consumed is never
// skipped. The planner then asks back or says that there is no such data; it
// does not guess.
//
// The way of a question: tokens (tokens.go, units.go, polite.go) → candidate readings of word
// groups (lexicon.go, places.go, subjects.go, periods*.go) → the longest ones
// (match.go) → slots (slots.go) → what is wanted (intent*.go) → what was not
// understood (coverage.go) → calls (frame.go, planner.go).
//
// It may import backend/city and langchaingo's llms.
package planner

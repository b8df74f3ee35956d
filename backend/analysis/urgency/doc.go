// Package urgency judges how pressing a report is, by rules that are stated in
// rules.csv with their reason; nothing in it is learned, and it must never be
// called so. It imports backend/city and backend/analysis/language.
//
// What it can not do: it reads words, not the world. A danger told without any
// of the rules' words is missed, irony is taken at its word, a negation more
// than a few words away or in another clause is not seen, and nothing checks
// whether what is told is true. Its level is where a person begins to look,
// never where the looking ends. TestSentences shows the confusions on sentences
// of our own.
package urgency

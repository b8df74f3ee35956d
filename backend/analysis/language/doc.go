// Package language reads Indonesian as citizens write it: it mends telephone
// spelling, spoken, Banjar and common Javanese forms and slips of the finger
// (Normalise, Tokens), and shortens words to their roots (Stem, Words). Stored
// texts, questions and learned models use the same functions. It imports the
// standard library only.
//
// All word lists are our own. What they do not hold stays as it is written, so
// the limit is their reach: roots.txt has about 4,100 roots, and of derived
// forms in families written before the list was grown 95 in 100 meet their
// root (TestFamiliesMeet). Slips are mended with care for names: to a frequent
// word of complaints always, to another root only when the written word could
// not be spoken or is long.
package language

// Package deadline says which unfinished reports will likely miss their
// closing norm, from how long each office took for each category: survival
// analysis with unfinished reports counted for as long as they have lasted.
// It imports backend/city and the standard library only.
package deadline

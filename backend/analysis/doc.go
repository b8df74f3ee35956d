// Package analysis is pure functions over the city's data: the words of a
// text, and what is unusual in counts. It imports backend/city only and does
// no input or output.
package analysis

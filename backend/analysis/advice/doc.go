// Package advice turns what the city sees (incidents, patterns, forecasts,
// deadlines, indicators, flood risk, official warnings) into few recommended
// actions, each to one existing office, with a deadline, evidence that resolves
// to rows, an expected effect with its range, and a rank whose factors are
// stated. It follows rules and kinds of action that are data; it invents
// nothing: without evidence there is no advice.
//
// Propose says what is worth doing now, Settle what of it is new, changed,
// returned or to be withdrawn, against what was advised and decided before.
// Both are pure: time and data are arguments, and equal inputs in any order
// give equal answers. The package imports backend/city only.
package advice

// Package escalation says which rung of the ladder hears of a late
// instruction, and who is to be reminded instead. It imports backend/city and
// the standard library only.
package escalation

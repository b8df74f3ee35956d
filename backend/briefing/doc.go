// Package briefing composes the daily briefing (lembar pagi): one sheet that
// says what waits for a decision, what the night brought, which indicators are
// off target, what is late, and how far the data can be trusted. It is a pure
// composition of what others have read and worked out, so that a sheet holds
// the same figures as the screen at that moment, and every figure has a number
// that leads to its rows.
//
// It imports backend/city alone; backend/briefing/paper draws a sheet as PDF.
package briefing

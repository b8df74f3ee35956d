// Package paper draws a briefing (lembar pagi) as a PDF of two A4 pages: the
// sheet, and the list of its evidence. The text can be selected and searched,
// the document is tagged (ISO 32000-1, 14.8) in reading order, and the same
// briefing gives the same bytes.
//
// It imports backend/city, codeberg.org/go-pdf/fpdf, and the Go fonts
// (golang.org/x/image/font/gofont), which cover Indonesian and are embedded as
// the characters that are used.
package paper

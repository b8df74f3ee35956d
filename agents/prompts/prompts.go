// Package prompts are the texts that models are briefed with, as templates
// beside their code. It may import backend/city.
package prompts

import (
	_ "embed"
	"strings"
	"text/template"
	"time"
)

//go:embed briefing.txt
var briefingText string

var briefing = template.Must(template.New("briefing").Parse(briefingText))

// Situation is what a question is asked in.
type Situation struct {
	// Now is the moment the question is asked from, in the city's zone.
	Now time.Time
	// Asker is the role, with the area's code and "opd <office>" behind it.
	Asker string
	// Screen is what the person looks at, as "area=… category=…"; "" for nothing.
	Screen string
	City   string
}

// Moment is Now as the briefing's first line gives it (RFC 3339).
func (s Situation) Moment() string { return s.Now.Format(time.RFC3339) }

// Briefing is the system message. Its first lines have a fixed form, which the
// offline planner reads: "Sekarang: <RFC 3339>", "Penanya: <role>[ <area
// code>][ opd <office>]" and, where there is one, "Layar: area=… category=…
// indicator=… incident=…".
func Briefing(s Situation) string {
	var b strings.Builder
	if err := briefing.Execute(&b, s); err != nil {
		panic(err) // the template and its fields are both in the program
	}
	return strings.TrimSpace(b.String())
}

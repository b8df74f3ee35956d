package city

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Obstacles are what hinders work.
var Obstacles = []string{"dana", "wewenang", "alat", "cuaca", "lahan", "lain"}

// stepNeeds says which kinds of step need words: how many characters at least.
var stepNeeds = map[DispositionStepKind]int{
	StepAsk: 5, StepReply: 5, StepDecline: 10, StepReopen: 5, StepCancel: 5, StepNote: 1,
}

// Check says what of a step is wrong, whatever the disposition's status.
func (in DispositionStepInput) Check() error {
	if !IsUUID(in.ClientID) {
		return wrongField("client_id", "", "is no UUID in lower case")
	}
	n := utf8.RuneCountInString(strings.TrimSpace(in.Text))
	switch {
	case in.Kind == StepPassOn:
		return wrongField("kind", "", "is pass_on: send a disposition with this one as its parent")
	case n > 4000:
		return wrongField("text", "error.dsp_text", "has %d characters; at most 4000", n)
	case n < stepNeeds[in.Kind]:
		return wrongField("text", "error.dsp_say_why", "has %d characters; say why in at least %d", n, stepNeeds[in.Kind])
	case in.Kind == StepHinder && !slices.Contains(Obstacles, in.Obstacle):
		return wrongField("obstacle", "error.dsp_obstacle", "is %q; name what hinders: %s", in.Obstacle, strings.Join(Obstacles, ", "))
	case in.Kind == StepHinder && in.Obstacle == "lain" && n < 5:
		return wrongField("text", "error.dsp_say_why", "say what the other obstacle is")
	case in.Percent != nil && (*in.Percent < 0 || *in.Percent > 100):
		return wrongField("percent", "error.dsp_percent", "is %d; use 0 to 100", *in.Percent)
	case in.Kind == StepExtend && in.DueAt == nil:
		return wrongField("due_at", "error.dsp_due_one", "state the new deadline")
	case in.Kind == StepRedirect && in.Office == "":
		return wrongField("office", "error.dsp_addressee", "name the office it goes to")
	case len(in.Parts) > 50 || len(in.Proofs) > 10:
		return wrongField("parts", "", "too many: at most 50 parts and 10 pictures")
	}
	for _, p := range in.Parts {
		if strings.TrimSpace(p.Name) == "" || utf8.RuneCountInString(p.Name) > 120 || utf8.RuneCountInString(p.Unit) > 20 || !(p.Quantity >= 0 && p.Quantity <= 1e9) {
			return wrongField("parts", "error.dsp_part", "%q is no part with a quantity and a unit", p.Name)
		}
	}
	for _, p := range in.Proofs {
		if !IsUUID(p) {
			return wrongField("proofs", "", "%q is no UUID in lower case", p)
		}
	}
	return nil
}

// MayNote reports whether a reader of a disposition may add words to it: those
// above the parties. Copies are for reading.
func MayNote(r Role) bool { return r == WaliKota || r == Sekda || r == Camat }

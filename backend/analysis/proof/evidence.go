package proof

import (
	"time"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/city"
)

// Evidence is everything known of a picture when it is judged.
type Evidence struct {
	Stage string // before, during, after
	// Token is good, expired, used, foreign or none.
	Token string
	// TakenAt is by the phone's clock, ReceivedAt the server's; SentAt is when
	// the instruction was sent, AcceptedAt when it was taken, if it was.
	TakenAt    *time.Time
	ReceivedAt time.Time
	SentAt     time.Time
	AcceptedAt *time.Time
	Zone       *time.Location // of cameras that write no offset
	// Phone is where the phone says it was, within Accuracy metres; Work where
	// the work was to be done, nil when only the area is known.
	Phone    *Point
	Accuracy float64
	Work     *Point
	// AreaName is the area the work is in, "" if none is stated; InArea whether
	// the phone was in it.
	AreaName string
	InArea   bool
	// Device is the mark of the phone, Devices those of the officer's earlier
	// proofs, newest first.
	Device  string
	Devices []string
	Sight   picture.Sight
	// Same are earlier pictures this one is again, best first. Compared is how
	// many there were.
	Same     []Again
	Compared int
	// Before is how the view compares with the picture before; nil without one.
	Before   *picture.Facing
	BeforeID int64
}

// Point is a place in degrees.
type Point struct{ Lon, Lat float64 }

// Again is an earlier picture that this one repeats.
type Again struct {
	ProofID  int64 // 0 for the picture of a report
	ReportID int64
	Exact    bool // byte for byte
	Likeness picture.Likeness
}

// Outcomes of a check.
const (
	Good      = "baik"
	Doubtful  = "ragu"
	Bad       = "buruk"
	Unchecked = "tidak-diperiksa"
)

// Check runs every check, in the order that a person reads them.
func Check(e Evidence) []city.ProofCheck {
	return []city.ProofCheck{
		checkToken(e), checkPlace(e), checkTime(e), checkDevice(e), checkSame(e), checkView(e), checkEdited(e), checkMetadata(e), checkScreen(e), checkLegible(e),
	}
}

// doubtsAllowed is how many lesser doubts a proof bears.
const doubtsAllowed = 1

// weighty are checks of which one doubt suffices for a second person.
var weighty = map[city.ProofCheckName]bool{
	city.CheckSame: true, city.CheckEdited: true, city.CheckScreen: true, city.CheckPlace: true, city.CheckToken: true,
}

// slight reports whether a doubt is one that honest photographs raise by
// themselves: a part that looks painted (4 of 49) or copied (8 of 49; skies,
// grounds out of focus, repeating textures; docs/quality.md). Alone it is a note
// to look at that part.
func slight(c city.ProofCheck) bool {
	return c.Name == city.CheckEdited && c.Outcome == Doubtful && c.Region != nil
}

// Judge turns checks into the machine's verdict: sah only when nothing is bad,
// none of the weighty checks doubts and at most one other does. Anything else
// is for a second person; a machine rejects nobody's work.
func Judge(checks []city.ProofCheck) (city.ProofVerdict, city.Said) {
	var why []city.Said
	doubts, doubtful := 0, false
	for _, c := range checks {
		switch c.Outcome {
		case Bad:
			doubtful = true
			why = append(why, c.Said)
		case Doubtful:
			doubts++
			doubtful = doubtful || weighty[c.Name] && !slight(c)
			why = append(why, c.Said)
		}
	}
	if !doubtful && doubts <= doubtsAllowed {
		if len(why) == 0 {
			return city.VerdictValid, said("Bukti sah: tidak ada pemeriksaan yang meragukan.", "The proof stands: no check gives doubt.")
		}
		return city.VerdictValid, said("Bukti sah. Catatan: "+why[0].Text, "The proof stands. Note: "+why[0].TextEN)
	}
	out := said("Perlu dilihat orang kedua:", "A second person is to look:")
	for _, w := range why[:min(len(why), 3)] {
		out.Text += " " + w.Text
		out.TextEN += " " + w.TextEN
	}
	return city.VerdictDoubtful, out
}

func said(id, en string) city.Said { return city.Said{Text: id, TextEN: en} }

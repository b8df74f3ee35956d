package city

import (
	"encoding/json"
	"slices"
)

// Secrecy is how far a source lets a report and its reporter be known.
type Secrecy string

// What sources say of a report. Whistleblowing (pelaporan pelanggaran) is about
// those who would read it here: such a report is not brought in at all.
const (
	NotSecret      Secrecy = ""
	Anonymous      Secrecy = "anonim"
	Secret         Secrecy = "rahasia"
	Whistleblowing Secrecy = "pelanggaran"
)

// Secrecies are all of them that have a word.
var Secrecies = []Secrecy{Anonymous, Secret, Whistleblowing}

// Record is what is kept in place of the source's own record: why it is not there.
func (s Secrecy) Record() json.RawMessage { return json.RawMessage(`{"secrecy":"` + string(s) + `"}`) }

// Withhold takes out of a report what its source keeps to itself. Of an anonymous
// one nobody is told who reported; of a secret one that there is such a report, its
// kind, office, status and kecamatan, and neither words nor place nor the source's
// record: officers of the area read reports here, whatever the source promised.
func (r *Report) Withhold(s Secrecy) {
	if s == NotSecret {
		return
	}
	r.Reporter = nil
	if s == Anonymous {
		return
	}
	r.Text, r.Address, r.Answer, r.MediaURL, r.Stems = "", "", "", "", ""
	r.Lon, r.Lat, r.ComputedArea, r.Raw, r.Parts = nil, nil, "", s.Record(), nil
	if l, ok := LevelOfCode(r.StatedArea); ok && l == Kelurahan {
		r.StatedArea = ParentCode(r.StatedArea)
	}
	if !slices.Contains(r.Flags, FlagSecret) {
		r.Flags = append(slices.Clone(r.Flags), FlagSecret)
	}
}

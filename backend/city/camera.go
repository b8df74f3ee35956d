package city

import "time"

// CameraSight is what a reading of one camera (CCTV) brought.
type CameraSight struct {
	ExternalID string
	Name       string
	Lon, Lat   *float64
	// StreamURL is where people look at its stream, "" if nowhere.
	StreamURL string
	HasStill  bool
	// Still is a JPEG and Print the SHA-256 of its pixels; both nil when none
	// came, and Fault then says why in plain words ("" if it has no still).
	Still, Print []byte
	Fault        string
	At           time.Time
}

// CameraSights is a part of a source's cameras.
type CameraSights struct {
	// All are the ids of all cameras of the source, nil on later pages: others
	// are gone.
	All  []string
	Seen []CameraSight
}

// CameraState is how a camera fares.
type CameraState string

// The states of a camera, best first.
const (
	CameraLives   CameraState = "hidup"        // its picture changes
	CameraFrozen  CameraState = "macet"        // it answers with the same picture
	CameraDown    CameraState = "mati"         // it gives none
	CameraPlain   CameraState = "tanpa_gambar" // only its stream is known
	CameraUnknown CameraState = "belum"        // not read yet
)

// A live picture never comes twice pixel for pixel: noise and clock see to that.
// One that came CameraRepeats times again over CameraStill is frozen; one
// that failed CameraFaults times in a row is down.
const (
	CameraRepeats = 3
	CameraStill   = 10 * time.Minute
	CameraFaults  = 3
)

// Camera is a camera as the map shows it.
type Camera struct {
	ID         int64       `json:"id"`
	Source     string      `json:"source" doc:"Slug"`
	Name       string      `json:"name"`
	Lon        *float64    `json:"lon,omitempty"`
	Lat        *float64    `json:"lat,omitempty"`
	StreamURL  string      `json:"stream_url,omitempty" doc:"Where its stream is looked at, outside Balaikota"`
	State      CameraState `json:"state" enum:"hidup,macet,mati,tanpa_gambar,belum"`
	LastSeen   *time.Time  `json:"last_seen,omitempty" doc:"When its picture last changed"`
	TakenAt    *time.Time  `json:"taken_at,omitempty" doc:"When its still last came"`
	HasPicture bool        `json:"has_picture" doc:"Its newest still is at /api/cameras/{id}/still"`
	Fault      string      `json:"fault,omitempty" doc:"Why none came, in plain words"`
	Simulated  bool        `json:"simulated,omitempty"`
}

// StateOfCamera classes a camera by how its stills came.
func StateOfCamera(hasStill bool, taken, changed *time.Time, repeats, faults int) CameraState {
	switch {
	case !hasStill:
		return CameraPlain
	case taken == nil && faults < CameraFaults:
		return CameraUnknown
	case faults >= CameraFaults:
		return CameraDown
	case repeats >= CameraRepeats && changed != nil && taken.Sub(*changed) >= CameraStill:
		return CameraFrozen
	}
	return CameraLives
}

package city

import "time"

// ReportPart is a message that is part of a report. ID and Person are opaque: keyed
// hashes of the message's and the writer's own at the source.
type ReportPart struct {
	ID     string
	Person string
	At     time.Time // when it was sent
}

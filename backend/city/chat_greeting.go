package city

import "time"

// ChatGreeting is a message of a chat that greets or thanks and says nothing else, and
// stands alone: it is kept, and is no report until one follows it.
type ChatGreeting struct {
	// ID and Person are keyed hashes of the message and of who wrote it; Handle is
	// where they are written to, and is forgotten once they were, or need not be.
	ID, Person, Handle string
	// At is when it was sent, Changed when it was last edited (zero: never).
	At, Changed time.Time
	Words       string
	// Waits says that who wrote waits to be spoken to: it greets. Thanks ask for
	// nothing, nor does a greeting of somebody whom we have asked something.
	Waits bool
}

// GreetingAnswer is what answers a greeting that nothing followed.
type GreetingAnswer struct {
	Key, City string
}

// Letter words the answer: one line that asks for the report.
func (a GreetingAnswer) Letter() ReporterLetter {
	return ReporterLetter{
		Key: a.Key, Subject: "Silakan tulis laporan Anda",
		Before: "Silakan tulis apa yang terjadi dan di mana; foto dan lokasi boleh menyusul. Pesan ini dikirim otomatis oleh Balaikota, " + a.City + ".",
	}
}

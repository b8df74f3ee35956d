package city

import (
	"regexp"
	"strings"
	"time"
)

// VoiceNote (pesan suara) is a recording that a report came with.
type VoiceNote struct {
	// Address is where the source's connector finds the sound again.
	Address string
	At      time.Time // when it was sent
}

// VoiceNoteState is how far a recording is on its way to words.
type VoiceNoteState string

// The states of a recording.
const (
	VoiceWaiting VoiceNoteState = "menunggu"   // its sound, or the service, is awaited
	VoiceWritten VoiceNoteState = "ditulis"    // its words are there
	VoiceSilent  VoiceNoteState = "tanpa_kata" // nobody speaks in it
	VoiceFailed  VoiceNoteState = "gagal"      // tried as often as is worth it
	VoiceErased  VoiceNoteState = "dihapus"    // erased before it was heard
)

// VoiceProblem is why a recording has no words yet, or never will.
type VoiceProblem string

// The problems of a recording.
const (
	VoiceNotGiven  VoiceProblem = "sumber"      // its source does not give the sound
	VoiceNoSound   VoiceProblem = "bukan_suara" // the file is of no kind of sound that is known
	VoiceTooLong   VoiceProblem = "panjang"     // longer than LongestVoiceNote
	VoiceNoService VoiceProblem = "layanan"     // the transcription service does not answer; tried again
	VoiceOutside   VoiceProblem = "luar"        // the service lies outside, where recordings may not go
	VoiceRefused   VoiceProblem = "ditolak"     // the service refuses the file
)

// Bounds of a recording that is turned into words.
const (
	LargestVoiceNote  = 8 << 20 // bytes
	LongestVoiceNote  = 10 * time.Minute
	LongestTranscript = 20_000 // characters
)

// ReportVoice is a recording as the report's page shows it.
type ReportVoice struct {
	ID          int64          `json:"id"`
	At          time.Time      `json:"at" doc:"When it was sent"`
	State       VoiceNoteState `json:"state" enum:"menunggu,ditulis,tanpa_kata,gagal,dihapus"`
	Problem     VoiceProblem   `json:"problem,omitempty" enum:"sumber,bukan_suara,panjang,layanan,luar,ditolak" doc:"Why it has no words yet, or never will"`
	Playable    bool           `json:"playable" doc:"The sound is kept here"`
	Seconds     float64        `json:"seconds,omitempty" doc:"Length; absent when not known"`
	Text        string         `json:"text,omitempty" doc:"What a machine heard, or an officer after it; personal data masked"`
	Model       string         `json:"model,omitempty" doc:"The model that heard it"`
	HeardAt     *time.Time     `json:"heard_at,omitempty"`
	CorrectedAt *time.Time     `json:"corrected_at,omitempty"`
	CorrectedBy string         `json:"corrected_by,omitempty" doc:"The officer who put the words right"`
}

// SpokenMark stands before words that a machine wrote down, wherever they stand
// with a report's own.
const SpokenMark = "[Ditranskripsi dari pesan suara]"

// WithSpoken is a report's text with what was heard in its recordings, marked as
// such; the text alone where nothing was.
func WithSpoken(text, spoken string) string {
	if spoken == "" {
		return text
	}
	spoken = SpokenMark + " " + MaskSpoken(spoken)
	if OwnWords(text) == "" {
		return spoken // the text only says that there is a recording
	}
	return text + "\n\n" + spoken
}

// ourNotes stand for what is no text, and begin what was said later.
var ourNotes = regexp.MustCompile(`(?m)^\[[^\]\n]*\]$|^(?:Pesan|Surat) susulan [^\n]*:$`)

// OwnWords are the words of a report's text that are its reporter's: without the
// lines that connectors put among them ("[pesan suara]", "Pesan susulan …:").
func OwnWords(text string) string { return strings.TrimSpace(ourNotes.ReplaceAllString(text, "")) }

// saidDigits are eight and more digits that are said one by one, as telephone
// numbers and NIK are: recognisers may write them as words.
var saidDigits = regexp.MustCompile(`(?i)\b(?:(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)\b[ ,.-]*){8,}`)

// MaskSpoken replaces numbers that were said digit by digit by [nomor]. What is
// written in figures is for MaskPersonal and MaskOutward.
func MaskSpoken(text string) string {
	return saidDigits.ReplaceAllStringFunc(text, func(said string) string {
		return "[nomor]" + said[len(strings.TrimRight(said, " ,.-")):]
	})
}

// TranscriptCorrection is an officer's word about what is said in a recording.
type TranscriptCorrection struct {
	ReportID, NoteID int64
	Text             string
}

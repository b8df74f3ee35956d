package city

import (
	"encoding/json"
	"strconv"
	"time"
)

// LongJobKind is what a long job does; one of a kind runs at a time.
type LongJobKind string

// Kinds of long jobs.
const (
	BackupJob LongJobKind = "cadangan"
	LearnJob  LongJobKind = "belajar"
)

// LongJobState is how far a long job is.
type LongJobState string

// States of a long job; the last three are its end.
const (
	JobWaiting  LongJobState = "menunggu"
	JobRunning  LongJobState = "berjalan"
	JobDone     LongJobState = "selesai"
	JobFailed   LongJobState = "gagal"
	JobCanceled LongJobState = "dibatalkan"
)

// LongJobSilence is how long a node that works on a job may be silent before
// the job counts as failed; it beats each second.
const LongJobSilence = 30 * time.Second

// LongJob is work that takes long, from asking to its end.
type LongJob struct {
	ID      int64        `json:"id"`
	Kind    LongJobKind  `json:"kind" enum:"cadangan,belajar"`
	State   LongJobState `json:"state" enum:"menunggu,berjalan,selesai,gagal,dibatalkan"`
	Actor   string       `json:"actor" doc:"Who asked for it"`
	AskedAt time.Time    `json:"asked_at"`
	BegunAt *time.Time   `json:"begun_at,omitempty"`
	EndedAt *time.Time   `json:"ended_at,omitempty"`
	// Step is what is being done now, by a fixed name.
	Step  string `json:"step,omitempty" enum:"menghitung,menyalin,memeriksa,mengumpulkan,melatih"`
	Done  int64  `json:"done"`
	Total int64  `json:"total" doc:"0 when not known"`
	// SecondsLeft is estimated from a finished job of the kind; absent without one.
	SecondsLeft *float64      `json:"seconds_left,omitempty"`
	Canceling   bool          `json:"canceling" doc:"It was asked to stop and has not yet"`
	Tell        bool          `json:"tell" doc:"Who asked wants to hear of its end"`
	Yours       bool          `json:"yours" doc:"The asker began it"`
	Result      LongJobResult `json:"result"`
	Fault       string        `json:"fault,omitempty" doc:"Why it failed"`
}

// LongJobResult is what a long job brought; what is not of its kind is empty.
type LongJobResult struct {
	Backup  *BackupResult  `json:"backup,omitempty"`
	Learned *LearnedResult `json:"learned,omitempty"`
}

// BackupResult is what a backup brought.
type BackupResult struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	Tables int    `json:"tables"`
	Rows   int64  `json:"rows"`
}

// LearnedResult is what learning the categories anew brought.
type LearnedResult struct {
	Used     bool    `json:"used" doc:"The new model is in force"`
	Rows     int     `json:"rows"`
	Fresh    int     `json:"fresh" doc:"Rows that the model before had not seen"`
	Accuracy float64 `json:"accuracy" doc:"Of the rows held out"`
	Before   float64 `json:"before" doc:"The same of the model before; 0 when there was none"`
}

// Ended reports whether the job has come to an end.
func (j LongJob) Ended() bool { return j.EndedAt != nil }

// MarshalResult writes a result as it is stored.
func (r LongJobResult) MarshalResult() (json.RawMessage, error) { return json.Marshal(r) }

// LongJobProgress says how far a job is: a fixed name of the step, what is done
// of all, 0 where not known. It may be called often and from any goroutine.
type LongJobProgress func(step string, done, total int64)

// LongJobNotice tells who asked that a job has ended.
func LongJobNotice(j LongJob) Wording {
	names := map[LongJobKind][2]string{BackupJob: {"Cadangan basis data", "The backup"}, LearnJob: {"Belajar ulang kategori", "Learning the categories"}}
	ends := map[LongJobState][2]string{JobDone: {"selesai", "is done"}, JobFailed: {"gagal", "failed"}, JobCanceled: {"dibatalkan", "was canceled"}}
	name, end := names[j.Kind], ends[j.State]
	return Wording{Kind: "job", Path: "/pengaturan/pekerjaan/" + strconv.FormatInt(j.ID, 10),
		Said: Said{Text: name[0] + " " + end[0] + ".", TextEN: name[1] + " " + end[1] + "."}}
}

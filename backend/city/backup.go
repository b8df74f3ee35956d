package city

import (
	"strconv"
	"time"
)

// BackupTooOld is after how long without a good backup the operators are told
// (a night that failed, and half the next day to mend it).
const BackupTooOld = 36 * time.Hour

// Backup is one try at a backup.
type Backup struct {
	ID      int64     `json:"id"`
	BeganAt time.Time `json:"began_at"`
	EndedAt time.Time `json:"ended_at"`
	// Machine is the one whose backup folder has the file.
	Machine string `json:"machine"`
	MadeBy  string `json:"made_by"`
	File    string `json:"file,omitempty" doc:"Its name in the backup folder; empty when it failed"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256,omitempty"`
	Tables  int    `json:"tables"`
	Rows    int64  `json:"rows"`
	Fault   string `json:"fault,omitempty" doc:"Why it failed"`
	// RemovedAt is when the file made room for newer ones.
	RemovedAt *time.Time `json:"removed_at,omitempty"`
}

// Backups are how the city's backups stand.
type Backups struct {
	// Items are the newest tries, newest first.
	Items []Backup `json:"items" nullable:"false"`
	// Good is the newest that succeeded, absent when there was none.
	Good *Backup `json:"good,omitempty"`
	// TooOld is set when there is no good one, or none within BackupTooOld.
	TooOld bool   `json:"too_old"`
	Folder string `json:"folder" doc:"Where this node keeps them"`
	Keep   int    `json:"keep" doc:"How many are kept"`
	At     string `json:"at" doc:"When they are made, in the city's time, such as 02:00"`
}

// BackupManifest stands beside the file of a backup and says what must be in it.
type BackupManifest struct {
	Format   int       `json:"format"` // 1
	City     string    `json:"city"`   // its code
	Made     time.Time `json:"made"`
	Program  string    `json:"program"` // version of Balaikota
	Postgres string    `json:"postgres"`
	File     string    `json:"file"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`
	// Rows are those of every table of ours in the very snapshot that was copied.
	Rows map[string]int64 `json:"rows"`
}

// AllRows is the sum over the tables.
func (m BackupManifest) AllRows() (n int64) {
	for _, rows := range m.Rows {
		n += rows
	}
	return n
}

// Differences lists the tables whose rows are not those of the manifest; those
// of the job queue come and go and do not count.
func (m BackupManifest) Differences(got map[string]int64) []string {
	var out []string
	for table, rows := range m.Rows {
		if got[table] != rows {
			out = append(out, table+": "+strconv.FormatInt(got[table], 10)+" of "+strconv.FormatInt(rows, 10))
		}
	}
	return out
}

// BackupFailedNotice tells an operator that a backup failed.
func BackupFailedNotice() Wording {
	return Wording{Kind: "job", Path: "/pengaturan", Urgent: false,
		Said: Said{Text: "Cadangan basis data gagal. Lihat sebabnya di Pengaturan.", TextEN: "The backup failed. Settings say why."}}
}

// BackupOldNotice tells an operator that there was no good backup for too long.
func BackupOldNotice() Wording {
	return Wording{Kind: "job", Path: "/pengaturan",
		Said: Said{Text: "Lebih dari 36 jam tanpa cadangan yang baik. Buat satu di Pengaturan.", TextEN: "No good backup for more than 36 hours. Make one in Settings."}}
}

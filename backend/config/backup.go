package config

import (
	"path/filepath"
	"time"

	"balaikota/backend/city"
)

// Backup says where copies of the database are kept, how many and when.
type Backup struct {
	BackupDir   string `name:"backup-dir" env:"BALAIKOTA_BACKUP_DIR" placeholder:"DIR" help:"Folder of the backups; backup below --data if not given. Another disk than the database's is better."`
	KeepBackups int    `name:"keep-backups" env:"BALAIKOTA_KEEP_BACKUPS" default:"14" help:"How many backups are kept; older ones make room."`
	BackupAt    string `name:"backup-at" env:"BALAIKOTA_BACKUP_AT" default:"02:00" placeholder:"HH:MM" help:"When the nightly backup is made, in the city's time."`
}

// Check says what of it cannot be.
func (b Backup) Check() error {
	if b.KeepBackups < 1 {
		return city.Errorf(city.Invalid, "BALAIKOTA_KEEP_BACKUPS is %d; keep at least 1", b.KeepBackups)
	}
	if _, err := b.Clock(); err != nil {
		return city.Wrap(city.Invalid, err, "BALAIKOTA_BACKUP_AT %q is no time of the day; it has the form 02:00", b.BackupAt)
	}
	return nil
}

// Clock is how long after midnight the nightly backup is due.
func (b Backup) Clock() (time.Duration, error) {
	at, err := time.Parse("15:04", b.BackupAt)
	if err != nil {
		return 0, err
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

// Folder is where backups lie, data being BALAIKOTA_DATA.
func (b Backup) Folder(data string) string {
	if b.BackupDir != "" {
		return b.BackupDir
	}
	return filepath.Join(data, "backup")
}

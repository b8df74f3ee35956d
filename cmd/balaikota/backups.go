package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/backup"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/identity"
	"balaikota/backend/localdb"
	"balaikota/backend/store"
)

// machineActor is who does what the clock asks for.
var machineActor = city.Actor{Name: "Balaikota"}

// afterFailure is how long the night waits before it tries a failed backup again.
const afterFailure = time.Hour

// copier makes the city's backups: at night by the clock, and when an operator
// or the command line asks for one.
type copier struct {
	db      *database
	cfg     config.Backup
	folder  string
	offered func() []city.NoticeChannel
	log     *slog.Logger
	now     func() time.Time
}

func newCopier(db *database, cfg config.Backup, data string, log *slog.Logger) *copier {
	return &copier{db: db, cfg: cfg, folder: cfg.Folder(data), offered: func() []city.NoticeChannel { return nil }, log: log, now: time.Now}
}

// ownerURL is the address of who owns the tables.
func (d *database) ownerURL() string {
	if d.local != nil {
		return d.local.OwnerURL()
	}
	return d.url
}

// work is the backup as a long job.
func (c *copier) work(ctx context.Context, by city.Actor, progress city.LongJobProgress) (city.LongJobResult, error) {
	b, err := c.copy(ctx, by, progress)
	if err != nil {
		return city.LongJobResult{}, err
	}
	return city.LongJobResult{Backup: &city.BackupResult{File: b.File, Bytes: b.Bytes, Tables: b.Tables, Rows: b.Rows}}, nil
}

// copy makes one backup, notes what became of it and makes room. One is made at
// a time, on all nodes; one that was canceled is no failure and is not noted.
func (c *copier) copy(ctx context.Context, by city.Actor, progress city.LongJobProgress) (b city.Backup, err error) {
	release, ok, err := c.db.TryLock(ctx, "cadangan")
	if err != nil {
		return b, err
	}
	if !ok {
		return b, city.Errorf(city.Conflict, "a backup is being made already; wait for it")
	}
	defer release()
	b = city.Backup{BeganAt: c.now(), Machine: machineName(), MadeBy: by.Name}
	m, err := c.dump(ctx, progress)
	var removed []string
	if err == nil {
		b.File, b.Bytes, b.SHA256, b.Tables, b.Rows = m.File, m.Bytes, m.SHA256, len(m.Rows), m.AllRows()
		removed, err = backup.Folder{Path: c.folder}.Keep(c.cfg.KeepBackups)
		if err != nil { // the backup is good all the same
			c.log.Warn("Old backups were not removed", "err", err)
			err = nil
		}
	}
	if ctx.Err() != nil {
		return b, ctx.Err()
	}
	if b.EndedAt = c.now(); err != nil {
		b.Fault = oneLine(err)
	}
	if _, noted := c.db.RecordBackup(ctx, by, b, removed, c.offered()); noted != nil {
		return b, errors.Join(err, noted)
	}
	return b, err
}

func machineName() string {
	host, err := os.Hostname()
	if err != nil {
		return "tanpa nama"
	}
	return host
}

func (c *copier) dump(ctx context.Context, progress city.LongJobProgress) (m city.BackupManifest, err error) {
	url, password, err := store.WithoutPassword(c.db.ownerURL())
	if err != nil {
		return m, err
	}
	if progress != nil {
		progress("menghitung", 0, 0)
	}
	err = store.WithSnapshot(ctx, c.db.ownerURL(), func(snap store.DumpSnapshot) error {
		programs, err := dumpPrograms(ctx, snap.Major)
		if err != nil {
			return err
		}
		m, err = backup.Folder{Path: c.folder, Programs: programs}.Make(ctx, backup.Order{
			URL: url, Password: password, Snapshot: snap.Name,
			Manifest: city.BackupManifest{City: c.db.city.Code, Made: c.now(), Program: version, Postgres: snap.Postgres, Rows: snap.Rows},
		}, progress)
		return err
	})
	return m, err
}

func dumpPrograms(ctx context.Context, major int) (backup.Programs, error) {
	clients, err := localdb.FindClients(ctx, major)
	return backup.Programs{PgDump: clients.PgDump, PgRestore: clients.PgRestore}, err
}

// watch asks for the night's backup once its time has come, also later when
// nothing ran at that time, and tells the operators when there was no good one
// for too long. start hands a job to a node.
func (c *copier) watch(ctx context.Context, start func(context.Context, int64) error) error {
	zone, err := time.LoadLocation(c.db.city.Timezone)
	if err != nil {
		return err
	}
	at, err := c.cfg.Clock()
	if err != nil {
		return err
	}
	all, err := c.db.Backups(ctx, city.System)
	if err != nil {
		return err
	}
	since, err := c.db.StoredSince(ctx)
	if err != nil {
		return err
	}
	now := c.now().In(zone)
	if all.TooOld && now.Sub(since) > city.BackupTooOld {
		if err := c.db.TellOldBackup(ctx, now.Format(time.DateOnly), c.offered()); err != nil {
			return err
		}
	}
	if !nightDue(all, now, at, since) {
		return nil
	}
	id, err := c.db.AskLongJob(ctx, machineActor, city.System, city.BackupJob, false)
	if city.CodeOf(err) == city.Conflict {
		return nil // one is being made
	}
	if err != nil {
		return err
	}
	return start(ctx, id)
}

// nightDue reports whether the backup of the last night is missing: its time,
// at after midnight of now's zone, has come since the database is used, nothing
// good was made since, and nothing was tried a moment ago.
func nightDue(all city.Backups, now time.Time, at time.Duration, since time.Time) bool {
	y, m, d := now.Date()
	due := time.Date(y, m, d, 0, 0, 0, 0, now.Location()).Add(at)
	if due.After(now) {
		due = time.Date(y, m, d-1, 0, 0, 0, 0, now.Location()).Add(at)
	}
	switch {
	case since.After(due):
		return false
	case all.Good != nil && !all.Good.BeganAt.Before(due):
		return false
	}
	if len(all.Items) == 0 {
		return true
	}
	// One that began later than now: the clock was set back since.
	ago := now.Sub(all.Items[0].BeganAt)
	return ago >= afterFailure || ago < 0
}

// Backups implements web.Backups: how they stand, with where they lie.
func (c *copier) Backups(ctx context.Context, asker city.Asker) (city.Backups, error) {
	out, err := c.db.Backups(ctx, asker)
	out.Folder, out.Keep, out.At = c.folder, c.cfg.KeepBackups, c.cfg.BackupAt
	return out, err
}

type backupCommand struct {
	config.Backup
}

// Run makes one backup now.
func (c *backupCommand) Run(in *invocation) error {
	if err := c.Check(); err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		copier := newCopier(d, c.Backup, in.db.Data, in.log)
		b, err := copier.copy(in.ctx, city.CommandLine, nil)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stdout, "%s/%s: %d tabel, %d baris, %.1f MB, %.1f s\n", strings.TrimRight(copier.folder, "/"), b.File, b.Tables, b.Rows,
			float64(b.Bytes)/1e6, b.EndedAt.Sub(b.BeganAt).Seconds())
		return err
	})
}

type restoreCommand struct {
	File string `arg:"" help:"File of a backup (.dump); what stands beside it (.json) is held against it."`
}

// Run brings a backup into an empty database, compares what is there with what
// was, and brings an older schema up to date.
func (c *restoreCommand) Run(in *invocation) (err error) {
	began := time.Now()
	if _, err := os.Stat(c.File); err != nil {
		return city.Wrap(city.Invalid, err, "the file cannot be opened; check its name and rights")
	}
	owner, err := in.db.URL()
	if err != nil {
		return err
	}
	if owner == "" {
		local, err := localdb.Open(in.ctx, localdb.Options{Dir: in.db.Data, Log: in.log, Out: terminal(in.stderr)})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, (&database{local: local}).close()) }()
		owner = local.OwnerURL()
	}
	rows, err := c.restore(in, owner)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(in.stdout, "dipulihkan: %d tabel, %d baris, %.1f s\n", len(rows), (city.BackupManifest{Rows: rows}).AllRows(), time.Since(began).Seconds()); err != nil {
		return err
	}
	return c.sayLocked(in, owner)
}

// sayLocked says when the keys at hand do not open the identities that came back:
// no backup holds them.
func (c *restoreCommand) sayLocked(in *invocation, owner string) error {
	keys := identity.Open(in.db.IdentityKeys())
	locked, all, err := store.LockedReporters(in.ctx, owner, keys.Known())
	if err != nil || locked == 0 {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "perhatian: %d dari %d identitas pelapor tidak dapat dibuka dengan kunci di %s; letakkan salinan berkas kuncinya di sana sebelum server dijalankan\n",
		locked, all, keys.File())
	return err
}

func (c *restoreCommand) restore(in *invocation, owner string) (map[string]int64, error) {
	file, err := filepath.Abs(c.File) // the programs run elsewhere
	if err != nil {
		return nil, fmt.Errorf("find the backup: %w", err)
	}
	url, password, err := store.WithoutPassword(owner)
	if err != nil {
		return nil, err
	}
	major, err := store.EmptyMajor(in.ctx, owner)
	if err != nil {
		return nil, err
	}
	programs, err := dumpPrograms(in.ctx, major)
	if err != nil {
		return nil, err
	}
	roles, err := programs.Check(in.ctx, file)
	if err != nil {
		return nil, err
	}
	if err := store.PrepareRestore(in.ctx, owner, roles); err != nil {
		return nil, err
	}
	if err := programs.Restore(in.ctx, file, backup.Target{URL: url, Password: password}); err != nil {
		return nil, err
	}
	rows, err := store.CountRows(in.ctx, owner)
	if err != nil {
		return nil, err
	}
	if m, known, err := backup.ReadManifest(file); err != nil {
		return nil, err
	} else if wrong := m.Differences(rows); known && len(wrong) > 0 {
		return nil, city.Errorf(city.Conflict, "%d tables do not hold what was backed up (%s); do not use this database, try another backup", len(wrong), strings.Join(wrong[:min(len(wrong), 3)], ", "))
	}
	return rows, store.Migrate(in.ctx, owner, in.log)
}

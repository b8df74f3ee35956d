package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/localdb"
	"balaikota/frontend"
)

type doctorCommand struct {
	JSON bool `name:"json" help:"As JSON lines."`
}

// finding is one thing the doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"`
}

// Run looks at the installation; the exit status is 1 when something is wrong.
func (c *doctorCommand) Run(in *invocation) error {
	var found []finding
	look := func(what string, check func() (detail, remedy string, err error)) {
		detail, remedy, err := check()
		f := finding{What: what, OK: err == nil, Detail: detail}
		if err != nil {
			f.Detail, f.Remedy = oneLine(err), remedy
		}
		found = append(found, f)
	}
	url, err := in.db.URL()
	if err != nil {
		return err
	}
	if url == "" {
		look("program Postgres", func() (string, string, error) {
			p, err := localdb.Find()
			return fmt.Sprintf("PostgreSQL %d di %s", p.Major, p.Dir), "apt-get install postgresql", err
		})
	}
	look("halaman", func() (string, string, error) {
		_, err := fs.Stat(frontend.Dist(), "index.html")
		return "ada di dalam program", "make build", err
	})
	look("folder data", func() (string, string, error) {
		return in.db.Data, "choose a folder you may write with --data", writable(in.db.Data)
	})
	look("basis data", func() (string, string, error) {
		d, err := open(in.ctx, in.db, in.log, nil)
		if err != nil {
			return "", "see the message; the server's log is in " + filepath.Join(in.db.Data, "log"), err
		}
		defer func() { _ = d.close() }()
		found = append(found, d.examine(in.ctx)...)
		return d.city.Name + " (" + d.city.Code + "), " + d.city.Timezone, "", nil
	})
	look("server", func() (string, string, error) {
		state, err := serverState(in.ctx, in.db.Data)
		return state, "balaikota serve", err
	})
	return c.report(in, found)
}

func (c *doctorCommand) report(in *invocation, found []finding) error {
	bad := 0
	enc := json.NewEncoder(in.stdout)
	for _, f := range found {
		if !f.OK {
			bad++
		}
		var err error
		if c.JSON {
			err = enc.Encode(f)
		} else {
			mark := "baik "
			if !f.OK {
				mark = "SALAH"
			}
			_, err = fmt.Fprintf(in.stdout, "%s  %-18s %s\n", mark, f.What, f.Detail)
			if err == nil && f.Remedy != "" {
				_, err = fmt.Fprintf(in.stdout, "       %-18s → %s\n", "", f.Remedy)
			}
		}
		if err != nil {
			return err
		}
	}
	if bad > 0 {
		return city.Errorf(city.Conflict, "%d of %d things are wrong; the list above says what to do", bad, len(found))
	}
	return nil
}

// examine looks at the data itself.
func (d *database) examine(ctx context.Context) []finding {
	var out []finding
	healths, err := d.SourceHealths(ctx)
	out = append(out, finding{What: "sumber data", OK: err == nil, Detail: sourcesInOneLine(healths)})
	for _, h := range healths {
		switch h.Freshness {
		case city.Stale, city.Broken:
			out = append(out, finding{What: "sumber " + h.Slug, Detail: string(h.Freshness) + ": " + ailment(h, d.location()), Remedy: "balaikota source list; Sumber Data on the dashboard"})
		}
	}
	if wrong, err := d.CompareRollups(ctx, 7); err != nil || len(wrong) > 0 {
		out = append(out, finding{What: "rekap harian", Detail: fmt.Sprintf("%d cells differ from the reports (%v)", len(wrong), err), Remedy: "tell us: this must not happen"})
	} else {
		out = append(out, finding{What: "rekap harian", OK: true, Detail: "7 hari terakhir sama dengan laporan"})
	}
	open, values, err := d.OpenFindings(ctx)
	out = append(out, finding{What: "mutu data", OK: err == nil, Detail: fmt.Sprintf("%d temuan terbuka, %d nilai", open, values)})
	return append(out, d.keyFinding(ctx), d.backupFinding(ctx), d.subjectFinding(ctx))
}

// ailment says why a source is not fresh: what it answered, or how old what it
// brings is.
func ailment(h city.SourceHealth, loc *time.Location) string {
	const form = "2006-01-02 15.04 MST"
	switch {
	case !h.Data.Worse(h.Pull):
		return h.LastError
	case h.Data.Why == city.DataRefused:
		return fmt.Sprintf("menjawab, tetapi semua baris ditolak sejak %s", h.Data.RefusedSince.In(loc).Format(form))
	}
	return fmt.Sprintf("menjawab, tetapi data terakhir %s %s", h.Data.Last.In(loc).Format(form), h.Data.Indicator)
}

// location is the city's zone, UTC where the machine does not know it.
func (d *database) location() *time.Location {
	loc, err := time.LoadLocation(d.city.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// sourcesInOneLine counts the sources by how they keep their promise, worst
// first, and what waits with them.
func sourcesInOneLine(all []city.SourceHealth) string {
	by := map[city.Freshness]int{}
	refused, slowed, silent := 0, 0, 0
	for _, h := range all {
		by[h.Freshness]++
		refused += h.Refused
		if h.SlowedUntil != nil {
			slowed++
		}
		if h.Silence != nil {
			silent++
		}
	}
	parts := []string{}
	for _, f := range []city.Freshness{city.Broken, city.Stale, city.Late, city.NeverRun, city.Paused, city.Fresh} {
		if by[f] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", by[f], f))
		}
	}
	said := []string{fmt.Sprintf("%d tersambung", len(all))}
	if len(parts) > 0 {
		said[0] += ": " + strings.Join(parts, ", ")
	}
	for _, more := range []struct {
		n    int
		text string
	}{{silent, "mencurigakan"}, {slowed, "dipelankan kuota"}, {refused, "baris ditolak menunggu"}} {
		if more.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", more.n, more.text))
		}
	}
	return strings.Join(said, "; ")
}

// backupFinding says how old the newest good backup is and what became of the
// last try. A city that is used for less than a night and a half needs none yet.
func (d *database) backupFinding(ctx context.Context) finding {
	f := finding{What: "cadangan", Remedy: "balaikota backup; Cadangan in Pengaturan on the dashboard"}
	all, err := d.Backups(ctx, city.System)
	var since time.Time
	if err == nil {
		since, err = d.StoredSince(ctx)
	}
	if err != nil {
		f.Detail = oneLine(err)
		return f
	}
	f.Detail = "belum ada"
	if all.Good != nil {
		f.Detail = fmt.Sprintf("%.0f jam lalu, %s, %.1f MB", time.Since(all.Good.BeganAt).Hours(), all.Good.File, float64(all.Good.Bytes)/1e6)
	}
	if len(all.Items) > 0 && all.Items[0].Fault != "" {
		f.Detail += "; percobaan terakhir gagal: " + all.Items[0].Fault
		return f
	}
	if f.OK = !all.TooOld || all.Good == nil && time.Since(since) < city.BackupTooOld; f.OK {
		f.Remedy = ""
	}
	return f
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return fmt.Errorf("write in %s: %w", dir, err)
	}
	name := f.Name()
	if err := f.Close(); err != nil {
		return fmt.Errorf("write in %s: %w", dir, err)
	}
	return os.Remove(name)
}

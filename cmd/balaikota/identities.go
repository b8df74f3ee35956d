package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/identity"
	"balaikota/backend/store"
)

// sealWithKeys finds the keys of identities, makes them at the first start, and
// seals the reporters that are not under the newest one. When the database holds
// what was sealed and the file is away, a key that stands in takes its place until
// the file is back: the server goes on, and nothing is lost.
func sealWithKeys(ctx context.Context, owner string, db config.Database, log *slog.Logger, out io.Writer) (*identity.Ring, error) {
	ring := identity.Open(db.IdentityKeys())
	if ring.Missing() {
		held, err := store.HoldsSealed(ctx, owner)
		if err != nil {
			return nil, err
		}
		if held || ring.Fault() != nil {
			log.Error("The keys of identities are missing: put the file back; new reports are sealed with a key that stands in", "file", ring.File(), "err", ring.Fault())
			err = ring.MakeInterim()
		} else {
			err = ring.Make()
		}
		if err != nil {
			return nil, err
		}
	}
	n, err := store.SealReporters(ctx, owner, ring, func(sealed int) {
		if out != nil && sealed%10_000 == 0 {
			_, _ = fmt.Fprintf(out, "menyegel identitas pelapor: %d\n", sealed)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("seal who reported: %w", err)
	}
	if n > 0 {
		log.Info("Sealed who reported", "reporters", n)
	}
	return ring, nil
}

// sealing seals what is not under the newest key, and tells the operators while
// identities cannot be opened.
func (s *serving) sealing(ctx context.Context) error {
	if _, err := store.SealReporters(ctx, s.db.ownerURL(), s.db.keys, nil); err != nil {
		return err
	}
	n, err := s.db.SealRecords(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		s.log.Info("Sealed sources' records", "records", n)
	}
	state, err := s.db.IdentitySealing(ctx)
	if err != nil || state.Locked+state.LockedSubjects == 0 {
		return err
	}
	s.log.Warn("Identities cannot be opened with the keys at hand", "reporters", state.Locked, "requests", state.LockedSubjects, "keys", strings.Join(state.Away, " "))
	zone, err := time.LoadLocation(s.db.city.Timezone)
	if err != nil {
		return fmt.Errorf("load the city's time zone: %w", err)
	}
	return s.db.TellLockedIdentities(ctx, time.Now().In(zone).Format(time.DateOnly), s.teller.Offered())
}

// keyFinding says whether the keys at hand open what was sealed.
func (d *database) keyFinding(ctx context.Context) finding {
	f := finding{What: "kunci identitas"}
	state, err := d.IdentitySealing(ctx)
	if err != nil {
		f.Detail = oneLine(err)
		return f
	}
	f.Detail = fmt.Sprintf("%d pelapor tersegel, kunci %s di %s; simpan salinannya terpisah dari cadangan", state.Sealed, state.Key, d.keys.File())
	fault := d.keys.Fault()
	switch {
	case state.Locked > 0:
		f.Detail = fmt.Sprintf("%d dari %d identitas tidak dapat dibuka: kunci %s tidak ada di %s", state.Locked, state.Sealed, strings.Join(state.Away, ", "), d.keys.File())
	case state.LockedSubjects > 0:
		f.Detail = fmt.Sprintf("%d bagian permintaan data pribadi tidak dapat dibuka: kunci %s tidak ada di %s", state.LockedSubjects, strings.Join(state.Away, ", "), d.keys.File())
	case fault != nil:
		f.Detail = oneLine(fault)
	case d.keys.Missing():
		f.Detail = fmt.Sprintf("%s tidak ada; kunci %s menggantikannya", d.keys.File(), state.Key)
	case state.Plain > 0:
		f.Detail = fmt.Sprintf("%d pelapor belum disegel", state.Plain)
	default:
		f.OK = true
		return f
	}
	f.Remedy = "put the copy of the key file back at " + d.keys.File() + "; when another file is there, keep it and put the copy beside it as rahasia/identitas-lama.json below the data folder; the server reads it by itself"
	return f
}

type keyCommand struct {
	Status keyStatusCommand `cmd:"" help:"Say which keys there are and what they open."`
	Rotate keyRotateCommand `cmd:"" help:"Add a key and seal everything with it anew; older keys stay, for backups."`
}

type keyStatusCommand struct{}

// Run says how the keys stand; the exit status is 1 when something cannot be opened.
func (c *keyStatusCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		f := d.keyFinding(in.ctx)
		state, err := d.IdentitySealing(in.ctx)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(in.stdout, "berkas   %s\nkunci    %d; %s menyegel\npelapor  %d tersegel, %d tidak dapat dibuka, %d belum disegel\ncatatan  %s\n",
			d.keys.File(), state.Keys, state.Key, state.Sealed, state.Locked, state.Plain, done(state.RecordsDone)); err != nil {
			return err
		}
		if !f.OK {
			return city.Errorf(city.Conflict, "%s → %s", f.Detail, f.Remedy)
		}
		return nil
	})
}

func done(yes bool) string {
	if yes {
		return "semua dengan kunci itu"
	}
	return "sedang disegel"
}

type keyRotateCommand struct{}

// Run adds a key and seals everything with it. Ended in between, the next start of
// the server, or this command, goes on; a running server finds the key by itself.
func (c *keyRotateCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		id, err := d.keys.Add()
		if err != nil {
			return err
		}
		if err := d.Record(in.ctx, city.CommandLine, "identity.key", id, "", nil); err != nil {
			return err
		}
		n, err := store.SealReporters(in.ctx, d.ownerURL(), d.keys, nil)
		if err != nil {
			return err
		}
		records, err := d.SealRecords(in.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stdout, "kunci %s menyegel: %d pelapor, %d catatan; salin %s ke tempat yang terpisah dari cadangan\n", id, n, records, d.keys.File())
		return err
	})
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/proof"
	"balaikota/backend/city"
	"balaikota/backend/store"

	"github.com/paulmach/orb"
)

const (
	proofsPerRun = 20
	proofRunTime = 4 * time.Minute
	// shownLong is how large readers see a picture, in pixels of the longer side.
	shownLong = 2048
	// reportNear is in how many of 64 bits a report's picture may differ: there
	// is nothing else left of it to compare, so hardly any.
	reportNear = 2
)

// prover takes pictures in, checks them and shows them.
type prover struct {
	db        *database
	geography *geography
	log       *slog.Logger
	// unpacking lets one picture at a time be unpacked, which takes memory.
	unpacking sync.Mutex
	// stirred wakes the checks after a picture came.
	stirred chan struct{}
}

func newProver(db *database, g *geography, log *slog.Logger) *prover {
	return &prover{db: db, geography: g, log: log, stirred: make(chan struct{}, 1)}
}

// Take keeps a picture as it arrived. That it can be unpacked is looked at
// before, so that nobody waits for the checks of what is no picture.
func (p *prover) Take(ctx context.Context, by city.Actor, asker city.Asker, in city.ProofInput) (city.Proof, error) {
	o, err := p.open(in.Bytes)
	if err != nil {
		return city.Proof{}, err
	}
	in.Type, in.Width, in.Height = o.Type, o.Width, o.Height
	out, err := p.db.AddProof(ctx, by, asker, in)
	if err == nil {
		select {
		case p.stirred <- struct{}{}:
		default:
		}
	}
	return out, err
}

func (p *prover) open(raw []byte) (picture.Opened, error) {
	p.unpacking.Lock()
	defer p.unpacking.Unlock()
	return picture.Open(raw)
}

// Show presses a proof's picture anew, without what the camera wrote beside it.
func (p *prover) Show(ctx context.Context, asker city.Asker, id int64) ([]byte, error) {
	raw, err := p.db.ProofBytes(ctx, asker, id)
	if err != nil {
		return nil, err
	}
	p.unpacking.Lock()
	defer p.unpacking.Unlock()
	o, err := picture.Open(raw)
	if err != nil {
		return nil, fmt.Errorf("open the picture of proof %d: %w", id, err)
	}
	return picture.Clean(o.Image, picture.ReadMetadata(raw).Orientation, shownLong)
}

// watch checks pictures as they come, until ctx ends. The task of every minute
// does what another node took in, or what was under way when this one stopped.
func (p *prover) watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.stirred:
			if err := p.run(ctx); err != nil && ctx.Err() == nil {
				p.log.Error("Pictures were not checked", "err", err)
			}
		}
	}
}

// run checks the pictures that wait, oldest first, on one node at a time, and
// draws what follows. What waits is what has no outcome yet: a process that
// dies over a picture leaves it waiting.
func (p *prover) run(ctx context.Context) error {
	release, ok, err := p.db.TryLock(ctx, "bukti")
	if err != nil || !ok {
		return err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, proofRunTime)
	defer cancel()
	ids, err := p.db.ProofsToCheck(ctx, proofsPerRun)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := p.check(ctx, id); err != nil {
			return fmt.Errorf("check picture %d: %w", id, err)
		}
	}
	if err := p.db.SettleProofs(ctx); err != nil {
		return err
	}
	if err := p.db.ReturnUnproven(ctx); err != nil {
		return err
	}
	return p.db.AskReporters(ctx)
}

func (p *prover) check(ctx context.Context, id int64) error {
	began := time.Now()
	w, err := p.db.ProofToCheck(ctx, id)
	if err != nil {
		return err
	}
	c, err := p.judge(ctx, w)
	if err != nil {
		return err
	}
	if err := p.db.KeepChecks(ctx, c); err != nil {
		return err
	}
	p.log.Info("A picture was checked", "proof", id, "verdict", c.Machine, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// judge runs the checks. A picture that the analysis cannot bear is for a
// second person, and stops nothing behind it.
func (p *prover) judge(ctx context.Context, w store.ProofToCheck) (out store.CheckedProof, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("The checks of a picture failed", "proof", w.ID, "err", r, "stack", string(debug.Stack()))
			out, err = unjudged(w.ID), nil
		}
	}()
	e, err := p.evidence(ctx, w)
	if err != nil {
		return out, err
	}
	o, err := p.open(w.Bytes)
	if err != nil {
		return unjudged(w.ID), nil // it was opened when it came; a person looks now
	}
	plane := picture.PlaneOf(o.Image)
	e.Sight = picture.Look(w.Bytes, plane)
	q := picture.NewQuery(plane)
	if err := p.compare(ctx, w, q, o, &e); err != nil {
		return out, err
	}
	out = store.CheckedProof{ID: w.ID, Checks: proof.Check(e), Version: picture.PrintVersion, Hash: q.Hash, Words: picture.Words(q.Features)}
	out.Machine, out.Summary = proof.Judge(out.Checks)
	out.Print, err = q.Encode()
	return out, err
}

func unjudged(id int64) store.CheckedProof {
	words := city.Said{Text: "Foto tidak dapat diperiksa mesin; perlu dilihat orang kedua.", TextEN: "The picture could not be checked by machine; a second person is to look."}
	return store.CheckedProof{
		ID: id, Machine: city.VerdictDoubtful, Summary: words,
		Checks: []city.ProofCheck{{Name: city.CheckLegible, Outcome: proof.Doubtful, Said: words}},
	}
}

// evidence is what is known of a picture besides itself.
func (p *prover) evidence(ctx context.Context, w store.ProofToCheck) (proof.Evidence, error) {
	e := proof.Evidence{
		Stage: w.Stage, Token: w.TokenState, TakenAt: w.TakenAt, ReceivedAt: w.ReceivedAt, SentAt: w.SentAt, AcceptedAt: w.AcceptedAt,
		Accuracy: w.AccuracyM, AreaName: w.AreaName, Device: w.Device,
	}
	var err error
	if e.Zone, err = time.LoadLocation(p.db.city.Timezone); err != nil {
		return e, fmt.Errorf("load the city's time zone: %w", err)
	}
	if w.Lon != nil {
		e.Phone = &proof.Point{Lon: *w.Lon, Lat: *w.Lat}
		if p.geography != nil {
			code, _ := p.geography.Locate(orb.Point{*w.Lon, *w.Lat})
			e.InArea = w.AreaCode != "" && city.Within(code, w.AreaCode)
		}
	}
	if w.WorkLon != nil {
		e.Work = &proof.Point{Lon: *w.WorkLon, Lat: *w.WorkLat}
	}
	e.Devices, err = p.db.ProofDevices(ctx, w.Holder, w.ID)
	return e, err
}

// compare finds earlier pictures that are the same, and compares the view with
// the picture before.
func (p *prover) compare(ctx context.Context, w store.ProofToCheck, q picture.Query, o picture.Opened, e *proof.Evidence) error {
	same, compared, err := p.db.SameBytes(ctx, w.SHA256, w.ID)
	if err != nil {
		return err
	}
	e.Compared = compared
	if same != 0 {
		e.Same = append(e.Same, proof.Again{ProofID: same, Exact: true})
	}
	views := q.Views()
	likely, err := p.db.LikelyProofs(ctx, store.PrintSearch{
		Before: w.ID, Words: q.Words(), Views: views[:], HashNear: picture.HashNear, Limit: picture.Candidates,
	})
	if err != nil {
		return err
	}
	if same == 0 {
		if best, ok := p.mostAlike(q, likely); ok {
			e.Same = append(e.Same, best)
		}
	}
	if len(e.Same) == 0 {
		reports, err := p.db.ReportsWithPicture(ctx, fingerprints(o), reportNear)
		if err != nil {
			return err
		}
		for _, r := range reports {
			e.Same = append(e.Same, proof.Again{ReportID: r})
		}
	}
	if w.BeforeID == 0 || w.Stage == "before" {
		return nil
	}
	raw, err := p.db.ProofPrint(ctx, w.BeforeID)
	if err != nil || raw == nil {
		return err
	}
	before, err := picture.Decode(raw)
	if err != nil {
		return err
	}
	e.BeforeID, e.Before = w.BeforeID, new(q.Facing(before))
	return nil
}

func (p *prover) mostAlike(q picture.Query, likely []store.StoredPrint) (best proof.Again, ok bool) {
	for _, l := range likely {
		earlier, err := picture.Decode(l.Print)
		if err != nil {
			p.log.Warn("An earlier picture's print cannot be read", "proof", l.ID, "err", err)
			continue
		}
		if a := q.Against(earlier); a.Reused() && a.Same > best.Likeness.Same {
			best, ok = proof.Again{ProofID: l.ID, Likeness: a}, true
		}
	}
	return best, ok
}

// fingerprints are those that reports' pictures are kept by (backend/analysis/incident),
// of the picture whole, mirrored and turned by quarters.
func fingerprints(o picture.Opened) []uint64 {
	plane := picture.PlaneOf(o.Image).Fit(640)
	var out []uint64
	for range 4 {
		out = append(out, incident.Fingerprint(plane.Image()), incident.Fingerprint(plane.Mirrored().Image()))
		plane = plane.Turned()
	}
	return out
}

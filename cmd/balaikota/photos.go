package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/connectors"

	"golang.org/x/sync/errgroup"
)

// Bounds of a run: the task comes every minute, and pictures that are slow to
// come must not keep other tasks waiting.
const (
	photosPerRun   = 30
	photosAtOnce   = 4
	photoRunTime   = 30 * time.Second
	photoTime      = 10 * time.Second // for one picture
	maxPhotoBytes  = 8 << 20
	firstPhotoWait = 2 * time.Minute // after the first failure; five times longer after each more
	maxPhotoWait   = 24 * time.Hour
)

// photoReader fetches the pictures that reports refer to and keeps their
// fingerprints; the pictures themselves are not kept. Their addresses were
// written by strangers: see connectors.Client.Inward for where they may lead.
type photoReader struct {
	db     *database
	client *connectors.Client
	log    *slog.Logger
	now    func() time.Time
	// keeper fetches what only a source's connector can; nil where there is none.
	keeper mediaKeeper
	// decoding lets one picture at a time be unpacked, which takes memory.
	decoding sync.Mutex
}

// mediaKeeper fetches pictures by connectors; connectors.Runner does.
type mediaKeeper interface {
	Media(ctx context.Context, src city.Source, address string) ([]byte, error)
}

func newPhotoReader(db *database, client *connectors.Client, log *slog.Logger) (*photoReader, error) {
	client, err := client.For(connectors.HTTPOptions{Timeout: connectors.Duration(photoTime)})
	if err != nil {
		return nil, err
	}
	client.MaxBody = maxPhotoBytes
	return &photoReader{db: db, client: client, log: log, now: time.Now}, nil
}

// run fetches the pictures that are due, at most 30. A picture that fails is
// tried again later and is no failure of the run.
func (p *photoReader) run(ctx context.Context) error {
	due, err := p.db.PhotosToFetch(ctx, photosPerRun)
	if err != nil || len(due) == 0 {
		return err
	}
	sources, err := p.sources(ctx)
	if err != nil {
		return err
	}
	fetching, cancel := context.WithTimeout(ctx, photoRunTime)
	defer cancel()
	var known, failed atomic.Int64
	var work errgroup.Group
	work.SetLimit(photosAtOnce)
	for _, d := range due {
		work.Go(func() error {
			out, ok := p.look(fetching, d, sources[d.SourceID])
			switch {
			case !ok:
				return nil // it stays due
			case out.Error != "":
				failed.Add(1)
			default:
				known.Add(1)
			}
			return p.keep(ctx, out)
		})
	}
	err = work.Wait()
	p.log.Debug("Pictures of reports were fetched", "known", known.Load(), "failed", failed.Load())
	return err
}

// keep stores a picture's outcome and looks whether it is a placeholder.
// Whoever stores the last of several sees them all.
func (p *photoReader) keep(ctx context.Context, out store.Photo) error {
	if err := p.db.SavePhoto(ctx, out); err != nil || out.Error != "" || out.Fingerprint == 0 {
		return err
	}
	carriers, err := p.db.PhotoUses(ctx, out.Fingerprint)
	if err != nil {
		return err
	}
	uses := make([]incident.PhotoUse, len(carriers))
	for i, c := range carriers {
		uses[i] = incident.PhotoUse{Area: c.AreaCode, Category: c.Category}
	}
	if !incident.Placeholder(uses) {
		return nil
	}
	return p.db.MarkPlaceholder(ctx, out.Fingerprint)
}

// look fetches one picture; ok is false when the run ended before it was
// decided whether it can be had.
func (p *photoReader) look(ctx context.Context, d store.PhotoToFetch, from city.Source) (out store.Photo, ok bool) {
	out = store.Photo{ReportID: d.ReportID, URL: d.URL}
	body, err := p.fetch(ctx, from, d.URL)
	if err == nil {
		out.Fingerprint, out.Width, out.Height, err = p.read(body)
	}
	if err != nil {
		if _, decided := errors.AsType[*notAPicture](err); !decided && ctx.Err() != nil {
			return out, false
		}
		out.Error, out.RetryAt = photoFailure(err), p.now().Add(photoWait(d.Failures, err))
	}
	return out, true
}

// fetch fetches a picture of a source: by its connector what only that can.
func (p *photoReader) fetch(ctx context.Context, from city.Source, address string) ([]byte, error) {
	if connectors.KeepsMedia(address) {
		if p.keeper == nil {
			return nil, city.Errorf(city.NotFound, "nobody here can fetch the picture")
		}
		return p.keeper.Media(ctx, from, address)
	}
	res, err := p.client.Inward(homeOf(from)).Do(ctx, connectors.Request{URL: address})
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

func (p *photoReader) read(body []byte) (fingerprint uint64, width, height int, err error) {
	p.decoding.Lock()
	defer p.decoding.Unlock()
	picture, err := decodePhoto(body)
	if err != nil {
		return 0, 0, 0, err
	}
	b := picture.Bounds()
	return incident.Fingerprint(picture), b.Dx(), b.Dy(), nil
}

// photoWait is how long to wait after so many earlier failures of an address.
func photoWait(failures int, err error) time.Duration {
	wait := firstPhotoWait
	for range failures {
		wait = min(5*wait, maxPhotoWait)
	}
	if later, ok := errors.AsType[*connectors.RetryAfterError](err); ok {
		wait = max(wait, later.After)
	}
	return wait
}

// photoFailure says in plain words why a picture is not to be had. Nothing of
// its address is in them: that may hold what names a citizen.
func photoFailure(err error) string {
	if own, ok := errors.AsType[*notAPicture](err); ok {
		return own.Error()
	}
	told := connectors.Explain(err)
	switch connectors.Failure(told.Key) {
	case connectors.FailPrivate:
		return "the picture's address leads into a private network"
	case connectors.FailTooLarge:
		return fmt.Sprintf("the picture is larger than %d MB", maxPhotoBytes>>20)
	case connectors.FailMissing, connectors.FailKey, connectors.FailBusy, connectors.FailTheirs, connectors.FailOurRequest:
		return "the picture's server answered with status " + told.Params["status"]
	case connectors.FailDNS:
		return "the picture's server name was not found"
	case connectors.FailRefused:
		return "the picture's server refused the connection"
	case connectors.FailTimeout:
		return "the picture's server did not answer in time"
	case connectors.FailExpired, connectors.FailTLS:
		return "the certificate of the picture's server cannot be trusted"
	}
	return "the picture could not be fetched"
}

// sources are all sources by number: their pictures may come from where they are.
func (p *photoReader) sources(ctx context.Context) (map[int64]city.Source, error) {
	all, err := p.db.Sources(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]city.Source, len(all))
	for _, s := range all {
		out[s.ID] = s
	}
	return out, nil
}

// homeOf is the address of a source that may be in the inside network, "" for
// any other. Connectors call it base_url, or url below mapping.
func homeOf(s city.Source) string {
	type place struct {
		AllowPrivate bool   `json:"allow_private"`
		BaseURL      string `json:"base_url"`
		URL          string `json:"url"`
	}
	var c struct {
		place
		Mapping place `json:"mapping"`
	}
	if err := json.Unmarshal(s.Config, &c); err != nil || !c.AllowPrivate {
		return "" // a configuration of another shape names no place
	}
	for _, address := range []string{c.BaseURL, c.URL, c.Mapping.URL, c.Mapping.BaseURL} {
		if address != "" {
			return address
		}
	}
	return ""
}

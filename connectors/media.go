package connectors

import (
	"context"
	"errors"
	"io"
	"strings"

	"balaikota/backend/city"
)

// MediaKeeper is a Connector whose pictures and recordings only it can fetch: its
// reports name them by an address of a scheme of its own ("telegram:…").
type MediaKeeper interface {
	Connector
	// Media fetches the picture or recording at an address that the connector gave. It is at
	// most as large as the client in Env allows.
	Media(ctx context.Context, address string) ([]byte, error)
}

// MaxMedia bounds a fetched picture or recording in bytes.
const MaxMedia = 8 << 20

// KeepsMedia reports whether an address is one that only a source's connector can
// fetch.
func KeepsMedia(address string) bool {
	scheme, _, ok := strings.Cut(address, ":")
	return ok && scheme != "http" && scheme != "https"
}

// Media fetches a picture or recording of a source that only its connector can fetch. Errors are
// *city.Error in plain words, without secrets.
func (r *Runner) Media(ctx context.Context, src city.Source, address string) ([]byte, error) {
	run := &run{Runner: r, src: src, log: r.log.With("source", src.Slug, "connector", src.Connector)}
	out, err := run.media(ctx, address)
	if err != nil {
		return nil, r.told(err)
	}
	return out, nil
}

func (r *run) media(ctx context.Context, address string) (out []byte, err error) {
	c, err := r.build(ctx)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	keeper, ok := c.(MediaKeeper)
	if !ok {
		return nil, city.Errorf(city.NotFound, "this source keeps no pictures")
	}
	return keeper.Media(ctx, address)
}

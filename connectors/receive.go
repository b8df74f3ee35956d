package connectors

import (
	"context"
	"errors"
	"io"

	"balaikota/backend/city"
)

// Receiver is a Connector to which the other side speaks by itself, at the source's
// hook. Its Spec says so (Receives).
type Receiver interface {
	Connector
	// Receive verifies a request and says what is answered and whether the body is
	// kept for Pull, which finds it in Env.Store. It reads no more of the body than
	// it must: the other side waits. ErrUnverified says that the request is not the
	// other side's.
	Receive(ctx context.Context, r city.HookRequest) (city.HookAnswer, error)
}

// ErrUnverified is in the chain of a Receiver's error when a request was not signed
// as the other side signs.
var ErrUnverified error = &city.Error{Code: city.Forbidden, Message: "the request is not signed as this source's own are"}

// Receives reports whether the source's connector takes what comes to its hook.
func (r *Runner) Receives(src city.Source) bool {
	spec, ok := r.registry.Lookup(src.Connector)
	return ok && spec.Receives
}

// Receive hands a request to the source's connector. Its errors hold no secrets:
// ErrUnverified in the chain, or an *city.Error in plain words.
func (r *Runner) Receive(ctx context.Context, src city.Source, req city.HookRequest) (city.HookAnswer, error) {
	run := &run{Runner: r, src: src, log: r.log.With("source", src.Slug, "connector", src.Connector)}
	out, err := run.receive(ctx, req)
	switch {
	case err == nil, errors.Is(err, ErrUnverified):
		return out, err
	case ctx.Err() != nil:
		return out, ctx.Err()
	}
	return out, r.told(err)
}

func (r *run) receive(ctx context.Context, req city.HookRequest) (out city.HookAnswer, err error) {
	c, err := r.build(ctx)
	if err != nil {
		return out, err
	}
	defer recovered(&err)
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	receiver, ok := c.(Receiver)
	if !ok {
		return out, city.Errorf(city.NotFound, "this source takes nothing at a hook")
	}
	return receiver.Receive(ctx, req)
}

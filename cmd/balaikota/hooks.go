package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// hookDoor takes what other systems send to sources: the source's connector says
// whether it is theirs, the store keeps it, and the source is pulled as ever.
type hookDoor struct {
	db     *database
	runner *connectors.Runner
	log    *slog.Logger
}

// ReceiveHook implements web.HookDoor. A paused source goes on receiving, for the
// other side would give up in the end; what came is read once the source goes on.
func (h *hookDoor) ReceiveHook(ctx context.Context, source string, r city.HookRequest) (city.HookAnswer, error) {
	src, err := h.db.Source(ctx, source)
	if err != nil {
		return city.HookAnswer{}, err
	}
	if !h.runner.Receives(src) {
		return city.HookAnswer{}, city.Errorf(city.NotFound, "there is no hook here")
	}
	out, err := h.runner.Receive(ctx, src, r)
	if err != nil {
		if errors.Is(err, connectors.ErrUnverified) {
			h.log.Debug("A request to a hook was refused", "source", src.Slug)
			return out, err
		}
		// A city.Error of the connector's is about our configuration, which is not
		// for strangers to read.
		h.log.Warn("A request to a hook could not be looked at", "source", src.Slug, "err", err)
		return out, &city.Error{Code: city.Internal, Message: "this hook does not work now; send it again later", RetryAfter: time.Minute}
	}
	if out.Keep {
		return out, h.db.KeepHook(ctx, src.ID, r.Body)
	}
	return out, nil
}

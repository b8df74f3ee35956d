package connectors

import (
	"context"
	"errors"
	"io"

	"balaikota/backend/city"
)

// Writer is a Connector that can write to those who wrote to it.
type Writer interface {
	Connector
	// Write sends a text to the person of a report's handle. A *city.Error of code
	// NotFound says that the person cannot be written to (any more, or now); any
	// other error may be tried again. No error names the person.
	Write(ctx context.Context, m city.ChatMessage) error
}

// Write writes by a source. Its errors hold no secrets: *city.Error of code
// NotFound, or as Explain words them.
func (r *Runner) Write(ctx context.Context, src city.Source, m city.ChatMessage) error {
	run := &run{Runner: r, src: src, log: r.log.With("source", src.Slug, "connector", src.Connector)}
	err := run.write(ctx, m)
	if err == nil || city.CodeOf(err) == city.NotFound {
		return err
	}
	return r.told(err)
}

func (r *run) write(ctx context.Context, m city.ChatMessage) (err error) {
	c, err := r.build(ctx)
	if err != nil {
		return err
	}
	defer recovered(&err)
	if closer, ok := c.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	w, ok := c.(Writer)
	if !ok {
		return city.Errorf(city.NotFound, "nobody can be written to by this source")
	}
	return w.Write(ctx, m)
}

package chat

import (
	"context"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Inbox is what a service pushed to a source's hook. It is used by one connector, which
// reads from it page by page.
type Inbox struct {
	Env  connectors.Env
	read []int64 // bodies of the last page
}

// Read returns the oldest bodies that wait, at most so many; none without a store.
func (b *Inbox) Read(ctx context.Context, most int) ([]city.HookLetter, error) {
	b.read = nil
	if b.Env.Store == nil {
		return nil, nil
	}
	letters, err := b.Env.Store.Hooks(ctx, b.Env.Source, most)
	for _, l := range letters {
		b.read = append(b.read, l.ID)
	}
	return letters, err
}

// Waiting is how many bodies the last page read that are not forgotten yet.
func (b *Inbox) Waiting() int { return len(b.read) }

// Kept does what connectors.Keeper asks: what the page meant is stored, so its bodies
// may be forgotten. Those that are not come again and are known.
func (b *Inbox) Kept(ctx context.Context) {
	if b.Env.Trial || len(b.read) == 0 {
		return
	}
	if err := b.Env.Store.DropHooks(ctx, b.Env.Source, b.read); err != nil {
		b.Env.Log.Warn("What was read from a hook will be read again", "bodies", len(b.read), "err", err)
	}
	b.read = nil
}

// Wait does what connectors.Waiter asks.
func (b *Inbox) Wait(ctx context.Context) error {
	if b.Env.Store == nil {
		return connectors.ErrNoWait
	}
	return b.Env.Store.AwaitHook(ctx, b.Env.Source)
}

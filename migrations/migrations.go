// Package migrations embeds the numbered SQL files that make the schema. They
// are applied forward only, in order, by backend/store under a lock. It
// imports nothing of ours.
package migrations

import "embed"

// Files are the goose migrations, 0001_… upwards.
//
//go:embed *.sql
var Files embed.FS

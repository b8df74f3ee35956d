// Package frontend holds the built dashboard inside the binary. It owns the
// web sources beside it and imports the standard library only.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// Dist returns the built dashboard: index.html, hashed files under assets/,
// and a .br and .gz beside each larger text file. Without `npm run build` it
// holds only .gitkeep, so a caller must expect index.html to be missing.
func Dist() fs.FS {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		// Cannot happen: the directory is named in the embed directive above.
		panic(err)
	}
	return dist
}

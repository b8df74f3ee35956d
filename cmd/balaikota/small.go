package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"balaikota/backend/config"
	"balaikota/backend/web"
	"balaikota/connectors/all"
)

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(in *invocation) error {
	_, err := fmt.Fprintln(in.stdout, version)
	return err
}

type migrateCommand struct{}

// Run migrates the database; opening it does.
func (migrateCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		if err := d.layOut(in.ctx, in.db.City); err != nil {
			return err
		}
		_, err := fmt.Fprintf(in.stdout, "%s (%s): skema terbaru\n", d.city.Name, d.city.Code)
		return err
	})
}

type generateCommand struct {
	Dir string `arg:"" help:"The docs folder."`
}

// Run writes the pages of docs that are generated from declarations.
func (c generateCommand) Run(in *invocation) error {
	parser, err := newParser(&commands{}, io.Discard, io.Discard, func(int) {})
	if err != nil {
		return err
	}
	api, err := web.OpenAPI("1")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(c.Dir, "openapi.json"), api, 0o644),
		writeWith(filepath.Join(c.Dir, "config.md"), func(w io.Writer) error { return config.WriteReference(w, parser.Model) }),
		writeWith(filepath.Join(c.Dir, "connectors.md"), all.Registry().WriteReference),
		writeWith(filepath.Join(c.Dir, "..", "frontend", "public", "licences.json"), func(w io.Writer) error { return writeLicences(in.ctx, filepath.Join(c.Dir, ".."), w) }),
	)
}

func writeWith(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// shippedPart is something of others that lies in the program or its pages.
type shippedPart struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"` // SPDX
	Kind    string `json:"kind"`    // go or npm
}

// writeLicences writes which parts of others are shipped and under what
// licence: the Go modules linked into the program, by the text of their
// licence, and what the pages are built of, as the lock file says. root is the
// repository.
func writeLicences(ctx context.Context, root string, w io.Writer) error {
	parts, err := linkedModules(ctx, root)
	if err != nil {
		return err
	}
	pages, err := pageParts(root)
	if err != nil {
		return err
	}
	parts = append(parts, pages...)
	slices.SortFunc(parts, func(a, b shippedPart) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(slices.Compact(parts))
}

func linkedModules(ctx context.Context, root string) ([]shippedPart, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/balaikota")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list what is linked: %w", err)
	}
	var parts []shippedPart
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) != 3 || slices.ContainsFunc(parts, func(p shippedPart) bool { return p.Name == fields[0] }) {
			continue
		}
		licence, err := licenceOf(fields[2])
		if err != nil {
			return nil, fmt.Errorf("find the licence of %s: %w", fields[0], err)
		}
		parts = append(parts, shippedPart{fields[0], fields[1], licence, "go"})
	}
	return parts, lines.Err()
}

// licenceOf knows a licence by sentences that only it has.
func licenceOf(dir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"))
	if err != nil {
		return "", err
	}
	more, err := filepath.Glob(filepath.Join(dir, "COPYING*"))
	if err != nil {
		return "", err
	}
	for _, path := range append(found, more...) {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // a folder of licences; the next may be the file
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for _, known := range [][2]string{
			{"Eclipse Distribution License", "EPL-2.0 OR BSD-3-Clause"}, {"Mozilla Public License Version 2.0", "MPL-2.0"}, {"Mozilla Public License, version 2.0", "MPL-2.0"},
			{"Apache License Version 2.0", "Apache-2.0"}, {"Licensed under the Apache License, Version 2.0", "Apache-2.0"},
			{"Neither the name", "BSD-3-Clause"}, {"names of its contributors may not be used", "BSD-3-Clause"},
			{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
			{"Permission is hereby granted, free of charge", "MIT"},
			{"Permission to use, copy, modify, and/or distribute", "ISC"}, {"Permission to use, copy, modify, and distribute", "ISC"},
			{"This is free and unencumbered software", "Unlicense"},
		} {
			if strings.Contains(text, known[0]) {
				return known[1], nil
			}
		}
	}
	return "", fmt.Errorf("none that is known in its folder")
}

func pageParts(root string) ([]shippedPart, error) {
	raw, err := os.ReadFile(filepath.Join(root, "frontend", "package-lock.json"))
	if err != nil {
		return nil, fmt.Errorf("read what the pages are built of: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev, Optional    bool
		}
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("read what the pages are built of: %w", err)
	}
	var parts []shippedPart
	for path, p := range lock.Packages {
		_, name, ok := cutLast(path, "node_modules/")
		if !ok || p.Dev || p.Optional {
			continue
		}
		if p.License == "" {
			return nil, fmt.Errorf("%s names no licence in frontend/package-lock.json", name)
		}
		parts = append(parts, shippedPart{name, p.Version, p.License, "npm"})
	}
	return parts, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

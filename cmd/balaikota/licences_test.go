package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestShippedPartsAreNamedWithTheirLicences holds the list on screen against
// what is linked and built in now.
func TestShippedPartsAreNamedWithTheirLicences(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	var now strings.Builder
	if err := writeLicences(t.Context(), root, &now); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(root, "frontend", "public", "licences.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != now.String() {
		t.Error("frontend/public/licences.json is not what is shipped; make generate writes it again")
	}
	var parts []shippedPart
	if err := json.Unmarshal(kept, &parts); err != nil {
		t.Fatal(err)
	}
	for _, want := range []shippedPart{{Name: "github.com/jackc/pgx/v5", Licence: "MIT", Kind: "go"}, {Name: "svelte", Licence: "MIT", Kind: "npm"}, {Name: "maplibre-gl", Licence: "BSD-3-Clause", Kind: "npm"}} {
		if !slices.ContainsFunc(parts, func(p shippedPart) bool {
			return p.Name == want.Name && p.Licence == want.Licence && p.Kind == want.Kind && p.Version != ""
		}) {
			t.Errorf("%+v is not named", want)
		}
	}
	for _, p := range parts {
		if strings.Contains(p.Licence, "GPL") {
			t.Errorf("%s is under %s, which our own licence does not go with", p.Name, p.Licence)
		}
	}
}

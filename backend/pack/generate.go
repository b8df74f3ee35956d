//go:build ignore

// This program computes the approximate outlines of a city pack from its
// areas.csv and writes them to outlines.geojson: go generate ./backend/pack.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"
	"balaikota/backend/pack/outline"

	"github.com/paulmach/orb"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run generate.go CITY")
	}
	if err := generate(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func generate(name string) error {
	c, err := pack.LoadFS(os.DirFS(name))
	if err != nil {
		return err
	}
	areas := c.Areas
	var sites []outline.Site
	var at []int
	for i, a := range areas {
		if a.Level == city.Kelurahan {
			sites = append(sites, outline.Site{Point: a.Label, Km2: a.AreaKm2})
			at = append(at, i)
		}
	}
	polys, err := outline.Compute(sites)
	if err != nil {
		return err
	}
	for k, p := range polys {
		a := &areas[at[k]]
		a.Outline, a.OutlineSource, a.Approximate = orb.MultiPolygon{p}, pack.OutlineSource, true
	}
	index, err := geo.New(geo.DissolveParents(areas))
	if err != nil {
		return err
	}
	var lines []string
	for _, level := range []city.Level{city.Kelurahan, city.Kecamatan, city.Kota} {
		raw, _ := index.FeatureCollection(level)
		body := strings.TrimSuffix(strings.TrimPrefix(string(raw), `{"type":"FeatureCollection","features":[`), "]}\n")
		lines = append(lines, body)
	}
	out := "{\"type\":\"FeatureCollection\",\"features\":[\n" + strings.Join(lines, ",\n") + "\n]}\n"
	file := filepath.Join(name, "outlines.geojson")
	fmt.Printf("%s: %d bytes, %d kelurahan\n", file, len(out), len(polys))
	return os.WriteFile(file, []byte(out), 0o644)
}

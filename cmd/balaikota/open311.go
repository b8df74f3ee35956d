package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"balaikota/backend/city"
)

// filer takes reports in that came by our Open311 server. They enter by the
// door that all reports enter by.
type filer struct {
	door *intake
	db   *database
	zone *time.Location
}

func newFiler(door *intake, db *database) (*filer, error) {
	zone, err := time.LoadLocation(db.city.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	return &filer{door: door, db: db, zone: zone}, nil
}

// newFiledID makes the number under which a report is kept: 130 bits by chance.
func newFiledID() (string, error) { return "o3-" + rand.Text(), nil }

// File implements web.Filer. Who files is written down before the report
// enters, so that a form whose answer was lost leads to the same report.
func (f *filer) File(ctx context.Context, in city.Open311Filing) (int64, error) {
	source, err := f.source(ctx) // first: what is refused for a pause is not counted
	if err != nil {
		return 0, err
	}
	externalID, at, err := f.db.BeginFiling(ctx, in, newFiledID)
	if err != nil {
		return 0, err
	}
	// What is kept of the form names nobody: who reported has a table of its own.
	raw, err := json.Marshal(map[string]any{
		"service_code": in.Service, "description": in.Text, "address_string": in.Address, "lat": in.Lat, "long": in.Lon, "media_url": in.Media, "key": in.Key.Name,
	})
	if err != nil {
		return 0, fmt.Errorf("encode a filed report: %w", err)
	}
	r := city.Report{
		ExternalID: externalID, Channel: "open311", CreatedAt: at, UpdatedAt: at, Text: in.Text, Lon: in.Lon, Lat: in.Lat, Address: in.Address,
		Category: in.Service, Status: city.Open, MediaURL: in.Media, Raw: raw, RawNamesNobody: true,
	}
	if in.Who != (city.Reporter{}) {
		r.Reporter = &in.Who
	}
	if err := f.enter(ctx, source, r); err != nil {
		return 0, err
	}
	return f.db.FiledNumber(ctx, in.Key.ID, externalID)
}

// source is the source of filed reports.
func (f *filer) source(ctx context.Context) (int64, error) {
	return f.db.ownSource(ctx, city.Open311Source, "Laporan lewat Open311")
}

// enter brings one filed report, or its newer version, in.
func (f *filer) enter(ctx context.Context, source int64, r city.Report) error {
	refused := ""
	now := time.Now()
	_, err := f.door.Ingest(ctx, city.Delivery{
		SourceID: source, Reports: []city.Report{r}, Attempt: &city.Attempt{Started: now, Finished: now},
		Note: func(_, _, result, reason string) {
			if result == "refused" {
				refused = reason
			}
		},
	})
	if err == nil && refused != "" {
		err = city.Errorf(city.Invalid, "the report was refused: %s", refused)
	}
	return err
}

// Note implements web.Filer: what the filer tells later is added to the text
// that officers read, and its status holds if nothing newer was told.
func (f *filer) Note(ctx context.Context, n city.Open311Note) (int64, error) {
	source, err := f.source(ctx)
	if err != nil {
		return 0, err
	}
	id, r, newest, err := f.db.NoteOnRequest(ctx, n)
	if err != nil {
		return 0, err
	}
	return id, f.enter(ctx, source, f.noted(r, n, newest))
}

func (f *filer) noted(r city.Report, n city.Open311Note, newest bool) city.Report {
	if n.Description != "" {
		if line := n.Line(f.zone); !strings.Contains(r.Text, line) {
			r.Text += "\n" + line
		}
	}
	switch closed := r.Status == city.Closed || r.Status == city.Rejected; {
	case newest && n.Status == "closed" && !closed:
		at := n.At
		r.Status, r.ClosedAt = city.Closed, &at
	case newest && n.Status == "open" && closed:
		r.Status, r.ClosedAt = city.Open, nil
	}
	r.UpdatedAt = time.Now()
	return r
}

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	goneCamerasQuery = `DELETE FROM cameras WHERE source_id = $1 AND NOT external_id = ANY ($2)`
	putCameraQuery   = `INSERT INTO cameras AS c (source_id, external_id, name, lon, lat, stream_url, has_still) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT cameras_are_known_once DO UPDATE SET name = excluded.name, lon = excluded.lon, lat = excluded.lat,
			stream_url = excluded.stream_url, has_still = excluded.has_still RETURNING id`
	dimCameraQuery  = `UPDATE cameras SET tried_at = $2, faults = faults + 1, fault = $3 WHERE id = $1`
	samePrintQuery  = `SELECT EXISTS (SELECT FROM camera_stills WHERE camera_id = $1 AND print = $2)`
	seeCameraQuery  = `UPDATE cameras SET tried_at = $2, taken_at = $2, changed_at = CASE WHEN $3 THEN changed_at ELSE $2 END, repeats = CASE WHEN $3 THEN repeats + 1 ELSE 0 END, faults = 0, fault = '' WHERE id = $1`
	keepStillQuery  = `INSERT INTO camera_stills (camera_id, print, picture) VALUES ($1, $2, $3) ON CONFLICT (camera_id) DO UPDATE SET print = excluded.print, picture = excluded.picture`
	forgetStillSQL  = `DELETE FROM camera_stills WHERE camera_id = $1`
	allCamerasQuery = `SELECT c.id, s.slug, c.name, c.lon, c.lat, c.stream_url, c.has_still, c.taken_at, c.changed_at, c.repeats, c.faults, c.fault, s.simulated,
		EXISTS (SELECT FROM camera_stills p WHERE p.camera_id = c.id) AS has_picture
		FROM cameras c JOIN sources s ON s.id = c.source_id ORDER BY c.name, c.id`
	stillQuery = `SELECT picture FROM camera_stills WHERE camera_id = $1`
)

// cameras takes in what a reading of cameras brought: the newest still takes the
// place of the one before.
func (in *ingestion) cameras(ctx context.Context, d *city.CameraSights) error {
	if d == nil {
		return nil
	}
	if d.All != nil {
		if _, err := in.tx.Exec(ctx, goneCamerasQuery, in.sourceID, d.All); err != nil {
			return fmt.Errorf("forget cameras that are gone: %w", err)
		}
	}
	for _, c := range d.Seen {
		if err := in.camera(ctx, c); err != nil {
			return fmt.Errorf("camera %s: %w", c.ExternalID, err)
		}
	}
	return nil
}

func (in *ingestion) camera(ctx context.Context, c city.CameraSight) error {
	var id int64
	if err := in.tx.QueryRow(ctx, putCameraQuery, in.sourceID, c.ExternalID, cleanText(c.Name), c.Lon, c.Lat, c.StreamURL, c.HasStill).Scan(&id); err != nil {
		return err
	}
	if !c.HasStill {
		_, err := in.tx.Exec(ctx, forgetStillSQL, id)
		return err
	}
	if c.Still == nil {
		_, err := in.tx.Exec(ctx, dimCameraQuery, id, c.At, cleanText(c.Fault))
		return err
	}
	var same bool
	if err := in.tx.QueryRow(ctx, samePrintQuery, id, c.Print).Scan(&same); err != nil {
		return err
	}
	if _, err := in.tx.Exec(ctx, seeCameraQuery, id, c.At, same); err != nil || same {
		return err
	}
	in.tally.Changed++
	_, err := in.tx.Exec(ctx, keepStillQuery, id, c.Print, c.Still)
	return err
}

type cameraRow struct {
	ID                   int64
	Slug, Name           string
	Lon, Lat             *float64
	StreamURL            string `db:"stream_url"`
	HasStill, HasPicture bool
	TakenAt, ChangedAt   *time.Time
	Repeats, Faults      int
	Fault                string
	Simulated            bool
}

// Cameras returns the cameras by name, to those who steer the city: mayor,
// secretary and operator. Others get none.
func (s *Store) Cameras(ctx context.Context, asker city.Asker) ([]city.Camera, error) {
	out := []city.Camera{}
	if !asker.Role.CityWide() {
		return out, nil
	}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[cameraRow](ctx, tx, allCamerasQuery)
		for _, r := range rows {
			out = append(out, city.Camera{
				ID: r.ID, Source: r.Slug, Name: r.Name, Lon: r.Lon, Lat: r.Lat, StreamURL: r.StreamURL,
				State: city.StateOfCamera(r.HasStill, r.TakenAt, r.ChangedAt, r.Repeats, r.Faults), LastSeen: r.ChangedAt, TakenAt: r.TakenAt,
				HasPicture: r.HasPicture, Fault: r.Fault, Simulated: r.Simulated,
			})
		}
		return err
	})
	return out, wrapped(err, "read the cameras")
}

// CameraStill returns a camera's newest still, a JPEG; NotFound when there is
// none or it is not the asker's to see.
func (s *Store) CameraStill(ctx context.Context, asker city.Asker, id int64) (picture []byte, err error) {
	if asker.Role.CityWide() {
		err = s.read(ctx, asker, func(tx pgx.Tx) error { return tx.QueryRow(ctx, stillQuery, id).Scan(&picture) })
	}
	if errors.Is(err, pgx.ErrNoRows) || err == nil && picture == nil {
		return nil, city.Errorf(city.NotFound, "camera %d has no picture", id)
	}
	return picture, wrapped(err, "read a camera's picture")
}

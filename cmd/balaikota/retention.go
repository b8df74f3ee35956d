package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"balaikota/backend/city"
)

// keeper erases at night what the rules of retention no longer let be kept.
type keeper struct {
	db   *database
	data string // BALAIKOTA_DATA
	log  *slog.Logger
	now  func() time.Time
}

// eraseFrom is when the night's erasing begins, after the backup's usual hour.
const eraseFrom = 3

// cityNow is the moment in the city's zone.
func (k *keeper) cityNow() (time.Time, error) {
	zone, err := time.LoadLocation(k.db.city.Timezone)
	if err != nil {
		return time.Time{}, fmt.Errorf("load the city's time zone: %w", err)
	}
	return k.now().In(zone), nil
}

// watch erases once a night, later in the day when nothing ran then.
func (k *keeper) watch(ctx context.Context) error {
	now, err := k.cityNow()
	if err != nil || now.Hour() < eraseFrom {
		return err
	}
	all, err := k.db.Retentions(ctx, city.System, now)
	if err != nil {
		return err
	}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for _, r := range all {
		if r.Last != nil && !r.Last.At.Before(midnight) {
			continue
		}
		n, err := k.db.Erase(ctx, r, now)
		if err != nil {
			return err
		}
		if r.Rule.What == city.KeepRefusals {
			if err := k.removeRefusedFiles(r.Before); err != nil {
				return err
			}
		}
		k.log.Info("Applied a rule of retention", "what", r.Rule.What, "erased", n)
	}
	return nil
}

// removeRefusedFiles takes away the files into which imports wrote refused rows.
func (k *keeper) removeRefusedFiles(before time.Time) error {
	dir := filepath.Join(k.data, "ditolak")
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for files of refused rows: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
			continue // gone already, or kept still
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return fmt.Errorf("remove a file of refused rows: %w", err)
		}
	}
	return nil
}

// Retentions implements web.Keeping.
func (k *keeper) Retentions(ctx context.Context, asker city.Asker) ([]city.Retention, error) {
	now, err := k.cityNow()
	if err != nil {
		return nil, err
	}
	return k.db.Retentions(ctx, asker, now)
}

// ChangeRetention implements web.Keeping.
func (k *keeper) ChangeRetention(ctx context.Context, by city.Actor, asker city.Asker, what city.RetentionSubject, c city.RetentionChange) ([]city.Retention, error) {
	now, err := k.cityNow()
	if err != nil {
		return nil, err
	}
	if err := k.db.ChangeRetention(ctx, by, asker, what, c, now.Format(time.DateOnly)); err != nil {
		return nil, err
	}
	return k.db.Retentions(ctx, asker, now)
}

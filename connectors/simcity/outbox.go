package simcity

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Counter and call centre speak by files in Dir/outbox: every simulated hour
// one with what is new or changed, CSV and JSON lines in turn, in the fields of
// the import contract. A file is written aside as .part, put into the journal,
// and moved into its place; a half-written one is never seen.

// exportEvery is simulated time between two exports.
const exportEvery = time.Hour

// exportRow is one complaint in the fields of `balaikota import reports`.
type exportRow struct {
	ExternalID  string   `json:"external_id"`
	Channel     string   `json:"channel"`
	CreatedAt   string   `json:"created_at"`
	Text        string   `json:"text"`
	Lon         *float64 `json:"lon"`
	Lat         *float64 `json:"lat"`
	AreaCode    string   `json:"area_code"`
	Category    string   `json:"category"`
	Office      string   `json:"office"`
	Status      string   `json:"status"`
	RespondedAt string   `json:"responded_at"`
	ClosedAt    string   `json:"closed_at"`
}

var exportHeader = []string{"external_id", "channel", "created_at", "text", "lon", "lat", "area_code", "category", "office", "status", "responded_at", "closed_at"}

// exportWhenDue exports on the simulated hour, but not while a backlog is
// being lived through: that goes out as one file. The lock must be held.
func (c *City) exportWhenDue() error {
	if c.base == "" || c.world.TimeOf(c.world.TickNow()).Sub(c.exportedAt) < exportEvery {
		return nil
	}
	return c.export()
}

// export writes the outbox file of everything since the last one; with
// nothing new it writes none. The lock must be held.
func (c *City) export() error {
	sim := c.world.TimeOf(c.world.TickNow())
	c.exportedAt = sim.Truncate(exportEvery)
	var rows []exportRow
	for _, k := range c.data.byTime {
		if k.Changed > c.data.exported && feedOf(k.Channel) == "outbox" {
			rows = append(rows, exportOf(k))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	n := c.data.exports + 1
	name := fmt.Sprintf("laporan-simulasi-%s-%05d", c.start.Prefix, n)
	data, err := encodeExport(rows, n%3 == 0)
	if err != nil {
		return err
	}
	if n%3 == 0 {
		name += ".jsonl"
	} else {
		name += ".csv"
	}
	path := filepath.Join(c.opt.Dir, "outbox", name)
	if err := os.WriteFile(path+".part", data, 0o600); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	l := line{Kind: lineExport, Tick: c.world.TickNow(), At: c.clock.stamp(sim), File: name, Rows: len(rows), Upto: int64(len(c.entries))}
	if err := c.commit([]line{l}); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("put export in place: %w", err)
	}
	return nil
}

// recoverExports finishes what a kill interrupted: a .part that the journal
// knows belongs into its place, another one was never said and goes.
func (c *City) recoverExports() error {
	box := filepath.Join(c.opt.Dir, "outbox")
	parts, err := filepath.Glob(filepath.Join(box, "*.part"))
	if err != nil {
		return fmt.Errorf("look for half exports: %w", err)
	}
	known := map[string]bool{}
	for _, e := range c.entries {
		if e.Kind == "export" {
			known[e.ID] = true
		}
	}
	for _, part := range parts {
		whole := strings.TrimSuffix(part, ".part")
		if known[filepath.Base(whole)] {
			err = os.Rename(part, whole)
		} else {
			err = os.Remove(part)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("finish export: %w", err)
		}
	}
	return nil
}

func exportOf(k *complaint) exportRow {
	return exportRow{ExternalID: k.ID, Channel: k.Channel, CreatedAt: view{}.time(k.At), Text: k.Text, Lon: k.Lon, Lat: k.Lat, AreaCode: k.Area,
		Category: k.Category, Office: k.Office, Status: k.Status, RespondedAt: view{}.time(k.Responded), ClosedAt: view{}.time(k.Closed)}
}

func encodeExport(rows []exportRow, jsonLines bool) ([]byte, error) {
	var b bytes.Buffer
	if jsonLines {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		for _, r := range rows {
			if err := enc.Encode(r); err != nil {
				return nil, fmt.Errorf("encode export: %w", err)
			}
		}
		return b.Bytes(), nil
	}
	w := csv.NewWriter(&b)
	records := [][]string{exportHeader}
	for _, r := range rows {
		records = append(records, []string{r.ExternalID, r.Channel, r.CreatedAt, r.Text, decimal(r.Lon), decimal(r.Lat), r.AreaCode, r.Category, r.Office, r.Status, r.RespondedAt, r.ClosedAt})
	}
	if err := w.WriteAll(records); err != nil {
		return nil, fmt.Errorf("encode export: %w", err)
	}
	return b.Bytes(), nil
}

func decimal(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

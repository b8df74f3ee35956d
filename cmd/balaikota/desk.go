package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// clerk takes reports down at the counter and on the telephone. They enter by
// the door that all reports enter by.
type clerk struct {
	door *intake
	db   *database
}

// TakeDown implements web.Clerk.
func (c *clerk) TakeDown(ctx context.Context, by city.Actor, d city.DeskReport) (city.Taken, error) {
	source, err := c.db.ownSource(ctx, city.DeskSource, "Loket dan 112")
	if err != nil {
		return city.Taken{}, err
	}
	out := city.Taken{}
	for _, out.Ticket = range d.Tickets() {
		id, client, err := c.db.ReportNumber(ctx, source, out.Ticket)
		if err != nil {
			return out, err
		}
		if id != 0 && client == d.ClientID {
			out.ID = id
			return out, nil // it was taken down before
		}
		if id == 0 {
			break
		}
	}
	// What is kept of the form names nobody: who reported has a table of its own.
	raw, err := json.Marshal(map[string]string{"channel": d.Channel, "client_id": d.ClientID})
	if err != nil {
		return out, fmt.Errorf("encode a report that was taken down: %w", err)
	}
	now := time.Now()
	r := city.Report{
		ExternalID: out.Ticket, Channel: d.Channel, CreatedAt: now, UpdatedAt: now, Text: d.Text, Address: d.Address, StatedArea: d.AreaCode,
		Category: d.Category, Status: city.Open, Raw: raw, RawNamesNobody: true,
	}
	if d.Who != (city.Reporter{}) {
		r.Reporter = &d.Who
	}
	refused := ""
	_, err = c.door.Ingest(ctx, city.Delivery{
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
	if err != nil {
		return out, err
	}
	if out.ID, _, err = c.db.ReportNumber(ctx, source, out.Ticket); err != nil {
		return out, err
	}
	return out, c.db.Record(ctx, by, "report.desk", strconv.FormatInt(out.ID, 10), "", map[string]any{"channel": d.Channel})
}

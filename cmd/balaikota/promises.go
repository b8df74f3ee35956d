package main

import (
	"context"

	"balaikota/connectors"
)

// settlePromises says of sources that were saved before it was written down whether
// somebody chose their interval. It counts as not chosen when it is a pause of the
// schedule: so it was worked out then, and of a schedule with a night or a weekend in
// it mostly as a shorter pause than the longest, which counts now.
func (d *database) settlePromises(ctx context.Context) error {
	sources, err := d.Sources(ctx)
	if err != nil {
		return err
	}
	for _, src := range sources {
		if src.BySchedule != nil {
			continue
		}
		schedule, err := connectors.ParseSchedule(src.Schedule)
		if err != nil {
			continue // it is handed in, or was valid by older rules and says so when it is asked
		}
		every, bySchedule := src.ExpectEvery, connectors.Pauses(schedule, src.ExpectEvery)
		if bySchedule {
			every = max(connectors.LongestPause(schedule), promised(src))
		}
		if err := d.SettlePromise(ctx, src, every, bySchedule); err != nil {
			return err
		}
	}
	return nil
}

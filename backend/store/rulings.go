package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// MergeIncidents records that incidents are one matter, asks for their reports
// to be grouped anew, and returns the report by which the result is found.
func (s *Store) MergeIncidents(ctx context.Context, by city.Actor, asker city.Asker, id int64, with []int64, reason string) (report int64, err error) {
	ids := append([]int64{id}, with...)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) < 2 {
		return 0, city.InvalidField("body.with", "name another incident than the one itself")
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		members, err := s.membersToRule(ctx, tx, asker, ids)
		if err != nil {
			return err
		}
		report = members[id][0]
		var others []int64
		for _, other := range ids {
			if other == id {
				continue
			}
			others = append(others, members[other][0])
			if err := supersede(ctx, tx, members[id], members[other], false); err != nil {
				return err
			}
		}
		return s.rule(ctx, tx, by, "incident.merge", id, city.OneMatter(report, others...), reason, map[string]any{"with": with})
	})
	return report, err
}

// SplitIncident records that some reports of an incident are another matter,
// asks for them to be grouped anew, and returns the first of those reports.
// What an officer put together, on either side, stays together.
func (s *Store) SplitIncident(ctx context.Context, by city.Actor, asker city.Asker, id int64, reports []int64, reason string) (report int64, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		members, err := s.membersToRule(ctx, tx, asker, []int64{id})
		if err != nil {
			return err
		}
		var out, rest []int64
		for _, m := range members[id] {
			if slices.Contains(reports, m) {
				out = append(out, m)
			} else {
				rest = append(rest, m)
			}
		}
		if len(out) != len(slices.Compact(slices.Sorted(slices.Values(reports)))) {
			return city.InvalidField("body.reports", "names a report that is not part of incident %d", id)
		}
		if len(rest) == 0 {
			return city.InvalidField("body.reports", "leaves nothing of incident %d; at least one report stays", id)
		}
		report = out[0]
		if err := supersede(ctx, tx, out, rest, true); err != nil {
			return err
		}
		return s.rule(ctx, tx, by, "incident.split", id, city.TwoMatters(rest, out), reason, map[string]any{"reports": out})
	})
	return report, err
}

const ruleMembersQuery = `SELECT a.incident_id, a.report_id FROM report_analyses a JOIN reports r ON r.id = a.report_id
	WHERE a.incident_id = ANY ($1) AND r.removed_at IS NULL ORDER BY a.created_at, a.key`

// membersToRule locks incidents that the asker may see and returns their
// reports, oldest first.
func (s *Store) membersToRule(ctx context.Context, tx pgx.Tx, asker city.Asker, ids []int64) (map[int64][]int64, error) {
	held, err := lockIncidents(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if i := held[id]; i == nil || !asker.Scope().Sees(i.AreaCode, i.OfficeID) {
			return nil, city.Errorf(city.NotFound, "there is no incident %d, or it is not yours to see", id)
		}
	}
	rows, err := rowsOf[struct{ IncidentID, ReportID int64 }](ctx, tx, ruleMembersQuery, ids)
	if err != nil {
		return nil, fmt.Errorf("read the reports of incidents: %w", err)
	}
	out := map[int64][]int64{}
	for _, r := range rows {
		out[r.IncidentID] = append(out[r.IncidentID], r.ReportID)
	}
	for _, id := range ids {
		if len(out[id]) == 0 {
			return nil, city.Errorf(city.Conflict, "incident %d has no reports any more; read it again", id)
		}
	}
	return out, nil
}

// supersede ends earlier rulings of one kind between two sets of reports: the
// newer word holds.
func supersede(ctx context.Context, tx pgx.Tx, a, b []int64, same bool) error {
	_, err := tx.Exec(ctx, `UPDATE incident_rulings SET superseded_at = now() WHERE superseded_at IS NULL AND same = $3
		AND ((report_a = ANY ($1) AND report_b = ANY ($2)) OR (report_a = ANY ($2) AND report_b = ANY ($1)))`, a, b, same)
	if err != nil {
		return fmt.Errorf("supersede rulings: %w", err)
	}
	return nil
}

// rule stores a decision's rulings and queues the reports they are about.
func (s *Store) rule(ctx context.Context, tx pgx.Tx, by city.Actor, action string, id int64, rulings []city.Verdict[int64], reason string, detail map[string]any) error {
	var as, bs, touched []int64
	var same []bool
	for _, r := range rulings {
		as, bs, same = append(as, min(r.A, r.B)), append(bs, max(r.A, r.B)), append(same, r.Same)
		touched = append(touched, r.A, r.B)
	}
	var officer *int64
	if by.OfficerID != 0 {
		officer = &by.OfficerID
	}
	if _, err := tx.Exec(ctx, `WITH d AS (SELECT nextval('incident_decisions') AS n)
		INSERT INTO incident_rulings (decision, report_a, report_b, same, officer_id, actor, reason)
		SELECT d.n, t.a, t.b, t.same, $4, $5, $6 FROM d, unnest($1::bigint[], $2::bigint[], $3::boolean[]) AS t(a, b, same)`,
		as, bs, same, officer, by.Name, cleanText(reason)); err != nil {
		return fmt.Errorf("write the rulings: %w", err)
	}
	if err := record(ctx, tx, by, action, "incident:"+strconv.FormatInt(id, 10), reason, detail); err != nil {
		return err
	}
	return queueAnalysis(ctx, tx, touched)
}

// IncidentOf returns the incident a report belongs to, 0 for none.
func (s *Store) IncidentOf(ctx context.Context, report int64) (id int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT coalesce((SELECT incident_id FROM report_analyses WHERE report_id = $1), 0)", report).Scan(&id)
	})
	return id, err
}

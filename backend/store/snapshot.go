package store

import (
	"context"
	"fmt"
	"slices"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// snapshotReports is how many of the newest reports a snapshot carries.
const snapshotReports = 500

// State reads what the scope may see of the topics, in one database snapshot,
// with the number of the last event it holds.
func (s *Store) State(ctx context.Context, scope city.Scope, topics []city.Topic) (city.State, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.State{}, err
	}
	if scope.Role == city.Layar {
		topics = slices.DeleteFunc(slices.Clone(topics), func(t city.Topic) bool { return !slices.Contains(city.WallTopics, t) })
	}
	asker := city.Asker{Role: scope.Role, AreaCode: scope.AreaCode, OfficeID: scope.OfficeID}
	st := city.State{At: s.now()}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT last FROM event_head").Scan(&st.Seq); err != nil {
			return fmt.Errorf("read the last event number: %w", err)
		}
		if slices.Contains(topics, city.TopicIndicators) {
			if st.Indicators, err = s.indicatorStates(ctx, tx, cat); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicReports) {
			if st.Reports, err = s.listReports(ctx, tx, cat, asker, city.ReportFilter{Limit: snapshotReports}); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicIncidents) {
			if st.Incidents, err = s.listIncidents(ctx, tx, cat, asker, city.IncidentFilter{Limit: snapshotIncidents}); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicAlerts) {
			if st.Alerts, err = s.runningAlerts(ctx, tx); err != nil {
				return err
			}
			if scope.Role == city.Layar {
				for i := range st.Alerts {
					st.Alerts[i] = st.Alerts[i].ForWall()
				}
			}
		}
		if slices.Contains(topics, city.TopicRecommendations) {
			f := city.RecommendationFilter{Status: []city.RecommendationStatus{city.RecommendationProposed}, Limit: 200}
			if st.Recommendations, _, _, err = s.listAdvice(ctx, tx, cat, asker, f); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicDispositions) {
			if st.Dispositions, err = s.dispositionsNow(ctx, tx, cat, asker); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicAgenda) {
			if st.Agenda, err = s.agendaNow(ctx, tx, cat, scope.Role); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicWalls) {
			if st.Walls, err = wallStates(ctx, tx, scope.Role); err != nil {
				return err
			}
		}
		if slices.Contains(topics, city.TopicSources) {
			return s.sourcesState(ctx, tx, cat, &st)
		}
		return nil
	})
	if err != nil {
		return city.State{}, fmt.Errorf("read the state for %s: %w", scope.Role, err)
	}
	return st, nil
}

func (s *Store) sourcesState(ctx context.Context, tx pgx.Tx, cat *catalogue, st *city.State) error {
	rows, err := rowsOf[sourceRow](ctx, tx, allSourcesQuery)
	if err != nil {
		return fmt.Errorf("read the sources: %w", err)
	}
	for _, r := range rows {
		st.Sources = append(st.Sources, r.health(s.now(), cat))
	}
	return nil
}

package store

import (
	"context"
	"fmt"
	"strconv"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// partyOfWhole is who takes back the whole of a part: he stands above both of
// the part's parties, and may do with it what its sender may.
const partyOfWhole = city.Party("whole")

const openPartsQuery = `SELECT id FROM dispositions WHERE parent_id = $1 AND status NOT IN ('done', 'canceled') ORDER BY id`

// cancelParts takes back what is still open of a disposition that was.
func (s *Store) cancelParts(ctx context.Context, tx pgx.Tx, t stepTaken, whole *dispositionRow) (events []city.Event, err error) {
	ids, err := column[int64](ctx, tx, openPartsQuery, whole.ID)
	if err != nil {
		return nil, fmt.Errorf("find the parts of disposition %d: %w", whole.ID, err)
	}
	for _, id := range ids {
		part, err := lockDisposition(ctx, tx, city.System, id)
		if err != nil {
			return nil, err
		}
		of := t
		of.party = partyOfWhole
		of.in = city.DispositionStepInput{ClientID: newUUID(), Kind: city.StepCancel, Text: t.in.Text}
		if city.DispositionStatus(part.Status).Over() {
			continue
		}
		more, err := s.applyStep(ctx, tx, of, part)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	return events, nil
}

// noteWhole tells the whole that all of its parts are over.
func (s *Store) noteWhole(ctx context.Context, tx pgx.Tx, t stepTaken, id int64) ([]city.Event, error) {
	whole, err := lockDisposition(ctx, tx, city.System, id)
	if err != nil {
		return nil, err
	}
	parts, err := s.partsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if parts.Open > 0 || whole.Status != string(city.DispositionPassed) {
		return nil, nil
	}
	text := "Semua bagian selesai (" + strconv.Itoa(parts.Done) + "); disposisi ini dapat dituntaskan."
	if parts.Done == 0 {
		text = "Semua bagian dibatalkan; disposisi ini perlu dilanjutkan."
	}
	return s.applyStep(ctx, tx, stepTaken{
		cat: t.cat, by: city.Actor{Name: "sistem"}, asker: city.System, party: city.PartySystem,
		in: city.DispositionStepInput{ClientID: newUUID(), Kind: city.StepNote, Text: text},
	}, whole)
}

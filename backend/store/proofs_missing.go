package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// picturesWithin is by when the pictures that a finish names must have come:
// 24 hours of working days, which have 24 each (city.Calendar.WorkingTime).
const picturesWithin = 24 * time.Hour

// picturesMissing is what the history says of a finish whose pictures did not come.
const picturesMissing = "Foto yang disebut saat menyatakan selesai belum sampai setelah 24 jam hari kerja. Kirim fotonya, lalu nyatakan selesai lagi; " +
	"foto yang datang kemudian tetap dihitung. Waktu menunggu foto tidak menambah tenggat."

type unprovenRow struct {
	ID         int64
	FinishedAt time.Time
}

// unprovenQuery: the last finish names pictures, and of this round (since it was
// last opened again) none has come.
const unprovenQuery = `SELECT d.id, d.finished_at FROM dispositions d
	WHERE d.status = 'proof_in' AND d.proof AND d.finished_at <= $1
	AND coalesce((SELECT jsonb_typeof(f.data->'pictures') = 'array' AND jsonb_array_length(f.data->'pictures') > 0 FROM disposition_steps f
		WHERE f.disposition_id = d.id AND f.kind = 'finish' ORDER BY f.id DESC LIMIT 1), false)
	AND NOT EXISTS (SELECT FROM proofs p WHERE p.disposition_id = d.id AND p.stage = 'after'
		AND p.received_at > (SELECT coalesce(max(s.at), '-infinity') FROM disposition_steps s WHERE s.disposition_id = d.id AND s.kind = 'reopen'))
	AND NOT EXISTS (SELECT FROM dispositions c WHERE c.parent_id = d.id AND c.status = 'done' AND c.proof)
	AND ($2 = 0 OR d.id = $2) ORDER BY d.finished_at, d.id LIMIT 100`

// ReturnUnproven sends work back whose pictures did not come within
// picturesWithin after it was said to be done, with the reason in the history.
// What it waited for was the addressee's own, so its clock ran meanwhile.
func (s *Store) ReturnUnproven(ctx context.Context) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var rows []unprovenRow
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[unprovenRow](ctx, tx, unprovenQuery, s.now().Add(-picturesWithin), 0)
		return err
	})
	if err != nil {
		return fmt.Errorf("read whose pictures did not come: %w", err)
	}
	for _, r := range rows {
		if cat.calendar.WorkingTime(r.FinishedAt, s.now()) < picturesWithin {
			continue
		}
		if err := s.write(ctx, func(tx pgx.Tx) error { return s.returnUnproven(ctx, tx, cat, r.ID) }); err != nil {
			return fmt.Errorf("send disposition %d back for its pictures: %w", r.ID, err)
		}
	}
	return nil
}

func (s *Store) returnUnproven(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64) error {
	r, err := lockDisposition(ctx, tx, city.System, id)
	if err != nil {
		return err
	}
	// A picture may have come, or a word been taken, before the lock.
	still, err := rowsOf[unprovenRow](ctx, tx, unprovenQuery, s.now().Add(-picturesWithin), id)
	if err != nil || len(still) == 0 {
		return err
	}
	r.WaitsSince = nil
	events, err := s.applyStep(ctx, tx, stepTaken{
		cat: cat, by: systemActor, asker: city.System, party: city.PartySystem,
		in: city.DispositionStepInput{ClientID: newUUID(), Kind: city.StepReopen, Text: picturesMissing},
	}, r)
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, events)
}

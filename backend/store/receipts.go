package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// chain adds a receipt to the end of the chain and returns its number. The
// head is locked until the transaction ends, so it comes late.
func (s *Store) chain(ctx context.Context, tx pgx.Tx, r city.Receipt, officer *int64, key string) (int64, error) {
	if err := tx.QueryRow(ctx, `SELECT last + 1, hash FROM receipt_head FOR UPDATE`).Scan(&r.Number, &r.Previous); err != nil {
		return 0, fmt.Errorf("take a receipt's number: %w", err)
	}
	r.Question, r.Answer = cleanText(r.Question), cleanText(r.Answer)
	body, hash, err := r.Seal()
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO receipts (number, question_id, officer_id, key_hash, at, answered_at, status, body, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, r.Number, r.QuestionID, officer, key, r.At, r.AnsweredAt, string(r.Status), string(body), hash); err != nil {
		return 0, fmt.Errorf("store receipt %d: %w", r.Number, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE receipt_head SET last = $1, hash = $2`, r.Number, hash); err != nil {
		return 0, fmt.Errorf("chain receipt %d: %w", r.Number, err)
	}
	return r.Number, nil
}

type receiptRow struct {
	Number int64
	Body   string
	Hash   string
}

func (r receiptRow) receipt() (city.Receipt, error) {
	var out city.Receipt
	if err := json.Unmarshal([]byte(r.Body), &out); err != nil {
		return out, fmt.Errorf("decode receipt %d: %w", r.Number, err)
	}
	out.Hash = r.Hash
	return out, nil
}

// Receipt returns one: any to the auditor, an officer's or key holder's own to
// them. NotFound otherwise.
func (s *Store) Receipt(ctx context.Context, who city.Asker, number int64) (out city.Receipt, err error) {
	err = s.read(ctx, who, func(tx pgx.Tx) error {
		rows, err := rowsOf[receiptRow](ctx, tx, `SELECT number, body, hash FROM receipts WHERE number = $1`, number)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return city.Errorf(city.NotFound, "there is no receipt %s, or it is not yours to see", city.ReceiptName(number))
		}
		out, err = rows[0].receipt()
		return err
	})
	if err != nil {
		return city.Receipt{}, fmt.Errorf("read receipt %d: %w", number, err)
	}
	return out, nil
}

// ReceiptNumbers returns the numbers of receipts answered at or after since,
// oldest first.
func (s *Store) ReceiptNumbers(ctx context.Context, since time.Time) (out []int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[int64](ctx, tx, `SELECT number FROM receipts WHERE answered_at >= $1 ORDER BY number`, since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the receipts: %w", err)
	}
	return out, nil
}

// ReceiptIntact reports whether a receipt's hash fits its body, its body its
// number, and both the receipts before and after it (or the chain's end).
func (s *Store) ReceiptIntact(ctx context.Context, number int64) (intact bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[receiptRow](ctx, tx, `SELECT number, body, hash FROM receipts WHERE number BETWEEN $1 - 1 AND $1 + 1 ORDER BY number`, number)
		if err != nil {
			return err
		}
		head, err := chainHead(ctx, tx)
		if err != nil {
			return err
		}
		first := slices.IndexFunc(rows, func(r receiptRow) bool { return r.Number == number })
		if first < 0 || number > 1 && first == 0 || number < head.Last && first+1 >= len(rows) {
			return nil
		}
		intact = len(brokenLinks(rows, "", head)) == 0
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look at receipt %d's place in the chain: %w", number, err)
	}
	return intact, nil
}

type receiptHead struct {
	Last int64
	Hash string
}

func chainHead(ctx context.Context, tx pgx.Tx) (receiptHead, error) {
	rows, err := rowsOf[receiptHead](ctx, tx, `SELECT last, hash FROM receipt_head`)
	if err != nil || len(rows) != 1 {
		return receiptHead{}, fmt.Errorf("read the end of the chain (%d rows): %w", len(rows), err)
	}
	return rows[0], nil
}

// brokenLinks returns the numbers of receipts that do not hold together with
// themselves or with the one before them. before is the hash of the receipt
// before the first, "" when that is not known or there is none.
func brokenLinks(rows []receiptRow, before string, head receiptHead) (broken []int64) {
	for i, r := range rows {
		out, err := r.receipt()
		ok := err == nil && city.HashOf([]byte(r.Body)) == r.Hash && out.Number == r.Number
		switch {
		case i > 0:
			ok = ok && rows[i-1].Number == r.Number-1 && out.Previous == rows[i-1].Hash
		case r.Number == 1:
			ok = ok && out.Previous == ""
		case before != "":
			ok = ok && out.Previous == before
		}
		if r.Number == head.Last {
			ok = ok && head.Hash == r.Hash
		}
		if !ok || r.Number > head.Last {
			broken = append(broken, r.Number)
		}
	}
	return broken
}

// CheckChain walks the whole chain of receipts and returns how many there are
// and the numbers of those that do not hold together: changed, taken out (the
// one after it is named) or cut off the end (the missing number is named).
func (s *Store) CheckChain(ctx context.Context) (count int64, broken []int64, err error) {
	const page = 500
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		count, broken = 0, nil
		head, err := chainHead(ctx, tx)
		if err != nil {
			return err
		}
		var last receiptRow
		for {
			rows, err := rowsOf[receiptRow](ctx, tx, `SELECT number, body, hash FROM receipts WHERE number > $1 ORDER BY number LIMIT $2`, last.Number, page)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			if rows[0].Number != last.Number+1 {
				broken = append(broken, rows[0].Number)
			}
			broken = append(broken, brokenLinks(rows, last.Hash, head)...)
			count += int64(len(rows))
			last = rows[len(rows)-1]
		}
		if last.Number < head.Last {
			broken = append(broken, last.Number+1)
		}
		return nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("check the chain of receipts: %w", err)
	}
	slices.Sort(broken)
	return count, slices.Compact(broken), nil
}

// Rows of a figure: those of its time, place, category and office, whatever
// they were when it was read. A report belongs to a figure's time by its
// creation or its closing.
const reportChangesQuery = `SELECT count(*) FILTER (WHERE removed_at IS NULL AND received_at > $1)::int AS arrived,
	count(*) FILTER (WHERE removed_at IS NULL AND received_at <= $1 AND changed_at > $1)::int AS corrected,
	count(*) FILTER (WHERE removed_at > $1)::int AS withdrawn
FROM reports r WHERE (received_at > $1 OR changed_at > $1 OR removed_at > $1)
	AND created_at < $2 AND (created_at >= $3 OR closed_at >= $3)
	AND ($4 = '' OR area_within(area_code, $4)) AND ($5 = '' OR category = $5 OR category IS NULL)
	AND ($6::bigint = 0 OR office_id = $6 OR office_id IS NULL)`

const observationChangesQuery = `SELECT count(*) FILTER (WHERE received_at > $1)::int AS arrived,
	(SELECT coalesce(sum(f.n), 0) FROM quality_findings f WHERE f.indicator = $4 AND f.changed_at > $1 AND f.found_at <= $1 AND f.to_time >= $3 AND f.from_time < $2
		AND ($5 = '' OR area_within(f.area_code, $5) OR area_within($5, f.area_code)))::int AS corrected,
	(SELECT coalesce(sum(f.n), 0) FROM quality_findings f WHERE f.indicator = $4 AND f.found_at > $1 AND f.effect = 'keluarkan' AND f.to_time >= $3 AND f.from_time < $2
		AND ($5 = '' OR area_within(f.area_code, $5) OR area_within($5, f.area_code)))::int AS withdrawn
FROM observations WHERE indicator = $4 AND time >= $3 AND time < $2 AND received_at > $1 AND ($5 = '' OR area_within(area_code, $5) OR area_within($5, area_code))`

// DataChanges counts for each figure, in order, what happened to its rows since
// it was read. An observation that was written again counts as arrived: its
// former value is not kept.
func (s *Store) DataChanges(ctx context.Context, subjects []city.FigureSubject) ([]city.DataChange, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]city.DataChange, len(subjects))
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		for i, f := range subjects {
			if out[i], err = dataChange(ctx, tx, cat, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what happened to the data: %w", err)
	}
	return out, nil
}

// Rows of a figure's time that were changed, wherever they belong now.
const reportsMovedQuery = `SELECT EXISTS (SELECT 1 FROM reports WHERE changed_at > $1 AND received_at <= $1 AND removed_at IS NULL
	AND created_at < $2 AND (created_at >= $3 OR closed_at >= $3))`

type changeRow struct{ Arrived, Corrected, Withdrawn int }

func dataChange(ctx context.Context, tx pgx.Tx, cat *catalogue, f city.FigureSubject) (city.DataChange, error) {
	from, to := time.Unix(0, 0), f.At
	if f.From != nil && f.From.After(from) {
		from = *f.From
	}
	if f.To != nil && f.To.Before(to) {
		to = *f.To
	}
	area := f.Area
	if area == cat.cityCode {
		area = ""
	}
	var rows []changeRow
	var err error
	if f.Indicator != "" {
		// A latest value may have been overtaken by one after its own time.
		if f.Time != nil && f.From == nil {
			from, to = *f.Time, f.At.Add(time.Microsecond)
		}
		rows, err = rowsOf[changeRow](ctx, tx, observationChangesQuery, f.Since, to, from, f.Indicator, area)
	} else {
		if !strings.HasPrefix(f.Measure, city.MeasureReceived) { // states and closings: any report made before
			from = time.Unix(0, 0)
		}
		rows, err = rowsOf[changeRow](ctx, tx, reportChangesQuery, f.Since, to, from, area, f.Category, cat.officeID(f.Office))
	}
	if err != nil || len(rows) != 1 {
		return city.DataChange{}, err
	}
	d := city.DataChange{Arrived: rows[0].Arrived, Corrected: rows[0].Corrected, Withdrawn: rows[0].Withdrawn}
	if d == (city.DataChange{}) && f.Indicator == "" && (area != "" || f.Category != "" || f.Office != "") {
		err = tx.QueryRow(ctx, reportsMovedQuery, f.Since, to, from).Scan(&d.Moved)
	}
	return d, err
}

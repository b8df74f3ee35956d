package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// noTime is how -infinity is sent: no time.
const noTime = math.MinInt64

// epoch is where Postgres counts microseconds from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// microseconds is a time as Postgres sends it; what lies between two
// microseconds is the later one, so that whatever is stored before it is
// before t.
func microseconds(t time.Time) int64 {
	us := t.UnixMicro() - epoch.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}

func fromMicroseconds(us int64) time.Time { return time.UnixMicro(us + epoch.UnixMicro()).UTC() }

// packedStatuses are the statuses by their place in labels, which never
// changes.
var packedStatuses = []string{string(city.Open), string(city.InProgress), string(city.Closed), string(city.Rejected)}

const (
	packedOpen byte = iota
	packedInProgress
	packedClosed
	packedRejected
)

// segment is reports of one area and office as columns (migration 0015).
// Columns that a measure does not need are not read and are empty.
type segment struct {
	AreaCode                        string
	OfficeID                        int64
	Reports                         int
	Categories, Channels            []string
	Created, Responded, Closed, Due []byte
	Labels                          []byte
}

// labelWidth is how many bytes of labels a report has.
const labelWidth = 9

// timeAt is the nth time of a column.
func timeAt(column []byte, n int) int64 {
	return int64(binary.BigEndian.Uint64(column[8*n:]))
}

func appendTime(column []byte, us int64) []byte {
	return binary.BigEndian.AppendUint64(column, uint64(us))
}

// label is the places of the nth report's category and channel, and its status.
func (s *segment) label(n int) (category, channel uint32, status byte) {
	l := s.Labels[labelWidth*n : labelWidth*(n+1)]
	return binary.BigEndian.Uint32(l), binary.BigEndian.Uint32(l[4:]), l[8]
}

// rawReport is a report as it is packed; its texts are valid until the next.
type rawReport struct {
	month                           uint32 // where it is asked for: any number of its own for each month
	created, responded, closed, due int64
	office                          int64
	area, category, channel, status []byte
}

// packer packs reports into segments by month, area and office.
type packer struct {
	open map[packKey]*packing
	done []*segment
}

type packKey struct {
	month  uint32
	area   string
	office int64
}

// packing is a segment to which reports are still added.
type packing struct {
	segment
	categories, channels map[string]uint32
}

func (p *packer) add(r rawReport) {
	s, ok := p.open[packKey{r.month, string(r.area), r.office}]
	if !ok {
		if p.open == nil {
			p.open = map[packKey]*packing{}
		}
		s = &packing{segment: segment{AreaCode: string(r.area), OfficeID: r.office}, categories: map[string]uint32{}, channels: map[string]uint32{}}
		p.open[packKey{r.month, s.AreaCode, r.office}] = s
		p.done = append(p.done, &s.segment)
	}
	s.Created, s.Responded = appendTime(s.Created, r.created), appendTime(s.Responded, r.responded)
	s.Closed, s.Due = appendTime(s.Closed, r.closed), appendTime(s.Due, r.due)
	s.Labels = binary.BigEndian.AppendUint32(s.Labels, labelPlace(&s.Categories, s.categories, r.category))
	s.Labels = binary.BigEndian.AppendUint32(s.Labels, labelPlace(&s.Channels, s.channels, r.channel))
	s.Labels = append(s.Labels, byte(slices.Index(packedStatuses, string(r.status))))
	s.Reports++
}

// labelPlace is where a label stands in a list, which it joins if it is new.
func labelPlace(list *[]string, places map[string]uint32, label []byte) uint32 {
	if at, ok := places[string(label)]; ok {
		return at
	}
	at := uint32(len(*list))
	places[string(label)] = at
	*list = append(*list, string(label))
	return at
}

// rawColumns are what is packed of a report, all but the texts in eight bytes.
const rawColumns = `r.created_at, coalesce(r.responded_at, '-infinity') AS responded_at, coalesce(r.closed_at, '-infinity') AS closed_at,
	coalesce(r.due_at, '-infinity') AS due_at, coalesce(r.office_id, 0) AS office_id, r.area_code, coalesce(r.category, '') AS category, r.channel, r.status`

// pack adds rows of rawColumns, which the month may precede.
func (p *packer) pack(rows pgx.Rows, withMonth bool) error {
	defer rows.Close()
	for rows.Next() {
		v := rows.RawValues()
		var r rawReport
		if withMonth {
			r.month, v = binary.BigEndian.Uint32(v[0]), v[1:]
		}
		r.created, r.responded, r.closed, r.due, r.office = timeAt(v[0], 0), timeAt(v[1], 0), timeAt(v[2], 0), timeAt(v[3], 0), timeAt(v[4], 0)
		r.area, r.category, r.channel, r.status = v[5], v[6], v[7], v[8]
		p.add(r)
	}
	return rows.Err()
}

// monthsToSealQuery finds months with reports that are not sealed as far as
// their days have ended; $1 is today.
const monthsToSealQuery = `SELECT m.month, least((m.month + interval '1 month')::date, $1::date) AS until
	FROM (SELECT DISTINCT month FROM report_monthly WHERE received > 0 AND month < $1::date) m LEFT JOIN report_sealed_months s ON s.month = m.month
	WHERE s.until IS NULL OR s.until < least((m.month + interval '1 month')::date, $1::date) ORDER BY 1`

const staleMonthsQuery = `SELECT DISTINCT s.month, m.until FROM report_segments s JOIN report_sealed_months m ON m.month = s.month WHERE s.stale ORDER BY 1`

// sealing is a month of the city and the day before which it is sealed.
type sealing struct{ Month, Until time.Time }

// SealReports packs the reports of every day of the city that has ended into
// segments, month by month, and those of segments that a change has made stale
// anew. Measures are as right without it, only slower over many reports. It
// returns how many segments it wrote. Each month is a transaction, during which
// reports can be read but not written.
func (s *Store) SealReports(ctx context.Context) (int, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	var months, stale []sealing
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		if months, err = rowsOf[sealing](ctx, tx, monthsToSealQuery, cat.calendar.DayStart(s.now()).Format(time.DateOnly)); err != nil {
			return err
		}
		stale, err = rowsOf[sealing](ctx, tx, staleMonthsQuery)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for months to seal: %w", err)
	}
	total := 0
	for i, month := range append(months, stale...) {
		n, err := s.sealMonth(ctx, cat, month, i < len(months))
		if err != nil {
			return total, fmt.Errorf("seal %s: %w", month.Month.Format("2006-01"), err)
		}
		total += n
	}
	return total, nil
}

const (
	monthRowsQuery = `SELECT ` + rawColumns + ` FROM reports r WHERE r.removed_at IS NULL
	AND r.created_at >= $1::date::timestamp AT TIME ZONE $3::text AND r.created_at < $2::date::timestamp AT TIME ZONE $3::text ORDER BY r.created_at, r.id`
	staleRowsQuery = `SELECT s.month - '2000-01-01'::date AS month, ` + rawColumns + ` FROM report_segments s JOIN report_sealed_months m ON m.month = s.month
	JOIN reports r ON r.area_code = s.area_code AND coalesce(r.office_id, 0) = s.office_id
		AND r.created_at >= m.month::timestamp AT TIME ZONE @zone::text AND r.created_at < m.until::timestamp AT TIME ZONE @zone::text
	WHERE s.stale AND s.month = ANY (@months::date[]) AND r.removed_at IS NULL
		AND (@area = '' OR (s.area_code ~>=~ @area AND s.area_code ~<~ (@area || '/'))) AND (@office::bigint = 0 OR s.office_id = @office)
		AND (@since::timestamptz IS NULL OR r.closed_at >= @since OR (@unfinished AND r.closed_at IS NULL))`
	sealedQuery = `INSERT INTO report_sealed_months (month, until) VALUES ($1::date, $2::date)
	ON CONFLICT (month) DO UPDATE SET until = greatest(report_sealed_months.until, excluded.until), sealed_at = now()`
	saveSegmentQuery = `INSERT INTO report_segments (month, area_code, office_id, reports, unfinished, last_closed, categories, channels, created, responded, closed, due, labels)
	VALUES ($1::date, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
)

// sealMonth packs all of a month, or its stale segments.
func (s *Store) sealMonth(ctx context.Context, cat *catalogue, m sealing, all bool) (n int, err error) {
	month, until := m.Month.Format(time.DateOnly), m.Until.Format(time.DateOnly)
	err = s.write(ctx, func(tx pgx.Tx) error {
		// Who changes reports marks segments under this lock (migration 0015).
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("hold the reports still: %w", err)
		}
		p, err := packMonth(ctx, tx, cat, month, until, all)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM report_segments WHERE month = $1::date AND (stale OR $2)", month, all); err != nil {
			return fmt.Errorf("clear segments: %w", err)
		}
		if all {
			if _, err := tx.Exec(ctx, sealedQuery, month, until); err != nil {
				return fmt.Errorf("mark the month: %w", err)
			}
		}
		n = len(p.done)
		return saveSegments(ctx, tx, month, p.done)
	})
	return n, err
}

func packMonth(ctx context.Context, tx pgx.Tx, cat *catalogue, month, until string, all bool) (p packer, err error) {
	if all {
		rows, err := tx.Query(ctx, monthRowsQuery, month, until, cat.location.String())
		if err != nil {
			return p, fmt.Errorf("read the month: %w", err)
		}
		return p, p.pack(rows, false)
	}
	rows, err := tx.Query(ctx, staleRowsQuery, pgx.NamedArgs{
		"zone": cat.location.String(), "months": []string{month}, "area": "", "office": int64(0), "since": nil, "unfinished": false,
	})
	if err != nil {
		return p, fmt.Errorf("read stale segments: %w", err)
	}
	return p, p.pack(rows, true)
}

func saveSegments(ctx context.Context, tx pgx.Tx, month string, done []*segment) error {
	var batch pgx.Batch
	for _, s := range done {
		unfinished, last := 0, int64(noTime)
		for n := range s.Reports {
			closed := timeAt(s.Closed, n)
			if closed == noTime {
				unfinished++
			}
			last = max(last, closed)
		}
		var lastClosed *time.Time
		if last != noTime {
			lastClosed = new(fromMicroseconds(last))
		}
		batch.Queue(saveSegmentQuery, month, s.AreaCode, s.OfficeID, s.Reports, unfinished, lastClosed, s.Categories, s.Channels, s.Created, s.Responded, s.Closed, s.Due, s.Labels)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("save segments: %w", err)
	}
	return nil
}

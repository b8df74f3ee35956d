package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// noteAge is for how long after it came a recording is tried to be had and heard.
	noteAge = 60 * 24 * time.Hour
	// heardToo follows a report's own words: what was heard in its recordings, without
	// the mark that tells them apart on screen.
	heardToo = `CASE WHEN r.spoken = '' THEN '' ELSE E'\n\n' || r.spoken END`
	// awaitedNote is a recording whose words questions to the reporter wait for.
	awaitedNote = `SELECT FROM voice_notes v WHERE v.report_id = r.id AND v.state = 'menunggu' AND v.awaited_until > `

	// A person whose data were erased sends no more recordings into the report.
	addNotesQuery = `INSERT INTO voice_notes (report_id, address, at, received_at, awaited_until)
	SELECT t.report, t.address, t.at, $4, $5 FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS t(report, address, at)
	JOIN reports r ON r.id = t.report AND NOT 'erased' = ANY (r.held) ON CONFLICT ON CONSTRAINT voice_notes_come_once DO NOTHING`
	notesToFetchQuery = `SELECT v.id, r.source_id, v.address, v.failures FROM voice_notes v JOIN reports r ON r.id = v.report_id
	WHERE v.state = 'menunggu' AND v.sound IS NULL AND v.received_at > $2 AND (v.next_at IS NULL OR v.next_at <= $1) AND r.removed_at IS NULL ORDER BY v.id LIMIT $3`
	noteToHearQuery = `SELECT v.id, v.report_id, v.sound, v.media_type, v.seconds::float8 AS seconds, v.failures FROM voice_notes v JOIN reports r ON r.id = v.report_id
	WHERE v.state = 'menunggu' AND v.sound IS NOT NULL AND v.received_at > $2 AND (v.next_at IS NULL OR v.next_at <= $1) AND r.removed_at IS NULL ORDER BY v.id LIMIT 1`
	keepSoundQuery = `UPDATE voice_notes SET sound = $2, media_type = $3, seconds = $4, failures = 0, problem = '', next_at = NULL
	WHERE id = $1 AND state = 'menunggu' AND sound IS NULL`
	noteFailedQuery = `UPDATE voice_notes SET failures = failures + 1, problem = $2, next_at = $3, state = CASE WHEN $4 THEN 'gagal' ELSE state END
	WHERE id = $1 AND state = 'menunggu' RETURNING report_id`
	noteHeardQuery = `UPDATE voice_notes SET heard = $2, text = $2, model = $3, heard_at = $4, problem = '', next_at = NULL, state = CASE WHEN $2 = '' THEN 'tanpa_kata' ELSE 'ditulis' END
	WHERE id = $1 AND state = 'menunggu' RETURNING report_id`
	noteCorrectedQuery = `UPDATE voice_notes SET text = $3, corrected_at = $4, corrected_by = $5, state = 'ditulis', problem = '', next_at = NULL
	WHERE id = $1 AND report_id = $2 AND state <> 'dihapus'`
	spokenOfQuery   = `SELECT text FROM voice_notes WHERE report_id = $1 AND text <> '' ORDER BY at, id`
	spokenToQuery   = `SELECT text, address FROM reports WHERE id = $1 FOR UPDATE`
	setSpokenQuery  = `UPDATE reports SET spoken = $2, spoken_search = $3::text::tsvector, search = $4::text::tsvector, changed_at = now() WHERE id = $1`
	voiceNotesQuery = `SELECT id, at, state, problem, sound IS NOT NULL AS playable, seconds::float8 AS seconds, text, model, heard_at, corrected_at, corrected_by
	FROM voice_notes WHERE report_id = $1 ORDER BY at, id LIMIT 100`
	noteSoundQuery = `SELECT v.media_type, v.sound FROM voice_notes v JOIN reports r ON r.id = v.report_id
	WHERE v.report_id = $1 AND v.id = $2 AND v.sound IS NOT NULL AND r.removed_at IS NULL`

	// A voice tells who speaks: the sound, and what a machine first made of it, go
	// with who the reporter is. What stands as the report's words stays with them.
	silenceNote = `UPDATE voice_notes SET sound = NULL, media_type = '', heard = '', erased_at = $2,
	state = CASE WHEN state = 'menunggu' THEN 'dihapus' ELSE state END `
	silenceNotes = silenceNote + `WHERE report_id = ANY ($1) AND erased_at IS NULL`
)

// voiceNoteColumns are the recordings of a delivery's reports as a statement takes
// them.
type voiceNoteColumns struct {
	reports   []int64
	addresses []string
	at        []time.Time
}

func (c *voiceNoteColumns) add(report int64, notes []city.VoiceNote) {
	for _, n := range notes {
		c.reports, c.addresses, c.at = append(c.reports, report), append(c.addresses, cleanText(n.Address)), append(c.at, n.At)
	}
}

// voiceNotes keeps which recordings reports came with, each once. Where somebody
// turns them into words, questions to the reporter wait for those.
func (in *ingestion) voiceNotes(ctx context.Context, c voiceNoteColumns) error {
	if len(c.reports) == 0 {
		return nil
	}
	now := *stored(new(in.store.now()))
	var until *time.Time
	if wait := in.store.NoteWait; wait > 0 {
		until = new(now.Add(wait))
	}
	_, err := in.tx.Exec(ctx, addNotesQuery, c.reports, c.addresses, c.at, now, until)
	return wrapped(err, "keep which recordings reports came with")
}

// NoteToFetch is a recording whose sound is not here yet.
type NoteToFetch struct {
	ID       int64
	SourceID int64
	Address  string
	Failures int // how often it could not be had so far
}

// NotesToFetch returns recordings whose sound is to be fetched now, oldest first,
// at most limit, of those that came in the last 60 days.
func (s *Store) NotesToFetch(ctx context.Context, limit int) (out []NoteToFetch, err error) {
	now := s.now()
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[NoteToFetch](ctx, tx, notesToFetchQuery, now, now.Add(-noteAge), limit)
		return err
	})
	return out, wrapped(err, "read which recordings to fetch")
}

// KeepSound keeps a recording's sound, and of which kind (city.SniffSound) and how
// long it is.
func (s *Store) KeepSound(ctx context.Context, id int64, sound []byte, kind string, length time.Duration) error {
	return wrapped(s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, keepSoundQuery, id, sound, kind, float32(length.Seconds()))
		return err
	}), "keep a recording")
}

// NoteToHear is a recording that has no words yet.
type NoteToHear struct {
	ID, ReportID int64
	Sound        []byte
	MediaType    string
	Seconds      float64 // 0: not known
	Failures     int
}

// NoteToHear returns the recording that has waited longest for its words and is
// due, nil when there is none.
func (s *Store) NoteToHear(ctx context.Context) (out *NoteToHear, err error) {
	now := s.now()
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[NoteToHear](ctx, tx, noteToHearQuery, now, now.Add(-noteAge))
		if err == nil && len(rows) > 0 {
			out = &rows[0]
		}
		return err
	})
	return out, wrapped(err, "read which recording to hear")
}

// NoteFailure says why a recording could not be had or heard.
type NoteFailure struct {
	Problem city.VoiceProblem
	RetryAt time.Time
	Over    bool // it is not tried again
	// Sent is how many bytes of sound left for the service, 0 for none; Model what
	// was asked.
	Sent  int
	Model string
}

// NoteFailed notes it beside the report. What left the server is audited: how much,
// never what.
func (s *Store) NoteFailed(ctx context.Context, id int64, f NoteFailure) error {
	return wrapped(s.write(ctx, func(tx pgx.Tx) error {
		reports, err := column[int64](ctx, tx, noteFailedQuery, id, f.Problem, given(f.RetryAt), f.Over)
		if err != nil || len(reports) == 0 || f.Sent == 0 {
			return err
		}
		return record(ctx, tx, itself, "report.voice", strconv.FormatInt(reports[0], 10), "", map[string]any{"bytes": f.Sent, "model": f.Model, "ok": false})
	}), "note that a recording has no words")
}

// NoteHeard is what a machine heard in a recording, "" if nobody speaks in it.
type NoteHeard struct {
	Text  string
	Model string
	Sent  int // bytes of sound that left for the service
	// Stems makes search words of a text, space separated.
	Stems func(text string) string
}

// KeepTranscript keeps what was heard beside the report's own words, has the report
// analysed anew, tells the screens, and audits that sound left: how much, never what.
// A recording that has its words already keeps them.
func (s *Store) KeepTranscript(ctx context.Context, id int64, h NoteHeard) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return wrapped(s.write(ctx, func(tx pgx.Tx) error {
		// Whoever changes reports takes the counts first, then the rows.
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		reports, err := column[int64](ctx, tx, noteHeardQuery, id, transcript(h.Text), h.Model, *stored(new(s.now())))
		if err != nil || len(reports) == 0 {
			return err
		}
		if err := record(ctx, tx, itself, "report.voice", strconv.FormatInt(reports[0], 10), "", map[string]any{"bytes": h.Sent, "model": h.Model, "ok": true}); err != nil {
			return err
		}
		return respeak(ctx, tx, cat, reports[0], h.Stems)
	}), "keep what was heard in a recording")
}

// CorrectTranscript puts the words of a recording right: an officer listened. What
// the machine wrote stays beside it. stems makes search words of a text.
func (s *Store) CorrectTranscript(ctx context.Context, by city.Actor, asker city.Asker, c city.TranscriptCorrection, stems func(text string) string) error {
	text := transcript(c.Text)
	if text == "" {
		return city.InvalidField("body.text", "must hold the words that are heard")
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := lockForCorrection(ctx, tx, asker, c.ReportID); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, noteCorrectedQuery, c.NoteID, c.ReportID, text, *stored(new(s.now())), by.Name)
		if err != nil {
			return fmt.Errorf("correct a transcript: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "report %d has no recording %d", c.ReportID, c.NoteID)
		}
		if err := record(ctx, tx, by, "report.voice_correct", strconv.FormatInt(c.ReportID, 10), "", map[string]any{"recording": c.NoteID}); err != nil {
			return err
		}
		return respeak(ctx, tx, cat, c.ReportID, stems)
	})
}

// transcript is a text as it is kept: of valid characters, bounded.
func transcript(text string) string {
	text = strings.TrimSpace(cleanText(text))
	if utf8.RuneCountInString(text) <= city.LongestTranscript {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:city.LongestTranscript]))
}

type ownWords struct{ Text, Address string }

// respeak gives a report what its recordings say now: for search, analysis, screens.
func respeak(ctx context.Context, tx pgx.Tx, cat *catalogue, report int64, stems func(text string) string) error {
	own, err := rowsOf[ownWords](ctx, tx, spokenToQuery, report)
	if err != nil || len(own) == 0 {
		return err
	}
	said, err := column[string](ctx, tx, spokenOfQuery, report)
	if err != nil {
		return err
	}
	spoken := strings.Join(said, "\n\n")
	if _, err := tx.Exec(ctx, setSpokenQuery, report, spoken, vector(stems(spoken)), vector(stems(own[0].Text+" "+own[0].Address+" "+spoken))); err != nil {
		return fmt.Errorf("write what was heard: %w", err)
	}
	if err := queueAnalysis(ctx, tx, []int64{report}); err != nil {
		return err
	}
	events, err := reportEvents(ctx, tx, cat, []int64{report}, nil, time.Time{})
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, events)
}

type voiceNoteRow struct {
	ID                   int64
	At                   time.Time
	State, Problem       string
	Playable             bool
	Seconds              float64
	Text, Model          string
	HeardAt, CorrectedAt *time.Time
	CorrectedBy          string
}

// voiceNotesOf are the recordings of a report that the transaction's role may see.
func voiceNotesOf(ctx context.Context, tx pgx.Tx, report int64) ([]city.ReportVoice, error) {
	rows, err := rowsOf[voiceNoteRow](ctx, tx, voiceNotesQuery, report)
	if err != nil {
		return nil, fmt.Errorf("read the recordings of report %d: %w", report, err)
	}
	var out []city.ReportVoice
	for _, r := range rows {
		out = append(out, city.ReportVoice{
			ID: r.ID, At: r.At, State: city.VoiceNoteState(r.State), Problem: city.VoiceProblem(r.Problem), Playable: r.Playable, Seconds: r.Seconds,
			Text: city.MaskSpoken(city.MaskPersonal(r.Text)), Model: r.Model, HeardAt: r.HeardAt, CorrectedAt: r.CorrectedAt, CorrectedBy: r.CorrectedBy,
		})
	}
	return out, nil
}

// VoiceSound returns the sound of a recording of a report that the asker may see.
func (s *Store) VoiceSound(ctx context.Context, asker city.Asker, report, id int64) (kind string, sound []byte, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, noteSoundQuery, report, id).Scan(&kind, &sound)
		if errors.Is(err, pgx.ErrNoRows) {
			return city.Errorf(city.NotFound, "there is no recording %d of report %d, or it is not yours to hear", id, report)
		}
		return err
	})
	return kind, sound, wrapped(err, "read a recording")
}

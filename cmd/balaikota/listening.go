package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"balaikota/agents/voice"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store"
)

// Bounds of the work on citizens' recordings. One is heard at a time: a service of
// the city's own has one processor, and no report waits for another node's.
const (
	notesPerRun   = 20
	noteTime      = 30 * time.Second // for fetching one
	noteTries     = 5                // what cannot be had, or is refused, by then is left
	noteWait      = 10 * time.Minute // questions to the reporter wait so long for words
	firstNoteWait = 30 * time.Second // after a service that did not answer; doubled after each more
	maxNoteWait   = 30 * time.Minute
)

// listener fetches the recordings that reports came with, keeps them, and has them
// turned into words where the city has a service for that.
type listener struct {
	db          *database
	keeper      mediaKeeper
	transcriber *voice.Transcriber // nil: nobody turns them into words
	stored      func()             // called when a report has words that it had not
	log         *slog.Logger
	now         func() time.Time
	wake        chan struct{}
	// The service did not answer so many times in a row; it is left alone until then.
	silent int
	until  time.Time
}

// newListener hands recordings to the ear's service if the setting lets them go there.
func newListener(ctx context.Context, db *database, ear *ear, cfg config.Voice, stored func(), log *slog.Logger) *listener {
	l := &listener{db: db, stored: stored, log: log, now: time.Now, wake: make(chan struct{}, 1)}
	if ear.transcriber == nil || cfg.VoiceReports == "never" {
		return l
	}
	notes := *ear.transcriber
	notes.Names = ear.places
	if cfg.VoiceReports == "always" {
		l.transcriber = &notes
	} else if l.transcriber = notes.Inside(); l.transcriber.Outside(ctx) {
		log.Warn("The transcription service lies outside the city's network; citizens' recordings do not go there. BALAIKOTA_VOICE_REPORTS=always would let them")
		l.transcriber = nil
	}
	if l.transcriber != nil {
		db.NoteWait = noteWait
	}
	return l
}

// stir makes the listener look for recordings now.
func (l *listener) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run works until ctx ends. It looks when it is stirred and, for what is due again
// or came in by another node, every five seconds.
func (l *listener) run(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		if err := l.drain(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("Recordings were not heard; they stay queued", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		case <-tick.C:
		}
	}
}

// drain fetches and hears what is due, unless another node is at it.
func (l *listener) drain(ctx context.Context) error {
	release, ok, err := l.db.TryLock(ctx, "pesan-suara")
	if err != nil || !ok {
		return err
	}
	defer release()
	if err := l.fetch(ctx); err != nil {
		return err
	}
	for l.transcriber != nil && !l.now().Before(l.until) {
		n, err := l.db.NoteToHear(ctx)
		if err != nil || n == nil {
			return err
		}
		if err := l.hear(ctx, *n); err != nil {
			return err
		}
	}
	return nil
}

// fetch brings the sound of what is due here: services give it for some days only.
func (l *listener) fetch(ctx context.Context) error {
	due, err := l.db.NotesToFetch(ctx, notesPerRun)
	if err != nil || len(due) == 0 {
		return err
	}
	all, err := l.db.Sources(ctx)
	if err != nil {
		return err
	}
	sources := make(map[int64]city.Source, len(all))
	for _, s := range all {
		sources[s.ID] = s
	}
	for _, d := range due {
		if err := l.fetchOne(ctx, d, sources[d.SourceID]); err != nil {
			return err
		}
	}
	return nil
}

func (l *listener) fetchOne(ctx context.Context, d store.NoteToFetch, from city.Source) error {
	asking, cancel := context.WithTimeout(ctx, noteTime)
	defer cancel()
	sound, err := l.keeper.Media(asking, from, d.Address)
	if ctx.Err() != nil {
		return ctx.Err() // it stays due
	}
	if err != nil {
		l.log.Info("A recording was not given", "source", from.Slug, "failures", d.Failures+1, "why", photoFailure(err))
		return l.db.NoteFailed(ctx, d.ID, store.NoteFailure{Problem: city.VoiceNotGiven, RetryAt: l.now().Add(photoWait(d.Failures, err)), Over: d.Failures+1 >= noteTries})
	}
	kind, _, ok := city.SniffSound(sound)
	if !ok || len(sound) > city.LargestVoiceNote {
		return l.db.NoteFailed(ctx, d.ID, store.NoteFailure{Problem: city.VoiceNoSound, Over: true})
	}
	return l.db.KeepSound(ctx, d.ID, sound, kind, city.SoundLength(sound))
}

// hear has one recording turned into words. Killed before the words are stored, it
// is heard again; stored, never.
func (l *listener) hear(ctx context.Context, n store.NoteToHear) error {
	length := time.Duration(n.Seconds * float64(time.Second))
	if length > city.LongestVoiceNote {
		return l.db.NoteFailed(ctx, n.ID, store.NoteFailure{Problem: city.VoiceTooLong, Over: true})
	}
	_, ending, _ := city.SniffSound(n.Sound)
	heard, err := l.transcriber.TranscribeNote(ctx, ending, n.Sound, length)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		l.silent = 0
		if err := l.db.KeepTranscript(ctx, n.ID, store.NoteHeard{Text: heard.Text, Model: l.transcriber.Model(), Sent: len(n.Sound), Stems: stemsOf}); err != nil {
			return err
		}
		l.stored()
		return nil
	}
	failed := store.NoteFailure{Problem: city.VoiceNoService, Sent: len(n.Sound), Model: l.transcriber.Model()}
	if refused, ok := errors.AsType[*voice.RefusedError](err); ok && refused.TheFile() {
		l.log.Info("The transcription service refuses a recording", "report_id", n.ReportID, "status", refused.Status)
		failed.Problem, failed.Over = city.VoiceRefused, n.Failures+1 >= noteTries
		failed.RetryAt = l.now().Add(firstNoteWait << min(n.Failures, 5))
		return l.db.NoteFailed(ctx, n.ID, failed)
	}
	// Nothing is wrong with the recording: the service is left alone for a while.
	wait := min(firstNoteWait<<min(l.silent, 10), maxNoteWait)
	l.silent++
	l.until = l.now().Add(wait)
	if errors.Is(err, voice.ErrOutside) {
		failed.Problem, failed.Sent = city.VoiceOutside, 0
	}
	l.log.Warn("The transcription service does not turn a recording into words; it is asked again later", "report_id", n.ReportID, "after", wait, "err", err)
	failed.RetryAt = l.until
	return l.db.NoteFailed(ctx, n.ID, failed)
}

func stemsOf(text string) string { return strings.Join(language.Words(text), " ") }

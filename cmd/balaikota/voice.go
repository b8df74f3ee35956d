package main

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"balaikota/agents/voice"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/web"
)

// ear is the server's microphone and voice: agents/voice with the city's names.
type ear struct {
	*voice.Speaker
	db          *database
	geography   *geography
	transcriber *voice.Transcriber // nil: none is configured
	log         *slog.Logger
	mu          sync.Mutex
	lexicon     *voice.Lexicon
	outdoors    *voice.Lexicon // without the people of the city hall
	madeAt      time.Time
}

// lexiconAge is how long the names are kept before they are read again.
const lexiconAge = 10 * time.Minute

func newEar(db *database, g *geography, cfg config.Voice, log *slog.Logger) (*ear, error) {
	e := &ear{Speaker: voice.NewSpeaker(), db: db, geography: g, log: log}
	if cfg.VoiceURL == "" {
		return e, nil
	}
	key, err := cfg.Key()
	if err != nil {
		return nil, err
	}
	at := voice.Endpoint{BaseURL: cfg.VoiceURL, Model: cfg.VoiceModel, Key: key, Timeout: cfg.VoiceTimeout}
	e.transcriber, err = voice.NewTranscriber(at, e.names)
	return e, err
}

// Spoken is how a text is read aloud.
func (e *ear) Spoken(text string) string { return voice.Spoken(text) }

// Transcribe turns a recording into text, and records that sound left the
// server: how much, never what was said.
func (e *ear) Transcribe(ctx context.Context, by city.Actor, wav []byte) (web.Transcript, error) {
	if e.transcriber == nil {
		err := city.Errorf(city.NotFound, "no transcription service is configured; set BALAIKOTA_VOICE_URL")
		err.Key = "error.voice_off"
		return web.Transcript{}, err
	}
	heard, err := e.transcriber.Transcribe(ctx, wav)
	if city.CodeOf(err) != city.Invalid { // what is refused here never left
		if err := e.db.Record(context.WithoutCancel(ctx), by, "suara.transkripsi", "layanan transkripsi", "", map[string]any{"bytes": len(wav), "ok": err == nil}); err != nil {
			e.log.Error("A recording's leaving was not recorded", "err", err)
		}
	}
	if err != nil {
		return web.Transcript{}, err
	}
	out := web.Transcript{Text: heard.Text}
	for _, c := range heard.Corrections {
		out.Corrections = append(out.Corrections, web.VoiceCorrection(c))
	}
	return out, nil
}

// abilities say what the ear can do.
func (e *ear) abilities(ctx context.Context) city.AssistantState {
	s := city.AssistantState{Voice: e.transcriber != nil, Speech: e.Able()}
	if !s.Voice {
		s.VoiceHelp = "Mikrofon belum aktif: layanan transkripsi belum diatur. Isi BALAIKOTA_VOICE_URL pada server (lihat docs/config.md), lalu jalankan ulang."
	}
	var err error
	if s.TextLeaves, err = e.db.TextLeaves(ctx); err != nil {
		e.log.Warn("Whether citizens' words may leave was not read", "err", err)
	}
	return s
}

// names are the city's names as a recogniser should write them.
func (e *ear) names() *voice.Lexicon {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.renew()
	return e.lexicon
}

// places are the same names without those of people, whom no citizen's words are
// taken for.
func (e *ear) places() *voice.Lexicon {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.renew()
	return e.outdoors
}

// renew reads the names again when they are old; what was read stays if that fails.
func (e *ear) renew() {
	if e.lexicon != nil && time.Since(e.madeAt) < lexiconAge {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	names, people, err := e.readNames(ctx)
	if err != nil {
		e.log.Warn("The names for transcripts were not read", "err", err)
		return
	}
	e.lexicon, e.madeAt = voice.NewLexicon(names, people, language.Known), time.Now()
	e.outdoors = voice.NewLexicon(names, nil, language.Known).Careful()
}

func (e *ear) readNames(ctx context.Context) (names, people []string, err error) {
	names = []string{e.db.city.Name}
	for _, level := range []city.Level{city.Kecamatan, city.Kelurahan} {
		for _, a := range e.geography.Areas(level) {
			names = append(names, a.Name)
		}
	}
	offices, err := e.db.Offices(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range offices {
		names = append(names, o.ShortName, o.Name)
	}
	officers, err := e.db.Officers(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range officers {
		people = append(people, o.Name)
	}
	slices.SortStableFunc(people, cmp.Compare[string])
	return names, people, nil
}

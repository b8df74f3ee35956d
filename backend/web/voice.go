package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// Voice hears and speaks for the assistant. cmd/balaikota makes it of agents/voice.
type Voice interface {
	// Transcribe turns a WAV recording (16 kHz, mono, 16 bit) into text.
	Transcribe(ctx context.Context, by city.Actor, wav []byte) (Transcript, error)
	// Say returns a text as a WAV file; NotFound when the server has no voice.
	Say(ctx context.Context, text string) ([]byte, error)
	// Spoken is how the text is read aloud.
	Spoken(text string) string
}

// Transcript is what was heard in a recording, names put right. It counts only
// once the person has seen it and asks it.
type Transcript struct {
	Text        string            `json:"text"`
	Corrections []VoiceCorrection `json:"corrections" nullable:"false"`
}

// VoiceCorrection is a name that the recogniser wrote otherwise.
type VoiceCorrection struct {
	Heard   string `json:"heard"`
	Written string `json:"written"`
}

// largestRecording is a minute of sound and its header.
const largestRecording = 2 << 20

// transcribe answers POST /api/voice/transcriptions, whose body is the
// recording itself.
func (s *server) transcribe(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	if kind, _, _ := strings.Cut(c.Request().Header.Get("Content-Type"), ";"); kind != "audio/wav" && kind != "audio/x-wav" && kind != "audio/wave" {
		e := city.InvalidField("header.content-type", "must be audio/wav, not %q", kind)
		e.Key = "error.voice_format"
		return e
	}
	wav, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, largestRecording))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		e := city.Errorf(city.Invalid, "the recording is larger than %d bytes", largestRecording)
		e.Key = "error.voice_long"
		return e
	}
	if err != nil {
		return city.Wrap(city.Invalid, err, "the recording did not arrive whole")
	}
	out, err := s.Voice.Transcribe(ctx, sessionOf(ctx).Actor(), wav)
	if err != nil {
		return err
	}
	out.Corrections = orEmpty(out.Corrections)
	return c.JSON(http.StatusOK, out)
}

// speak answers POST /api/voice/speech with {"text"}: sound, or with Accept:
// text/plain the words as they are read aloud; 204 where the server has no voice.
func (s *server) speak(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := c.Bind(&in); err != nil || strings.TrimSpace(in.Text) == "" {
		return city.InvalidField("body.text", "must hold the text to say")
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if strings.HasPrefix(c.Request().Header.Get("Accept"), "text/plain") {
		return c.String(http.StatusOK, s.Voice.Spoken(in.Text))
	}
	wav, err := s.Voice.Say(ctx, in.Text)
	if city.CodeOf(err) == city.NotFound {
		return c.NoContent(http.StatusNoContent)
	}
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "audio/wav", wav)
}

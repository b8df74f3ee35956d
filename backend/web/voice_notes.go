package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// getVoiceNote answers GET /api/reports/{id}/voice-notes/{note}: a recording that
// the report came with, as it was sent, for those who may see the report. Players
// ask for parts of it.
func (s *server) getVoiceNote(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	report, err := strconv.ParseInt(c.Param("id"), 10, 64)
	note, err2 := strconv.ParseInt(c.Param("note"), 10, 64)
	if err != nil || err2 != nil {
		return city.Errorf(city.NotFound, "there is no such recording")
	}
	kind, sound, err := s.Store.VoiceSound(ctx, askerOf(ctx), report, note)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-store") // it says who speaks
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(sound))
	return nil
}

type transcriptInput struct {
	ID   int64 `path:"id"`
	Note int64 `path:"note"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"20000" doc:"The words that are heard"`
	}
}

func (s *server) correctTranscript(ctx context.Context, in *transcriptInput) (*reportBody, error) {
	c := city.TranscriptCorrection{ReportID: in.ID, NoteID: in.Note, Text: in.Body.Text}
	if err := s.Analyst.CorrectTranscript(ctx, sessionOf(ctx).Actor(), askerOf(ctx), c); err != nil {
		return nil, err
	}
	return s.getReport(ctx, &reportInput{ID: in.ID})
}

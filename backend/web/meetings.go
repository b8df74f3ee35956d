package web

import (
	"context"
	"net/http"
	"strings"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// MeetingStore is what the handlers of meetings need of the store. Week "" is
// the present one.
type MeetingStore interface {
	Meeting(ctx context.Context, asker city.Asker, week string) (city.Meeting, error)
	AddMeetingPoint(ctx context.Context, by city.Actor, asker city.Asker, week string, in city.MeetingPointInput) (city.MeetingPoint, error)
	ChangeMeetingPoint(ctx context.Context, by city.Actor, asker city.Asker, id int64, in city.MeetingPointChange) (city.MeetingPoint, error)
	CloseMeeting(ctx context.Context, by city.Actor, asker city.Asker, week string, present []string) (city.Meeting, error)
}

// meetingHolders write a meeting's points and close it.
var meetingHolders = audience{name: "wali_kota, sekda", roles: []city.Role{city.WaliKota, city.Sekda}}

// thisWeek in a path is the present week.
const thisWeek = "sekarang"

func weekIn(path string) string {
	if path == thisWeek {
		return ""
	}
	return path
}

type meetingInput struct {
	Week string `path:"week" doc:"ISO week, 2026-W47, or sekarang" maxLength:"10"`
}

type meetingBody struct{ Body city.Meeting }

func (s *server) getMeeting(ctx context.Context, in *meetingInput) (*meetingBody, error) {
	out, err := s.Store.Meeting(ctx, askerOf(ctx), weekIn(in.Week))
	return &meetingBody{Body: out}, err
}

type newPointInput struct {
	Week string `path:"week" doc:"ISO week, 2026-W47, or sekarang" maxLength:"10"`
	Body city.MeetingPointInput
}

type pointBody struct{ Body city.MeetingPoint }

func (s *server) postMeetingPoint(ctx context.Context, in *newPointInput) (*pointBody, error) {
	out, err := s.Store.AddMeetingPoint(ctx, sessionOf(ctx).Actor(), askerOf(ctx), weekIn(in.Week), in.Body)
	return &pointBody{Body: out}, err
}

type pointChangeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body city.MeetingPointChange
}

func (s *server) changeMeetingPoint(ctx context.Context, in *pointChangeInput) (*pointBody, error) {
	out, err := s.Store.ChangeMeetingPoint(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body)
	return &pointBody{Body: out}, err
}

type closeMeetingInput struct {
	Week string `path:"week" doc:"ISO week, 2026-W47, or sekarang" maxLength:"10"`
	Body struct {
		Present []string `json:"present" nullable:"false" maxItems:"100" doc:"Names or posts of who was there"`
	}
}

func (s *server) closeMeeting(ctx context.Context, in *closeMeetingInput) (*meetingBody, error) {
	out, err := s.Store.CloseMeeting(ctx, sessionOf(ctx).Actor(), askerOf(ctx), weekIn(in.Week), in.Body.Present)
	return &meetingBody{Body: out}, err
}

// getMinutes answers GET /api/meetings/{week}/minutes: a page to print, or
// with ?format=md the same as Markdown. A meeting that is not closed prints as
// a draft.
func (s *server) getMinutes(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	format := c.QueryParam("format")
	if format != "" && format != "html" && format != "md" {
		return city.InvalidField("query.format", "is html or md")
	}
	m, err := s.Store.Meeting(ctx, askerOf(ctx), weekIn(c.Param("week")))
	if err != nil {
		return err
	}
	set, err := s.Store.Setting(ctx)
	if err != nil {
		return err
	}
	sheet, err := newMinutesSheet(set, m)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	if format == "md" {
		h.Set("Content-Disposition", `attachment; filename="notulen-`+m.Week+`.md"`)
		return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(sheet.markdown()))
	}
	var page strings.Builder
	if err := minutesPage.Execute(&page, sheet); err != nil {
		return city.Wrap(city.Internal, err, "the minutes could not be laid out")
	}
	// The page brings one style of its own, known by its hash, and nothing else.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+minutesStyleHash+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return c.HTML(http.StatusOK, page.String())
}

package web

import (
	"context"
	"net/http"
	"strconv"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// CameraStore is what the handlers of cameras read.
type CameraStore interface {
	Cameras(ctx context.Context, asker city.Asker) ([]city.Camera, error)
	CameraStill(ctx context.Context, asker city.Asker, id int64) ([]byte, error)
}

type camerasBody struct {
	Body []city.Camera `nullable:"false"`
}

func (s *server) getCameras(ctx context.Context, _ *struct{}) (*camerasBody, error) {
	out, err := s.Store.Cameras(ctx, askerOf(ctx))
	return &camerasBody{Body: out}, err
}

// getCameraStill answers GET /api/cameras/{id}/still: the newest still, which no
// cache keeps: there is to be one, and only here.
func (s *server) getCameraStill(c echo.Context) error {
	ctx := c.Request().Context()
	if err := watchers.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "there is no such camera")
	}
	picture, err := s.Store.CameraStill(ctx, askerOf(ctx), id)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, "image/jpeg", picture)
}

package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// postAttachment answers POST /api/attachments: multipart/form-data with
// client_id and the file. What it is, its bytes say.
func (s *server) postAttachment(c echo.Context) error {
	ctx := c.Request().Context()
	if err := senders.admit(ctx); err != nil {
		return err
	}
	clientID, name, content, err := readAttachment(c)
	if err != nil {
		return err
	}
	out, err := s.Store.AddAttachment(ctx, sessionOf(ctx).Actor(), askerOf(ctx), clientID, name, content)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

func readAttachment(c echo.Context) (clientID, name string, content []byte, err error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, city.LargestAttachment+64<<10)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", "", nil, city.InvalidField("header.content-type", "must be multipart/form-data")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", "", nil, fileNotWhole(err)
		}
		raw, err := io.ReadAll(io.LimitReader(part, city.LargestAttachment+1))
		if err != nil {
			return "", "", nil, fileNotWhole(err)
		}
		switch part.FormName() {
		case "client_id":
			clientID = string(raw)
		case "file":
			content, name = raw, part.FileName()
		}
	}
	return clientID, name, content, nil
}

func fileNotWhole(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		e := city.InvalidField("file", "is larger than 10 MB")
		e.Key = "error.dsp_file_large"
		return e
	}
	return city.Wrap(city.Invalid, err, "the file did not arrive whole")
}

// getAttachment answers GET /api/attachments/:id. The file is saved, never
// shown by the browser: it came from outside.
func (s *server) getAttachment(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "there is no such attachment")
	}
	a, content, err := s.Store.Attachment(ctx, askerOf(ctx), id)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, a.Type, content)
}

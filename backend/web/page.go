package web

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// missingPage is shown by a program that was built without the frontend.
const missingPage = `<!doctype html><html lang="id"><meta charset="utf-8"><title>Balaikota</title>
<p>Program ini dibuat tanpa halaman. Jalankan <code>make build</code>.</p>
<p lang="en">This program was built without its pages. Run <code>make build</code>.</p></html>`

// getPage serves the built frontend: files by name, and index.html for every
// address of a view. Hashed assets are kept for ever, the rest is asked anew.
func (s *server) getPage(c echo.Context) error {
	name := strings.TrimPrefix(path.Clean("/"+c.Param("*")), "/")
	for _, api := range []string{"api", "live", "tiles", "geo", "basemap", "open311", "publik"} {
		if name == api || strings.HasPrefix(name, api+"/") {
			return city.Errorf(city.NotFound, "there is no %s /%s", c.Request().Method, name)
		}
	}
	if s.Frontend == nil {
		return c.HTML(http.StatusOK, missingPage)
	}
	if name == "" || (!fileExists(s.Frontend, name) && path.Ext(name) == "") {
		name = "index.html"
	}
	if !fileExists(s.Frontend, name) {
		if name == "index.html" {
			return c.HTML(http.StatusOK, missingPage)
		}
		return city.Errorf(city.NotFound, "there is no /%s", name)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	contentType := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".webmanifest" {
		contentType = "application/manifest+json"
	}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	h.Set("Vary", "Accept-Encoding")
	accepted := c.Request().Header.Get("Accept-Encoding")
	for _, enc := range []struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if strings.Contains(accepted, enc.name) && fileExists(s.Frontend, name+enc.ext) && c.Request().Header.Get("Range") == "" {
			h.Set("Content-Encoding", enc.name)
			name += enc.ext
			break
		}
	}
	http.ServeFileFS(c.Response(), c.Request(), s.Frontend, name)
	return nil
}

func fileExists(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && !info.IsDir()
}

// operationID names an operation in the API description: "get-reports-id".
func operationID(method, route string) string {
	words := strings.FieldsFunc(strings.TrimPrefix(route, "/api/"), func(r rune) bool { return r == '/' || r == '{' || r == '}' })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

// tagOf groups operations by subject.
func tagOf(route string) string {
	subject, _, _ := strings.Cut(strings.TrimPrefix(route, "/api/"), "/")
	return subject
}

package connectortest

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// Answers answers the n-th request with the case's response.EXT, then
// response-2.EXT, response-3.EXT and so on; 404 when there is none left.
func Answers(folder, ext, contentType string) http.Handler {
	var mu sync.Mutex
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		name := "response." + ext
		if n > 1 {
			name = "response-" + strconv.Itoa(n) + "." + ext
		}
		mu.Unlock()
		answerFile(w, r, filepath.Join(folder, name), contentType)
	})
}

// Files answers each path with the file of that name below folder; name may
// say another name for a request, or be nil.
func Files(folder string, name func(*http.Request) string) http.Handler {
	if name == nil {
		name = func(r *http.Request) string { return r.URL.Path }
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answerFile(w, r, filepath.Join(folder, filepath.FromSlash(name(r))), "")
	})
}

func answerFile(w http.ResponseWriter, r *http.Request, file, contentType string) {
	body, err := os.ReadFile(file)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	_, _ = w.Write(body)
}

// Asked writes down the requests that pass through it.
type Asked struct {
	mu    sync.Mutex
	lines []string
}

// Of returns a handler that writes each request down as "GET /path?query",
// unescaped, followed by those of the named headers that it has
// ("X-Kunci=nilai"), and hands it on to h.
func (a *Asked) Of(h http.Handler, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := r.Method + " " + r.URL.RequestURI()
		if plain, err := url.QueryUnescape(line); err == nil {
			line = plain
		}
		for _, name := range headers {
			if v := r.Header.Get(name); v != "" {
				line += " " + name + "=" + v
			}
		}
		a.mu.Lock()
		a.lines = append(a.lines, line)
		a.mu.Unlock()
		h.ServeHTTP(w, r)
	})
}

// Lines returns the requests so far, never nil.
func (a *Asked) Lines() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.lines...)
}

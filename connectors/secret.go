package connectors

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"balaikota/backend/city"
)

// Secrets reveals secrets by reference and remembers every value it revealed,
// so that Redact can take them out of errors and addresses.
type Secrets struct {
	// Lookup reads an environment variable; os.LookupEnv if nil.
	Lookup func(name string) (string, bool)
	// Folders are where file:PATH may point to; /run/secrets and
	// /etc/balaikota if empty. A relative PATH is within the first.
	Folders []string

	mu     sync.RWMutex
	values []string
}

// ownNames are variables that configure Balaikota itself. A source may not
// read them: it could be set up to send them anywhere.
var ownNames = regexp.MustCompile(`^(DATABASE_URL|PG[A-Z]+|BALAIKOTA_.*)$`)

const maxSecretBytes = 16 << 10

// Reveal returns the value that ref ("env:NAME" or "file:PATH") stands for,
// without surrounding white space. Errors name the reference, never the value.
func (s *Secrets) Reveal(ref string) (string, error) {
	var value string
	var err error
	switch kind, name, _ := strings.Cut(ref, ":"); kind {
	case "env":
		value, err = s.fromEnv(name)
	case "file":
		value, err = s.fromFile(name)
	default:
		return "", city.Errorf(city.Invalid, "a secret is written env:NAME or file:PATH")
	}
	if err != nil {
		return "", err
	}
	value = strings.TrimSpace(value)
	if value == "" {
		return "", city.Errorf(city.Invalid, "the secret %s is empty", ref)
	}
	s.remember(value)
	return value, nil
}

func (s *Secrets) fromEnv(name string) (string, error) {
	if ownNames.MatchString(name) && !strings.HasPrefix(name, "BALAIKOTA_SECRET_") {
		return "", city.Errorf(city.Forbidden, "a source may not read %s; put its secret into a variable of its own", name)
	}
	lookup := s.Lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	v, ok := lookup(name)
	if !ok {
		return "", city.Errorf(city.NotFound, "the environment variable %s is not set; set it where Balaikota is started", name)
	}
	return v, nil
}

func (s *Secrets) fromFile(name string) (string, error) {
	folders := s.Folders
	if len(folders) == 0 {
		folders = []string{"/run/secrets", "/etc/balaikota"}
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(folders[0], name)
	}
	for _, folder := range folders {
		rel, err := filepath.Rel(folder, name)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		return readInside(folder, rel)
	}
	return "", city.Errorf(city.Forbidden, "a secret's file must lie in %s", strings.Join(folders, " or "))
}

// readInside reads a small file below folder; links cannot lead out of it.
func readInside(folder, name string) (string, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", city.Wrap(city.NotFound, err, "the folder of secrets cannot be opened")
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return "", city.Wrap(city.NotFound, err, "the secret's file cannot be opened")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	if err != nil {
		return "", fmt.Errorf("read a secret's file: %w", err)
	}
	if len(b) > maxSecretBytes {
		return "", city.Errorf(city.Invalid, "the secret's file is larger than %d kB", maxSecretBytes>>10)
	}
	return string(b), nil
}

// remember keeps a value for Redact. Values under four characters would take
// half of every text with them; whoever uses one has no secret to lose.
func (s *Secrets) remember(value string) {
	if len(value) < 4 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
		if !slices.Contains(s.values, v) {
			s.values = append(s.values, v)
		}
	}
	// Longest first, so that one secret within another leaves no rest.
	slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
}

// Redact replaces every secret revealed so far in text.
func (s *Secrets) Redact(text string) string {
	if s == nil {
		return text
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.values {
		text = strings.ReplaceAll(text, v, "[rahasia]")
	}
	return text
}

var secretParam = regexp.MustCompile(`(?i)key|token|secret|pass|pwd|sig|auth|cred|session`)

// RedactURL returns an address fit for logs: without name and password, and
// with the values of parameters that look like secrets taken out.
func RedactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "[alamat tidak terbaca]"
	}
	u.User, u.Fragment = nil, ""
	if u.RawQuery != "" {
		q := u.Query()
		for name := range q {
			if secretParam.MatchString(name) {
				q[name] = []string{"[rahasia]"}
			}
		}
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// redactedError says what its cause says, without secrets. The cause is still
// found by errors.Is and errors.As.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// RedactError returns err with secrets taken out of its text.
func (s *Secrets) RedactError(err error) error {
	if err == nil {
		return nil
	}
	if text := s.Redact(err.Error()); text != err.Error() {
		return &redactedError{text: text, err: err}
	}
	return err
}

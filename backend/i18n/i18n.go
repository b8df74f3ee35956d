// Package i18n owns the texts people read: id.json (Indonesian, complete and
// first) and en.json (English, same keys). The browser reads the same files.
// It imports the standard library only.
package i18n

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Language is a language of the screen.
type Language string

// The languages there are.
const (
	Indonesian Language = "id"
	English    Language = "en"
)

// Key names a text: "error.login_failed". Keys that Go code uses are constants of
// this package, so that a misspelt one does not compile.
type Key string

// Keys that errors of the server name; the browser holds the same texts.
const (
	Unauthorized       Key = "error.unauthorized"
	Forbidden          Key = "error.forbidden"
	Internal           Key = "error.internal"
	LoginFailed        Key = "error.login_failed"
	LoginThrottled     Key = "error.login_throttled" // seconds
	MustChangePassword Key = "error.must_change_password"
	PasswordCurrent    Key = "error.password_current"
	PasswordSame       Key = "error.password_same"
	PasswordShort      Key = "error.password_short" // min
	SearchEmpty        Key = "error.search_empty"
)

//go:embed id.json
var indonesian []byte

//go:embed en.json
var english []byte

var texts = map[Language]map[Key]string{
	Indonesian: mustParse(indonesian),
	English:    mustParse(english),
}

// mustParse reads an embedded file; a broken one cannot be built upon, and the
// package's tests read both.
func mustParse(data []byte) map[Key]string {
	var parsed map[Key]string
	if err := json.Unmarshal(data, &parsed); err != nil {
		panic(fmt.Errorf("reading embedded texts: %w", err))
	}
	return parsed
}

// Text returns the text of a key in a language, filled with params: {name}
// becomes the value, {n#report|reports} the first form when n is "1" and the
// second otherwise. An unknown language gives Indonesian, an unknown key the
// key itself, an absent param leaves its placeholder.
func Text(language Language, key Key, params map[string]string) string {
	text, ok := texts[language][key]
	if !ok {
		if text, ok = texts[Indonesian][key]; !ok {
			return string(key)
		}
	}
	return fill(text, params)
}

// Known reports whether there is a text with the key.
func Known(key Key) bool {
	_, ok := texts[Indonesian][key]
	return ok
}

// Keys returns all keys in order.
func Keys() []Key {
	keys := make([]Key, 0, len(texts[Indonesian]))
	for key := range texts[Indonesian] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// placeholder matches {name} and {name#one|other}.
var placeholder = regexp.MustCompile(`\{(\w+)(#[^|}]*\|[^}]*)?\}`)

func fill(text string, params map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(whole string) string {
		parts := placeholder.FindStringSubmatch(whole)
		value, ok := params[parts[1]]
		if !ok {
			return whole
		}
		if parts[2] == "" {
			return value
		}
		one, other, _ := strings.Cut(parts[2][1:], "|")
		if value == "1" {
			return one
		}
		return other
	})
}

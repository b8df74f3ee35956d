package city

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an Error is. There are six; backend/web holds
// the one table that turns them into HTTP status numbers.
type Code string

// The six codes. Internal is the code of every error that is not an *Error.
const (
	Invalid      Code = "invalid"      // the caller's input is wrong; Field says where
	Unauthorized Code = "unauthorized" // nobody is signed in, or the sign-in failed
	Forbidden    Code = "forbidden"    // signed in, but this is not theirs to see or do
	NotFound     Code = "not_found"    // there is no such thing
	Conflict     Code = "conflict"     // it clashes with what is already there
	Internal     Code = "internal"     // our fault, or a part we need is away
)

// Error is a failure that people may read. Message is a full sentence part in
// lower case English that says what is wrong and what to do; Key, when set,
// names the text on screen (backend/i18n) and Params its values.
type Error struct {
	Code    Code
	Message string
	// Field is the JSON path, column or flag that is wrong; empty if none.
	Field string
	// Key and Params give the translated text on screen.
	Key    string
	Params map[string]string
	// RetryAfter, when positive, is how long to wait before trying again.
	RetryAfter time.Duration
	// Err is the cause, for the log only.
	Err error
}

func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an *Error with the code and a formatted message. Use Wrap to
// keep a cause.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an *Error that keeps err as its cause.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// InvalidField returns an Invalid error about one field, column or flag.
func InvalidField(field, format string, args ...any) *Error {
	e := Errorf(Invalid, format, args...)
	e.Field = field
	return e
}

// CodeOf returns the code of the first *Error in err's chain; Internal for any
// other error, and the empty code for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

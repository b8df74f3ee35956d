package city_test

import (
	"errors"
	"fmt"
	"testing"

	"balaikota/backend/city"
)

func TestErrorsKeepCodeFieldAndCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("sambungan putus")
	err := fmt.Errorf("read reports: %w", city.Wrap(city.NotFound, cause, "there is no report %d", 7))
	if city.CodeOf(err) != city.NotFound || !errors.Is(err, cause) {
		t.Errorf("%v: code %s", err, city.CodeOf(err))
	}
	if got := city.CodeOf(cause); got != city.Internal {
		t.Errorf("a foreign error has code %s", got)
	}
	if got := city.CodeOf(nil); got != "" {
		t.Errorf("no error has code %s", got)
	}
	if got := city.InvalidField("body.username", "is empty").Error(); got != "body.username: is empty" {
		t.Errorf("got %q", got)
	}
}

package sqlquery

import (
	"errors"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors/connectortest"
)

// TestAQueryGoesBackToAMoment, whatever the column says of its zone; one that
// counts by numbers cannot, and says what to do.
func TestAQueryGoesBackToAMoment(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 25)
			config := db.config(t, "page_size: 100")
			_, _, cursor, err := run(t, config, nil)
			if err != nil {
				t.Fatal(err)
			}
			back, err := open(t, config).Rewind(cursor, time.Date(2026, 11, 1, 8, 20, 0, 0, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			got, _, _, err := run(t, config, back)
			if err != nil || len(got) < 4 || got[len(got)-1][:2] != "24" {
				t.Errorf("%q, %v", got, err)
			}
			if name == "postgres" && len(got) != 4 {
				t.Errorf("of a column with a zone %q", got)
			}
			_, err = open(t, config).Rewind(connectortest.With(t, cursor, "since", "17"), time.Now())
			if e, ok := errors.AsType[*city.Error](err); !ok || e.Code != city.Conflict {
				t.Errorf("a number goes back to a moment: %v", err)
			}
		})
	}
}

package incident

import (
	"fmt"
	"testing"
)

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	spread := func(reports, areas, categories int) (out []PhotoUse) {
		for i := range reports {
			out = append(out, PhotoUse{Area: fmt.Sprint(i % areas), Category: fmt.Sprint(i / areas % categories)})
		}
		return out
	}
	for name, c := range map[string]struct {
		uses []PhotoUse
		want bool
	}{
		"none":                               {nil, false},
		"one drain, many voices":             {spread(60, 2, 2), false},
		"an app's own picture":               {spread(40, 20, 3), true},
		"at few places, of many matters":     {spread(40, 3, 6), true},
		"seen a few times":                   {spread(11, 11, 1), false},
		"one matter, and passed on":          {append(spread(60, 1, 1), spread(20, 20, 1)...), false},
		"nothing is known of them":           {make([]PhotoUse, 200), false},
		"passed on, of one street in a feed": {spread(12, 7, 1), false},
	} {
		if got := Placeholder(c.uses); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

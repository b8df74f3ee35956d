package place

import (
	"slices"
	"strings"
)

// typoIndex finds known names with one letter wrong, missing, too many or
// exchanged with its neighbour, in time independent of the number of names: two
// words within one error share a form with one letter left out (Mor and
// Fraenkel, CACM 25 (1982) 935).
type typoIndex map[string][]string

// shortestTypo is the least length of a name in which an error is forgiven.
const shortestTypo = 6

// add enters the key of a place known by its name alone.
func (x typoIndex) add(key string) {
	head, name, number, ok := cutKey(key)
	if !ok {
		return
	}
	for _, form := range forms(name) {
		at := head + ":" + form + ":" + number
		if !slices.Contains(x[at], key) {
			x[at] = append(x[at], key)
			slices.Sort(x[at])
		}
	}
}

// find returns the keys within one error of the key, without the key itself.
func (x typoIndex) find(key string) []string {
	head, name, number, ok := cutKey(key)
	if !ok || len(x) == 0 {
		return nil
	}
	var out []string
	for _, form := range forms(name) {
		for _, k := range x[head+":"+form+":"+number] {
			_, other, _, _ := cutKey(k)
			if k != key && oneError(name, other) && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	slices.Sort(out)
	return out
}

func cutKey(key string) (head, name, number string, ok bool) {
	if strings.Contains(key, "@") {
		return "", "", "", false
	}
	head, rest, _ := strings.Cut(key, ":")
	name, number, _ = strings.Cut(rest, ":")
	return head, name, number, len(name) >= shortestTypo && len(name) <= 40
}

// forms are the name and everything that is left when one letter goes.
func forms(name string) []string {
	out := make([]string, 0, len(name)+1)
	out = append(out, name)
	for i := range len(name) {
		out = append(out, name[:i]+name[i+1:])
	}
	return out
}

// oneError reports whether two different words are one error apart.
func oneError(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) < len(b):
		return a[i:] == b[i+1:]
	case i == len(a):
		return false
	case a[i+1:] == b[i+1:]:
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

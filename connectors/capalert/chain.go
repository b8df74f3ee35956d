package capalert

import (
	"slices"
	"time"

	"balaikota/backend/city"
)

// Known is a message that needs no second look.
type Known struct {
	// Root is the identifier of the first message of its chain when it
	// concerns the city, "" when it does not.
	Root    string    `json:"root,omitempty"`
	Expires time.Time `json:"expires"`
}

// Chains are the messages read so far, by identifier; a cursor keeps them.
type Chains map[string]Known

// Know notes a message.
func (k *Chains) Know(id string, m Known) {
	if *k == nil {
		*k = Chains{}
	}
	(*k)[id] = m
}

// Forget drops messages that are over for a day, unless keep says otherwise.
func (k Chains) Forget(now time.Time, keep func(id string) bool) {
	for id, m := range k {
		if !keep(id) && now.After(m.Expires.Add(24*time.Hour)) {
			delete(k, id)
		}
	}
}

// Fold turns messages, in order of sending, into alerts: a chain of Alert,
// Update and Cancel is one alert under the identifier of its first message.
// everywhere is a name that means the whole city (see Covered); alert makes the
// alert of a message that concerns these codes, none for the whole city.
func (k *Chains) Fold(now time.Time, index city.AreaIndex, everywhere string, warnings []Warning,
	alert func(root string, w Warning, codes []string) city.Alert,
) (out []city.Alert) {
	slices.SortStableFunc(warnings, func(a, b Warning) int { return a.Sent.Compare(b.Sent) })
	for _, w := range warnings {
		root := k.root(w)
		codes, whole := Covered(index, w, everywhere)
		concerns := whole || len(codes) > 0
		m := Known{Expires: latest(w.Expires, w.Sent)}
		switch {
		case w.Over || !concerns || w.Expires.Before(now):
			if root != "" && k.active(root) {
				out = append(out, city.Alert{Key: Key(root), Kind: city.AlertWarning, Since: w.Since, Over: true})
				k.end(root)
			}
		default:
			if root == "" {
				root = w.ID
				if len(w.References) > 0 {
					root = w.References[0]
				}
			}
			m.Root = root
			if codes == nil {
				codes = []string{}
			}
			out = append(out, alert(root, w, codes))
		}
		k.Know(w.ID, m)
	}
	return out
}

// Key is the key of the alert of a chain.
func Key(root string) string { return "cap:" + root }

// root finds the chain a message belongs to among those that concern the city.
func (k *Chains) root(w Warning) string {
	if m := (*k)[w.ID]; m.Root != "" {
		return m.Root
	}
	for _, ref := range w.References {
		if m := (*k)[ref]; m.Root != "" {
			return m.Root
		}
	}
	return ""
}

func (k *Chains) active(root string) bool {
	for _, m := range *k {
		if m.Root == root {
			return true
		}
	}
	return false
}

// end marks all messages of a chain as of no further concern.
func (k *Chains) end(root string) {
	for id, m := range *k {
		if m.Root == root {
			m.Root = ""
			(*k)[id] = m
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package chat

import (
	"context"

	"balaikota/backend/city"
)

// Officer takes a message that is no citizen's: a code that binds who sent it to an
// account, or what somebody writes who is bound to one. It returns false for a
// message that is a report's, which the caller then adds: whatever citizens write, and
// what an officer begins with "lapor", whose words are put right in m.
func (w *Weaver) Officer(ctx context.Context, m *Message) (taken bool, err error) {
	if w.Env.Store == nil || m.Person == "" || m.ID == "" {
		return false, nil
	}
	person, said := w.hash("person", m.Person), tidy(m.Words)
	if m.Command == "start" || m.Command == "" {
		if code, ok := city.ReadOfficerCode(said); ok {
			return true, w.code(ctx, m, person, code)
		}
	}
	officer, err := w.isOfficer(ctx, person, "")
	if err != nil || !officer {
		return false, err
	}
	if m.Command == "lapor" && said != "" {
		return false, nil
	}
	if report, ok := city.ReadOfficerReport(said); ok && m.Command == "" {
		m.Words = report
		return false, nil
	}
	if joins, err := w.joins(ctx, *m, person); err != nil || joins {
		return false, err
	}
	kind := city.ReadOfficerWord(said)
	if m.Command != "" && said == "" {
		if kind = city.ReadOfficerWord(m.Command); kind == city.WordQuestion {
			kind = city.WordHelp
		}
	}
	w.word(m, person, city.OfficerWord{Kind: kind, Text: clip(said, maxWords), Voice: m.Voice})
	return true, nil
}

// joins reports whether a message of an officer belongs to a report of theirs: an
// edit of a part of it, or a place or picture without words that completes it.
func (w *Weaver) joins(ctx context.Context, m Message, person string) (bool, error) {
	id := w.hash("part", m.Person, m.ID)
	known, err := w.known(ctx, []string{id}, person)
	if err != nil || known[id] != nil {
		return known[id] != nil, err
	}
	if m.Words != "" || m.Command != "" || m.Voice {
		return false, nil
	}
	latest, err := w.latest(ctx, m, person)
	return err == nil && latest != nil && latest.open() && latest.wants(m), err
}

func (w *Weaver) isOfficer(ctx context.Context, person, code string) (bool, error) {
	if yes, known := w.officers[person]; known && (yes || code == "") {
		return yes, nil
	}
	yes, err := w.Env.Store.OfficerWrites(ctx, w.Env.Source, person, code)
	if err == nil {
		w.officers[person] = yes
	}
	return yes, err
}

// code takes a code, right or wrong: whether it binds is the store's to say when the
// page is kept. What follows a right one on the same page is its officer's already.
func (w *Weaver) code(ctx context.Context, m *Message, person, code string) error {
	if _, err := w.isOfficer(ctx, person, code); err != nil {
		return err
	}
	w.word(m, person, city.OfficerWord{Kind: city.WordCode, Code: code})
	return nil
}

func (w *Weaver) word(m *Message, person string, word city.OfficerWord) {
	word.ID, word.Person, word.Handle, word.At = w.hash("part", m.Person, m.ID), person, m.Person, m.At.UTC()
	for _, known := range w.words {
		if known.ID == word.ID {
			return
		}
	}
	w.words = append(w.words, word)
}

// Words are what the page's messages of officers said.
func (w *Weaver) Words() []city.OfficerWord { return w.words }

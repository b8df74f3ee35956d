package imap

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	goimap "github.com/emersion/go-imap/v2"

	"balaikota/backend/city"
)

// Bounds of a thread. What lies behind them is not joined; it is a report of its
// own when it is the letter in hand.
const (
	maxThread   = 30
	maxSteps    = 4
	maxSearched = 12 // Message-IDs asked for
)

// record is a letter as it is kept beside its report: no words, no names and no
// addresses. The Message-ID is there for the answer to refer to.
type record struct {
	MessageID  string       `json:"message_id,omitempty"`
	Folder     string       `json:"folder"`
	Validity   uint32       `json:"uid_validity"`
	UIDs       []goimap.UID `json:"uids"`
	Size       int64        `json:"size"`
	Parts      []part       `json:"parts,omitempty"`
	Incomplete bool         `json:"incomplete,omitempty"`
}

// post is a letter with what the server says of it.
type post struct {
	mailed
	letter
}

// report makes the report of a letter, or, when it follows an earlier letter of
// the same sender in the folder, the report of that one with all that followed.
func (c *connector) report(ctx context.Context, validity uint32, m mailed, l letter) (city.Report, error) {
	thread, err := c.thread(ctx, post{m, l})
	if err != nil {
		return city.Report{}, err
	}
	first, last := thread[0], thread[len(thread)-1]
	texts := []string{first.text()}
	rec := record{MessageID: first.id, Folder: c.cfg.Folder, Validity: validity, Size: first.size, Parts: first.parts, Incomplete: first.incomplete}
	var notes []city.VoiceNote
	picture := ""
	for i, p := range thread {
		rec.UIDs = append(rec.UIDs, p.uid)
		if picture == "" && p.picture > 0 && p.id != "" {
			picture = mediaAddress(p, p.picture)
		}
		for _, place := range p.sounds {
			if p.id != "" {
				notes = append(notes, city.VoiceNote{Address: mediaAddress(p, place), At: p.at})
			}
		}
		if i > 0 {
			texts = append(texts, c.followUp(p))
		}
	}
	raw, err := json.Marshal(rec)
	if err != nil {
		return city.Report{}, fmt.Errorf("write a letter's record: %w", err)
	}
	return city.Report{
		ExternalID: externalID(first), Channel: c.cfg.Channel, CreatedAt: first.at, UpdatedAt: last.at, Text: clipReport(strings.Join(texts, "\n\n")), Status: city.Open,
		Reporter: &city.Reporter{Name: first.from.Name, Email: first.from.Address}, Raw: raw, RawNamesNobody: true, MediaURL: picture, VoiceNotes: notes,
	}, nil
}

// text is the subject and the words of a letter, and what it brought along.
func (p post) text() string {
	var out []string
	subject := plainSubject(p.subject)
	if subject != "" && !strings.HasPrefix(strings.ToLower(p.words), strings.ToLower(subject)) {
		out = append(out, subject)
	}
	for _, s := range []string{p.words, p.attachments()} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n\n")
}

// followUp is a letter that joins an earlier one's report.
func (c *connector) followUp(p post) string {
	at := p.at.In(c.env.Location)
	out := []string{"Surat susulan " + city.FormatMoment(p.at, c.env.Location, at.Format("MST")) + ":"}
	for _, s := range []string{p.words, p.attachments()} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

// maxReport is what the text of one report may hold, in bytes.
const maxReport = 60 << 10

func clipReport(s string) string {
	if len(s) <= maxReport {
		return s
	}
	return strings.ToValidUTF8(s[:maxReport], "") + " …"
}

// externalID names a letter whatever number it has in which folder: by its
// Message-ID and its sender, so that nobody else's letter can take its place by
// carrying the same id. It is a hash, for ids often hold an address. A letter
// without one is named by its bytes.
func externalID(p post) string {
	name := p.id + "\x00" + p.from.Address
	if p.id == "" {
		name = string(p.raw)
	}
	sum := sha256.Sum256([]byte(name))
	return "surat-" + hex.EncodeToString(sum[:10])
}

// thread returns the letters of the report that p belongs to, by their time,
// p among them: itself alone when it follows none that is in the folder.
func (c *connector) thread(ctx context.Context, p post) ([]post, error) {
	first := p
	for range maxSteps { // up to the beginning
		before, err := c.earlier(ctx, first)
		if err != nil {
			return nil, err
		}
		if before == nil {
			break
		}
		first = *before
	}
	if first.uid == p.uid {
		return []post{p}, nil
	}
	out := []post{first}
	for i := 0; i < len(out) && i < maxSearched; i++ { // and down again, for some name only the last one
		if !searchable(out[i].id) {
			continue
		}
		uids, err := c.session.following(ctx, out[i].id)
		if err != nil {
			return nil, err
		}
		if out, err = c.join(ctx, out, out[i].id, uids, p.uid); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b post) int { return cmp.Compare(a.uid, b.uid) })
	return append(out, p), nil
}

// join adds those letters before the one numbered end that the first one's sender
// wrote after the letter with an id.
func (c *connector) join(ctx context.Context, out []post, id string, uids []goimap.UID, end goimap.UID) ([]post, error) {
	for _, uid := range uids {
		if len(out) == maxThread || uid >= end {
			break
		}
		if slices.ContainsFunc(out, func(q post) bool { return q.uid == uid }) {
			continue
		}
		q, err := c.post(ctx, uid)
		if err != nil {
			return nil, err
		}
		if q != nil && q.from.Address == out[0].from.Address && slices.Contains(q.answers, id) && c.refused(q.letter) == "" {
			out = append(out, *q)
		}
	}
	return out, nil
}

// earlier finds the oldest letter of the same sender in the folder that p names
// as the one it follows, nil if there is none.
func (c *connector) earlier(ctx context.Context, p post) (*post, error) {
	ids := slices.Compact(slices.Clone(p.answers))
	for _, id := range ids[:min(len(ids), maxSearched)] {
		if id == p.id || !searchable(id) {
			continue
		}
		uids, err := c.session.named(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, uid := range uids[:min(len(uids), 3)] {
			if uid >= p.uid {
				continue
			}
			q, err := c.post(ctx, uid)
			if err != nil {
				return nil, err
			}
			if q != nil && q.id == id && q.from.Address == p.from.Address && c.refused(q.letter) == "" {
				return q, nil
			}
		}
	}
	return nil, nil
}

// post fetches and reads a letter; nil when it is gone or cannot be read.
func (c *connector) post(ctx context.Context, uid goimap.UID) (*post, error) {
	m, err := c.session.fetch(ctx, uid)
	if err != nil || m == nil {
		return nil, err
	}
	l, err := decode(m.raw)
	if errors.Is(err, errNoLetter) {
		return nil, nil
	}
	return &post{*m, l}, err
}

// searchable: servers look for these bytes as they are.
func searchable(id string) bool {
	return len(id) <= 250 && !strings.ContainsFunc(id, func(r rune) bool { return r < 0x21 || r > 0x7e || r == '"' || r == '\\' })
}

// named lists the letters with a Message-ID, ascending.
func (s *session) named(ctx context.Context, id string) ([]goimap.UID, error) {
	return s.search(ctx, goimap.SearchCriteria{Header: []goimap.SearchCriteriaHeaderField{{Key: "Message-Id", Value: id}}})
}

// following lists the letters that name another as the one they follow, ascending.
func (s *session) following(ctx context.Context, id string) ([]goimap.UID, error) {
	return s.search(ctx, goimap.SearchCriteria{Or: [][2]goimap.SearchCriteria{{
		{Header: []goimap.SearchCriteriaHeaderField{{Key: "References", Value: id}}},
		{Header: []goimap.SearchCriteriaHeaderField{{Key: "In-Reply-To", Value: id}}},
	}}})
}

func (s *session) search(ctx context.Context, criteria goimap.SearchCriteria) (out []goimap.UID, err error) {
	err = s.do(ctx, "find the thread", func() error {
		data, err := s.client.UIDSearch(&criteria, nil).Wait()
		if err != nil {
			return err
		}
		out = data.AllUIDs()
		return nil
	})
	slices.Sort(out)
	return out, err
}

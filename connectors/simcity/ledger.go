package simcity

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one thing that was emitted: a version of a complaint, a reading of
// a sensor feed, an alert, an earthquake, an export file.
type Entry struct {
	Seq     int64     `json:"seq"`  // 1, 2, 3 … without gaps
	Kind    string    `json:"kind"` // report, observations, alert, quake, export
	ID      string    `json:"id"`   // the external id a client sees
	Version int       `json:"version,omitempty"`
	Time    time.Time `json:"time"` // as stamped on it
	Hash    string    `json:"hash"` // of the content, 16 hex digits of SHA-256
	Feed    string    `json:"feed"` // open311, outbox, jalan-peduli, rain …
	N       int       `json:"n,omitempty"`
	Status  string    `json:"status,omitempty"`

	// What the world knows and no protocol tells, for judging an analysis.
	Matter   string `json:"matter,omitempty"`
	Area     string `json:"area,omitempty"`
	Category string `json:"category,omitempty"`
}

// hashed is the content of a complaint that its hash covers.
type hashed struct {
	ID, Channel, Text, Address, Area, Category, Office string
	Lon, Lat                                           *float64
	At, Updated                                        time.Time
	Status, Note                                       string
}

func contentHash(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // plain structs of strings, numbers and times always encode
		panic(fmt.Sprintf("simcity: hash content: %v", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// entriesOf are the ledger entries of a journal line, without numbers. The
// line must have been applied.
func (c *City) entriesOf(l *line) []Entry {
	switch l.Kind {
	case lineReport, lineChange, lineEdit:
		id := l.ID
		if l.Report != nil {
			id = l.Report.ID
		}
		k, ok := c.data.complaints[id]
		if !ok {
			return nil
		}
		return []Entry{{Kind: "report", ID: k.ID, Version: k.Version, Time: k.Updated, Feed: feedOf(k.Channel), Status: k.Status,
			Hash:   contentHash(hashed{k.ID, k.Channel, k.Text, k.Address, k.Area, k.Category, k.Office, k.Lon, k.Lat, k.At, k.Updated, k.Status, k.Note}),
			Matter: k.Matter, Area: k.TrueArea, Category: k.TrueCategory}}
	case lineFrame:
		return frameEntries(l)
	case lineAlert:
		return []Entry{{Kind: "alert", ID: l.Alert.ID, Time: l.At, Hash: contentHash(l.Alert), Feed: "nowcast", Status: l.Alert.Kind}}
	case lineQuake:
		return []Entry{{Kind: "quake", ID: l.Quake.ID, Time: l.At, Hash: contentHash(l.Quake), Feed: "quakes"}}
	case lineExport:
		return []Entry{{Kind: "export", ID: l.File, Time: l.At, Hash: contentHash(l), Feed: "outbox", N: l.Rows}}
	}
	return nil
}

func frameEntries(l *line) []Entry {
	list := make([]Entry, 0, len(stationFeeds))
	for _, feed := range stationFeeds {
		from, to := feedRange(feed)
		if to > len(l.Frame.Values) || feed == rainDaily && !l.Frame.Daily {
			continue
		}
		list = append(list, Entry{Kind: "observations", ID: feed + "@" + l.At.Format(time.RFC3339), Time: l.At,
			Hash: contentHash(l.Frame.Values[from:to]), Feed: feed, N: to - from})
	}
	return list
}

// Ledger returns everything emitted so far, oldest first.
func (c *City) Ledger() []Entry { return c.LedgerSince(0) }

// LedgerSince returns what was emitted after entry number seq.
func (c *City) LedgerSince(seq int64) []Entry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if seq < 0 {
		seq = 0
	}
	if seq >= int64(len(c.entries)) {
		return nil
	}
	return append([]Entry(nil), c.entries[seq:]...)
}

// loadLedger compares the ledger file with what the journal implies: a part
// that a kill cut off is written again, and one that outlived its journal
// lines (a power failure can do that) is dropped, since nothing remembers it.
func (c *City) loadLedger(lines [][]byte) error {
	keep := min(len(lines), len(c.entries))
	size := int64(0)
	for _, b := range lines[:keep] {
		size += int64(len(b)) + 1
	}
	if keep > 0 {
		var last Entry
		if err := json.Unmarshal(lines[keep-1], &last); err != nil {
			return fmt.Errorf("read ledger line %d: %w", keep, err)
		}
		if want := c.entries[keep-1]; last.ID != want.ID || last.Seq != want.Seq {
			return fmt.Errorf("ledger and journal in %s tell different stories at entry %d (%s, %s)", c.opt.Dir, keep, last.ID, want.ID)
		}
	}
	if keep < len(lines) {
		c.log.Warn("ledger is ahead of the journal; dropping its end", "entries", len(lines)-keep)
		if err := c.ledger.cut(size); err != nil {
			return err
		}
	}
	return c.ledger.write(encodeLines(c.entries[keep:]))
}

func encodeLines[T any](list []T) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i := range list {
		if err := enc.Encode(&list[i]); err != nil { // plain structs always encode
			panic(fmt.Sprintf("simcity: encode line: %v", err))
		}
	}
	return b.Bytes()
}

package files

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is a file as the folder shows it.
type entry struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// progress is the file being read.
type progress struct {
	entry
	Sum  string `json:"sum"` // SHA-256 of the content
	Rows int    `json:"rows,omitempty"`
}

// unsettled is a file that has not been the same for long enough.
type unsettled struct {
	entry
	Since time.Time `json:"since"`
}

// cursor is what is known of the folder. A folder may hold many thousands of
// finished files, so of each there are eight bytes only.
type cursor struct {
	// Done are the keys of finished files that are still in the folder,
	// Content those of contents that were read, oldest first.
	Done     keys        `json:"done,omitempty"`
	Content  keys        `json:"content,omitempty"`
	File     *progress   `json:"file,omitempty"`
	Waiting  []unsettled `json:"waiting,omitempty"`
	Finished []string    `json:"finished,omitempty"` // to be moved to the done folder
}

// maxContent bounds how many contents are remembered. One that is forgotten
// would be read again, which changes nothing.
const maxContent = 10_000

// keys is a list of eight-byte keys, written as one base64 text.
type keys []uint64

// MarshalText writes the keys.
func (k keys) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 8*len(k))
	for _, v := range k {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return []byte(base64.StdEncoding.EncodeToString(b)), nil
}

// UnmarshalText reads them.
func (k *keys) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(b)%8 != 0 {
		return errors.New("a list of keys is damaged")
	}
	*k = make(keys, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		*k = append(*k, binary.BigEndian.Uint64(b))
	}
	return nil
}

func keyOf(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:])
}

func (e entry) key() uint64 {
	return keyOf(fmt.Sprintf("%s\x00%d\x00%d", e.Name, e.Size, e.Modified.UnixNano()))
}

// knows reports whether a content was read before.
func (cur *cursor) knows(sum string) bool { return slices.Contains(cur.Content, keyOf(sum)) }

// finish marks a file as done, for good once the cursor is stored.
func (cur *cursor) finish(e entry, sum string, move bool) {
	cur.File = nil
	if k := e.key(); !slices.Contains(cur.Done, k) {
		cur.Done = append(cur.Done, k)
	}
	if !cur.knows(sum) {
		cur.Content = append(cur.Content, keyOf(sum))
		if over := len(cur.Content) - maxContent; over > 0 {
			cur.Content = slices.Delete(cur.Content, 0, over)
		}
	}
	if move && !slices.Contains(cur.Finished, e.Name) {
		cur.Finished = append(cur.Finished, e.Name)
	}
}

// forgetGone drops what is no longer in the folder.
func (cur *cursor) forgetGone(found []entry) {
	here := make(map[uint64]bool, len(found))
	names := make(map[string]bool, len(found))
	for _, e := range found {
		here[e.key()], names[e.Name] = true, true
	}
	cur.Done = slices.DeleteFunc(cur.Done, func(k uint64) bool { return !here[k] })
	cur.Waiting = slices.DeleteFunc(cur.Waiting, func(u unsettled) bool { return !names[u.Name] })
	if cur.File != nil && !here[cur.File.key()] {
		cur.File = nil
	}
}

// partial are endings and beginnings of files that are still being written, by
// browsers, transfer programs and office suites.
var (
	partialEnds   = []string{".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial", ".download", "~"}
	partialBegins = []string{".", "~$", "_tmp"}
)

// list returns the files of the folder that match, oldest first. Links and
// folders are passed over.
func (c *connector) list(ctx context.Context) ([]entry, error) {
	found, err := c.place.list(ctx)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(e entry) bool { return !c.matches(e.Name) })
	slices.SortFunc(found, func(a, b entry) int {
		if n := a.Modified.Compare(b.Modified); n != 0 {
			return n
		}
		return strings.Compare(a.Name, b.Name)
	})
	return found, nil
}

func (c *connector) matches(name string) bool {
	low := strings.ToLower(name)
	for _, s := range partialEnds {
		if strings.HasSuffix(low, s) {
			return false
		}
	}
	for _, s := range partialBegins {
		if strings.HasPrefix(low, s) {
			return false
		}
	}
	return slices.ContainsFunc(c.cfg.Patterns, func(p string) bool {
		ok, err := filepath.Match(strings.ToLower(p), low)
		return ok && err == nil
	})
}

// ready returns the complete files that are not finished, the one in progress
// first. A file is complete when its time of change is long enough ago; when
// that time cannot be trusted (it lies ahead), when it has looked the same for
// long enough.
func (c *connector) ready(cur *cursor, found []entry) []entry {
	now, settle := c.env.Now(), time.Duration(c.cfg.Settle)
	done := make(map[uint64]bool, len(cur.Done))
	for _, k := range cur.Done {
		done[k] = true
	}
	var out []entry
	var waiting []unsettled
	for _, e := range found {
		switch {
		case done[e.key()]:
		case cur.File != nil && cur.File.key() == e.key():
			out = slices.Insert(out, 0, e)
		case !e.Modified.After(now) && now.Sub(e.Modified) >= settle:
			out = append(out, e)
		default:
			u := unsettled{entry: e, Since: now}
			for _, before := range cur.Waiting {
				if before.key() == e.key() {
					u.Since = before.Since
				}
			}
			if now.Sub(u.Since) >= settle {
				out = append(out, e)
			} else {
				waiting = append(waiting, u)
			}
		}
	}
	cur.Waiting = waiting
	return out
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open a file: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read a file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package imap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// mediaScheme begins the address of a picture or recording in a letter: the place of its part,
// the day on which the server took the letter, and the letter's own name, which stays
// whatever number it has in whichever folder.
const mediaScheme = "surat:"

// Bounds of finding a letter again and fetching it whole: base64 makes three bytes
// four.
const (
	maxWhole   = connectors.MaxMedia*3/2 + maxLetter
	maxHeader  = 64 << 10
	maxOfDay   = 500
	daysAround = 1 // servers search by days of their own zone
)

func mediaAddress(p post, place int) string {
	return fmt.Sprintf("%s%d:%s:%s", mediaScheme, place, p.at.UTC().Format(time.DateOnly), externalID(p))
}

// Media implements connectors.MediaKeeper: the picture or recording in a letter that is in the
// folder still.
func (c *connector) Media(ctx context.Context, address string) ([]byte, error) {
	parts := strings.Split(strings.TrimPrefix(address, mediaScheme), ":")
	if !strings.HasPrefix(address, mediaScheme) || len(parts) != 3 {
		return nil, city.Errorf(city.NotFound, "this is no picture or recording of this source")
	}
	place, err := strconv.Atoi(parts[0])
	day, err2 := time.Parse(time.DateOnly, parts[1])
	if err != nil || err2 != nil || place < 1 {
		return nil, city.Errorf(city.NotFound, "this is no picture or recording of this source")
	}
	if c.session == nil {
		if c.session, err = c.connect(ctx); err != nil {
			return nil, err
		}
	}
	if _, err := c.session.open(ctx, c.cfg.Folder, false); err != nil {
		return nil, err
	}
	uids, err := c.session.search(ctx, goimap.SearchCriteria{Since: day.AddDate(0, 0, -daysAround), Before: day.AddDate(0, 0, 1+daysAround)})
	if err != nil {
		return nil, err
	}
	for _, uid := range uids[:min(len(uids), maxOfDay)] {
		m, err := c.session.fetchUpTo(ctx, uid, maxHeader)
		if err != nil {
			return nil, err
		}
		if m == nil {
			continue
		}
		if l, err := decode(m.raw); err != nil || l.id == "" || externalID(post{*m, l}) != parts[2] {
			continue
		}
		if m, err = c.session.fetchUpTo(ctx, uid, maxWhole); err != nil || m == nil {
			return nil, errors.Join(err, errGone)
		}
		return mediaAt(m.raw, place)
	}
	return nil, errGone
}

// errGone is a letter that was moved or deleted.
var errGone = city.Errorf(city.NotFound, "the letter is not in the folder any more")

// mediaAt is the picture or recording at a place among a letter's parts.
func mediaAt(raw []byte, place int) ([]byte, error) {
	br := bufio.NewReader(bytes.NewReader(raw))
	header, err := textproto.ReadHeader(br)
	if err != nil {
		return nil, errNoLetter
	}
	w := walker{letter: &letter{}, wanted: place}
	w.part(message.Header{Header: header}, br, 0)
	if len(w.taken) == 0 || len(w.taken) > connectors.MaxMedia {
		return nil, city.Errorf(city.NotFound, "the letter holds nothing there that can be shown or heard, or too large a thing")
	}
	return w.taken, nil
}

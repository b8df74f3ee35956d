package main

import (
	"context"
	"fmt"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/city"
)

// photoLong is how many pixels the longer side of a shown picture has at most.
const photoLong = 1600

// Picture fetches the picture of a report that the asker may see from where
// its source keeps it and presses it anew: upright, at most 1600 pixels long,
// without what the camera wrote beside it. It is not kept here. NotFound when
// the report is not the asker's or has none; Conflict, in plain words and
// without its address, when the picture is not to be had.
func (p *photoReader) Picture(ctx context.Context, asker city.Asker, reportID int64) ([]byte, error) {
	report, err := p.db.Report(ctx, asker, reportID)
	if err != nil {
		return nil, err
	}
	if report.MediaURL == "" {
		return nil, city.Errorf(city.NotFound, "report %d came without a picture", reportID)
	}
	source, err := p.db.Source(ctx, report.Source)
	if err != nil {
		return nil, err
	}
	fetching, cancel := context.WithTimeout(ctx, photoTime)
	defer cancel()
	body, err := p.fetch(fetching, source, report.MediaURL)
	if err != nil {
		return nil, noPhoto(err)
	}
	return p.press(body)
}

// press unpacks one picture at a time, which takes memory.
func (p *photoReader) press(body []byte) ([]byte, error) {
	p.decoding.Lock()
	defer p.decoding.Unlock()
	img, err := decodePhoto(body)
	if err != nil {
		return nil, noPhoto(err)
	}
	out, err := picture.Clean(img, picture.ReadMetadata(body).Orientation, photoLong)
	if err != nil {
		return nil, fmt.Errorf("press a report's picture: %w", err)
	}
	return out, nil
}

func noPhoto(err error) error {
	e := city.Errorf(city.Conflict, "%s", photoFailure(err))
	e.Key = "error.report_picture"
	return e
}

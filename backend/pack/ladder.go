package pack

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"balaikota/backend/city"
)

// loadLadder reads who hears of late instructions, and when. A city without
// the files escalates nothing.
func loadLadder(fsys fs.FS, c *City) error {
	err := readTable(fsys, "escalation.csv", func(r *row) error {
		share, err := strconv.ParseFloat(r.text("share"), 64)
		if err != nil || share <= 0 || share > 20 {
			r.fail("share", "%q is no share above 0", r.fields["share"])
		}
		c.Ladder.Rules = append(c.Ladder.Rules, city.EscalationRule{
			Rung: r.days("rung"), Of: r.oneOf("of", "kelurahan", "kecamatan", "opd", "bumd"), To: r.oneOf("to", "camat", "kepala_opd", "sekda", "wali_kota"),
			When: r.oneOf("when", "answer", "close", "breach"), Share: share, Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		})
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = readTable(fsys, "answer_times.csv", func(r *row) error {
		c.Ladder.AnswerTimes = append(c.Ladder.AnswerTimes, city.AnswerTime{
			Nature: city.Nature(r.oneOf("nature", "biasa", "segera", "sangat_segera", "rahasia")), Hours: r.days("hours"), Working: r.oneOf("working", "ya", "tidak") == "ya",
			Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		})
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

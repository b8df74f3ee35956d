package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/analysis/integrity"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

const (
	// Campaigns are looked for in the reports of a week, at most so many.
	campaignDays, campaignReports = 7, 20_000
	// An office's habit of closing is that of five months.
	closingMonths = 5
	// A pattern names at most so many reports.
	namedReports = 200
)

// campaigns looks for texts that came again and again.
func (g *patternGround) campaigns(ctx context.Context) error {
	view := g.now.AddDate(0, 0, -campaignDays)
	said, err := g.db.SaidReports(ctx, view, campaignReports)
	if err != nil {
		return err
	}
	if len(said) == campaignReports {
		view = said[len(said)-1].CreatedAt // the oldest that was read
	}
	voices := make([]integrity.Voice, len(said))
	for i, r := range said {
		voices[i] = integrity.Voice{
			ID: r.ID, At: r.CreatedAt, Reporter: uint64(r.Mark), Channel: r.Channel, Area: r.AreaCode, Words: language.Tokens(city.OwnWords(r.Text)),
		}
	}
	var found []city.Pattern
	var remarks []store.Remark
	for _, c := range integrity.Campaigns(voices) {
		p := city.Pattern{
			Key: "campaign:" + strconv.FormatInt(c.Voices[0], 10), Kind: city.PatternCampaign, Severity: city.Info, AreaCodes: c.Areas,
			Since: c.First, Until: c.Last, Seen: float64(len(c.Voices)), Expected: 1, Reports: c.Voices[:min(len(c.Voices), namedReports)], Simulated: g.simulated,
		}
		if len(c.Areas) == 1 {
			p.AreaCode = c.Areas[0]
		}
		g.words.WordCampaign(&p, int(c.Last.Sub(c.First).Hours()+0.5), c.Reporters, reasonsOf(c.Reasons))
		found = append(found, p)
		for _, id := range c.Voices {
			remarks = append(remarks, store.Remark{ReportID: id, Finding: p.Key, Since: c.First})
		}
	}
	if err := g.db.KeepRemarks(ctx, city.PatternCampaign, view, remarks); err != nil {
		return err
	}
	return g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternCampaign}, found)
}

func reasonsOf(rs []integrity.Reason) (out []city.IntegrityReason) {
	for _, r := range rs {
		out = append(out, city.IntegrityReason{Kind: r.Kind, Seen: r.Seen, Usual: r.Usual})
	}
	return out
}

// lastMonth is the calendar month that ended last, until is exclusive.
func (g *patternGround) lastMonth() (from, until time.Time) {
	until = time.Date(g.today.Year(), g.today.Month(), 1, 0, 0, 0, 0, g.words.Location)
	return until.AddDate(0, -1, 0), until
}

// quotas looks for channels, and channels in one kelurahan, whose reports of
// the last month follow a target.
func (g *patternGround) quotas(ctx context.Context) error {
	from, until := g.lastMonth()
	times, err := g.db.ReportTimes(ctx, from, until)
	if err != nil {
		return err
	}
	type subject struct{ channel, area string }
	by := map[subject][]time.Time{}
	for _, r := range times {
		by[subject{channel: r.Channel}] = append(by[subject{channel: r.Channel}], r.CreatedAt)
		if _, ok := g.position[r.AreaCode]; ok {
			by[subject{r.Channel, r.AreaCode}] = append(by[subject{r.Channel, r.AreaCode}], r.CreatedAt)
		}
	}
	var found []city.Pattern
	for s, ts := range by {
		if s.area != "" && 10*len(ts) >= 9*len(by[subject{channel: s.channel}]) {
			continue // the channel itself is looked at
		}
		name := s.channel
		if s.area != "" {
			name += " " + g.words.AreaName(s.area)
		}
		f, flagged := integrity.Quota(name, ts, until, g.calendar)
		if !flagged {
			continue
		}
		p := city.Pattern{
			Key: strings.Join([]string{"quota", from.Format("2006-01"), s.channel, s.area}, ":"), Kind: city.PatternQuota, Severity: city.Info,
			AreaCode: s.area, Since: f.From, Until: f.Until, Seen: float64(f.Count), Simulated: g.simulated,
		}
		if s.area != "" {
			p.AreaCodes = []string{s.area}
		}
		g.words.WordQuota(&p, "kanal "+name, reasonsOf(f.Reasons))
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b city.Pattern) int { return cmp.Compare(a.Key, b.Key) })
	return g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternQuota}, found)
}

// closings looks for offices that closed far more than usual at the end of the
// last month.
func (g *patternGround) closings(ctx context.Context) error {
	from, until := g.lastMonth()
	rows, err := g.db.OfficeClosings(ctx, until.AddDate(0, -closingMonths, 0), until)
	if err != nil {
		return err
	}
	by, closed := map[string][]integrity.Closing{}, map[string][]store.OfficeClosing{}
	var offices []string // in the order of rows, which is theirs
	for _, r := range rows {
		if by[r.Office] == nil {
			offices = append(offices, r.Office)
		}
		closed[r.Office] = append(closed[r.Office], r)
		by[r.Office] = append(by[r.Office], integrity.Closing{At: r.ClosedAt, Answered: r.Answered})
	}
	var found []city.Pattern
	var remarks []store.Remark
	for _, office := range offices {
		f, flagged := integrity.MassClosing(office, by[office], until, g.calendar)
		if !flagged {
			continue
		}
		p := city.Pattern{
			Key: strings.Join([]string{"mass_closing", from.Format("2006-01"), office}, ":"), Kind: city.PatternMassClosing, Severity: city.Info,
			Office: office, Since: f.From, Until: f.Until, Seen: float64(f.Count), Expected: f.Usual, Simulated: g.simulated,
		}
		g.words.WordMassClosing(&p, reasonsOf(f.Reasons))
		found = append(found, p)
		for _, r := range closed[office] {
			if !r.ClosedAt.Before(f.From) && r.ClosedAt.Before(f.Until) {
				remarks = append(remarks, store.Remark{ReportID: r.ReportID, Finding: p.Key, Since: f.From})
			}
		}
	}
	if err := g.db.KeepRemarks(ctx, city.PatternMassClosing, from, remarks); err != nil {
		return err
	}
	return g.db.KeepPatterns(ctx, []city.PatternKind{city.PatternMassClosing}, found)
}

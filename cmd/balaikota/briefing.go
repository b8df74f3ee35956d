package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"balaikota/backend/briefing"
	"balaikota/backend/briefing/paper"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// briefer makes the daily briefing: in the morning by the clock, and when
// somebody asks for it.
type briefer struct {
	db      *database
	offered func() []city.NoticeChannel
	log     *slog.Logger
	now     func() time.Time
}

// asMayor is how a sheet is read: as the mayor's own screen.
var asMayor = city.Asker{Role: city.WaliKota}

// watch makes the morning's sheet once it is 06.00 in the city. A server that
// was down then makes it when it is up again, until noon; the sheet says as of
// when it is.
func (b *briefer) watch(ctx context.Context) error {
	zone, err := time.LoadLocation(b.db.city.Timezone)
	if err != nil {
		return err
	}
	now := b.now().In(zone)
	if now.Hour() < city.BriefingHour || now.Hour() >= city.BriefingUntil {
		return nil
	}
	made, err := b.db.HasMorningBriefing(ctx, now.Format(time.DateOnly))
	if err != nil || made {
		return err
	}
	sheet, err := b.compose(ctx, zone)
	if err != nil {
		return err
	}
	out, err := b.db.KeepBriefing(ctx, city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, sheet, b.offered())
	if city.CodeOf(err) == city.Conflict {
		return nil // another node was faster
	}
	if err != nil {
		return err
	}
	b.log.Info("The morning's briefing is made", "number", out.Number, "day", out.Day, "decisions", len(sheet.Decisions.Lines))
	return nil
}

// MakeBriefing implements web.Briefer.
func (b *briefer) MakeBriefing(ctx context.Context, by city.Actor, asker city.Asker) (city.Briefing, error) {
	zone, err := time.LoadLocation(b.db.city.Timezone)
	if err != nil {
		return city.Briefing{}, err
	}
	sheet, err := b.compose(ctx, zone)
	if err != nil {
		return city.Briefing{}, err
	}
	return b.db.KeepBriefing(ctx, by, asker, city.BriefingAsked, sheet, nil)
}

// BriefingPDF implements web.Briefer.
func (*briefer) BriefingPDF(bf city.Briefing, base string) ([]byte, error) {
	return paper.PDF(bf, base)
}

// BriefingFit implements web.Briefer.
func (*briefer) BriefingFit(bf city.Briefing) int { return paper.Fit(bf) }

// compose reads what the sheet of this moment is made of. A part that cannot be
// read is told as such on the sheet; the others come all the same.
func (b *briefer) compose(ctx context.Context, zone *time.Location) (city.BriefingSheet, error) {
	in := briefing.Input{At: b.now().UTC(), Zone: zone, Version: version, Unread: map[briefing.Part]bool{}}
	var err error
	if in.Setting, err = b.db.Setting(ctx); err != nil {
		return city.BriefingSheet{}, err
	}
	if in.Areas, err = b.db.Areas(ctx); err != nil {
		return city.BriefingSheet{}, err
	}
	for part, read := range map[briefing.Part]func(context.Context, *briefing.Input) error{
		briefing.PartDecisions: b.readDecisions, briefing.PartNight: b.readNight, briefing.PartIndicators: b.readIndicators, briefing.PartMap: b.readReports,
		briefing.PartFollowUps: b.readFollowUps, briefing.PartAgenda: b.readAgenda, briefing.PartSources: b.readSources,
	} {
		b.part(ctx, &in, part, read)
	}
	b.part(ctx, &in, briefing.PartWeather, b.readWeather) // by the indicators
	if err := ctx.Err(); err != nil {
		return city.BriefingSheet{}, err
	}
	return briefing.Compose(in), nil
}

func (b *briefer) part(ctx context.Context, in *briefing.Input, part briefing.Part, read func(context.Context, *briefing.Input) error) {
	if err := read(ctx, in); err != nil && ctx.Err() == nil {
		in.Unread[part] = true
		b.log.Error("A part of the briefing was not read", "part", part, "err", err)
	}
}

func (b *briefer) readDecisions(ctx context.Context, in *briefing.Input) (err error) {
	if in.Advice, in.Waiting, err = b.db.TopRecommendations(ctx, asMayor); err != nil {
		return err
	}
	rules, err := b.db.ActionRules(ctx, asMayor)
	if err != nil {
		return err
	}
	on := 0
	for _, r := range rules {
		if r.Enabled {
			on++
		}
	}
	in.Nothing = city.NoAdvice(on)
	in.Alerts, err = b.db.Alerts(ctx, asMayor)
	return err
}

func (b *briefer) readNight(ctx context.Context, in *briefing.Input) (err error) {
	in.Incidents, in.IncidentTotal, err = b.db.Incidents(ctx, asMayor, city.IncidentFilter{
		Status:      []city.IncidentStatus{city.IncidentNew, city.IncidentWatched, city.IncidentHandled, city.IncidentClosed},
		ActiveSince: briefing.NightStart(in.At, in.Zone), Limit: 200,
	})
	return err
}

func (b *briefer) readReports(ctx context.Context, in *briefing.Input) (err error) {
	from := in.At.Add(-24 * time.Hour)
	if in.Figures, err = b.db.Figures(ctx, asMayor, city.ReportFilter{From: from, To: in.At}); err != nil {
		return err
	}
	in.Counts, err = b.db.Counts(ctx, asMayor, from, in.At)
	return err
}

func (b *briefer) readIndicators(ctx context.Context, in *briefing.Input) (err error) {
	if in.Indicators, err = b.db.Indicators(ctx, asMayor); err != nil {
		return err
	}
	if in.States, err = b.db.IndicatorStates(ctx, asMayor); err != nil {
		return err
	}
	in.Series = map[string][]city.SeriesPoint{}
	for _, r := range briefing.OffTarget(briefing.Readings(in.Indicators, in.States, in.Setting.Code)) {
		slug := r.Indicator.Slug
		if in.Series[slug], err = b.db.Series(ctx, asMayor, slug, r.Area, store.StepHour, in.At.Add(-24*time.Hour), in.At); err != nil {
			return err
		}
	}
	return nil
}

// runningDispositions bounds how many are read.
const runningDispositions = 2000

func (b *briefer) readFollowUps(ctx context.Context, in *briefing.Input) error {
	f := city.DispositionFilter{Limit: 200}
	for _, s := range city.DispositionStatuses {
		if !s.Over() {
			f.Status = append(f.Status, s)
		}
	}
	for {
		page, total, err := b.db.Dispositions(ctx, asMayor, f)
		if err != nil {
			return err
		}
		in.Dispositions = append(in.Dispositions, page...)
		if f.Offset += len(page); len(page) == 0 || f.Offset >= min(total, runningDispositions) {
			break
		}
	}
	reviews, err := b.db.ProofReviews(ctx, asMayor)
	in.Reviews = len(reviews)
	return err
}

func (b *briefer) readAgenda(ctx context.Context, in *briefing.Input) error {
	clock, err := b.db.Clock(ctx)
	if err != nil {
		return err
	}
	in.Calendar = clock.Calendar
	today := clock.Calendar.DayStart(in.At)
	if in.Schedule, err = b.db.Agenda(ctx, asMayor, today, today.AddDate(0, 0, 1)); err != nil {
		return err
	}
	m, err := b.db.Meeting(ctx, asMayor, "")
	if err != nil {
		return err
	}
	in.Meeting = &m
	return nil
}

func (b *briefer) readSources(ctx context.Context, in *briefing.Input) (err error) {
	in.Sources, err = b.db.SourceHealths(ctx)
	return err
}

// readWeather finds by the city's declarations which indicators tell of rain
// and tide; the heat is any that a source foresees in degrees.
func (b *briefer) readWeather(ctx context.Context, in *briefing.Input) error {
	if in.Unread[briefing.PartIndicators] {
		return errors.New("the indicators are not known")
	}
	picture, err := b.db.HazardPicture(ctx, asMayor, city.HazardFlood)
	if err == nil {
		in.Flood = &picture
	} else if city.CodeOf(err) != city.NotFound {
		return err
	}
	declared, err := b.db.HazardDeclarations(ctx, asMayor, city.HazardFlood)
	if err != nil {
		return err
	}
	for _, i := range declared.Inputs {
		switch i.Role {
		case city.RoleForecast:
			in.Rain.Indicator = indicatorOf(in.Indicators, i.Slug)
		case city.RoleTide:
			in.Tide.Indicator = indicatorOf(in.Indicators, i.Slug)
		case city.RoleRain, city.RoleLevel, city.RoleWarning, city.RoleVoices:
		}
	}
	for _, i := range in.Indicators {
		if strings.TrimSpace(i.Unit) == "°C" && in.Heat.Indicator == nil {
			in.Heat.Indicator = &i
		}
	}
	for _, o := range []*briefing.Outlook{&in.Rain, &in.Heat, &in.Tide} {
		if o.Indicator == nil {
			continue
		}
		if o.Steps, err = b.db.Outlook(ctx, asMayor, o.Indicator.Slug, "", in.At, in.At.Add(24*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}

func indicatorOf(list []city.Indicator, slug string) *city.Indicator {
	for _, i := range list {
		if i.Slug == slug {
			return &i
		}
	}
	return nil
}

package main

import (
	"context"
	"log/slog"
	"math"
	"runtime"
	"time"

	"balaikota/backend/analysis/forecast"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

const (
	// Series are read as far back as this, and forecast so many days ahead.
	forecastPast, forecastAhead = 730, 14
	// A series whose last value is older than this has ended.
	forecastStale = 14
	// The backtest beside each forecast looks from so many days, a week apart.
	forecastOrigins, forecastStep = 8, 7
)

// foresee forecasts, once a city day, the reports of the city and of each
// kecamatan and the daily values of the indicators that have enough history.
// Yesterday is the last day that counts: today is not over.
func (d *database) foresee(ctx context.Context, now time.Time, log *slog.Logger) error {
	clock, err := d.Clock(ctx)
	if err != nil {
		return err
	}
	made, err := d.Forecasts(ctx, city.System, "", "")
	if err != nil {
		return err
	}
	today := clock.Calendar.DayStart(now)
	if len(made) > 0 && !made[0].MadeAt.Before(today) {
		return nil
	}
	f := foresight{db: d, calendar: clock.Calendar, first: today.AddDate(0, 0, -forecastPast), today: today}
	if err := f.reports(ctx); err != nil {
		return err
	}
	indicators, err := d.Indicators(ctx, city.System)
	if err != nil {
		return err
	}
	for _, i := range indicators {
		if err := f.indicator(ctx, i); err != nil {
			return err
		}
	}
	if err := d.KeepForecasts(ctx, now, f.out); err != nil {
		return err
	}
	log.Info("Forecasts made", "series", len(f.out), "through", f.through())
	return nil
}

// foresight is one night's forecasting.
type foresight struct {
	db       *database
	calendar city.Calendar
	// first is the midnight of the first day that may be looked at, today that
	// of the day after the last.
	first, today time.Time
	out          []city.Forecast
}

func (f *foresight) through() string { return f.today.AddDate(0, 0, -1).Format(time.DateOnly) }

// dayNumber counts from first; dates are midnights UTC.
func (f *foresight) dayNumber(date time.Time) int {
	y, m, d := f.first.Date()
	return int(math.Round(date.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours() / 24))
}

// series is an empty one from day number from up to yesterday, with the
// holidays of its past and of the days ahead.
func (f *foresight) series(from int) forecast.Series {
	n := f.dayNumber(time.Date(f.today.Year(), f.today.Month(), f.today.Day(), 0, 0, 0, 0, time.UTC)) - from
	s := forecast.Series{Start: f.first.AddDate(0, 0, from), Values: make([]float64, n), Holiday: make([]bool, n+forecastAhead)}
	for i := range s.Holiday {
		s.Holiday[i] = f.calendar.Holidays[s.Start.AddDate(0, 0, i).Format(time.DateOnly)]
	}
	return s
}

// reports forecasts the counts. A kecamatan with less than one report a day
// takes its share of the city's.
func (f *foresight) reports(ctx context.Context) error {
	days, err := f.db.KecamatanDays(ctx, f.first, f.today.AddDate(0, 0, -1))
	if err != nil || len(days) == 0 {
		return err
	}
	from := f.dayNumber(days[0].Day)
	whole := f.series(from)
	whole.Count = true
	if len(whole.Values)-1-(f.dayNumber(days[len(days)-1].Day)-from) >= forecastStale {
		return nil
	}
	parts := map[string]forecast.Series{}
	var codes []string
	for _, d := range days {
		i := f.dayNumber(d.Day) - from
		whole.Values[i] += float64(d.Received)
		if d.AreaCode == f.db.city.Code {
			continue
		}
		s, ok := parts[d.AreaCode]
		if !ok {
			s = f.series(from)
			s.Count = true
			parts[d.AreaCode] = s
			codes = append(codes, d.AreaCode)
		}
		s.Values[i] += float64(d.Received)
	}
	f.add(city.Forecast{Kind: city.ForecastReports, AreaCode: f.db.city.Code}, whole, nil)
	for _, code := range codes {
		f.add(city.Forecast{Kind: city.ForecastReports, AreaCode: code}, parts[code], &whole)
		if err := breathe(ctx); err != nil {
			return err
		}
	}
	return nil
}

// indicator forecasts an indicator at each area where it is measured.
func (f *foresight) indicator(ctx context.Context, i city.Indicator) error {
	days, err := f.db.DayValues(ctx, i, f.first, f.today)
	if err != nil {
		return err
	}
	for begin := 0; begin < len(days); {
		end := begin
		for end < len(days) && days[end].AreaCode == days[begin].AreaCode {
			end++
		}
		f.area(i, days[begin:end])
		begin = end
		if err := breathe(ctx); err != nil {
			return err
		}
	}
	return nil
}

// area forecasts one indicator at one area from its days in order.
func (f *foresight) area(i city.Indicator, days []store.DayValue) {
	from := f.dayNumber(days[0].Day)
	s := f.series(from)
	s.NonNegative = i.Min != nil && *i.Min >= 0
	s.Holiday = nil // water and prices know no holidays; roads and beds too little
	for k := range s.Values {
		s.Values[k] = math.NaN()
	}
	last := 0
	for _, d := range days {
		if k := f.dayNumber(d.Day) - from; k < len(s.Values) {
			s.Values[k], last = d.Value, k
		}
	}
	if len(s.Values)-1-last < forecastStale {
		f.add(city.Forecast{Kind: city.ForecastIndicator, Indicator: i.Slug, AreaCode: days[0].AreaCode}, s, nil, i)
	}
}

// add forecasts a series and keeps the result, if there is enough of it.
// parent is what a thin series is a share of; of bounds the points.
func (f *foresight) add(out city.Forecast, s forecast.Series, parent *forecast.Series, of ...city.Indicator) {
	out.Method = city.ForecastMean
	var points []forecast.Point
	var ok bool
	var score forecast.Score
	var scored bool
	if parent != nil && forecast.Thin(s) {
		out.Method = city.ForecastParentShare
		if points, ok = forecast.Share(*parent, s, forecastAhead); ok {
			score, scored = forecast.BacktestShare(*parent, s, forecastAhead, forecastOrigins, forecastStep)
		}
	} else if points, ok = forecast.Make(s, forecastAhead); ok {
		score, scored = forecast.Backtest(s, forecastAhead, forecastOrigins, forecastStep)
	}
	if !ok {
		return
	}
	if scored {
		out.MASE, out.Relative, out.Coverage = &score.MASE, &score.Relative, &score.Coverage
	}
	out.Through, out.Days = f.through(), len(s.Values)
	for h, p := range points {
		for _, i := range of {
			p = bounded(p, i)
		}
		out.Points = append(out.Points, city.ForecastPoint{Day: f.today.AddDate(0, 0, h).Format(time.DateOnly), Mean: p.Mean, Low: p.Low, High: p.High})
	}
	f.out = append(f.out, out)
}

// bounded keeps a point to what the indicator can take.
func bounded(p forecast.Point, i city.Indicator) forecast.Point {
	for _, v := range []*float64{&p.Mean, &p.Low, &p.High} {
		if i.Min != nil {
			*v = max(*v, *i.Min)
		}
		if i.Max != nil {
			*v = min(*v, *i.Max)
		}
	}
	return p
}

// breathe lets others have the processor between two series, and says when to
// stop.
func breathe(ctx context.Context) error {
	runtime.Gosched()
	return ctx.Err()
}

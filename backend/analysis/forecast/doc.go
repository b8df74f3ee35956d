// Package forecast says what a daily series will do in the next days, with an
// 80 % band. It imports the standard library only.
//
// Method: the mean of three simple forecasts, the Theta method, a damped-trend
// exponential smoothing with a weekly season, and the seasonal naive of the
// week before. Simple means of such methods were hard to beat in the M
// competitions (Makridakis and Hibon, "The M3-Competition", International
// Journal of Forecasting 16 (2000) 451–476). At a horizon where one method
// alone has clearly done better over the last year, that one speaks; to these
// belongs the naive of the series' own period, which finds a tide. Bands are
// calibrated on the series' own errors at each horizon, and Backtest says how
// well all of it did on the series itself.
//
// What it can not do: it knows the calendar and the past of the series, nothing
// else. It foresees no flood and no campaign. After a change of regime its
// bands need some weeks to adapt. They hold 80 days in 100 on average and in
// the long run, not of each kind of day: the burst days of a flood lie outside.
package forecast

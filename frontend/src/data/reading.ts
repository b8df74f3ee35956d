import type { Freshness, Indicator, IndicatorState, Series, Severity, Threshold } from '../api/types.ts';

/*
 * From many states to the one figure a tile shows, and what it means against
 * yesterday and against the thresholds. Pure functions.
 */

/** One figure with what a tile must say about it. */
export interface Reading {
  value: number;
  previous: number | undefined;
  time: string;
  source: string;
  severity: Severity;
  simulated: boolean;
  /** The area whose value it is; "" for the whole city or a figure over several areas. */
  area: string;
  /** How it was made of several areas, and of how many. */
  over: { how: 'mean' | 'sum' | 'max' | 'min'; areas: number } | undefined;
}

const severities: Severity[] = ['info', 'perhatian', 'siaga', 'awas'];
const decay: Freshness[] = ['langsung', 'dijeda', 'belum', 'tertunda', 'basi', 'terputus'];

export const worse = (a: Freshness, b: Freshness): Freshness =>
  decay.indexOf(a) >= decay.indexOf(b) ? a : b;

function of(state: IndicatorState): Reading {
  return {
    value: state.value,
    previous: state.previous,
    time: state.time,
    source: state.source,
    severity: state.severity,
    simulated: state.simulated ?? false,
    area: state.area_code,
    over: undefined,
  };
}

/** The worst place stands for the city when the highest (or lowest) value is what matters. */
function extreme(states: IndicatorState[], low: boolean): Reading {
  const worst = states.reduce((a, b) => ((low ? b.value < a.value : b.value > a.value) ? b : a));
  return { ...of(worst), over: { how: low ? 'min' : 'max', areas: states.length } };
}

/**
 * The figure for the whole city: the city's own value if there is one, else
 * what the declaration's aggregation makes of the areas. Values of other times
 * than the newest hour are left out of a mean or sum.
 */
export function headline(
  indicator: Indicator,
  states: IndicatorState[],
  cityCode: string | undefined,
): Reading | undefined {
  const whole = states.find((s) => s.area_code === '' || s.area_code === cityCode);
  if (whole) return of(whole);
  const first = states[0];
  if (!first) return undefined;
  if (states.length === 1) return of(first);
  if (indicator.aggregation === 'max') return extreme(states, false);
  if (indicator.aggregation === 'last') return extreme(states, indicator.direction === 'up');
  const newest = Math.max(...states.map((s) => Date.parse(s.time)));
  const fresh = states.filter((s) => newest - Date.parse(s.time) <= 3_600_000);
  const share = indicator.aggregation === 'mean' ? fresh.length : 1;
  const sum = fresh.reduce((total, s) => total + s.value, 0);
  const known = fresh.every((s) => s.previous !== undefined);
  const before = fresh.reduce((total, s) => total + (s.previous ?? 0), 0);
  return {
    value: sum / share,
    previous: known ? before / share : undefined,
    time: new Date(newest).toISOString(),
    source: first.source,
    severity: fresh.reduce<Severity>(
      (worst, s) => (severities.indexOf(s.severity) > severities.indexOf(worst) ? s.severity : worst),
      'info',
    ),
    simulated: fresh.some((s) => s.simulated),
    area: '',
    over: { how: indicator.aggregation === 'mean' ? 'mean' : 'sum', areas: fresh.length },
  };
}

/** Whether a change is for the better, by the declared direction. */
export function judge(indicator: Indicator, change: number): 'better' | 'worse' | 'same' | 'neutral' {
  const size = Number(Math.abs(change).toFixed(indicator.decimals));
  if (size === 0) return 'same';
  if (indicator.direction === 'none') return 'neutral';
  return change > 0 === (indicator.direction === 'up') ? 'better' : 'worse';
}

const applies = (t: Threshold, area: string) => !t.area_code || t.area_code === area;
const passed = (t: Threshold, value: number) => (t.above ? value >= t.value : value <= t.value);

/** The threshold to name: the worst one passed, else the next one ahead. */
export function telling(indicator: Indicator, value: number, area: string): Threshold | undefined {
  const own = indicator.thresholds
    .filter((t) => applies(t, area))
    .sort((a, b) => severities.indexOf(a.level) - severities.indexOf(b.level));
  return own.filter((t) => passed(t, value)).at(-1) ?? own[0];
}

const steps = { raw: Infinity, hour: 3_600_000, day: 86_400_000 };

const day = 86_400;
/** Ranges that fit an indicator, in hours: one of which a value stands for a month is not looked at by the hour. */
export function spansOf(indicator: Indicator): number[] {
  const fresh = indicator.fresh_for_seconds;
  if (fresh >= 7 * day) return [8760, 43_800, 175_200];
  return fresh >= day ? [168, 720, 8760, 43_800] : [24, 168, 720, 8760];
}

/** The shortest of the ranges, or as many hours as it takes, that reaches back to a moment. */
export function reaching(spans: number[], at: string, now: number): number {
  const age = (now - Date.parse(at)) / 3_600_000;
  return spans.find((hours) => age < hours) ?? Math.ceil(age * 1.1);
}

/**
 * The series with an empty point in each hole: the server leaves missing steps
 * out. Values that stand for a longer time than a step have no hole between them.
 */
export function withGaps(series: Series, freshFor = 0): Series {
  const step = Math.max(steps[series.step], freshFor >= day ? freshFor * 1000 : 0);
  const points: Series['points'] = [];
  for (const point of series.points) {
    const last = points.at(-1);
    if (last && Date.parse(point.time) - Date.parse(last.time) > 1.5 * step) {
      points.push({ time: new Date(Date.parse(last.time) + step).toISOString(), value: null });
    }
    points.push(point);
  }
  return { ...series, points };
}

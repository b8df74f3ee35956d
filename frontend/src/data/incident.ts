import type { Incident, SeriesPoint, Severity } from '../api/types.ts';
import { dayNumber } from '../ui/format.ts';

/*
 * What a list of incidents says beyond the wire: how one develops, how far two
 * lie apart, which may be the same matter. Pure functions.
 */

const day = 86_400_000;
const ranks: Record<Severity, number> = { info: 0, perhatian: 1, siaga: 2, awas: 3 };

export type Trend = 'new' | 'worse' | 'steady' | 'easing' | 'quiet';

/** Below this many voices a trend would be read out of nothing. */
export const leastForTrend = 4;
/** Days that are held against as many days before. */
const span = 3;

/** Reports for each of the city's days up to today; days after the last report are zeros. */
export function dailyUntil(incident: Incident, now: number): number[] {
  const first = Date.parse(`${incident.daily_from}T00:00:00Z`) / day;
  const missing = Math.min(60, Math.max(0, dayNumber(now) - first + 1 - incident.daily.length));
  return [...incident.daily, ...Array<number>(missing).fill(0)];
}

/** The last 30 days as points of a line; at least a week, so that two days do not look like a slope. */
export function dailyPoints(incident: Incident, now: number): SeriesPoint[] {
  const counts = dailyUntil(incident, now).slice(-30);
  const padded = [...Array<number>(Math.max(0, 7 - counts.length)).fill(0), ...counts];
  const today = dayNumber(now);
  return padded.map((value, i) => ({
    time: new Date((today - padded.length + 1 + i) * day).toISOString(),
    value,
  }));
}

/**
 * How an incident develops: new in its first day; worse when the last three
 * days brought half again as many reports as the three before, and at least two
 * more; easing when a third fewer; quiet without any in six days. Undefined
 * where there are too few voices to tell.
 */
export function trendOf(incident: Incident, now: number): Trend | undefined {
  if (now - Date.parse(incident.first_at) < day) return 'new';
  const counts = dailyUntil(incident, now);
  const sum = (from: number, to?: number) => counts.slice(from, to).reduce((a, b) => a + b, 0);
  const recent = sum(-span);
  const before = sum(-2 * span, -span);
  if (recent + before === 0) return 'quiet';
  if (incident.voices < leastForTrend) return undefined;
  if (recent >= 1.5 * before && recent - before >= 2) return 'worse';
  if (recent <= before * 0.67) return 'easing';
  return 'steady';
}

/** A place this far from certain is drawn as an area. */
export const exactWithin = 100;
export const isUncertain = (incident: Incident) => (incident.radius_m ?? 0) > exactWithin;
export const isRunning = (incident: Incident) =>
  incident.status !== 'closed' && incident.status !== 'dismissed';

/** As the server sorts: the most urgent first, then most voices for each day since the last. */
export function byPressure(now: number) {
  const pull = (i: Incident) => i.voices / (1 + Math.max(0, now - Date.parse(i.last_at)) / day);
  return (a: Incident, b: Incident) =>
    ranks[b.urgency] - ranks[a.urgency] ||
    pull(b) - pull(a) ||
    Date.parse(b.last_at) - Date.parse(a.last_at) ||
    b.id - a.id;
}

export interface Spot {
  lon?: number;
  lat?: number;
}

/** Metres between two places, NaN where one is not known. Exact enough within a city. */
export function metresBetween(a: Spot, b: Spot): number {
  if (a.lon === undefined || a.lat === undefined || b.lon === undefined || b.lat === undefined) return NaN;
  const k = Math.PI / 180;
  const x = (b.lon - a.lon) * k * Math.cos(((a.lat + b.lat) / 2) * k);
  const y = (b.lat - a.lat) * k;
  return Math.hypot(x, y) * 6_371_000;
}

export interface Candidate {
  incident: Incident;
  /** Metres away, NaN when not known. */
  metres: number;
  sameCategory: boolean;
}

/**
 * Incidents that an officer may mean as the same matter as `of`: those of its
 * category first, then the nearest; with words, those that hold all of them.
 */
export function candidates(of: Incident, all: readonly Incident[], words = ''): Candidate[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const near = (c: Candidate) => (Number.isNaN(c.metres) ? Infinity : c.metres);
  const key = (c: Candidate) => near(c) + (c.sameCategory ? 0 : 2000);
  const found = new Map<number, Incident>();
  for (const i of all) if (i.id !== of.id && i.status !== 'dismissed') found.set(i.id, i);
  return [...found.values()]
    .filter((i) => {
      const text = `#${i.id} ${i.title} ${i.place ?? ''}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .map((incident) => ({
      incident,
      metres: metresBetween(of, incident),
      sameCategory: of.category !== undefined && of.category === incident.category,
    }))
    .sort((a, b) => (key(a) === key(b) ? b.incident.id - a.incident.id : key(a) - key(b)));
}

export type Certainty = 'very' | 'fairly' | 'rather' | 'hardly';

/** How sure a calibrated confidence of 0 to 1 is, as a word's name. */
export function certainty(confidence: number): Certainty {
  if (confidence >= 0.9) return 'very';
  if (confidence >= 0.75) return 'fairly';
  return confidence >= 0.5 ? 'rather' : 'hardly';
}

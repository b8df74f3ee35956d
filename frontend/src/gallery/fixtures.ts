import { makeWorld } from '../../tests/double/world.mjs';
import { Problem } from '../api/problem.ts';
import type {
  Alert,
  Area,
  Category,
  City,
  Indicator,
  IndicatorState,
  Office,
  Report,
  ReportFigures,
  Series,
  SourceHealth,
} from '../api/types.ts';
import { alerts } from '../data/alerts.svelte.ts';
import { areas, type Outlines } from '../data/areas.svelte.ts';
import { catalogue } from '../data/catalogue.svelte.ts';
import { city } from '../data/city.svelte.ts';
import { indicators } from '../data/indicators.svelte.ts';
import { withGaps } from '../data/reading.ts';
import { reports } from '../data/reports.svelte.ts';
import { sources } from '../data/sources.svelte.ts';

/*
 * Invented data in the shapes of the wire, for looking at components in every
 * state. The gallery is a build of its own and never ships.
 */

const made = makeWorld();
const hour = 3_600_000;

export const world = {
  now: made.now,
  city: { ...made.city, server_time: new Date(made.now).toISOString() } as City,
  areas: made.areas as unknown as Area[],
  kelurahan: { type: 'FeatureCollection', features: made.features.kelurahan } as unknown as Outlines,
  kecamatan: { type: 'FeatureCollection', features: made.features.kecamatan } as unknown as Outlines,
  categories: made.categories as unknown as Category[],
  offices: made.offices as unknown as Office[],
  indicators: made.indicators as unknown as Indicator[],
  states: made.states as unknown as IndicatorState[],
  reports: made.reports as unknown as Report[],
  alerts: made.alerts as unknown as Alert[],
  sources: made.sources as unknown as SourceHealth[],
};

export function series(slug: string, hours = 24): Series {
  const found = made.makeSeries(slug, '', made.now - hours * hour, made.now, hours > 72 ? 'day' : 'hour');
  if (!found) throw new Error(`no made-up series for ${slug}`);
  return withGaps(found as unknown as Series);
}

/** Reports by area and category over the last day, as the server counts them. */
export function counts() {
  const rows = world.reports
    .filter((r) => made.now - Date.parse(r.created_at) < 24 * hour)
    .map((r) => ({ area_code: r.area_code ?? '', category: r.category ?? '', count: 1 }));
  return { from: new Date(made.now - 24 * hour).toISOString(), to: new Date(made.now).toISOString(), rows };
}

export const figures: ReportFigures = {
  from: new Date(made.now - 8 * hour).toISOString(),
  to: new Date(made.now).toISOString(),
  received: 41,
  closed: 28,
  open: 203,
  overdue: 9,
  median_close_hours: 14.9,
  answers: 23,
  satisfaction: 0.74,
};
export const calmFigures: ReportFigures = { ...figures, overdue: 0, median_close_hours: undefined };

export const problems = {
  internal: new Problem({ code: 'internal', status: 500 }),
  forbidden: new Problem({ code: 'forbidden', status: 403 }),
  unreachable: Problem.unreachable(undefined),
};

/** Puts the made-up city into the data modules that components read. */
export function fillStores(): void {
  city.remote.put(world.city);
  areas.remote.put(world.areas);
  areas.outlines.kelurahan.put(world.kelurahan);
  areas.outlines.kecamatan.put(world.kecamatan);
  catalogue.categories.put(world.categories);
  catalogue.offices.put(world.offices);
  indicators.declared.put(world.indicators);
  indicators.states.put(world.states);
  reports.newest.put(world.reports);
  alerts.remote.put(world.alerts);
  sources.remote.put(world.sources);
}

import type { Indicator, Severity } from '../../api/types.ts';
import { severityRank } from '../../data/alerts.svelte.ts';
import { indicators, type Reading } from '../../data/indicators.svelte.ts';
import { patterns } from '../../data/patterns.svelte.ts';

/** The measures of weather and water that the city declares for the risk of floods. */
export type WeatherRole = 'suhu' | 'hujan' | 'prakiraan' | 'pasang' | 'muka-air';

export interface WeatherReading {
  role: WeatherRole;
  indicator: Indicator;
  reading: Reading;
}

const order: WeatherRole[] = ['suhu', 'hujan', 'prakiraan', 'pasang', 'muka-air'];

/** All that are known now, in a fixed order, within a role the gravest first. */
export function weatherReadings(): WeatherReading[] {
  const declared = (patterns.flood.value?.inputs ?? []).flatMap((input) => {
    const role = order.find((r) => r === input.role);
    const indicator = role && indicators.get(input.slug);
    return role && indicator ? [{ role, indicator }] : [];
  });
  const warmth = indicators.declared.value?.find((i) => i.unit === '°C');
  if (warmth) declared.push({ role: 'suhu', indicator: warmth });
  return declared
    .flatMap(({ role, indicator }) => {
      const reading = indicators.reading(indicator);
      return reading ? [{ role, indicator, reading }] : [];
    })
    .sort(
      (a, b) =>
        order.indexOf(a.role) - order.indexOf(b.role) ||
        severityRank(b.reading.severity) - severityRank(a.reading.severity),
    );
}

/** One of each role, for the strip that is always there. */
export function weatherStrip(all: readonly WeatherReading[]): WeatherReading[] {
  return order.flatMap((role) => all.find((r) => r.role === role) ?? []);
}

/** The two to draw: the gravest, water before rain. */
export function weatherCharts(all: readonly WeatherReading[]): WeatherReading[] {
  const drawn: WeatherRole[] = ['muka-air', 'pasang', 'hujan', 'prakiraan'];
  return all
    .filter((r) => drawn.includes(r.role))
    .sort(
      (a, b) =>
        severityRank(b.reading.severity) - severityRank(a.reading.severity) ||
        drawn.indexOf(a.role) - drawn.indexOf(b.role),
    )
    .slice(0, 2);
}

export const levelsOf = (all: readonly WeatherReading[]): Severity[] => all.map((r) => r.reading.severity);

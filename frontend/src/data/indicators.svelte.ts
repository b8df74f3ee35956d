import { api, deadline, take } from '../api/client.ts';
import type { Change, Freshness, Indicator, IndicatorState, Series } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { areas } from './areas.svelte.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { headline, withGaps, worse } from './reading.ts';
import type { Reading } from './reading.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';
import { sources } from './sources.svelte.ts';

export type { Reading } from './reading.ts';

const hour = 3_600_000;
export const stateKey = (s: { indicator: string; area_code: string }) => `${s.indicator}|${s.area_code}`;

/** How fresh a reading is by its age against the declaration and by its source. */
export function freshness(
  indicator: Indicator,
  at: string,
  source: Freshness | undefined,
  now: number,
): Freshness {
  const promised = indicator.fresh_for_seconds || Infinity;
  // What is fresh for a day or longer stands for a period and bears its beginning.
  const age = (now - Date.parse(at)) / 1000 - (promised >= 86_400 ? promised : 0);
  const byAge: Freshness = age <= 2 * promised ? 'langsung' : age <= 6 * promised ? 'tertunda' : 'basi';
  return source === 'terputus' || source === 'basi' ? worse(byAge, source) : byAge;
}

class IndicatorStore {
  readonly declared = new Remote<Indicator[]>((signal) =>
    take(api.GET('/api/indicators', { signal: deadline(signal) })),
  );
  readonly states = new Remote<IndicatorState[]>((signal) =>
    take(api.GET('/api/indicators/states', { signal: deadline(signal) })),
  );
  readonly #series = new RemoteMap<Series>(async (key, signal) => {
    const [slug = '', area = '', span = '24'] = key.split('|');
    const to = clock.read();
    const query = {
      ...(area ? { area } : {}),
      from: new Date(to - Number(span) * hour).toISOString(),
      to: new Date(to).toISOString(),
      step: Number(span) <= 72 ? ('hour' as const) : ('day' as const),
    };
    const params = { path: { slug }, query };
    return withGaps(
      await take(api.GET('/api/indicators/{slug}/series', { params, signal: deadline(signal) })),
      this.get(slug)?.fresh_for_seconds,
    );
  });
  readonly #met = new Set<string>();
  #byIndicator = $derived.by(() => {
    const groups = new Map<string, IndicatorState[]>();
    for (const state of this.states.value ?? []) {
      const group = groups.get(state.indicator);
      if (group) group.push(state);
      else groups.set(state.indicator, [state]);
    }
    return groups;
  });

  /** The tiles of Ringkasan in their order. */
  readonly tiles = $derived(
    (this.declared.value ?? [])
      .filter((i) => i.rank > 0)
      .sort((a, b) => a.rank - b.rank || a.slug.localeCompare(b.slug)),
  );

  constructor() {
    live.follow('indicators', {
      snapshot: (s) => {
        this.states.put(s.indicators ?? []);
        this.refresh();
      },
      changes: (changes) => {
        this.states.put(merge(this.states.value ?? [], changes, stateKey));
        this.#meet(changes);
        this.#extend(changes);
      },
    });
  }

  get(slug: string): Indicator | undefined {
    return this.declared.value?.find((i) => i.slug === slug);
  }
  /** The states of an indicator, one per area. */
  at(slug: string): IndicatorState[] {
    return this.#byIndicator.get(slug) ?? [];
  }
  /** The one figure a tile shows for an indicator. */
  reading(indicator: Indicator): Reading | undefined {
    return headline(indicator, this.at(indicator.slug), areas.list.find((a) => a.level === 'kota')?.code);
  }
  freshness(indicator: Indicator, reading: Reading, now: number): Freshness {
    return freshness(indicator, reading.time, sources.get(reading.source)?.pull, now);
  }

  /** A series over the last hours, by hour up to three days and by day beyond; undefined for a moment at first. */
  series(slug: string, area: string, hours: number): Remote<Series> | undefined {
    return this.#series.get(`${slug}|${area}|${hours}`);
  }

  /** Fetches the series on screen again: after a sleep their middle is missing. */
  refresh(): void {
    for (const [, series] of this.#series.entries()) void series.load();
  }

  /** Forgets the series: other rights, or another officer. */
  clear(): void {
    this.#series.clear();
  }

  /** Fetches the declarations when a value is of an indicator that was declared meanwhile, once for each. */
  #meet(changes: Change[]): void {
    const strange = changes
      .map((c) => c.key.split('|')[0] ?? '')
      .filter((slug) => this.declared.value && !this.get(slug) && !this.#met.has(slug));
    for (const slug of strange) this.#met.add(slug);
    if (strange.length) void this.declared.load();
  }

  /** Carries new values into the series on screen, so that lines end where the tiles stand. */
  #extend(changes: Change[]): void {
    for (const change of changes) {
      if (change.op !== 'put') continue;
      const state = change.data as IndicatorState;
      for (const [key, series] of this.#series.entries()) {
        if (!series.value || !key.startsWith(`${stateKey(state)}|`)) continue;
        const last = series.value.points.at(-1);
        if (last && Date.parse(last.time) >= Date.parse(state.time)) continue;
        const oldest = Date.parse(state.time) - Number(key.slice(key.lastIndexOf('|') + 1)) * hour;
        const points = series.value.points.filter((p) => Date.parse(p.time) >= oldest);
        series.put({ ...series.value, points: [...points, { time: state.time, value: state.value }] });
      }
    }
  }
}

export const indicators = new IndicatorStore();

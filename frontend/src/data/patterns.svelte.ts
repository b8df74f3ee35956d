import type { Polygon } from 'geojson';
import { api, deadline, take } from '../api/client.ts';
import type { FloodPicture, FloodRisk, Forecast, Hotspots } from '../api/types.ts';
import type { HeatCell } from '../map/marker.ts';
import { areas, type Outlines } from './areas.svelte.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';

/** These are computed every few minutes and do not come by the socket. */
const every = 60_000;

/** Where reports bunch, and where floods threaten; fetched while somebody looks. */
class PatternStore {
  /** The last 28 days, cells of 500 m. */
  readonly hotspots = new Remote<Hotspots>((signal) =>
    take(
      api.GET('/api/patterns/hotspots', {
        params: { query: { level: 'cell', days: 28, cell: 500 } },
        signal: deadline(signal),
      }),
    ),
  );
  readonly flood = new Remote<FloodPicture>((signal) =>
    take(api.GET('/api/hazards/flood', { signal: deadline(signal) })),
  );
  readonly #forecasts = new RemoteMap<Forecast | null>(async (area, signal) => {
    const query = { subject: 'reports', area };
    const all = await take(api.GET('/api/forecasts', { params: { query }, signal: deadline(signal) }));
    return all.find((f) => f.kind === 'reports' && !f.category && f.area_code === area) ?? null;
  });
  readonly heat = $derived(
    this.hotspots.value ? heatCells(this.hotspots.value, areas.outlines.kelurahan.value) : [],
  );

  /** Fetches one of them now and again every minute until the returned function is called. */
  watch(which: 'hotspots' | 'flood'): () => void {
    const remote = this[which];
    void remote.load();
    const timer = setInterval(() => document.hidden || void remote.load(), every);
    return () => clearInterval(timer);
  }
  /** The flood risks of a kelurahan, the nearer hours first. */
  risksOf(code: string): FloodRisk[] {
    return (this.flood.value?.risks ?? [])
      .filter((r) => r.area_code === code)
      .sort((a, b) => a.horizon_hours - b.horizon_hours);
  }
  /** How many reports an area will likely have on the next days; undefined while unknown or too thin. */
  forecast(area: string): Forecast | undefined {
    return this.#forecasts.get(area)?.value ?? undefined;
  }
  clear(): void {
    this.#forecasts.clear();
    this.hotspots.clear();
    this.flood.clear();
  }
}

export const patterns = new PatternStore();

const heats: Record<string, HeatCell['heat']> = { panas_90: 90, panas_95: 95, panas_99: 99 };

/** The hot cells, hottest first. */
export function heatCells(hotspots: Hotspots, outlines: Outlines | undefined): HeatCell[] {
  return hotspots.features
    .flatMap((f, id) => {
      const heat = heats[f.properties.heat];
      if (!heat || !f.geometry) return [];
      const geometry = f.geometry as unknown as Polygon;
      const { count, around, expected, q } = f.properties;
      return [{ id, geometry, heat, count, around, expected, q, area: areaAt(middleOf(geometry), outlines) }];
    })
    .sort((a, b) => b.heat - a.heat || b.around - a.around);
}

function middleOf(box: Polygon): [number, number] {
  const ring = box.coordinates[0] ?? [];
  const mean = (i: 0 | 1) => {
    const values = ring.map((p) => p[i] ?? 0);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [mean(0), mean(1)];
}

/** The kelurahan in which a place lies, "" for none: even-odd over all rings. */
export function areaAt([lon, lat]: [number, number], outlines: Outlines | undefined): string {
  for (const { geometry, properties } of outlines?.features ?? []) {
    const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [xi = 0, yi = 0] = ring[i] ?? [];
        const [xj = 0, yj = 0] = ring[j] ?? [];
        if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
      }
    }
    if (inside) return properties.code;
  }
  return '';
}

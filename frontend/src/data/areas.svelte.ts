import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { api, deadline, take, takeFile } from '../api/client.ts';
import type { Area } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

export interface OutlineProperties {
  code: string;
  name: string;
  parent_code: string;
  approximate: boolean;
  outline_source: string;
}
export type Outlines = FeatureCollection<Polygon | MultiPolygon, OutlineProperties>;
export type MapLevel = 'kecamatan' | 'kelurahan';

/** Kecamatan and kelurahan with their borders. They change about once in years. */
class AreaStore {
  readonly remote = new Remote<Area[]>((signal) => take(api.GET('/api/areas', { signal: deadline(signal) })));
  readonly outlines = {
    kelurahan: new Remote<Outlines>((signal) => takeFile<Outlines>('/geo/kelurahan.geojson', signal)),
    kecamatan: new Remote<Outlines>((signal) => takeFile<Outlines>('/geo/kecamatan.geojson', signal)),
  };
  #byCode = $derived(new Map((this.remote.value ?? []).map((a) => [a.code, a])));

  get list(): Area[] {
    return this.remote.value ?? [];
  }
  get(code: string | undefined): Area | undefined {
    return code ? this.#byCode.get(code) : undefined;
  }
  /** Name of an area, its code when it is not known, "" for none. */
  name(code: string | undefined): string {
    return code ? (this.#byCode.get(code)?.name ?? code) : '';
  }
  /** "Sidodadi, Samarinda Ulu" */
  fullName(code: string | undefined): string {
    const area = this.get(code);
    if (!area) return code ?? '';
    const above = this.get(area.parent_code);
    return area.level === 'kelurahan' && above ? `${area.name}, ${above.name}` : area.name;
  }
  level(level: Area['level']): Area[] {
    return this.list.filter((a) => a.level === level);
  }
  /** True when any border drawn was computed rather than surveyed. */
  get approximate(): boolean {
    return this.outlines.kelurahan.value?.features.some((f) => f.properties.approximate) ?? false;
  }
  get outlineSource(): string {
    return this.outlines.kelurahan.value?.features[0]?.properties.outline_source ?? '';
  }
  ensure(): void {
    this.remote.ensure();
    this.outlines.kelurahan.ensure();
    this.outlines.kecamatan.ensure();
  }
}

export const areas = new AreaStore();

/** True if code is the area outer or lies in it. */
export function within(code: string | undefined, outer: string): boolean {
  return code !== undefined && (code === outer || code.startsWith(`${outer}.`));
}

import type { Query } from '../address.ts';
import { api, deadline, take } from '../api/client.ts';
import type { PlaceFound } from '../api/types.ts';
import { areas } from '../data/areas.svelte.ts';
import { t } from '../ui/i18n.svelte.ts';
import { cameraText } from './scene.ts';

/* A kelurahan, kecamatan, street or landmark that was searched for. */

/** Places whose names begin with the words, best first; eight at most. */
export function searchPlaces(q: string, signal?: AbortSignal): Promise<PlaceFound[]> {
  return take(api.GET('/api/places', { params: { query: { q, limit: 8 } }, signal: deadline(signal) }));
}

const kinds = { kecamatan: 'Kecamatan', kelurahan: 'Kelurahan' } as const;

export const isArea = (p: PlaceFound): p is PlaceFound & { kind: keyof typeof kinds } => p.kind in kinds;

/** What a place is and where: "Kelurahan · Sungai Pinang". */
export function whereOf(p: PlaceFound): string {
  if (!isArea(p)) return areas.fullName(p.area_code) || t(`place.${p.kind}`);
  const above = p.kind === 'kelurahan' && areas.name(areas.get(p.area_code)?.parent_code);
  return [kinds[p.kind], above].filter(Boolean).join(' · ');
}

/** The entries of the map's address that show a place. */
export function placeQuery(p: PlaceFound): Query {
  const zoom = p.kind === 'kecamatan' ? 12 : isArea(p) ? 13 : p.radius_m > 600 ? 14 : 15;
  const pandang = cameraText({ lon: p.lon, lat: p.lat, zoom });
  if (!isArea(p)) return { pandang };
  return { pandang, wilayah: p.area_code, tingkat: p.kind === 'kecamatan' ? 'kecamatan' : '' };
}

import { api, deadline, take } from '../api/client.ts';
import type { CityCamera } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';
import { sources } from './sources.svelte.ts';

/** The city's cameras, asked for while they are looked at. */
export const cameras = new Remote<CityCamera[]>((signal) =>
  take(api.GET('/api/cameras', { signal: deadline(signal) })),
);

const every = 60_000;

/** Asks for them now and each minute, as long as somebody looks; what one officer saw is gone before the next. */
export function watchCameras(): () => void {
  void cameras.load();
  const timer = setInterval(() => document.hidden || void cameras.load(), every);
  return () => {
    clearInterval(timer);
    cameras.clear();
  };
}

/** How its source fares when nobody reads the camera any more: what it was is not what it is. */
export function unread(c: CityCamera) {
  const how = sources.get(c.source)?.freshness;
  const cut = how === 'basi' || how === 'terputus' || how === 'dijeda';
  return cut && c.state !== 'tanpa_gambar' ? how : undefined;
}

/** Its newest still; a new one has another address. */
export const stillOf = (c: CityCamera) =>
  `/api/cameras/${c.id}/still?t=${Date.parse(c.last_seen ?? '') || 0}`;

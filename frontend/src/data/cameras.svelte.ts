import { api, deadline, take } from '../api/client.ts';
import type { CityCamera } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** The city's cameras, asked for while they are looked at. */
export const cameras = new Remote<CityCamera[]>((signal) =>
  take(api.GET('/api/cameras', { signal: deadline(signal) })),
);

const every = 60_000;

/** Asks for them now and each minute, as long as somebody looks. */
export function watchCameras(): () => void {
  void cameras.load();
  const timer = setInterval(() => document.hidden || void cameras.load(), every);
  return () => clearInterval(timer);
}

/** Its newest still; a new one has another address. */
export const stillOf = (c: CityCamera) =>
  `/api/cameras/${c.id}/still?t=${Date.parse(c.last_seen ?? '') || 0}`;

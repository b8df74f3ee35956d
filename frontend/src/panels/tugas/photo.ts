import { session } from '../../data/session.svelte.ts';
import { tasks } from '../../data/tasks.svelte.ts';
import { clientId } from '../../api/client-id.ts';
import type { Shrunk } from '../../outbox/shrink.ts';
import { takeToken } from '../../outbox/tokens.ts';
import { clock } from '../../ui/clock.svelte.ts';

/** A photo that was taken for a step, not yet in the outbox. */
export interface Taken extends Shrunk {
  id: string;
  /** Object URL of the picture; whoever drops the photo revokes it. */
  url: string;
  takenAt: number;
  accuracy?: number | undefined;
  token: string;
}

/** How old a position may be and still be the place of a photo. */
const fresh = 5 * 60_000;

/**
 * Binds a picture to the task: its one-time token, its place and time. What
 * the camera wrote stands; the phone's own position fills in what it did not.
 */
export async function taken(disposition: number, picture: Shrunk, inApp: boolean): Promise<Taken> {
  const now = clock.read();
  const here = tasks.position && Date.now() - tasks.position.at < fresh ? tasks.position : undefined;
  const placed = picture.lon !== undefined && picture.lat !== undefined;
  const token = await takeToken(session.holder, disposition, now).catch(() => '');
  return {
    ...picture,
    id: clientId(),
    url: URL.createObjectURL(new Blob([picture.bytes], { type: 'image/jpeg' })),
    takenAt: inApp ? now : (picture.takenAt ?? now),
    lon: placed ? picture.lon : here?.lon,
    lat: placed ? picture.lat : here?.lat,
    accuracy: placed ? undefined : here?.accuracy,
    token,
  };
}

const key = 'balaikota.device';

/** A name of this installation that stays: it says that it is the same phone, not whose. */
export function device(): string {
  let name = localStorage.getItem(key);
  if (!name) {
    name = clientId();
    localStorage.setItem(key, name);
  }
  return name;
}

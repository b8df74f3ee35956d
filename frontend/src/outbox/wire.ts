import type { OrderItem, PhotoItem, Refusal, StepItem } from './item.ts';
import { Stop, type Outcome, type Wire } from './sender.ts';
import { holderOf, type Holding } from './holder.ts';
import { retryAfter } from '../api/problem.ts';

/*
 * The outbox's own calls. Plain fetch, for the service worker has no session
 * store to tell: whether the right officer is signed in is asked each time.
 */

/** Calls that the server means to answer differently later. */
const later = new Set([408, 425, 429, 500, 502, 503, 504]);
const patience = { words: 20_000, picture: 90_000 };

async function ask(path: string, init: RequestInit, limit: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(limit),
      ...init,
    });
  } catch {
    throw new Stop('unreachable');
  }
  if (response.status === 401) throw new Stop('signed-out');
  if (later.has(response.status)) throw new Stop('busy', retryAfter(response.headers.get('Retry-After')));
  return response;
}

/** The body, read to its end: a line that breaks within it is a line that broke. */
async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new Stop('unreachable');
  }
}

async function refusalOf(response: Response): Promise<Refusal | undefined> {
  if (response.ok) {
    await json(response);
    return undefined;
  }
  const body = await json<{ code?: string; detail?: string; key?: string; params?: Record<string, string> }>(
    response,
  );
  return { code: body.code ?? 'invalid', message: body.detail ?? '', key: body.key, params: body.params };
}

const jsonBody = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** A fresh token for a photo that was taken while there was none. */
async function token(disposition: number): Promise<string> {
  const response = await ask(
    `/api/dispositions/${disposition}/proof-tokens`,
    jsonBody({ count: 1 }),
    patience.words,
  );
  if (!response.ok) return '';
  return (await json<{ tokens: { token: string }[] }>(response)).tokens[0]?.token ?? '';
}

export const wire: Wire = {
  async who() {
    const response = await ask('/api/session', {}, patience.words);
    if (!response.ok) return undefined;
    return holderOf(await json<Holding>(response));
  },

  async steps(items: StepItem[]) {
    const steps = items.map((item) => ({
      disposition_id: item.disposition,
      ...item.step,
      client_id: item.id,
      said_at: item.at,
    }));
    const response = await ask('/api/tasks/steps', jsonBody({ steps }), patience.words);
    if (response.ok) return (await json<{ outcomes: Outcome[] }>(response)).outcomes;
    // A call that is refused as a whole is sent step by step, to find the one that is wrong.
    if (items.length > 1) {
      const each: Outcome[] = [];
      for (const item of items) each.push(...(await wire.steps([item])));
      return each;
    }
    const refusal = await refusalOf(response);
    return items.map((item) => ({
      client_id: item.id,
      outcome: 'refused' as const,
      problem: refusal?.message,
      code: refusal?.code,
    }));
  },

  async photo(item: PhotoItem) {
    const { photo } = item;
    if (!photo.bytes) return { code: 'invalid', message: '', key: 'outbox.photo_lost' };
    const form = new FormData();
    const fields: Record<string, string | number | undefined> = {
      client_id: item.id,
      disposition_id: item.disposition,
      token: photo.token || (await token(item.disposition)),
      stage: photo.stage,
      taken_at: photo.takenAt,
      lon: photo.lon,
      lat: photo.lat,
      accuracy_m: photo.accuracy,
      device: photo.device,
      note: photo.note,
    };
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined && value !== '') form.set(name, String(value));
    form.set('photo', new Blob([photo.bytes], { type: 'image/jpeg' }), 'foto.jpg');
    return refusalOf(await ask('/api/proofs', { method: 'POST', body: form }, patience.picture));
  },

  async order(item: OrderItem) {
    return refusalOf(
      await ask('/api/dispositions', jsonBody({ ...item.order, client_id: item.id }), patience.words),
    );
  },
};

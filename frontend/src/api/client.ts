import createClient from 'openapi-fetch';
import type { paths } from './schema.gen.ts';
import { Problem, problemFrom } from './problem.ts';

/** The typed client of /openapi.json. The session is an HttpOnly cookie. */
export const api = createClient<paths>({
  credentials: 'same-origin',
  // Lists are one parameter with commas: status=open,in_progress.
  querySerializer: { array: { style: 'form', explode: false } },
});

const patience = 20_000;
let onSignedOut: () => void = () => {};

/** Says what to do when a call is answered "nobody is signed in". */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Cuts a call after 20 s, and earlier when the given signal says so. */
export function deadline(signal?: AbortSignal): AbortSignal {
  const limit = AbortSignal.timeout(patience);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

/** Waits for a call and returns its body, or throws a Problem. */
export async function take<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (cause) {
    throw Problem.unreachable(cause);
  }
  if (outcome.response.ok) return outcome.data as T;
  const problem = problemFrom(outcome.error, outcome.response);
  if (problem.code === 'unauthorized') onSignedOut();
  throw problem;
}

/** A call beside the typed client: a static file, or a body that is not JSON. */
export function takeRaw<T>(path: string, init: RequestInit = {}): Promise<T> {
  const call = fetch(path, {
    credentials: 'same-origin',
    ...init,
    signal: deadline(init.signal ?? undefined),
  });
  return take<T>(
    call.then(async (response) => {
      const body: unknown = await response.json().catch(() => undefined);
      return response.ok ? { data: body as T, response } : { error: body, response };
    }),
  );
}

/** Reads a static JSON file of the server, such as a GeoJSON of borders. */
export const takeFile = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  takeRaw<T>(path, { signal: signal ?? null });

import { api, deadline, take } from '../api/client.ts';
import type { components } from '../api/schema.gen.ts';
import { Remote } from './remote.svelte.ts';

type Schemas = components['schemas'];
export type Open311Desk = Schemas['Open311Desk'];
export type Open311Key = Schemas['Open311Key'];
export type Open311Secret = Schemas['Open311Secret'];
export type Open311Reads = Open311Key['reads'];

/** What goes out and comes in by Open311, as an operator keeps it. What fails throws a Problem. */
class Open311Store {
  readonly desk = new Remote<Open311Desk>((signal) =>
    take(api.GET('/api/open311', { signal: deadline(signal) })),
  );

  async #then<T>(work: Promise<T>): Promise<T> {
    const got = await work;
    await this.desk.load();
    return got;
  }

  /** Makes a key; its secret is in the answer and nowhere else. */
  add(name: string, reads: Open311Reads, files: boolean, perMinute: number): Promise<Open311Secret> {
    const body = { name, reads, files, per_minute: perMinute };
    return this.#then(take(api.POST('/api/open311/keys', { body, signal: deadline() })));
  }
  revoke(id: number): Promise<unknown> {
    return this.#then(
      take(api.DELETE('/api/open311/keys/{id}', { params: { path: { id } }, signal: deadline() })),
    );
  }
  service(category: string, open: boolean): Promise<unknown> {
    const params = { path: { category } };
    return this.#then(
      take(
        api.PUT('/api/open311/services/{category}', { params, body: { public: open }, signal: deadline() }),
      ),
    );
  }
  source(slug: string, open: boolean, media: boolean): Promise<unknown> {
    const body = { public: open, media };
    return this.#then(
      take(api.PUT('/api/open311/sources/{slug}', { params: { path: { slug } }, body, signal: deadline() })),
    );
  }
  withhold(id: number, withheld: boolean, reason: string): Promise<unknown> {
    const body = { withheld, ...(reason && { reason }) };
    return this.#then(
      take(
        api.PUT('/api/open311/reports/{id}/withheld', {
          params: { path: { id } },
          body,
          signal: deadline(),
        }),
      ),
    );
  }
}

export const open311 = new Open311Store();

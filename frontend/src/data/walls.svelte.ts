import { api, deadline, take } from '../api/client.ts';
import type { Wall, WallChange, WallState } from '../api/types.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { Remote } from './remote.svelte.ts';

const byId = (id: number) => ({ path: { id } });

/** Screens on the wall: how each is told to show, and for those who pair them more about each. */
class WallStore {
  readonly list = new Remote<Wall[]>((signal) => take(api.GET('/api/walls', { signal: deadline(signal) })));
  readonly states = new Remote<WallState[]>((signal) =>
    take(api.GET('/api/walls/states', { signal: deadline(signal) })),
  );

  constructor() {
    live.follow('walls', {
      snapshot: (s) => this.states.put(s.walls ?? []),
      changes: (changes) => {
        this.states.put(merge(this.states.value ?? [], changes, (w) => String(w.id)));
        if (this.list.loadedAt) void this.list.load();
      },
    });
  }

  state(id: number): WallState | undefined {
    return this.states.value?.find((w) => w.id === id);
  }

  async pair(code: string, name: string): Promise<Wall> {
    const wall = await take(api.POST('/api/walls', { body: { code, name }, signal: deadline() }));
    await this.list.load();
    return wall;
  }

  async steer(id: number, change: WallChange): Promise<void> {
    const state = await take(
      api.POST('/api/walls/{id}', { params: byId(id), body: change, signal: deadline() }),
    );
    this.states.put((this.states.value ?? []).map((w) => (w.id === id ? state : w)));
  }

  async revoke(id: number): Promise<void> {
    await take(api.DELETE('/api/walls/{id}', { params: byId(id), signal: deadline() }));
    await this.list.load();
  }
}

export const walls = new WallStore();

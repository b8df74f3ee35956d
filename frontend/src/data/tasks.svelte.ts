import { deadline } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { actionsApi } from '../api/actions.ts';
import { tasksApi } from '../api/tasks.ts';
import type { Disposition, DispositionDetail, StepInput, TakenStep, Task, TaskList } from '../api/types.ts';
import { keep, recall, type Kept } from '../outbox/kept.ts';
import { ahead } from '../outbox/moves.ts';
import { addTokens, tokensOf } from '../outbox/tokens.ts';
import { clock } from '../ui/clock.svelte.ts';
import { keeping } from './keeping.svelte.ts';
import { live } from './live.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';
import { session } from './session.svelte.ts';

/** While the page is seen, tasks are fetched about this often. */
const every = 60_000;
/** A burst of changes in the city is one reason to look. */
const settle = 2000;
/** Photos a task can take without a network. */
const tokensAhead = 6;

/** A task as this phone knows it: the server's, and what waits here on top. */
export interface OwnTask extends Task {
  /** True while its status is only this phone's. */
  ahead: boolean;
}

/** Where this phone is; tasks are ordered by the way from here. */
export interface Position {
  lon: number;
  lat: number;
  accuracy: number;
  at: number;
}

/** The signed-in officer's tasks. */
class Tasks {
  position = $state.raw<Position | undefined>(undefined);
  readonly remote = new Remote<TaskList>(async (signal) => {
    const list = await tasksApi.tasks(this.position ?? {}, signal);
    clock.learn(list.at);
    return list;
  });
  /** What is over, newest first. */
  readonly history = new Remote<Disposition[]>(actionsApi.over);
  readonly #details = new RemoteMap<Kept<DispositionDetail>>((id, signal) => this.#fetchDetail(id, signal));
  #officer = 0;
  #stops: (() => void)[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** Tasks in the server's order, with what waits in the outbox done to them. */
  list = $derived.by((): OwnTask[] => {
    const since = this.remote.loadedAt;
    return (this.remote.value?.items ?? []).map((task) => {
      const then = ahead(task, outbox.items, since);
      return { ...task, ...then, ahead: then.status !== task.status || then.percent !== task.percent };
    });
  });
  /** Those that wait for a first word. */
  fresh = $derived(this.list.filter((t) => t.status === 'sent').length);

  get(id: number): OwnTask | undefined {
    return this.list.find((t) => t.id === id);
  }

  /** The instruction with its history and chain, from the server or as it was kept. */
  detail(id: number): Remote<Kept<DispositionDetail>> | undefined {
    return this.#details.get(String(id));
  }

  start(officer: number): void {
    this.#officer = officer;
    this.#stops = [
      keeping(this.remote, officer, 'tasks'),
      keeping(this.history, officer, 'history'),
      live.whenChanged(this.#gently),
      outbox.whenArrived(() => void this.load()),
    ];
    const timer = setInterval(() => {
      if (!document.hidden) void this.load();
    }, every);
    const seen = () => {
      if (!document.hidden) void this.load();
    };
    const connected = () => void this.load();
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', connected);
    this.#stops.push(() => {
      clearInterval(timer);
      clearTimeout(this.#soon);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', connected);
    });
    void this.load();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#officer = 0;
    this.remote.clear();
    this.history.clear();
    this.#details.clear();
    this.position = undefined;
  }

  load = async (): Promise<void> => {
    const officer = this.#officer;
    await Promise.all([this.remote.load(), this.history.load()]);
    if (this.#officer === officer && officer && !this.remote.problem) await this.#prepare();
  };

  /** Takes a step: kept on this phone first, then sent. */
  async step(id: number, kind: TakenStep, more: Partial<StepInput> = {}): Promise<void> {
    await outbox.add([{ kind: 'step', disposition: id, step: { client_id: '', kind, ...more } }]);
  }

  /** Fetches what a task needs where there is no network: its letter and tokens for photos. */
  async #prepare(): Promise<void> {
    const officer = this.#officer;
    const open = (this.remote.value?.items ?? []).slice(0, 30);
    for (const task of open) {
      if (this.#officer !== officer || !navigator.onLine) return;
      try {
        const kept = await recall<DispositionDetail>(officer, `detail:${task.id}`);
        if (kept?.value.last_at !== task.last_at) await this.#keepDetail(officer, task.id);
        if (task.status !== 'sent' || task.proof) await this.fetchTokens(task.id);
        await this.#keepBefore(officer, task.id);
      } catch {
        // The line broke; the next load goes on.
        return;
      }
    }
  }

  /** Fetches tokens until there are enough for some photos. */
  async fetchTokens(id: number): Promise<void> {
    const officer = this.#officer;
    const now = clock.read();
    const held = await tokensOf(officer, id, now);
    if (held.length >= tokensAhead / 2) return;
    const tokens = await tasksApi.proofTokens(id, tokensAhead - held.length).catch((cause: unknown) => {
      // Not taken yet, or no photo is wanted: nothing to keep.
      if (cause instanceof Problem && cause.status >= 400 && cause.status < 500) return undefined;
      throw cause;
    });
    await addTokens(
      (tokens ?? []).map((t) => ({
        token: t.token,
        officer,
        disposition: id,
        expiresAt: Date.parse(t.expires_at),
      })),
    );
  }

  async #keepDetail(officer: number, id: number): Promise<Kept<DispositionDetail>> {
    const value = await actionsApi.disposition(id);
    const at = clock.read();
    await keep(officer, `detail:${id}`, value, at).catch(() => undefined);
    return { value, at };
  }

  async #fetchDetail(key: string, signal: AbortSignal): Promise<Kept<DispositionDetail>> {
    const officer = this.#officer;
    try {
      const fetched = await this.#keepDetail(officer, Number(key));
      signal.throwIfAborted();
      return fetched;
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.status >= 400) throw cause;
      const kept = await recall<DispositionDetail>(officer, `detail:${key}`).catch(() => undefined);
      if (!kept) throw cause;
      return kept;
    }
  }

  /** Keeps the picture from before the work, which the camera lays over its own. */
  async #keepBefore(officer: number, id: number): Promise<void> {
    if (await recall(officer, `before:${id}`)) return;
    const proofs = await actionsApi.proofs(id);
    const before = proofs.filter((p) => p.stage === 'before').at(-1);
    if (!before) return;
    const response = await fetch(`/api/proofs/${before.id}/picture`, {
      credentials: 'same-origin',
      signal: deadline(),
    }).catch((cause: unknown) => {
      throw Problem.unreachable(cause);
    });
    if (response.ok) await keep(officer, `before:${id}`, await response.arrayBuffer(), clock.read());
  }

  /** The picture from before the work as it is kept here. */
  async before(id: number): Promise<Blob | undefined> {
    const kept = await recall<ArrayBuffer>(this.#officer, `before:${id}`).catch(() => undefined);
    return kept && new Blob([kept.value], { type: 'image/jpeg' });
  }

  /** Keeps a picture just taken as the one from before. */
  async setBefore(id: number, bytes: ArrayBuffer): Promise<void> {
    await keep(this.#officer, `before:${id}`, bytes, clock.read()).catch(() => undefined);
  }

  #gently = (): void => {
    if (this.#soon || !session.hasTasks) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      if (!document.hidden) void this.load();
    }, settle);
  };
}

export const tasks = new Tasks();

import { unsent, type Item, type OrderItem, type PhotoItem, type Refusal, type StepItem } from './item.ts';

/*
 * Sends an officer's outbox in order. It knows neither the database nor the
 * network: both are handed in, so that it runs in the page, in the service
 * worker and in tests.
 */

/** Where the items stand. */
export interface Store {
  items(): Promise<Item[]>;
  amend(seq: number, amendment: Partial<Item>): Promise<void>;
}

export interface Outcome {
  client_id: string;
  outcome: 'added' | 'known' | 'refused';
  problem?: string | undefined;
  code?: string | undefined;
}

/** What the server is asked. A call that does not get through throws a Stop. */
export interface Wire {
  /** The number of the officer who is signed in; undefined for nobody. */
  who(): Promise<number | undefined>;
  steps(items: StepItem[]): Promise<Outcome[]>;
  photo(item: PhotoItem): Promise<Refusal | undefined>;
  order(item: OrderItem): Promise<Refusal | undefined>;
}

export type StopReason = 'unreachable' | 'busy' | 'signed-out';

/** Sending stops here and is tried again later. */
export class Stop extends Error {
  readonly reason: StopReason;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfter: number;
  constructor(reason: StopReason, retryAfter = 0) {
    super(reason);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

export interface Drained {
  sent: number;
  refused: number;
  stopped?: Stop;
}

/** Steps sent in one call. */
const batch = 20;

/** Sends what waits, oldest first, until nothing does or the line breaks. */
export async function drain(
  officer: number,
  store: Store,
  wire: Wire,
  now: () => number,
  told: () => void = () => {},
): Promise<Drained> {
  const out: Drained = { sent: 0, refused: 0 };
  const tried = new Set<number>();
  try {
    if (!(await store.items()).some((item) => item.officer === officer && unsent(item))) return out;
    if ((await wire.who()) !== officer) throw new Stop('signed-out');
    for (;;) {
      const items = (await store.items()).filter((item) => item.officer === officer);
      const group = next(items, tried);
      if (group.length === 0) return out;
      for (const item of group) {
        tried.add(item.seq);
        await store.amend(item.seq, { state: 'sending', attempts: item.attempts + 1, refusal: undefined });
      }
      told();
      await send(group, store, wire, now, out);
      told();
    }
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    out.stopped = cause;
    for (const item of await store.items())
      if (item.officer === officer && item.state === 'sending')
        await store.amend(item.seq, { state: 'waiting' });
    told();
    return out;
  }
}

/**
 * The items to send next: one photo or order, or some steps that follow one
 * another. A step whose photo was refused waits until that is settled.
 */
export function next(items: Item[], tried: ReadonlySet<number> = new Set()): Item[] {
  const refused = new Set(items.filter((i) => i.kind === 'photo' && i.state === 'refused').map((i) => i.id));
  const held = new Set<number>();
  const group: Item[] = [];
  for (const item of items) {
    if (!unsent(item) || tried.has(item.seq)) continue;
    // What follows a held step of the same task is held too: order is meaning.
    if (held.has(item.disposition)) continue;
    if (item.kind === 'step' && item.step.proofs?.some((id) => refused.has(id))) {
      held.add(item.disposition);
      continue;
    }
    if (item.kind !== 'step') return group.length > 0 ? group : [item];
    group.push(item);
    if (group.length === batch) break;
  }
  return group;
}

/** Whether an item waits on a refused photo of its own rather than on a signal. */
export function waitsOnPhoto(item: Item, items: Item[]): boolean {
  return (
    item.kind === 'step' &&
    unsent(item) &&
    items.some((p) => p.kind === 'photo' && p.state === 'refused' && item.step.proofs?.includes(p.id))
  );
}

async function send(group: Item[], store: Store, wire: Wire, now: () => number, out: Drained): Promise<void> {
  const first = group[0];
  if (!first) return;
  if (first.kind === 'step') {
    const outcomes = await wire.steps(group as StepItem[]);
    for (const item of group) {
      const outcome = outcomes.find((o) => o.client_id === item.id);
      // A step without a word of its own stays and is sent again.
      if (!outcome) throw new Stop('busy');
      const refusal =
        outcome.outcome === 'refused'
          ? { code: outcome.code ?? 'invalid', message: outcome.problem ?? '' }
          : undefined;
      await settle(item, refusal, store, now, out);
    }
    return;
  }
  const refusal = first.kind === 'photo' ? await wire.photo(first) : await wire.order(first);
  await settle(first, refusal, store, now, out);
}

async function settle(
  item: Item,
  refusal: Refusal | undefined,
  store: Store,
  now: () => number,
  out: Drained,
): Promise<void> {
  if (refusal) {
    out.refused++;
    await store.amend(item.seq, { state: 'refused', refusal });
    return;
  }
  out.sent++;
  const done: Partial<Item> = { state: 'sent', sentAt: now(), refusal: undefined };
  if (item.kind === 'photo') Object.assign(done, { photo: { ...item.photo, bytes: undefined } });
  await store.amend(item.seq, done);
}

/** How long to wait before the next try: 2 s doubled to 5 min, with jitter. */
export function pause(attempt: number, random = Math.random()): number {
  return Math.min(300_000, 2000 * 2 ** Math.min(attempt, 10)) * (0.75 + random / 2);
}

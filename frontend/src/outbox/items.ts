import { change, read, result } from './database.ts';
import type { Item, NewItem } from './item.ts';

/* The outbox on the disk. Nothing is sent that does not stand here first. */

/** Items of an officer in the order they were made. */
export async function itemsOf(officer: number): Promise<Item[]> {
  const all = await read('outbox', (s) => s.index('officer').getAll(officer) as IDBRequest<Item[]>);
  return all.sort((a, b) => a.seq - b.seq);
}

/** Writes items as one: all of them or none. */
export async function write(items: NewItem[]): Promise<void> {
  await change(['outbox'], (store) => {
    for (const item of items) store('outbox').add(item);
  });
}

/** Changes an item in place; one that was thrown away meanwhile stays away. */
export async function amend(seq: number, amendment: Partial<Item>): Promise<void> {
  await change(['outbox'], async (store) => {
    const item = (await result(store('outbox').get(seq))) as Item | undefined;
    if (item) store('outbox').put({ ...item, ...amendment } as Item);
  });
}

export async function throwAway(seqs: number[]): Promise<void> {
  await change(['outbox'], (store) => {
    for (const seq of seqs) store('outbox').delete(seq);
  });
}

import { change, read, result } from './database.ts';

/** What an officer's phone keeps to be read without a network. */
export interface Kept<T> {
  value: T;
  /** Server time when it was fetched, in milliseconds. */
  at: number;
}

/** Officer 0 is the phone itself: who was signed in last, the city's borders. */
export const nobody = 0;

export async function keep(officer: number, key: string, value: unknown, at: number): Promise<void> {
  await change(['kept'], (store) => void store('kept').put({ officer, key, value, at }));
}

export async function recall<T>(officer: number, key: string): Promise<Kept<T> | undefined> {
  const row: unknown = await read('kept', (s) => s.get([officer, key]) as IDBRequest<unknown>);
  return row as Kept<T> | undefined;
}

export async function drop(officer: number, key: string): Promise<void> {
  await change(['kept'], (store) => void store('kept').delete([officer, key]));
}

/** Forgets all that was fetched for an officer, not what the officer has yet to send. */
export async function forget(officer: number): Promise<void> {
  await change(['kept', 'tokens'], async (store) => {
    store('kept').delete(IDBKeyRange.bound([officer], [officer, []]));
    const own = store('tokens').index('officer');
    for (const key of await result(own.getAllKeys(officer))) store('tokens').delete(key);
  });
}

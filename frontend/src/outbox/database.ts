/*
 * What this phone keeps: the outbox, the last tasks and what is drawn with
 * them, tokens for photos. Everything belongs to one officer. Used by the page
 * and by the service worker alike.
 */

const name = 'balaikota';
const version = 1;

export const stores = ['outbox', 'kept', 'tokens'] as const;
export type StoreName = (typeof stores)[number];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((done, fail) => {
    const asked = indexedDB.open(name, version);
    asked.onupgradeneeded = () => {
      const db = asked.result;
      const outbox = db.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
      outbox.createIndex('id', 'id', { unique: true });
      outbox.createIndex('officer', 'officer');
      db.createObjectStore('kept', { keyPath: ['officer', 'key'] });
      const tokens = db.createObjectStore('tokens', { keyPath: 'token' });
      tokens.createIndex('officer', 'officer');
    };
    asked.onsuccess = () => {
      const db = asked.result;
      // Another tab brings a newer version, or the browser took the data away.
      db.onversionchange = () => db.close();
      db.onclose = () => (opened = undefined);
      done(db);
    };
    asked.onerror = () => fail(asked.error ?? new Error('the database of this browser did not open'));
    asked.onblocked = () => fail(new Error('the database of this browser is held by another tab'));
  }).catch((cause: unknown) => {
    opened = undefined;
    throw cause;
  });
  return opened;
}

/**
 * Runs a change of some stores as one; it has reached the disk when this
 * returns. The transaction ends by itself when act asks nothing more of it.
 */
export async function change<T>(
  names: StoreName[],
  act: (store: (name: StoreName) => IDBObjectStore) => Promise<T> | T,
): Promise<T> {
  const db = await open();
  const tx = db.transaction(names, 'readwrite', { durability: 'strict' });
  const ended = new Promise<void>((done, fail) => {
    tx.oncomplete = () => done();
    tx.onabort = tx.onerror = () => fail(tx.error ?? new Error('the change was not kept'));
  });
  ended.catch(() => {});
  try {
    const result = await act((n) => tx.objectStore(n));
    await ended;
    return result;
  } catch (cause) {
    if (tx.error === null) {
      try {
        tx.abort();
      } catch {
        // It had ended already.
      }
    }
    throw tx.error ?? cause;
  }
}

export async function read<T>(name: StoreName, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  return result(act(db.transaction(name, 'readonly').objectStore(name)));
}

export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error('the browser’s database gave no answer'));
  });
}

/** True when a failure says that the phone has no room left. */
export function isFull(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'QuotaExceededError';
}

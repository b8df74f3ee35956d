import { keep, recall } from '../outbox/kept.ts';
import type { Remote } from './remote.svelte.ts';

/**
 * Lets a remote show what this phone kept until the server answers, and keeps
 * every answer. Must run before or beside the first load; returns how to stop.
 */
export function keeping<T>(remote: Remote<T>, officer: number, key: string): () => void {
  let at = 0;
  let stopped = false;
  void recall<T>(officer, key)
    .then((kept) => {
      if (!kept || stopped || remote.value !== undefined) return;
      at = kept.at;
      remote.value = kept.value;
      remote.loadedAt = kept.at;
    })
    .catch(() => undefined);
  const stop = $effect.root(() => {
    $effect(() => {
      const { value, loadedAt } = remote;
      if (value === undefined || loadedAt <= at) return;
      at = loadedAt;
      // A full or refused storage costs the copy, not the work.
      void keep(officer, key, $state.snapshot(value), loadedAt).catch(() => undefined);
    });
  });
  return () => {
    stopped = true;
    stop();
  };
}

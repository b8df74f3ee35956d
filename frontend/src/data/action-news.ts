import { live } from './live.svelte.ts';

/** Without news from the socket, lists of actions are looked at this often. */
const every = 60_000;
/** News come in bunches; a list is fetched at most this often for them. */
const settle = 15_000;

/** Runs `load` now, every minute and after news, until the returned function is called. */
export function whileWatched(load: () => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      if (!document.hidden) load();
    }, settle);
  };
  load();
  const stop = live.whenChanged(soon);
  const timer = setInterval(() => document.hidden || load(), every);
  return () => {
    stop();
    clearTimeout(waiting);
    clearInterval(timer);
  };
}

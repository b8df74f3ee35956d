import { preferences } from '../ui/preferences.svelte.ts';

/**
 * While a view has a sheet of its own, Ctrl+P prints that and not the screen;
 * returns how to give the key back to the browser.
 */
export function printKey(act: () => void): () => void {
  const onKey = (e: KeyboardEvent) => {
    const wanted = (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'p';
    if (!wanted || !preferences.current.shortcuts || document.querySelector('dialog[open]')) return;
    e.preventDefault();
    act();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

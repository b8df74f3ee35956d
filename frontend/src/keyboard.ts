import { preferences } from './ui/preferences.svelte.ts';

type Act = (event: KeyboardEvent) => void;
/** Keys of a view: "j", "[", "Enter", "Shift+T", or a sequence such as "g r". */
export type Bindings = Record<string, Act>;

const layers: Bindings[] = [];
let prefix = '';
let forget: ReturnType<typeof setTimeout> | undefined;

/** Adds keys on top of those in force; returns how to take them away. */
export function bind(bindings: Bindings): () => void {
  layers.push(bindings);
  return () => {
    const at = layers.indexOf(bindings);
    if (at >= 0) layers.splice(at, 1);
  };
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** Enter and space belong to whatever control has the focus. */
function owned(e: KeyboardEvent): boolean {
  return (
    (e.key === 'Enter' || e.key === ' ') &&
    e.target instanceof HTMLElement &&
    e.target.closest('a, button, summary, [role="button"]') !== null
  );
}

function nameOf(e: KeyboardEvent): string {
  return e.shiftKey && /^[a-z]$/i.test(e.key) ? `Shift+${e.key.toUpperCase()}` : e.key;
}

function onKey(e: KeyboardEvent): void {
  if (!preferences.current.shortcuts && e.key !== 'Escape') return;
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || e.isComposing) return;
  if ((typing(e.target) && e.key !== 'Escape') || owned(e)) return;
  if (document.querySelector('dialog[open]')) return;
  const name = nameOf(e);
  const wanted = prefix ? `${prefix} ${name}` : name;
  clearTimeout(forget);
  prefix = '';
  for (const layer of layers.toReversed()) {
    const act = layer[wanted];
    if (act) {
      e.preventDefault();
      act(e);
      return;
    }
  }
  if (name === 'g') {
    prefix = 'g';
    forget = setTimeout(() => (prefix = ''), 1500);
  }
}

addEventListener('keydown', onKey);

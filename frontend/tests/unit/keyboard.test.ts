import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import id from '../../../backend/i18n/id.json' with { type: 'json' };
import { shortcuts } from '../../src/panels/keys.ts';

/* The sheet of keys is complete and true: what is bound somewhere is listed, and what is listed is bound. */

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .map((name) => readFileSync(join('src', name), 'utf8'));

/** The keys of the object that each call of `bind` is given. */
function bound(source: string): string[] {
  const keys: string[] = [];
  for (const call of source.matchAll(/\bbind\(\{/g)) {
    let depth = 1;
    let here = '';
    for (let i = call.index + call[0].length; depth > 0 && i < source.length; i++) {
      const c = source[i] ?? '';
      if ('{(['.includes(c) && !/['"]/.test(source[i + 1] ?? '')) depth++;
      if (depth === 1) here += c;
      if ('})]'.includes(c) && !/['"]/.test(source[i - 1] ?? '')) depth--;
    }
    keys.push(
      ...[...here.matchAll(/(?:^|[{,\n])\s*(?:'([^']+)'|(\w+))\s*:/g)].map((m) => m[1] ?? m[2] ?? ''),
    );
  }
  return keys;
}

const names: Record<string, string[]> = {
  Esc: ['Escape'],
  Spasi: [' '],
  '←': ['ArrowLeft'],
  '→': ['ArrowRight'],
};
/** What the sheet says, as `bind` names it: a sequence after g, a chord after Shift, else each key. */
function said(keys: readonly string[]): string[] {
  if (keys[0] === 'g') return [keys.join(' ')];
  if (keys[0] === 'Shift') return [keys.join('+')];
  if (keys[0] === 'Ctrl') return []; // is heard in fields too, so it is no binding
  return keys.flatMap((k) => names[k] ?? [k]);
}

it('lists every key that is bound, and none that is not', () => {
  const all = new Set(sources.flatMap(bound));
  const listed = new Set(shortcuts.flatMap((g) => g.list.flatMap((s) => said(s.keys))));
  expect(all.size).toBeGreaterThan(25);
  expect([...all].filter((key) => !listed.has(key))).toEqual([]);
  expect([...listed].filter((key) => !all.has(key))).toEqual([]);
});

it('names every key in words', () => {
  const texts: Record<string, string> = id;
  for (const { where, list } of shortcuts)
    for (const key of [where, ...list.map((s) => s.does)]) expect(texts[key], key).toBeTruthy();
});

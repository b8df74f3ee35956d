import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainIcon } from '../../build/plain-icons.ts';

/* The build draws the icons without their props: none may be given any. */

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));
const imported = /import (\w+) from '@lucide\/svelte\/icons\/([\w-]+)'/g;

it('gives icons nothing but that readers pass over them', () => {
  let uses = 0;
  for (const { name, text } of sources) {
    const icons = [...text.matchAll(imported)].map((m) => m[1]).concat('\\w+\\.[iI]con', 'Icon');
    for (const use of text.matchAll(new RegExp(`<(?:${icons.join('|')})\\b([^>]*)>`, 'g'))) {
      uses++;
      expect(use[1]?.trim().replaceAll(/\s+/g, ' '), name).toBe('aria-hidden="true" /');
    }
  }
  expect(uses).toBeGreaterThan(60);
});

it('draws every icon that a view asks for', () => {
  const folder = 'node_modules/@lucide/svelte/dist/icons';
  const names = readdirSync(folder).filter((name) => name.endsWith('.svelte'));
  expect(names.length).toBeGreaterThan(1000);
  for (const name of names) {
    const drawn = plainIcon(readFileSync(join(folder, name), 'utf8'));
    expect(drawn, name).toMatch(/^<svg [^{}]+ aria-hidden="true">(<\w+ [^<>{}]+ \/>)+<\/svg>\n$/);
  }
  expect(plainIcon(readFileSync(join(folder, 'x.svelte'), 'utf8'))).toContain(
    '<path d="M18 6 6 18" /><path d="m6 6 12 12" />',
  );
});

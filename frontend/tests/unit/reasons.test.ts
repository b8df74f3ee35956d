import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { reasonIn, settingIn } from '../../src/panels/sumber/reasons.ts';
import { loadTexts } from '../../src/ui/i18n.svelte.ts';

beforeAll(() => loadTexts());

/* What connectors really say: their own test writes this file. */
const said = readFileSync(
  new URL('../../../connectors/mapping/testdata/reasons.txt', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n');

it('puts what connectors say most into Indonesian', () => {
  expect(said.length).toBeGreaterThan(10);
  for (const reason of said) {
    expect(reasonIn(reason), reason).not.toBe(reason);
    expect(reasonIn(reason), reason).not.toMatch(/\{\w+\}|\bis\b|\bmust\b/);
  }
  expect(reasonIn('value: "dua" is not a number in the style id')).toBe(
    'value: “dua” bukan angka menurut gaya id',
  );
  expect(reasonIn('area "Atlantis" is not an area of this city')).toBe('“Atlantis” bukan wilayah kota ini');
  expect(settingIn('mapping.fields.area needs either get or const')).toBe('mapping.fields.area belum diisi');
});

it('leaves what it does not know as it was said', () => {
  expect(reasonIn('column isi holds bytes')).toBe('column isi holds bytes');
});

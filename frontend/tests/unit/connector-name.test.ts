import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectorName } from '../../src/data/connector-name.ts';

it('has words for every connector of the program', () => {
  const list = readFileSync(new URL('../../../connectors/all/all.go', import.meta.url), 'utf8');
  const connectors = [...list.matchAll(/"balaikota\/connectors\/(\w+)"/g)].map((m) => m[1] ?? '');
  expect(connectors.length).toBeGreaterThan(15);
  for (const c of connectors) expect([c, connectorName(c)]).not.toEqual([c, c]);
});

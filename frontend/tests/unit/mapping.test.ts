import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ConnectorField } from '../../src/api/types.ts';
import { exampleOf, fieldAt, labelOf, layouts, ourFields } from '../../src/panels/sumber/mapping-fields.ts';
import {
  columnName,
  fill,
  fillable,
  fromOf,
  isColumn,
  isUntouched,
  pairsOf,
  partAt,
  partsOf,
  proposalFor,
  tableOf,
  taken,
  withField,
  withKind,
  withPart,
  type Proposed,
} from '../../src/panels/sumber/mapping-lines.ts';
import { settingEntry, settingsOf, settingValue } from '../../src/panels/sumber/mapping-settings.ts';
import { read, textOf } from '../../src/panels/sumber/mapping-text.ts';

const server = readFileSync(
  fileURLToPath(new URL('../../../connectors/mapping/field.go', import.meta.url)),
  'utf8',
);
/** A list of the server's, as Go writes it: var NAME = map[string]…{…}. */
const declared = (name: string) => {
  const found = new RegExp(`var ${name} = map\\[string\\][^{]*\\{([^]*?)\\n\\}`).exec(server)?.[1];
  if (!found) throw new Error(`field.go has no ${name}`);
  return found;
};

describe('our fields', () => {
  it.each(['reports', 'observations'] as const)('of %s are those of the server', (kind) => {
    const go = declared(`${kind.slice(0, -1)}Fields`);
    const types = new Map([...go.matchAll(/"(\w+)":\s*as(\w+)/g)].map((m) => [m[1], m[2]?.toLowerCase()]));
    expect(types.size).toBeGreaterThan(8);
    expect(new Map(ourFields[kind].map((f) => [f.name as string, f.type as string]))).toEqual(types);
    const required = new RegExp(`"${kind}":\\s*\\{([^}]*)\\}`).exec(declared('requiredFields'))?.[1] ?? '';
    expect(ourFields[kind].filter((f) => f.place === 'required').map((f) => f.name)).toEqual(
      [...required.matchAll(/"(\w+)"/g)].map((m) => m[1]),
    );
  });

  it('are found at the places that the server names', () => {
    expect(fieldAt('mapping.fields.time.zone')).toBe('time');
    expect(fieldAt('mapping.fields.area')).toBe('area');
    expect(fieldAt('mapping.kind')).toBeUndefined();
    expect(labelOf('time')).toBe('source.map.field.time');
    expect(labelOf('waktu')).toBeUndefined();
  });
});

describe('a time, by example', () => {
  it('is written as its layout says', () => {
    expect(exampleOf('2006-01-02')).toBe('2026-11-23');
    expect(exampleOf('02-01-2006 15.04')).toBe('23-11-2026 09.15');
    expect(exampleOf('2 January 2006')).toBe('23 November 2026');
    expect(exampleOf('2006')).toBe('2026');
    expect(exampleOf('2006-01-02T15:04:05Z07:00')).toBe('2026-11-23T09:15:00+08:00');
    expect(exampleOf('unix_ms')).toBe(`${exampleOf('unix')}000`);
    expect(new Date(Number(exampleOf('unix_ms'))).toISOString()).toBe('2026-11-23T01:15:00.000Z');
    // Each is told from every other.
    expect(new Set(layouts.map(exampleOf)).size).toBe(layouts.length);
  });
});

describe('a line of the form', () => {
  it('knows where its field comes from', () => {
    expect(fromOf(partsOf(undefined))).toBe('none');
    expect(fromOf(partsOf({ const: null }))).toBe('none');
    expect(fromOf(partsOf('.nama'))).toBe('column');
    expect(fromOf(partsOf({ get: '."Kode Wilayah"', missing: ['-'] }))).toBe('column');
    expect(fromOf(partsOf('.a + .b'))).toBe('expression');
    expect(fromOf(partsOf({ get: '' }))).toBe('expression');
    expect(fromOf(partsOf({ const: 'now' }), true)).toBe('now');
    expect(fromOf(partsOf({ const: 'now' }))).toBe('const');
    expect(fromOf(partsOf({ const: '' }))).toBe('const');
  });

  it('names a column without its signs', () => {
    expect(columnName('.nama')).toBe('nama');
    expect(columnName('.alamat."Nama Jalan"')).toBe('alamat › Nama Jalan');
    expect(columnName('."a \\"b\\""')).toBe('a "b"');
    expect(columnName('."satu\\x00dua"')).toBe('satu\\x00dua');
    for (const expression of ['.', '.[]', '.a | tonumber', '.a.b?', 'nama', '.["x"]'])
      expect(isColumn(expression), expression).toBe(false);
  });

  it('changes what was edited, and keeps what it does not know', () => {
    const mapping = {
      kind: 'observations',
      where: '.aktif',
      baru: { x: 1 },
      fields: { value: { get: '.v', factor: 2, asing: [1] }, time: '.t', lain: '.z' },
    };
    const before = structuredClone(mapping);
    const next = withField(mapping, 'value', taken(partsOf(mapping.fields.value), { get: '.w' }));
    expect(next).toEqual({
      ...mapping,
      fields: { ...mapping.fields, value: { get: '.w', factor: 2, asing: [1] } },
    });
    expect(Object.keys(next['fields'] as object)).toEqual(['value', 'time', 'lain']);
    expect(mapping).toEqual(before);
    // An expression alone stays one; an empty one is still to be written.
    expect(withField(mapping, 'time', { get: '.u', time: undefined })['fields']).toMatchObject({
      time: '.u',
    });
    expect(withField(mapping, 'time', { get: '' })['fields']).toMatchObject({ time: { get: '' } });
    expect(withField(mapping, 'time', undefined)['fields']).not.toHaveProperty('time');
    expect(taken({ get: '.a', time: ['2006'] }, { const: '2025' })).toEqual({
      const: '2025',
      time: ['2006'],
    });
    expect(taken({ get: '.a' }, undefined)).toBeUndefined();
  });

  it('puts a part of the mapping where it belongs, and takes it out', () => {
    const auth = { url: 'https://a.go.id', auth: { type: 'bearer', lain: 1 } };
    expect(withPart(auth, ['auth', 'type'], 'basic')).toEqual({ ...auth, auth: { type: 'basic', lain: 1 } });
    expect(withPart(auth, ['auth', 'type'], undefined)['auth']).toEqual({ lain: 1 });
    expect(withPart(auth, ['paging', 'size'], 50)).toEqual({ ...auth, paging: { size: 50 } });
    expect(withPart(auth, ['paging', 'size'], undefined)).toEqual(auth);
    expect(withPart(auth, ['url'], undefined)).toEqual({ auth: auth.auth });
    expect(partAt(auth, ['auth', 'type'])).toBe('bearer');
    expect(partAt(auth, ['auth', 'type', 'x'])).toBeUndefined();
  });

  it('puts the fields of the other kind aside, and brings them back', () => {
    const start = { kind: 'reports', fields: { text: '.isi', area: '.kel', asing: '.x' } };
    const there = withKind(start, 'observations');
    expect(there.mapping).toEqual({ kind: 'observations', fields: { area: '.kel', asing: '.x' } });
    const back = withKind(withField(there.mapping, 'value', { get: '.v' }), 'reports', there.aside);
    expect(back.mapping).toEqual({ kind: 'reports', fields: { area: '.kel', asing: '.x', text: '.isi' } });
    expect(back.aside).toEqual({ value: '.v' });
  });

  it('makes a table of words, without those that are not written yet', () => {
    expect(pairsOf({ Baru: 'open', '*': 'closed' })).toEqual([['Baru', 'open']]);
    expect(
      tableOf(
        [
          ['Baru', 'open'],
          ['', 'closed'],
        ],
        'rejected',
      ),
    ).toEqual({ Baru: 'open', '*': 'rejected' });
    expect(tableOf([['', 'open']], undefined)).toBeUndefined();
  });
});

describe('a proposal', () => {
  const figures: Proposed = {
    kind: 'observations',
    items: '.data',
    fields: { value: { get: '.nilai', number: 'id' }, time: { get: '.tanggal', time: ['2006-01-02'] } },
  };
  const words: Proposed = { kind: 'reports', fields: { text: { get: '.isi' } } };

  it('fills what is empty and nothing else', () => {
    const mine = { fields: { value: '.punya', area: { const: null } }, items: '.baris' };
    expect(fill(mine, figures)).toEqual({
      mapping: {
        kind: 'observations',
        items: '.baris',
        fields: {
          value: '.punya',
          area: { const: null },
          time: { get: '.tanggal', time: ['2006-01-02'] },
        },
      },
      names: ['time'],
    });
    expect(fill({}, figures).mapping).toMatchObject({
      items: '.data',
      fields: { value: { get: '.nilai', number: 'id' } },
    });
    expect(fill({}, words).mapping).toEqual({ kind: 'reports', fields: { text: '.isi' } });
  });

  it('is of the kind that was chosen, or the likeliest', () => {
    expect(proposalFor({}, [figures, words])).toBe(figures);
    expect(proposalFor({ kind: 'reports' }, [figures, words])).toBe(words);
    expect(proposalFor({ kind: 'reports' }, [figures])).toBeUndefined();
    expect(fillable({ kind: 'reports' }, undefined)).toEqual([]);
  });

  it('comes to a mapping that nobody touched', () => {
    expect(isUntouched({})).toBe(true);
    expect(isUntouched({ kind: 'reports', fields: { text: null, area: { const: '' } } })).toBe(true);
    expect(isUntouched({ fields: { text: '.isi' } })).toBe(false);
  });
});

describe('the settings of a mapping', () => {
  const field = (path: string, type: ConnectorField['type'], more: Partial<ConnectorField> = {}) => ({
    path,
    type,
    doc: path,
    ...more,
  });
  const all: ConnectorField[] = [
    field('mapping', 'object'),
    field('mapping.url', 'string', { required: true }),
    field('mapping.headers', 'map'),
    field('mapping.auth', 'object'),
    field('mapping.auth.type', 'string', { default: 'none' }),
    field('mapping.format', 'string', { default: 'json' }),
    field('mapping.complete', 'boolean', { default: 'false' }),
    field('mapping.kind', 'string', { required: true }),
    field('mapping.fields', 'map', { required: true }),
    field('mapping.fields.*.get', 'string'),
  ];

  it('are those of its declaration, what nearly everyone says first', () => {
    const s = settingsOf(all[0]!, all, false);
    expect(s.first.map((f) => f.path)).toEqual(['mapping.url', 'mapping.format']);
    expect(s.rest.map((g) => [g.of?.path, g.fields.map((f) => f.path)])).toEqual([
      [undefined, ['mapping.complete']],
      ['mapping.auth', ['mapping.auth.type']],
    ]);
    expect(s.textOnly.map((f) => f.path)).toEqual(['mapping.headers']);
    expect(s.first[0]?.required).toBe(false);
    expect(settingsOf(all[0]!, all, true).first[0]?.required).toBe(true);
  });

  it('leave out what the connector takes anyway', () => {
    const [tick, size] = [all[6]!, field('mapping.paging.size', 'integer', { default: '100' })];
    expect([settingEntry(tick, undefined), settingEntry(tick, true), settingEntry(size, 50)]).toEqual([
      false,
      true,
      '50',
    ]);
    expect(settingValue(tick, false)).toBeUndefined();
    expect(settingValue(tick, true)).toBe(true);
    expect(settingValue(size, ' ')).toBeUndefined();
    expect(settingValue(size, '50')).toBe(50);
    expect(settingValue(size, 'banyak')).toBe('banyak');
  });
});

describe('a mapping as text', () => {
  it('comes back as it went', () => {
    const mapping = {
      kind: 'reports',
      where: '.status == "aktif"',
      fields: { text: '."Isi Aduan"', created_at: { get: '.tgl', time: ['02-01-2006 15.04'] }, id: '.1' },
    };
    expect(read(textOf(mapping))).toEqual({ mapping });
    expect(read(JSON.stringify(mapping))).toEqual({ mapping });
    expect(textOf({})).toBe('');
    expect(read('')).toEqual({ mapping: {} });
  });

  it('says where it cannot be read', () => {
    expect(read('kind: reports\nfields:\n\tarea: .kel')).toMatchObject({
      line: 3,
      why: 'source.map.text.tab',
    });
    expect(read('kind: reports\nwhere: ".aktif')).toMatchObject({ why: 'source.map.text.unclosed' });
    expect(read('kind: a\nkind: b')).toMatchObject({ line: 2, why: 'source.map.text.twice' });
    expect(read('- a\n- b')).toMatchObject({ line: 1, why: 'source.map.text.object' });
  });
});

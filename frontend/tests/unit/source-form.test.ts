import { describe, expect, it } from 'vitest';
import type { ConnectorField, ConnectorInfo } from '../../src/api/types.ts';
import {
  configOf,
  entriesOf,
  fieldOf,
  fieldToMend,
  isFirst,
  isTop,
  slugOf,
} from '../../src/data/source-form.ts';

const field = (
  path: string,
  type: ConnectorField['type'],
  more: Partial<ConnectorField> = {},
): ConnectorField => ({
  path,
  type,
  doc: path,
  ...more,
});

const connector: ConnectorInfo = {
  name: 'uji',
  title_id: 'Uji',
  title_en: 'Test',
  description_id: '',
  description_en: '',
  schedule: '@every 5m',
  brings: ['observations'],
  templates: [],
  fields: [
    field('allow_private', 'boolean'),
    field('base_url', 'string', { required: true }),
    field('page_size', 'integer', { default: '1000' }),
    field('token', 'string', { secret: true }),
    field('filters', 'map'),
    field('mapping', 'object', { required: true }),
    field('mapping.kind', 'string', { required: true, enum: ['reports', 'observations'] }),
    field('mapping.zone', 'string'),
    field('mapping.fields', 'map', { required: true }),
    field('mapping.fields.*.get', 'string'),
  ],
};

describe('the form of a source', () => {
  it('begins a new source with nothing said', () => {
    expect(entriesOf(connector)).toEqual({
      allow_private: false,
      base_url: '',
      page_size: '',
      token: '',
      filters: '',
      mapping: {},
    });
  });

  it('shows what a source has, and gives the same back', () => {
    const config = {
      allow_private: true,
      base_url: 'https://a.go.id',
      page_size: 50,
      mapping: { kind: 'reports', fields: { text: '.isi' } },
    };
    const made = configOf(connector, entriesOf(connector, config));
    expect(made).toEqual(config);
  });

  it("leaves out what is empty, so that the connector's own default counts", () => {
    expect(
      configOf(connector, {
        allow_private: false,
        base_url: ' https://a.go.id ',
        page_size: '',
        token: '',
        filters: '  ',
        mapping: 'kind: x',
      }),
    ).toEqual({
      base_url: 'https://a.go.id',
      mapping: 'kind: x',
    });
    // What is no number goes as it is: the server says what is wrong with it.
    expect(configOf(connector, { page_size: 'banyak' })).toEqual({ page_size: 'banyak' });
  });

  it('takes a list as lines, or as the YAML it is', () => {
    const lists = {
      ...connector,
      fields: [field('topics', 'list'), field('cameras', 'list'), field('cameras[].id', 'string')],
    };
    expect(configOf(lists, { topics: 'sensor/{id}/pm25' })).toEqual({ topics: ['sensor/{id}/pm25'] });
    expect(configOf(lists, { topics: ' a/b \n\n c/d' })).toEqual({ topics: ['a/b', 'c/d'] });
    for (const yaml of ['["a/b", c]', '- a/b\n- c'])
      expect(configOf(lists, { topics: yaml })).toEqual({ topics: yaml });
    // A list of things that have fields of their own is no list of lines.
    expect(configOf(lists, { cameras: 'id: a' })).toEqual({ cameras: 'id: a' });
  });

  it('leaves out a mapping that could be spared as long as it says nothing', () => {
    const spared = {
      ...connector,
      fields: [field('template', 'string'), field('mapping', 'object'), ...connector.fields.slice(6)],
    };
    const entries = entriesOf(spared);
    for (const mapping of [{}, { kind: 'reports' }, { kind: 'reports', fields: {} }])
      expect(configOf(spared, { ...entries, template: 'bmkg-pasut', mapping })).toEqual({
        template: 'bmkg-pasut',
      });
    for (const mapping of [{ url: 'https://a.go.id' }, { fields: { text: '.isi' } }, 'kind: reports'])
      expect(configOf(spared, { ...entries, mapping })).toEqual({ mapping });
    expect(
      spared.fields
        .filter(isTop)
        .filter(isFirst)
        .map((f) => f.path),
    ).toContain('mapping');
    // One that must be there goes as it stands: what is missing in it is said.
    expect(configOf(connector, entriesOf(connector))).toEqual({ mapping: {} });
  });

  it('says a template with what it asks for, and nothing of the mapping under it', () => {
    const params = [{ name: 'base_url', label_id: 'Alamat', label_en: 'Address' }];
    const words = { title_id: 'Pasut', title_en: 'Tide', description_id: '', description_en: '' };
    const ready = {
      ...connector,
      fields: [field('template', 'string'), field('params', 'map'), field('mapping', 'object')],
      templates: [{ name: 'bmkg-pasut', ...words, schedule: '15 */3 * * *', params }],
    };
    const config = { template: 'bmkg-pasut', params: { base_url: 'https://a.go.id' } };
    expect(entriesOf(ready, config)['params']).toEqual(config.params);
    expect(configOf(ready, entriesOf(ready, config))).toEqual(config);
    const mapping = { url: 'https://b.go.id' };
    expect(configOf(ready, { template: 'bmkg-pasut', params: { base_url: ' ' }, mapping })).toEqual({
      template: 'bmkg-pasut',
    });
    expect(configOf(ready, { template: '', params: 'base_url: x', mapping })).toEqual({
      params: 'base_url: x',
      mapping,
    });
  });

  it('finds the field that a mistake is about', () => {
    expect(fieldOf('config.mapping.fields.time')).toBe('mapping');
    expect(fieldOf('config.out_fields[0]')).toBe('out_fields');
    expect(fieldOf('body.slug')).toBe('slug');
    expect(fieldOf('schedule')).toBe('schedule');
    expect(fieldOf(undefined)).toBeUndefined();
  });

  it('makes a short name of a long one', () => {
    expect(slugOf('Hujan, Bandara APT Pranoto (BMKG)')).toBe('hujan-bandara-apt-pranoto-bmkg');
    expect(slugOf('  Café 2  ')).toBe('cafe-2');
  });
});

describe('the field to mend', () => {
  it('is the one the server names, and the tick for an address that is not allowed', () => {
    const at = { key: undefined, field: 'body.config.mapping.url' };
    expect(fieldToMend({ code: 'invalid', ...at })).toBe('mapping');
    expect(fieldToMend({ code: 'internal', ...at })).toBeUndefined();
    expect(fieldToMend({ code: 'invalid', key: 'source.failure.private', field: undefined })).toBe(
      'allow_private',
    );
    expect(fieldToMend(undefined)).toBeUndefined();
  });
});

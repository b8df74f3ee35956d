import type { ConnectorField } from '../../api/types.ts';
import type { Entry } from '../../data/source-form.ts';

/* What a mapping says besides its fields: address, format, zone, pages … as its declaration names it. */

export interface Settings {
  /** All that lies directly within the mapping. */
  all: ConnectorField[];
  /** Those that have a line of their own. */
  simple: ConnectorField[];
  /** What nearly every source needs, and what is a fold away, in groups. */
  first: ConnectorField[];
  rest: { of: ConnectorField | undefined; fields: ConnectorField[] }[];
  /** Lists and tables, which are written in the text. */
  textOnly: ConnectorField[];
}

const isSimple = (f: ConnectorField) => ['string', 'boolean', 'integer', 'number'].includes(f.type);
/** Has lines of its own: what a row is, and the fields. */
const drawn = new Set(['kind', 'fields']);
/** Not required, and yet said by nearly everyone who has a table. */
const usual = new Set(['format']);

/** The settings of a mapping. Those of one that could be spared are required once it is begun. */
export function settingsOf(
  mapping: ConnectorField,
  all: readonly ConnectorField[],
  begun: boolean,
): Settings {
  const under = (path: string) =>
    all.filter((f) => f.path.startsWith(`${path}.`) && !/[.[*]/.test(f.path.slice(path.length + 1)));
  const asks = (f: ConnectorField) => ({
    ...f,
    required: f.required === true && (begun || mapping.required === true),
  });
  const name = (f: ConnectorField) => f.path.slice(mapping.path.length + 1);
  const direct = under(mapping.path).filter((f) => !drawn.has(name(f)));
  const plain = direct.filter(isSimple).map(asks);
  const first = plain.filter((f) => direct.find((d) => d.path === f.path)?.required || usual.has(name(f)));
  const groups = direct
    .filter((f) => f.type === 'object')
    .map((of) => ({ of, fields: under(of.path).filter(isSimple) }));
  const loose = plain.filter((f) => !first.includes(f));
  return {
    all: under(mapping.path),
    simple: [...plain, ...groups.flatMap((g) => g.fields)],
    first,
    rest: [...(loose.length > 0 ? [{ of: undefined, fields: loose }] : []), ...groups],
    textOnly: direct.filter((f) => !isSimple(f) && f.type !== 'object'),
  };
}

/** What stands in the form for a setting. */
export function settingEntry(f: ConnectorField, value: unknown): Entry {
  if (f.type === 'boolean') return value === undefined ? f.default === 'true' : value === true;
  return value === undefined || value === null ? '' : String(value as string | number);
}

/** The setting that an entry makes; undefined where it says no more than the connector's own. */
export function settingValue(f: ConnectorField, entry: Entry): unknown {
  if (f.type === 'boolean') return (entry === true) === (f.default === 'true') ? undefined : entry === true;
  const text = String(entry);
  if (text.trim() === '') return undefined;
  const number = f.type === 'integer' || f.type === 'number' ? Number(text) : NaN;
  return Number.isFinite(number) ? number : text;
}

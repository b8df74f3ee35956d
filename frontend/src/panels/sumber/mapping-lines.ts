import type { SourceTrial } from '../../api/types.ts';
import { kinds, ourFields, type Kind } from './mapping-fields.ts';

/*
 * A mapping as the form edits it. It stays the object that the server takes: an edit
 * changes what was edited, and what the form cannot show goes along untouched.
 */
export type Mapping = Record<string, unknown>;
/** What a mapping says about one field: get, const, time, map … */
export type Parts = Record<string, unknown>;
export type Proposed = SourceTrial['proposed'][number];

export const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

const isNone = (v: unknown) => v === undefined || v === null || v === '';

export const fieldsOf = (m: Mapping): Record<string, unknown> => (isObject(m['fields']) ? m['fields'] : {});

/** A field's parts; an expression alone is what it gets. */
export function partsOf(value: unknown): Parts {
  if (isObject(value)) return value;
  return isNone(value) ? {} : { get: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** Nothing says yet where the field comes from. */
export function isBlank(value: unknown): boolean {
  const parts = partsOf(value);
  return isNone(parts['get']) && isNone(parts['const']);
}

/** The mapping with other parts of a field; without the field when there are none. */
export function withField(m: Mapping, name: string, parts: Parts | undefined): Mapping {
  const kept = Object.entries(parts ?? {}).filter(([, v]) => v !== undefined);
  const { [name]: _, ...others } = fieldsOf(m);
  if (kept.length === 0) return { ...m, fields: others };
  const [first] = kept;
  const alone = kept.length === 1 && first?.[0] === 'get' && first[1] !== '' ? first[1] : undefined;
  // In its place, so that text made of it keeps its order.
  const fields = { ...fieldsOf(m), [name]: alone ?? Object.fromEntries(kept) };
  return { ...m, fields };
}

/** Another value of a part of the mapping: ["auth", "type"]. Undefined takes the part out. */
export function withPart(m: Mapping, path: readonly string[], value: unknown): Mapping {
  const [head = '', ...rest] = path;
  if (rest.length > 0) {
    const inner = m[head];
    if (value === undefined && !isObject(inner)) return m;
    return { ...m, [head]: withPart(isObject(inner) ? inner : {}, rest, value) };
  }
  if (value !== undefined) return { ...m, [head]: value };
  const { [head]: _, ...others } = m;
  return others;
}

/** The value at a path of the mapping. */
export const partAt = (m: Mapping, path: readonly string[]): unknown =>
  path.reduce<unknown>((v, key) => (isObject(v) ? v[key] : undefined), m);

export const kindOf = (m: Mapping): Kind | undefined => kinds.find((k) => k === m['kind']);

const known = (kind: Kind) => new Set<string>(ourFields[kind].map((f) => f.name));

/**
 * The mapping with rows of another kind. Fields that the kind does not have are put
 * aside, and come back when the kind does.
 */
export function withKind(m: Mapping, kind: Kind, aside: Record<string, unknown> = {}) {
  const here = known(kind);
  const other = known(kind === 'reports' ? 'observations' : 'reports');
  const fields: Record<string, unknown> = {};
  const away: Record<string, unknown> = { ...aside };
  for (const [name, value] of Object.entries(fieldsOf(m)))
    if (other.has(name) && !here.has(name)) away[name] = value;
    else fields[name] = value;
  for (const [name, value] of Object.entries(aside))
    if (here.has(name)) {
      fields[name] ??= value;
      delete away[name];
    }
  return { mapping: { ...m, kind, fields }, aside: away };
}

/** Nobody has said of any field where it comes from. */
export const isUntouched = (m: Mapping) => Object.values(fieldsOf(m)).every(isBlank);

/** The proposal for a mapping: of its kind, or the likeliest while it has none. */
export const proposalFor = (m: Mapping, all: readonly Proposed[] | undefined): Proposed | undefined =>
  all?.find((p) => p.kind === (kindOf(m) ?? p.kind));

/** Fields that a proposal knows and the mapping does not say yet. */
export function fillable(m: Mapping, proposed: Proposed | undefined): string[] {
  const fields = fieldsOf(m);
  return Object.keys(proposed?.fields ?? {}).filter((name) => isBlank(fields[name]));
}

/** Fills what is empty from a proposal. What somebody wrote stays. */
export function fill(m: Mapping, proposed: Proposed): { mapping: Mapping; names: string[] } {
  const names = fillable(m, proposed);
  let mapping: Mapping = { ...m, kind: kindOf(m) ?? proposed.kind };
  if (proposed.items && isNone(mapping['items'])) mapping = { ...mapping, items: proposed.items };
  for (const name of names) mapping = withField(mapping, name, { ...proposed.fields[name] });
  return { mapping, names };
}

export type From = 'none' | 'column' | 'const' | 'now' | 'today' | 'expression';

const member = /\.(?:([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*"))/g;
const path = new RegExp(`^(?:${member.source})+$`);

/** An expression that only names a column: .nama, ."Kode Wilayah", .alamat.jalan. */
export const isColumn = (expression: string) => path.test(expression);

/** A column by its name alone: .alamat."Nama Jalan" is alamat › Nama Jalan. */
export function columnName(expression: string): string {
  const names = [...expression.matchAll(member)].map(([, plain, quoted]) => {
    if (plain !== undefined) return plain;
    try {
      return JSON.parse(quoted ?? '') as string;
    } catch {
      return (quoted ?? '').slice(1, -1); // an escape that Go knows and JSON does not
    }
  });
  return names.join(' › ');
}

/** Where a field comes from. */
export function fromOf(parts: Parts, isTime = false): From {
  const fixed = parts['const'];
  if (fixed !== undefined && fixed !== null)
    return isTime && (fixed === 'now' || fixed === 'today') ? fixed : 'const';
  const get = parts['get'];
  if (get === undefined || get === null) return 'none';
  return isColumn(String(get)) ? 'column' : 'expression';
}

/** The parts of a field that comes from somewhere else now; what else they say stays. */
export function taken(
  parts: Parts,
  from: { get: string } | { const: string } | undefined,
): Parts | undefined {
  if (!from) return undefined;
  const { get: _, const: __, ...others } = parts;
  return { ...from, ...others };
}

/** A table of their words and ours as rows; "*", for all others, is not among them. */
export const pairsOf = (map: unknown): [theirs: string, ours: string][] =>
  isObject(map)
    ? Object.entries(map)
        .filter(([theirs]) => theirs !== '*')
        .map(([theirs, ours]) => [theirs, String(ours)])
    : [];

/** The table of rows and of what all other words become; undefined when it is empty. */
export function tableOf(rows: readonly (readonly [string, string])[], others: string | undefined) {
  const table = Object.fromEntries(rows.filter(([theirs]) => theirs !== ''));
  if (others !== undefined) table['*'] = others;
  return Object.keys(table).length > 0 ? table : undefined;
}

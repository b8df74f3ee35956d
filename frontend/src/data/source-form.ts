import type { Problem } from '../api/problem.ts';
import type { ConnectorField, ConnectorInfo, SourceForm } from '../api/types.ts';

/** What stands in the form for one field: text, a tick, or a mapping as the object that it is. */
export type Entry = string | boolean | Record<string, unknown>;

/** A field that has a line of its own in the form, not one within another. */
export const isTop = (f: ConnectorField) => !/[.[*]/.test(f.path);

/** A field that is written as YAML: it holds others. */
export const isLarge = (f: ConnectorField) => ['list', 'map', 'object', 'any'].includes(f.type);

/** What stands above the fold: what must be said, what nearly everyone says, and the mapping. */
export const isFirst = (f: ConnectorField) =>
  f.required === true || f.path === 'mapping' || (!isLarge(f) && f.type !== 'boolean' && !f.default);

/** A list of plain words, not of things that have fields of their own. */
export const isPlainList = (f: ConnectorField, all: readonly ConnectorField[]) =>
  f.type === 'list' && !all.some((other) => other.path.startsWith(`${f.path}[`));

/** A mapping, which has a form of its own. */
const isMapping = (f: ConnectorField) => f.path === 'mapping' && f.type === 'object';

/** The values that a template asks for, by name. */
const isParams = (f: ConnectorField) => f.path === 'params' && f.type === 'map';

/** What was said of them: one that is empty leaves it to the template. */
const filled = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, v]) => typeof v !== 'string' || v.trim() !== ''));

/** The template that the form names; none for a connector that has none. */
export const templateOf = (connector: ConnectorInfo | undefined, entries: Record<string, Entry>) =>
  connector?.templates?.find((x) => x.name === entries.template);

/** A mapping that says nothing yet. */
const isUnwritten = (mapping: Record<string, unknown>) =>
  Object.entries(mapping).every(
    ([name, part]) => name === 'kind' || (typeof part === 'object' && Object.keys(part ?? {}).length === 0),
  );

/** What the form begins with: a new source's defaults, or what a source has. */
export function entriesOf(connector: ConnectorInfo, config?: Record<string, unknown>): Record<string, Entry> {
  const out: Record<string, Entry> = {};
  for (const f of connector.fields.filter(isTop)) {
    const value = config?.[f.path];
    if (isParams(f) && config?.template && typeof value === 'object' && value !== null)
      out[f.path] = value as Record<string, unknown>;
    else if (f.type === 'boolean') out[f.path] = value === undefined ? f.default === 'true' : value === true;
    else if (isMapping(f))
      out[f.path] = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    else if (value !== undefined && value !== null)
      out[f.path] =
        typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value as string | number);
    else out[f.path] = '';
  }
  return out;
}

/**
 * The configuration that the entries make. What is empty is left out, so that
 * the connector's own default counts, and so is a mapping that nobody touched where
 * a template does; lists go line by line, other large fields as the YAML they are,
 * and a mapping as its object.
 */
export function configOf(connector: ConnectorInfo, entries: Record<string, Entry>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of connector.fields.filter(isTop)) {
    const entry = entries[f.path];
    if (f.type === 'boolean') {
      if ((entry === true) !== (f.default === 'true')) out[f.path] = entry === true;
      continue;
    }
    // What a template says is not said a second time.
    if (isMapping(f) && templateOf(connector, entries)) continue;
    if (isParams(f) && typeof entry === 'object') {
      const values = filled(entry);
      if (Object.keys(values).length > 0) out[f.path] = values;
      continue;
    }
    if (typeof entry === 'object') {
      if (f.required || !isUnwritten(entry)) out[f.path] = entry;
      continue;
    }
    const text = typeof entry === 'string' ? entry.trim() : '';
    if (text === '') continue;
    if (isPlainList(f, connector.fields) && !/^(\[|-\s)/.test(text)) {
      out[f.path] = text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
      continue;
    }
    const number = f.type === 'integer' || f.type === 'number' ? Number(text) : NaN;
    out[f.path] = Number.isFinite(number) ? number : typeof entry === 'string' && isLarge(f) ? entry : text;
  }
  return out;
}

/** A short name for addresses made of a long one: "Hujan, Bandara" is hujan-bandara. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}

/** The field of the form that a problem is about: "config.mapping.fields.time" is under mapping. */
export function fieldOf(location: string | undefined): string | undefined {
  const path = location?.replace(/^body\./, '');
  if (!path) return undefined;
  return /^(?:config\.)?([^.[]+)/.exec(path)?.[1] ?? path;
}

/** The field to mend for a problem: for an address that is not allowed, the tick that allows it. */
export function fieldToMend(p: Pick<Problem, 'code' | 'key' | 'field'> | undefined): string | undefined {
  if (p?.key === 'source.failure.private') return 'allow_private';
  return p?.code === 'invalid' || p?.code === 'conflict' ? fieldOf(p.field) : undefined;
}

/** The same form gives the same text: what was tried is what is saved. */
export const printOf = (form: SourceForm) => JSON.stringify(form);

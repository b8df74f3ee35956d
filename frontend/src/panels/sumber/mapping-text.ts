import { LineCounter, parseDocument, stringify } from 'yaml';
import type { Key } from '../../ui/i18n.svelte.ts';
import { isObject, type Mapping } from './mapping-lines.ts';

/* A mapping as text, for who would rather write it. */

export const textOf = (m: Mapping) => (Object.keys(m).length > 0 ? stringify(m, { lineWidth: 0 }) : '');

/** What is wrong with a text, and the line, counted from 1. */
export interface Unreadable {
  line: number;
  why: Key | undefined;
  /** The reader's own words, English. */
  detail: string;
}

// The mistakes that are made most, by the reader's names for them.
const mistakes: Partial<Record<string, Key>> = {
  BAD_INDENT: 'source.map.text.indent',
  TAB_AS_INDENT: 'source.map.text.tab',
  DUPLICATE_KEY: 'source.map.text.twice',
  MISSING_CHAR: 'source.map.text.unclosed',
};

/** Reads a mapping written in YAML or JSON. */
export function read(text: string): { mapping: Mapping } | Unreadable {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const [detail = ''] = error.message.split('\n');
    return { line: lines.linePos(error.pos[0]).line, why: mistakes[error.code], detail };
  }
  const value: unknown = document.toJS();
  if (value === null) return { mapping: {} };
  return isObject(value) ? { mapping: value } : { line: 1, why: 'source.map.text.object', detail: '' };
}

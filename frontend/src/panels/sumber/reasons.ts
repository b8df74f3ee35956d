import forms from '$i18n/reasons.id.json';
import type { SourceHealth } from '../../api/types.ts';
import { isKey, t } from '../../ui/i18n.svelte.ts';
import { preferences } from '../../ui/preferences.svelte.ts';

/*
 * Why a row was refused, a setting is wrong or a pull failed, in the reader's language.
 * Connectors say it in English, and so it is kept. What they can say stands by its form
 * in backend/i18n/reasons.id.json; a test holds that file against their source text.
 */
interface Form {
  pattern: RegExp;
  words: string;
}

const place = /\{([a-z]+)\}/;
const plain = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** A field's name is one word; anything else may hold any sign. */
const held = (name: string) => (name === 'field' || name === 'name' ? '[^\\s:]+' : '.*?');

let compiled: Form[] | undefined;

/** The forms, those first that say most, so that a general one does not hide a special one. */
function all(): Form[] {
  compiled ??= Object.entries(forms as Record<string, string>)
    .map(([form, words]) => ({ parts: form.split(place), words }))
    .sort((a, b) => fixed(b.parts) - fixed(a.parts))
    .map(({ parts, words }) => {
      const body = parts.map((part, i) => (i % 2 ? `(?<${part}>${held(part)})` : plain(part))).join('');
      return { pattern: new RegExp(`^${body}$`, 's'), words };
    });
  return compiled;
}

const fixed = (parts: string[]) => parts.reduce((n, part, i) => n + (i % 2 ? 0 : part.length), 0);

/** What a place of a form holds: lists are put in words, a reason within a reason is one too. */
function inside(name: string, text: string): string {
  if (name === 'why') return reasonIn(text);
  if (name !== 'form' && name !== 'known') return text;
  return text
    .replaceAll(' or ', ' atau ')
    .replaceAll(' and ', ' dan ')
    .replaceAll(', for example ', ', misalnya ');
}

function sayIn(said: string): string | undefined {
  for (const { pattern, words } of all()) {
    const found = pattern.exec(said);
    if (found)
      return words.replace(/\{([a-z]+)\}/g, (_, name: string) => inside(name, found.groups?.[name] ?? ''));
  }
  return undefined;
}

/** The words of a reason, undefined where its form is not known. */
function known(reason: string): string | undefined {
  const whole = sayIn(reason);
  if (whole) return whole;
  // A field of ours stays before what is said of it.
  const [, field, said] = /^([a-z_]+(?:(?:\.|, )[a-z_]+)*): (.*)$/s.exec(reason) ?? [];
  const of = said && known(said);
  if (of) return `${field}: ${of}`;
  // So does the value that it is about.
  const [, value, about] = /^"([^"]*)" (.*)$/s.exec(reason) ?? [];
  const why = about && sayIn(about);
  if (why) return `“${value}” ${why}`;
  // Of a chain of causes the last one that is known says it.
  for (let at = reason.indexOf(': '); at >= 0; at = reason.indexOf(': ', at + 2)) {
    const words = sayIn(reason.slice(at + 2));
    if (words) return words;
  }
  return undefined;
}

/** A reason in the reader's language, as it was said where its form is not known. */
export function reasonIn(reason: string): string {
  return (preferences.current.language === 'en' ? undefined : known(reason)) ?? reason;
}

/** What a mapping that is not yet one lacks: nobody has filled it in, or a part of it is wrong. */
export function mappingIn(at: string, reason: string): string {
  const place = at.replace(/^mapping\.(?:fields\.)?/, '');
  const untouched =
    /^(?:needs either get or const|is missing\b.*|must be one of reports, observations)$/.test(reason);
  return untouched
    ? t('source.trial.map_first', { place })
    : t('source.trial.map_mend', { place, why: reasonIn(reason) });
}

/** A setting's mistake, "field what is wrong", in the reader's language; a file's name has blanks as well. */
export function settingIn(detail: string): string {
  if (preferences.current.language === 'en') return detail;
  for (let at = detail.indexOf(' '); at >= 0; at = detail.indexOf(' ', at + 1)) {
    const words = known(detail.slice(at + 1));
    if (words) return `${detail.slice(0, at + 1)}${words}`.trim();
  }
  return detail;
}

/** A failed call or pull as the server tells it: the text's name, what differs in it, and the English words. */
export interface Failed {
  key?: string | undefined;
  params?: Record<string, string> | undefined;
  message?: string | undefined;
}

/** Why a pull failed, in the reader's language: by its key, and what the connector adds by its form. */
export function failureIn({ key, params = {}, message = '' }: Failed): string {
  if (!isKey(key)) return reasonIn(message);
  const detail = params.detail;
  if (!detail || preferences.current.language === 'en') return t(key, params);
  if (key === 'source.failure.config') return t(key, { ...params, detail: settingIn(detail) });
  const words = known(detail);
  if (key === 'source.failure.other' && !words) return t('source.failed_technically', { detail });
  // What the other side said of itself stays in its own words.
  return t(key, { ...params, detail: words ?? detail });
}

/** Why a source failed at last, in the reader's language. */
export const whyItFailed = (source: SourceHealth) =>
  failureIn({ key: source.last_error_key, params: source.last_error_params, message: source.last_error });

import type id from '$i18n/id.json';
import first from 'virtual:texts/first';
import { fill, type Params } from './messages.ts';
import { preferences } from './preferences.svelte.ts';

/** Names of the texts on screen, from backend/i18n/id.json. */
export type Key = keyof typeof id;

let english = $state.raw<Record<string, string> | null>(null);
let late = $state.raw<Record<string, string> | null>(null);
let coming: Promise<void> | undefined;

/** Loads English, which is not in the first download. */
export async function loadLanguage(): Promise<void> {
  if (preferences.current.language === 'en' && !english) {
    english = (await import('$i18n/en.json')).default;
  }
}

/** Loads the texts that the first view does not show; views wait for it. */
export function loadTexts(): Promise<void> {
  coming ??= import('virtual:texts/late').then(
    (m) => {
      late = m.default;
    },
    () => {
      coming = undefined; // tried again by who asks next
    },
  );
  return coming;
}

/**
 * The text of a key in the chosen language, filled with params. One that is
 * still on its way is empty, and comes by itself.
 */
export function t(key: Key, params?: Params): string {
  const text = (preferences.current.language === 'en' && english?.[key]) || first[key] || late?.[key];
  if (text === undefined && !late) void loadTexts();
  return fill(text ?? '', params);
}

/** True if the key is one of ours: servers name texts by key. */
export function isKey(key: string | undefined): key is Key {
  if (key === undefined) return false;
  if (!(key in first) && !late) void loadTexts();
  return key in first || (late !== null && key in late);
}

/** Picks the Indonesian or English form of a text that data carries. */
export function local(indonesian: string, englishText?: string): string {
  return preferences.current.language === 'en' && englishText ? englishText : indonesian;
}

import id from '$i18n/id.json';
import { fill, type Params } from './messages.ts';
import { preferences } from './preferences.svelte.ts';

/** Names of the texts on screen, from backend/i18n/id.json. */
export type Key = keyof typeof id;

let english = $state.raw<Record<Key, string> | null>(null);

/** Loads English, which is not in the first download. */
export async function loadLanguage(): Promise<void> {
  if (preferences.current.language === 'en' && !english) {
    english = (await import('$i18n/en.json')).default;
  }
}

/** The text of a key in the chosen language, filled with params. */
export function t(key: Key, params?: Params): string {
  const texts = preferences.current.language === 'en' && english ? english : id;
  return fill(texts[key], params);
}

/** True if the key is one of ours: servers name texts by key. */
export function isKey(key: string | undefined): key is Key {
  return key !== undefined && key in id;
}

/** Picks the Indonesian or English form of a text that data carries. */
export function local(indonesian: string, englishText?: string): string {
  return preferences.current.language === 'en' && englishText ? englishText : indonesian;
}

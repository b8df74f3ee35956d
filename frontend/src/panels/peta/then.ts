import { clockTime, longDate } from '../../ui/format.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** "per Rabu, 17 Juni 18.00": what every figure of a replay stands under. */
export function asOfThen(at: number): string {
  const day = longDate(at).replace(/ \d{4}$/, '');
  return t('time.as_of', { time: `${day} ${clockTime(at)}` });
}

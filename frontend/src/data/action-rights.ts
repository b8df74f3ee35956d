import type { Officer, Recommendation } from '../api/types.ts';
import { within } from './areas.svelte.ts';
import { catalogue } from './catalogue.svelte.ts';
import { session } from './session.svelte.ts';

/* Who is shown which buttons; the server decides again. */

const is = (...roles: Officer['role'][]) => {
  const role = session.officer?.role;
  return role !== undefined && roles.includes(role);
};

/** Places advice by word of mouth. */
export const mayRank = (): boolean => is('wali_kota', 'sekda');
/** Approves, postpones and declines: the first two all, others what is advised to those under them. */
export function mayDecide(advice: Recommendation): boolean {
  if (is('wali_kota', 'sekda')) return true;
  if (!is('kepala_opd', 'camat')) return false;
  const officer = session.officer;
  const office = catalogue.offices.value?.find((o) => o.short_name === advice.office);
  if (!office || !officer) return false;
  if (officer.role === 'kepala_opd') return [office.short_name, office.name].includes(officer.office ?? '');
  return Boolean(officer.area_code) && within(office.area_code, officer.area_code ?? '');
}
/** Sends instructions of their own. */
export const mayOrder = (): boolean => is('wali_kota', 'sekda', 'kepala_opd', 'camat');
/** Changes rules of advice. */
export const mayRule = (): boolean => is('sekda', 'operator');

import type { Officer } from '../api/types.ts';
import { session } from './session.svelte.ts';

/* Who is shown which buttons; the server decides again. */

const is = (...roles: Officer['role'][]) => {
  const role = session.officer?.role;
  return role !== undefined && roles.includes(role);
};

/** Approves, postpones, declines and re-ranks advice. */
export const mayDecide = (): boolean => is('wali_kota', 'sekda');
/** Sends instructions of their own. */
export const mayOrder = (): boolean => is('wali_kota', 'sekda', 'kepala_opd', 'camat');
/** Changes rules of advice. */
export const mayRule = (): boolean => is('sekda', 'operator');

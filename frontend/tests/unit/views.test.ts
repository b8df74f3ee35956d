import { describe, expect, it } from 'vitest';
import type { Officer } from '../../src/api/types.ts';
import { session } from '../../src/data/session.svelte.ts';
import { viewsOf } from '../../src/panels/views.ts';

const as = (role: Officer['role']) => {
  session.current = { officer: { role } } as never;
  return viewsOf(session);
};

describe('the views that navigation offers', () => {
  it('holds the tasks of all whom an instruction can name, and of nobody else', () => {
    const roles = ['wali_kota', 'sekda', 'kepala_opd', 'camat', 'lurah', 'operator', 'auditor'] as const;
    const tasked = roles.filter((role) => as(role).some((v) => v.path === '/tugas'));
    expect(tasked).toEqual(['sekda', 'kepala_opd', 'camat', 'lurah']);
  });

  it('puts four into a phone’s bar, the summary among them for those who watch the city', () => {
    const bar = (role: Officer['role']) =>
      as(role)
        .filter((v) => v.inBar)
        .map((v) => v.path);
    expect(bar('sekda')).toEqual(['/tugas', '/', '/tindakan', '/tanya']);
    expect(bar('lurah')).toEqual(['/tugas', '/', '/peta', '/tanya']);
    expect(bar('wali_kota')).toEqual(['/', '/peta', '/tindakan', '/tanya']);
  });
});

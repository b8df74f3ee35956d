import { describe, expect, it } from 'vitest';
import type { DispositionDetail, Meeting } from '../../../src/api/types.ts';
import type { Walk } from '../real.ts';
import { shows, textOf, until } from '../stage.ts';
import type { World } from './world.ts';

/* Sekda: instructs, and holds the meeting of the week. */

/** The meeting that is on screen, as the API tells it. */
async function meeting(w: Walk): Promise<Meeting> {
  const minutes = await w.page.locator('a[href^="/api/meetings/"]').first().getAttribute('href');
  return w.ask<Meeting>(minutes?.replace(/\/minutes.*/, '') ?? '');
}

/** Writes an instruction on the sheet and reads it back as it was sent. */
async function instruct(w: Walk, office: string, subject: string): Promise<DispositionDetail> {
  await w.go('/tindakan');
  await w.press('Disposisi baru');
  const form = w.page.getByRole('dialog');
  await form.getByLabel('Diteruskan kepada').selectOption(office);
  await form.getByLabel('Perihal').fill(subject);
  await form.getByLabel('Isi disposisi').fill('Periksa di lapangan dan laporkan hasilnya.');
  await w.station();
  await w.press('Kirim disposisi');
  await shows(w.page, 'Disposisi terkirim: DSP/');
  const { items } = await w.ask<{ items: DispositionDetail[] }>('/api/dispositions?limit=50');
  const sent = items.find((d) => d.subject === subject);
  expect(sent).toMatchObject({ office, from_role: 'sekda', status: 'sent' });
  await w.page.getByRole('link', { name: 'Buka disposisi' }).click();
  await until(() => w.page.url().endsWith(`/tindakan/${sent?.id}`), 'the disposition has its page');
  await shows(w.page, subject);
  return w.ask(`/api/dispositions/${sent?.id}`);
}

export function secretary(world: () => World): void {
  const open = (size: 'desktop' | 'phone', theme?: 'light' | 'dark') => {
    const { program, browser } = world();
    return program.walk(browser, program.officer('sekda.uji', '--role', 'sekda'), size, '/', theme);
  };

  describe('sekda', () => {
    it('on the phone: instructs an office, and puts a point on the agenda', async () => {
      const w = await open('phone', 'dark');
      await instruct(w, 'DLH', 'Angkut sampah di Pasar Pagi');
      await w.go('/rapat');
      await w.press('Tambah pokok');
      await w.page.getByRole('textbox', { name: 'Isi' }).fill('Pompa mana yang belum menyala?');
      await w.press('Simpan');
      await until(
        async () => (await textOf(w.page, '[data-part=points]')).includes('Pompa mana'),
        'the point stands',
      );
      expect((await meeting(w)).points.map((p) => p.text)).toContain('Pompa mana yang belum menyala?');
      await w.end();
    }, 120_000);

    it('at the desk: instructs a kecamatan, decides the point and closes the meeting', async () => {
      const w = await open('desktop');
      const sent = await instruct(w, 'Kec. Palaran', 'Siagakan posko banjir');
      expect(sent.steps.length).toBeGreaterThan(0);
      await w.go('/rapat');
      await shows(w.page, 'Pompa mana yang belum menyala?');
      await w.press('Putuskan');
      await w.page.getByLabel('Keterangan').fill('BPBD menyewa dua pompa.');
      await w.page.getByRole('dialog').getByRole('button', { name: 'Simpan' }).click();
      await shows(w.page, 'BPBD menyewa dua pompa.');
      expect((await meeting(w)).points[0]).toMatchObject({
        status: 'decided',
        reason: 'BPBD menyewa dua pompa.',
      });
      await w.press('Tutup rapat');
      await w.page.getByLabel('Yang hadir').fill('Sekda\nKepala DPUPR');
      await w.page.getByRole('dialog').getByRole('button', { name: 'Tutup rapat' }).click();
      await shows(w.page, 'Notulen nomor ');
      expect((await meeting(w)).minutes?.present).toEqual(['Sekda', 'Kepala DPUPR']);
      await w.end();
    }, 120_000);
  });
}

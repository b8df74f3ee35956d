import { describe, expect, it } from 'vitest';
import type { Indicator, OfficeContact, ThresholdSet } from '../../../src/api/types.ts';
import { shows, until } from '../stage.ts';
import type { World } from './world.ts';

/* What an operator writes down about the house: how an office is reached, what an indicator is to reach. */

export function house(world: () => World): void {
  describe('kontak dan target', () => {
    it('writes down how an office is reached, and officers see it on its page and on the map', async () => {
      const { program, browser } = world();
      const w = await program.walk(browser, program.officer('operator'), 'desktop', '/perangkat/DPUPR');
      const dialog = w.page.locator('dialog[open]');
      await shows(w.page, 'Kontak kantor belum ditulis.');
      await w.press('Tulis kontak');
      await dialog.getByLabel('Telepon kantor').fill('telepon saya');
      await dialog.getByRole('button', { name: 'Simpan kontak' }).click();
      await shows(w.page, 'Nomor telepon berisi 3 sampai 40 angka.');
      // Refused as it should be, which the browser logs.
      w.errors.splice(0, w.errors.length, ...w.errors.filter((e) => !/422 .*office-contacts/.test(e)));
      await dialog.getByLabel('Telepon kantor').fill('(0541) 000-000');
      await dialog.getByLabel('Alamat kantor').fill('Jalan Contoh 1');
      await w.station();
      await dialog.getByRole('button', { name: 'Simpan kontak' }).click();
      await shows(w.page, 'Jalan Contoh 1');
      expect(await w.ask<OfficeContact[]>('/api/office-contacts')).toMatchObject([
        { office: 'DPUPR', phone: '(0541) 000-000', address: 'Jalan Contoh 1', changed_by: 'operator' },
      ]);
      await w.station();
      const mayor = await program.walk(
        browser,
        program.officer('walikota'),
        'phone',
        '/perangkat/DPUPR',
        'dark',
      );
      const phone = mayor.page.getByRole('link', { name: '(0541) 000-000' });
      await until(async () => (await phone.count()) === 1, 'the mayor can call');
      expect(await phone.getAttribute('href')).toBe('tel:0541000000');
      expect(await mayor.page.getByRole('button', { name: 'Ubah kontak' }).count()).toBe(0);
      await mayor.end();
      await w.press('Ubah kontak');
      for (const field of ['Telepon kantor', 'Alamat kantor']) await dialog.getByLabel(field).fill('');
      await dialog.getByRole('button', { name: 'Simpan kontak' }).click();
      await shows(w.page, 'Kontak kantor belum ditulis.');
      await w.end();
    }, 120_000);

    it('sets a target with its document, which the figure then names', async () => {
      const { program, browser } = world();
      const w = await program.walk(browser, program.officer('operator'), 'phone', '/pengaturan');
      const slug = 'muka-air-mahakam';
      const sets = () => w.ask<ThresholdSet[]>(`/api/indicators/${slug}/thresholds`);
      await w.page
        .locator('label', { hasText: /^Indikator/ })
        .locator('select')
        .selectOption(slug);
      await shows(w.page, 'Belum ada target.');
      const before = (await sets())[0];
      await w.page.getByRole('button', { name: 'Ubah ambang' }).click();
      await w.page.getByLabel(/^Nilai target/).fill('0,4');
      await w.page.getByLabel('Dicapai paling lambat').fill('2029-12-31');
      await w.page.getByLabel('Dokumen yang menetapkan target').fill('RPJMD 2025-2029');
      await w.page.getByLabel('Alasan', { exact: false }).last().fill('target RPJMD yang baru disahkan');
      await w.station();
      await w.page.getByRole('button', { name: 'Simpan ambang' }).click();
      await shows(w.page, 'Target 0,4 m, paling lambat 31 Des 2029 (RPJMD 2025-2029)');
      const after = (await sets())[0];
      expect(after?.target).toEqual({ value: 0.4, by: '2029-12-31', source: 'RPJMD 2025-2029' });
      expect(after?.thresholds).toEqual(before?.thresholds);
      const declared = await w.ask<Indicator[]>('/api/indicators');
      expect(declared.find((i) => i.slug === slug)?.target?.value).toBe(0.4);
      await w.page.goto(`${program.url}/pengaturan`);
      await shows(w.page, 'Ambang indikator diubah');
      await shows(w.page, 'Selesai dalam 5 hari kerja');
      const line = w.page.locator('li', { hasText: 'Ambang indikator diubah' }).first();
      expect(await line.innerText()).toContain('Alasan: target RPJMD yang baru disahkan');
      expect(await line.innerText()).toMatch(/operator · .*muka-air-mahakam/);
      await w.station();
      await w.page.goto(`${program.url}/?indikator=${slug}`);
      await shows(w.page, 'paling lambat 31 Des 2029, RPJMD 2025-2029');
      await w.end();
    }, 120_000);
  });
}

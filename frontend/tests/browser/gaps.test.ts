import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launch, scene, shows, until } from './stage.ts';

/* The mayor's agenda, one decision about many reports, lanes of incidents, what is usual for a source. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('the mayor', () => {
  it('sees the day with what is on and what clashes; the operator does not', async () => {
    const s = await scene(browser, { prepare: (d) => (d.role = 'wali_kota') });
    const agenda = s.page.locator('.agenda');
    await until(async () => (await agenda.locator('li').count()) >= 2, 'appointments');
    const text = await agenda.innerText();
    for (const part of ['Agenda Wali Kota', 'Rapat contoh', 'Berlangsung', 'Bentrok', 'Besok'])
      expect(text).toContain(part);
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();

    const other = await scene(browser);
    await shows(other.page, 'Laporan terbaru');
    expect(await other.page.locator('.agenda').count()).toBe(0);
    await other.close();
  });
});

describe('many reports at once', () => {
  it('are corrected with a result for each, and taken back', async () => {
    const s = await scene(browser, { path: '/laporan' });
    const boxes = s.page.locator('[data-report] input');
    await until(async () => (await boxes.count()) > 6, 'boxes');
    const third = Number(await s.page.locator('[data-report]').nth(2).getAttribute('data-report'));
    s.double.refused.add(third);
    await boxes.nth(0).click();
    await boxes.nth(3).click({ modifiers: ['Shift'] });
    const bar = s.page.getByRole('toolbar');
    await until(async () => (await bar.innerText()).includes('4 laporan dipilih'), 'four chosen');
    expect(await axe(s.page)).toEqual([]);
    await bar.getByRole('button', { name: 'Ubah kategori' }).click();
    const dialog = s.page.locator('dialog[open]');
    await dialog.locator('select').selectOption('sampah');
    await dialog.getByRole('button', { name: 'Ubah 4 laporan' }).click();
    await until(
      async () => (await dialog.innerText()).includes('3 dari 4 laporan kini: Sampah'),
      'the result',
    );
    expect(await dialog.innerText()).toContain('1 laporan ditolak dan tidak berubah');
    expect(await dialog.locator('.which a').getAttribute('href')).toBe(`/laporan/${third}`);
    expect(await axe(s.page)).toEqual([]);
    const back = dialog.getByRole('button', { name: 'Kembalikan' });
    if ((await back.count()) > 0) {
      await back.click();
      await until(async () => (await dialog.innerText()).includes('dikembalikan seperti semula'), 'back');
    }
    await dialog.getByRole('button', { name: 'Tutup' }).last().click();
    await until(async () => (await bar.count()) === 0, 'nothing chosen');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('are chosen by x, and who reported is shown once', async () => {
    const s = await scene(browser, { path: '/laporan' });
    await until(async () => (await s.page.locator('[data-report]').count()) > 3, 'rows');
    await s.page.keyboard.press('j');
    await shows(s.page, 'Hasil baca');
    await s.page.keyboard.press('x');
    await shows(s.page, '1 laporan dipilih');
    await s.page.getByRole('button', { name: 'Lihat pelapor' }).click();
    const dialog = s.page.locator('dialog[open]');
    await dialog.getByRole('button', { name: 'Catat alasan' }).click();
    await until(
      async () => (await dialog.innerText()).includes('paling sedikit 10'),
      'a reason is asked for',
    );
    await dialog.locator('textarea').fill('Memastikan alamat');
    await dialog.getByRole('button', { name: 'Catat alasan' }).click();
    await until(async () => (await dialog.innerText()).includes('Contoh Warga'), 'who reported');
    await dialog.locator('.person').getByRole('button', { name: 'Tutup' }).click();
    expect(await s.page.locator('body').innerText()).not.toContain('Contoh Warga');
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

describe('lanes and sources', () => {
  it('draw each matter, reached by keys, with a table of the same', async () => {
    const s = await scene(browser, { path: '/kejadian?tampil=lini' });
    const lanes = s.page.locator('a.lane');
    await until(async () => (await lanes.count()) > 3, 'lanes');
    await s.page.keyboard.press('j');
    expect(await lanes.nth(0).evaluate((a) => a === document.activeElement)).toBe(true);
    expect(await lanes.nth(0).innerText()).toMatch(/\d+ laporan, mulai .+, terakhir/);
    expect(await s.page.locator('.lanes tbody tr').count()).toBe(await lanes.count());
    expect(await axe(s.page)).toEqual([]);
    await s.close();
  });
  it('say that a source is suspiciously silent', async () => {
    const s = await scene(browser, {
      path: '/sumber',
      prepare: (d) => {
        const source = d.world.sources.find((x: { freshness: string }) => x.freshness === 'langsung');
        if (source)
          Object.assign(source, { silence: { since: new Date().toISOString(), hours: 3, usual: 14 } });
      },
    });
    await shows(s.page, 'Mencurigakan');
    await shows(s.page, '0 data baru sejak 3 jam, biasanya 14');
    await shows(s.page, 'biasanya 12 pada jam ini');
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

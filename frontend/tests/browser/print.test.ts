import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { advisedBy } from './advised.ts';
import { axe, launch, scene, shows, textOf, until } from './stage.ts';

/* What leaves on paper: one page of A4, black on white. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
const advised = advisedBy(() => browser);

const pages = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type\s*\/Page(?!s)/g)?.length ?? 0;

describe('the letter', () => {
  it('prints on exactly one page of A4, however long it is', async () => {
    for (const length of [0, 1800, 4000]) {
      const s = await advised({
        path: '/tindakan/50/lembar',
        prepare: (d) => {
          const order = d.actions.dispositions.find((o: { id: number }) => o.id === 50);
          if (length)
            order.instruction = 'Periksa saluran dan laporkan hasilnya. '
              .repeat(length / 39)
              .slice(0, length);
          if (length === 4000) order.note = 'Koordinasikan dengan lurah setempat. '.repeat(55).slice(0, 2000);
        },
      });
      await shows(s.page, 'PEMERINTAH KOTA SAMARINDA');
      for (const text of [
        'LEMBAR DISPOSISI',
        'DSP/0050/X/2026',
        'BPBD, Kel. Sungai Pinang Dalam',
        'Paraf penerima',
        'Disusun otomatis, diputuskan oleh Wali Kota Samarinda',
      ])
        await shows(s.page, text);
      if (length === 0) expect(await axe(s.page)).toEqual([]);
      expect(pages(await s.page.pdf({ preferCSSPageSize: true }))).toBe(1);
      expect(s.errors).toEqual([]);
      await s.close();
    }
  });
});

describe('an answer of the assistant', () => {
  it('prints alone, with its question, figures, what they rest on, its receipt and the times', async () => {
    const s = await scene(browser, { path: '/tanya', theme: 'dark' });
    await s.page.evaluate(() => (window.print = () => undefined));
    for (const question of ['Berapa laporan sampah 7 hari terakhir?', 'Kecamatan mana terbanyak?']) {
      await s.page.getByRole('textbox', { name: 'Pertanyaan' }).fill(question);
      await s.page.getByRole('button', { name: 'Tanya', exact: true }).click();
      await until(
        async () =>
          (await s.page.locator('.exchange[aria-busy=false]').last().innerText()).includes(question),
        question,
      );
    }
    await s.page.getByRole('button', { name: 'Cetak' }).first().click();
    await until(async () => (await s.page.locator('.answer-sheet').count()) === 1, 'the sheet');
    await s.page.emulateMedia({ media: 'print' });
    const paper = await textOf(s.page);
    for (const part of [
      'Balaikota Samarinda · Tanya',
      'B-000123',
      'Berapa laporan sampah 7 hari terakhir?',
      'Ada 214 laporan sampah 7 hari terakhir, naik 12,5 %',
      'Laporan masuk, Sampah',
      'dari 214 data',
      'Laporan warga · simulasi',
      'Sumber WhatsApp tertunda 12 menit.',
      'disusun otomatis',
      'Dicetak',
    ])
      expect(paper).toContain(part);
    for (const part of ['Kecamatan mana terbanyak?', 'Ringkasan', 'Salin']) expect(paper).not.toContain(part);
    expect(pages(await s.page.pdf({ preferCSSPageSize: true }))).toBe(1);
    // Afterwards the screen is as it was.
    await s.page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await s.page.locator('.answer-sheet').count()).toBe(0);
    expect(await s.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(s.errors).toEqual([]);
    await s.close();
  });
});

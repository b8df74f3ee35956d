import { describe, expect, it } from 'vitest';
import type { Answering, ReportDetail, SourceDetail } from '../../../src/api/types.ts';
import type { Walk } from '../real.ts';
import { shows, until } from '../stage.ts';
import type { World } from './world.ts';

/* Operator: puts right what the machine read, watches over the sources, sets the house up. */

/** Opens the first report of a list and gives it another category. */
async function correct(w: Walk, list: string): Promise<void> {
  await w.page.goto(w.program.url + list);
  await until(async () => (await w.page.locator('a.row').count()) > 0, 'reports', 60_000);
  await w.page.locator('a.row').first().click();
  const chip = w.page.locator('[data-field=category]');
  await until(async () => (await chip.count()) === 1, 'the category to put right');
  const id = Number(/\/laporan\/(\d+)/.exec(w.page.url())?.[1]);
  const before = await w.ask<ReportDetail>(`/api/reports/${id}`);
  await chip.click();
  const others = w.page.locator('.corrections ul button:not(.now)');
  await until(async () => (await others.count()) > 0, 'other categories');
  const wanted = (await others.last().innerText()).trim();
  await others.last().click();
  await shows(w.page, 'Mesin belajar dari koreksi ini.');
  await w.station();
  const categories = await w.ask<{ slug: string; name: string }[]>('/api/categories');
  const after = await w.ask<ReportDetail>(`/api/reports/${id}`);
  expect(categories.find((c) => c.slug === after.category)?.name).toBe(wanted);
  expect(after.category).not.toBe(before.category);
  await w.page.reload();
  await shows(w.page, `Kategori ${wanted} ditetapkan petugas.`);
}

const slug = (w: Walk) => /\/sumber\/([\w-]+)$/.exec(w.page.url())?.[1] ?? '';
const source = (w: Walk) => w.ask<SourceDetail>(`/api/sources/${slug(w)}`);

async function openSource(w: Walk, nth: number): Promise<void> {
  await w.go('/sumber');
  await w.page.locator('tbody th a').nth(nth).click();
  await until(() => slug(w) !== '', 'the source has an address');
  await shows(w.page, 'Penarikan terakhir');
}

export function operator(world: () => World): void {
  const open = (size: 'desktop' | 'phone', theme?: 'light' | 'dark') => {
    const { program, browser } = world();
    return program.walk(browser, program.officer('operator'), size, '/', theme);
  };

  describe('operator', () => {
    it('at the desk: corrects a report, draws from a source, sets quiet hours', async () => {
      const w = await open('desktop');
      await correct(w, '/laporan');
      await openSource(w, 0);
      const before = (await source(w)).health.last_attempt;
      await w.press('Tarik sekarang');
      await until(async () => (await source(w)).health.last_attempt !== before, 'it was drawn from', 60_000);
      await w.station();
      await w.go('/pengaturan');
      await w.page.getByLabel('Pakai jam tenang').check();
      await w.page.getByLabel('Dari', { exact: true }).fill('21.30');
      await w.page.getByLabel('Sampai', { exact: true }).fill('05.45');
      await w.press('Simpan');
      await shows(w.page, 'Tersimpan.');
      expect(await w.ask('/api/notices/preferences')).toMatchObject({
        quiet_from: '21.30',
        quiet_until: '05.45',
      });
      await w.end();
    }, 120_000);

    it('at the counter: takes a report down by keys alone, and answers its reporter', async () => {
      const w = await open('desktop');
      const words = 'Lampu penerangan padam total dekat simpang pasar kedondong';
      const keys = w.page.keyboard;
      const takeDown = async (name: string) => {
        await until(async () => (await w.page.locator('textarea:focus').count()) === 1, 'the words are next');
        await keys.type(words);
        await keys.press('Tab');
        await keys.type('Jalan Kedondong 12');
        for (let i = 0; i < 3; i++) await keys.press('Tab');
        await keys.type(name);
        await keys.press('Control+Enter');
        await shows(w.page, 'Laporan tercatat');
        return (await w.page.locator('.ticket').innerText()).trim();
      };
      await w.go('/laporan');
      await w.page.getByRole('link', { name: 'Catat laporan warga' }).click();
      await shows(w.page, 'Dicari begitu isinya ditulis.');
      await w.page.route('**/api/reports/alike', (route) => route.abort());
      const what = w.page.getByRole('textbox', { name: 'Isi laporan' });
      await what.fill('Lampu jalan mati di Jalan Kedondong');
      await shows(w.page, 'Laporan serupa belum dapat dicari.');
      await w.page.unroute('**/api/reports/alike');
      await what.fill('');
      // The browser logs the line that was cut; nothing else.
      w.errors.splice(0, w.errors.length, ...w.errors.filter((e) => !/reports\/alike|ERR_FAILED/.test(e)));
      const first = await takeDown('Warga Satu');
      expect(first).toMatch(/^L-[0-9A-F]{8}$/);
      await w.station();
      await keys.press('Enter');
      await until(async () => (await w.page.locator('textarea:focus').count()) === 1, 'the next citizen');
      await keys.type(words);
      // Said again, it is shown before it is sent.
      await until(async () => (await w.page.getByRole('link', { name: first }).count()) === 1, 'its like');
      await w.station();
      await w.page.getByRole('textbox', { name: 'Isi laporan' }).fill('');
      const second = await takeDown('Warga Dua');
      expect(second).not.toBe(first);
      await w.page.getByRole('link', { name: 'Buka laporan' }).click();
      await until(() => /\/laporan\/\d+$/.test(w.page.url()), 'the report');
      const id = Number(/(\d+)$/.exec(w.page.url())?.[1]);
      const report = await w.ask<ReportDetail>(`/api/reports/${id}`);
      expect(report).toMatchObject({ external_id: second, channel: 'loket', address: 'Jalan Kedondong 12' });
      await w.press('Jawab pelapor');
      const text = w.page.getByLabel('Isi jawaban');
      expect(await text.inputValue()).toContain(second);
      await shows(w.page, 'disusun otomatis');
      await text.fill(`Laporan ${second} kami terima di loket. Terima kasih.`);
      await w.station();
      await w.press('Catat: saya sampaikan sendiri');
      await w.press('Ya, catat');
      await shows(w.page, 'Disampaikan sendiri');
      const after = await w.ask<Answering>(`/api/reports/${id}/answering`);
      expect(after.messages.map((m) => m.channel)).toEqual(['sendiri']);
      expect((await w.ask<ReportDetail>(`/api/reports/${id}`)).responded_at).toBeTruthy();
      await w.end();
    }, 120_000);

    it('on the phone: corrects another, pauses a source and goes on', async () => {
      const w = await open('phone', 'dark');
      await correct(w, '/laporan?kategori=sampah');
      await openSource(w, 1);
      await w.press('Jeda');
      await until(async () => (await source(w)).health.freshness === 'dijeda', 'it is paused');
      await shows(w.page, 'Dijeda');
      await w.press('Lanjutkan');
      await until(async () => (await source(w)).health.freshness !== 'dijeda', 'it goes on');
      await w.go('/pengaturan');
      await w.press('English');
      await shows(w.page, 'Language');
      await w.page.reload();
      await shows(w.page, 'Language');
      await w.end();
    }, 120_000);
  });
}

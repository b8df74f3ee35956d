import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { advisedBy, button } from './advised.ts';
import { axe, launch, shows, sizes, textOf, until } from './stage.ts';

/* Tindakan: the board and the table, one recommendation, the rules. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
const advised = advisedBy(() => browser);

const keyOf = (page: Page) => page.locator('.chosen').first().getAttribute('data-key');

describe('the board', () => {
  it('shows where everything stands, late first, and withdrawn advice with its reason', async () => {
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan di Handil Bakti');
    const running = s.page.locator('section', { has: s.page.getByRole('heading', { name: /^Berjalan/ }) });
    expect(await running.locator('article').first().innerText()).toContain('lewat 29 jam');
    await shows(s.page, 'Laporannya selesai 2 jam lalu; saran ini tidak perlu lagi.');
    await shows(s.page, 'Menunggu Camat Samarinda Utara.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.keyboard.press('j');
    await until(async () => (await keyOf(s.page)) === 'r1', 'the first card');
    await s.page.keyboard.press('j');
    await until(async () => (await keyOf(s.page)) === 'r2', 'the second card');
    await s.page.keyboard.press('k');
    await s.page.keyboard.press('Enter');
    await until(() => s.page.url().endsWith('/tindakan/usulan/1'), 'the advice');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('remembers the table, and narrows by office and lateness', async () => {
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan');
    await button(s.page, 'Tabel').click();
    await until(async () => (await s.page.locator('tbody tr').count()) > 10, 'rows');
    expect(await axe(s.page)).toEqual([]);
    await s.page.goto(`${s.url}/tindakan`);
    await until(async () => (await s.page.locator('tbody tr').count()) > 10, 'the table again');
    await s.page.getByLabel('Lewat tenggat saja').check();
    await until(async () => (await s.page.locator('tbody tr').count()) === 2, 'two are late');
    await s.page.getByLabel('Perangkat daerah').selectOption('DLH');
    await shows(s.page, 'Tidak ada tindakan yang cocok');
    expect(new URL(s.page.url()).searchParams.get('lewat')).toBe('1');
    await s.close();
  });

  it('says when there is nothing, when it failed, and goes on with what it has', async () => {
    const empty = await advised({ path: '/tindakan', double: { mood: 'empty' } });
    await shows(empty.page, 'Belum ada usulan atau disposisi.');
    await empty.close();
    const failed = await advised({ path: '/tindakan', double: { mood: 'error' } });
    await shows(failed.page, 'Tindakan tidak dapat dimuat');
    failed.double.setMood('normal');
    await button(failed.page, 'Coba lagi').click();
    await shows(failed.page, 'Tambal jalan di Handil Bakti');
    await failed.close();
    const s = await advised({ path: '/tindakan' });
    await shows(s.page, 'Tambal jalan');
    await s.context.setOffline(true);
    s.double.report();
    await shows(s.page, 'Tidak tersambung ke server');
    await shows(s.page, 'Tambal jalan di Handil Bakti');
    await s.context.setOffline(false);
    await s.close();
  });
});

describe('one recommendation', () => {
  it('resolves each line of evidence to its rows', async () => {
    const s = await advised({ path: '/tindakan/usulan/1' });
    await shows(s.page, 'Bukti (6)');
    const hrefs = await s.page
      .locator('section ul li .under > a')
      .evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    expect(hrefs).toHaveLength(6);
    for (const href of hrefs) {
      await s.page.goto(s.url + href);
      await until(async () => (await s.page.locator('main').innerText()).length > 40, `${href} opens`);
      expect(await textOf(s.page)).not.toContain('Halaman ini tidak ada');
    }
    await s.close();
  });

  it('shows effect with range and basis, cost, risk, like actions and history', async () => {
    const s = await advised({ path: '/tindakan/usulan/1' });
    await shows(s.page, 'menurut 6 tindakan serupa di kota ini');
    for (const text of [
      'Rp 8 juta sampai Rp 25 juta',
      'bila dibiarkan, air masuk rumah',
      'Keruk parit Gang Melati',
      'Berhasil: −62',
      'Usulan dibuat oleh Balaikota.',
    ])
      await shows(s.page, text);
    expect(await axe(s.page)).toEqual([]);
    await s.close();
    const gone = await advised({ path: '/tindakan/usulan/99' });
    await shows(gone.page, 'Data ini tidak ada');
    await gone.close();
  });
});

describe('the rules of advice', () => {
  it('are readable by all, changed by sekda and operator with a reason, and keep every version', async () => {
    const mayor = await advised({ path: '/tindakan/aturan' });
    await shows(mayor.page, 'Bersihkan drainase di {tempat}');
    expect(await button(mayor.page, 'Ubah aturan').count()).toBe(0);
    await mayor.close();
    const s = await advised({ path: '/tindakan/aturan', role: 'sekda' });
    await shows(s.page, 'sedikitnya 5 laporan');
    expect(await axe(s.page)).toEqual([]);
    await button(s.page, 'Ubah aturan').first().click();
    await s.page.getByLabel('Paling sedikit laporan').fill('8');
    await button(s.page, 'Simpan aturan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByLabel('Alasan perubahan').fill('Terlalu sering muncul.');
    await button(s.page, 'Simpan aturan').click();
    await shows(s.page, 'sedikitnya 8 laporan');
    const body = s.double.actions.decided[0]?.body;
    expect(body).toMatchObject({ reason: 'Terlalu sering muncul.', rule: { min_voices: 8 } });
    await button(s.page, 'Riwayat')
      .nth(await changed(s.page))
      .click();
    await shows(s.page, 'min_voices 5 → 8');
    expect(s.errors).toEqual([]);
    await s.close();
  });
  const changed = (page: Page) =>
    page
      .locator('article')
      .evaluateAll((all) => all.findIndex((a) => a.textContent?.includes('sedikitnya 8 laporan')));
});

describe('sizes and themes', () => {
  const views = ['/', '/tindakan', '/tindakan/usulan/1', '/tindakan/50', '/tindakan/aturan'];
  for (const size of Object.keys(sizes) as (keyof typeof sizes)[])
    // Contrast does not depend on the size: the slow wall is drawn in one theme.
    for (const theme of size === 'wall' ? (['dark'] as const) : (['light', 'dark'] as const))
      it.each(views)(`hold at ${size} in ${theme}: %s`, async (path) => {
        const s = await advised({ path, size, theme });
        await shows(s.page, path === '/tindakan/50' ? 'Keruk parit' : 'Bersihkan drainase');
        expect(await axe(s.page)).toEqual([]);
        const wide = await s.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, 'no wider than the screen').toBeLessThanOrEqual(0);
        expect(s.errors).toEqual([]);
        await s.close();
      });
});

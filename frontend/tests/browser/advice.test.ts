import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { advisedBy, button, first, items, listed } from './advised.ts';
import { axe, launch, scene, shows, sizes, textOf, until } from './stage.ts';

/* The five pieces of advice, and what is decided about them. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
const advised = advisedBy(() => browser);

describe('what needs the mayor now', () => {
  it('is five pieces of advice, each saying what, why, what is advised, who and when', async () => {
    const s = await advised();
    await listed(s.page);
    const open = await items(s.page).first().innerText();
    for (const part of [
      'Awas',
      'memburuk',
      'Mengapa',
      '37 laporan',
      'Saran',
      'menurut 6 tindakan serupa',
      'Siapa & kapan',
      'DPUPR, paling lambat',
      '2 hari kerja',
    ])
      expect(open).toContain(part);
    expect(await button(s.page, 'Setujui & disposisi').count()).toBe(1);
    await shows(s.page, '1 usulan lain di Tindakan');
    expect(await axe(s.page)).toEqual([]);
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says why one is first, and lets the mayor place another with a reason', async () => {
    const s = await advised();
    await shows(s.page, first);
    await s.page.keyboard.press('j');
    await s.page.keyboard.press('j');
    await s.page.getByText('Mengapa urutan 3?').click();
    for (const factor of ['Dampak', '× Mendesak', '× Dapat ditindak', '× Bobot aturan', '= Nilai'])
      await shows(s.page, factor);
    await button(s.page, 'Ubah urutan').click();
    await button(s.page, 'Simpan urutan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    await s.page.getByLabel('Alasan').fill('Ada kunjungan menteri.');
    await button(s.page, 'Simpan urutan').click();
    await until(
      async () => (await items(s.page).first().innerText()).includes('Angkut sampah tertunda di Loa Bakung'),
      'the placed one stands first',
    );
    expect(s.double.actions.decided[0]?.body).toEqual({
      decision: 'rank',
      rank: 1,
      reason: 'Ada kunjungan menteri.',
    });
    await s.close();
  });

  it('moves the map with the choice, and opens the advice with Enter', async () => {
    const s = await advised();
    await shows(s.page, first);
    await until(async () => (await textOf(s.page, '.map footer')).includes(first), 'the map follows');
    await s.page.keyboard.press('j');
    await until(
      async () => (await textOf(s.page, '.map footer')).includes('Siagakan pompa'),
      'the map follows j',
    );
    await s.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await s.page.keyboard.press('Enter');
    await until(() => s.page.url().endsWith('/tindakan/usulan/2'), 'the advice in full');
    await shows(s.page, 'Bukti (6)');
    await s.page.keyboard.press('Escape');
    await until(() => s.page.url().endsWith('/tindakan'), 'the board');
    await s.close();
  });

  it('shows those who may not decide no buttons', async () => {
    for (const role of ['auditor', 'kepala_opd']) {
      const s = await advised({ role });
      await shows(s.page, first);
      expect(await button(s.page, 'Setujui & disposisi').count()).toBe(0);
      expect(await button(s.page, 'Tolak').count()).toBe(0);
      await shows(s.page, 'Lihat bukti (6)');
      await s.close();
    }
  });

  it('falls back to alerts where nothing is advised, and is calm where nothing is at all', async () => {
    const s = await scene(browser);
    await shows(s.page, 'Muka air Karang Mumus melewati batas siaga');
    await s.close();
    const calm = await scene(browser, { double: { mood: 'empty' } });
    await shows(calm.page, 'Tidak ada yang mendesak.');
    await shows(calm.page, 'Terakhir diperiksa');
    await shows(calm.page, 'Dari 3 aturan');
    await calm.close();
  });
});

describe('approving in one tap', () => {
  /** Time stands still on the page until it is told to run: five seconds are five, however slow the machine. */
  async function atRest(options: Parameters<typeof advised>[0] = {}) {
    const s = await advised(options);
    await s.page.clock.install();
    await s.page.reload();
    await listed(s.page);
    await s.page.clock.pauseAt(Date.now() + 60_000);
    return s;
  }

  it('can be taken back before it is sent, by the key too', async () => {
    const s = await atRest();
    await button(s.page, 'Setujui & disposisi').click();
    await shows(s.page, 'segera dikirim');
    const focus = () => s.page.evaluate(() => document.activeElement?.textContent ?? '');
    await until(async () => (await focus()).startsWith('Batalkan'), 'the way back has the focus');
    await s.page.clock.runFor(4500);
    await s.page.keyboard.press('Enter');
    await until(async () => !(await textOf(s.page)).includes('segera dikirim'), 'the bar is gone');
    await button(s.page, 'Setujui & disposisi').click();
    await shows(s.page, 'segera dikirim');
    await s.page.keyboard.press('Escape');
    await until(async () => !(await textOf(s.page)).includes('segera dikirim'), 'Esc takes it back');
    await s.page.clock.runFor(20_000);
    expect(s.double.actions.decided).toEqual([]);
    await s.close();
  });

  it('can be taken back while an alarm is on screen, on a phone too', async () => {
    const s = await atRest({
      prepare: (d) =>
        d.alert({ key: 'uji', severity: 'awas', headline: 'Tanggul jebol', since: new Date().toISOString() }),
    });
    await until(async () => (await button(s.page, 'Saya tahu').count()) === 1, 'the alarm');
    for (const size of ['desktop', 'phone'] as const) {
      await s.page.setViewportSize(sizes[size]);
      await button(s.page, 'Setujui & disposisi').click();
      await shows(s.page, 'segera dikirim');
      // Both can be pressed; a press that another element takes fails.
      await button(s.page, 'Saya tahu').click({ trial: true, timeout: 5000 });
      await s.page.getByRole('button', { name: /^Batalkan/ }).click({ timeout: 5000 });
    }
    expect(s.double.actions.decided).toEqual([]);
    await s.close();
  });

  it('is sent once after five seconds, wherever one has gone, and leads to what was sent', async () => {
    const s = await atRest();
    await button(s.page, 'Setujui & disposisi').click();
    await s.page.getByRole('link', { name: 'Peta', exact: true }).click();
    await s.page.clock.runFor(4500);
    await shows(s.page, 'segera dikirim');
    expect(s.double.actions.decided).toEqual([]);
    await s.page.clock.runFor(1000);
    await s.page.clock.resume();
    await shows(s.page, 'Disposisi terkirim: DSP/0060/XI/2026.');
    expect(s.double.actions.decided).toEqual([
      { path: '/api/recommendations/1/decide', body: { decision: 'approve' } },
    ]);
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByRole('link', { name: 'Buka disposisi' }).click();
    await until(() => s.page.url().endsWith('/tindakan/60'), 'the disposition');
    await shows(s.page, 'Dikirim');
    expect(s.errors).toEqual([]);
    await s.close();
  });

  it('says when it could not be sent, and does not send twice when only the answer was lost', async () => {
    const s = await advised();
    await shows(s.page, first);
    await s.page.route(
      '**/decide',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await button(s.page, 'Setujui & disposisi').click();
    await button(s.page, 'Kirim sekarang').click();
    await shows(s.page, 'Belum terkirim.');
    await button(s.page, 'Coba lagi').click();
    await shows(s.page, 'Disposisi terkirim: DSP/0060/XI/2026.');
    expect(s.double.actions.dispositions.filter((d: { id: number }) => d.id >= 60)).toHaveLength(1);
    await s.close();
  });
});

describe('declining and postponing', () => {
  it('ask for a reason, and say so', async () => {
    const s = await advised();
    await shows(s.page, first);
    await button(s.page, 'Tolak').click();
    await button(s.page, 'Tolak usulan').click();
    await shows(s.page, 'Tulis alasannya; alasan ini dicatat.');
    expect(await axe(s.page)).toEqual([]);
    await s.page.getByLabel('Alasan').fill('Sudah dikerjakan kecamatan.');
    await button(s.page, 'Tolak usulan').click();
    await until(async () => !(await textOf(s.page, '.attention')).includes(first), 'it is gone');
    await button(s.page, 'Tunda').click();
    await s.page.getByLabel('Alasan').fill('Menunggu hujan reda.');
    await s.page.getByRole('dialog').getByRole('button', { name: 'Tunda', exact: true }).click();
    await until(() => s.double.actions.decided.length === 2, 'both are decided');
    expect(s.double.actions.decided[0]?.body).toEqual({
      decision: 'decline',
      reason: 'Sudah dikerjakan kecamatan.',
    });
    expect(Date.parse(s.double.actions.decided[1]?.body.until)).toBeGreaterThan(Date.now());
    await s.close();
  });

  it('keep what was written when they are refused', async () => {
    const s = await advised();
    await shows(s.page, first);
    s.double.actions.refuse = true;
    await button(s.page, 'Tolak').click();
    await s.page.getByLabel('Alasan').fill('Sudah dikerjakan kecamatan.');
    await button(s.page, 'Tolak usulan').click();
    await shows(s.page, 'Belum tersimpan. Anda tidak berwenang');
    expect(await s.page.getByLabel('Alasan').inputValue()).toBe('Sudah dikerjakan kecamatan.');
    await s.close();
  });
});

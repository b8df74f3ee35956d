import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Double } from '../double/server.mjs';
import { axe, launch, scene, textOf, until } from './stage.ts';

/* Every view can be reached without typing an address, on a phone too. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const as = (role: string) => (double: Double) => {
  double.role = role;
};
const names = (page: Page, selector: string) =>
  page
    .locator(selector)
    .filter({ visible: true })
    .evaluateAll((all) => all.map((e) => e.getAttribute('href') ?? 'more'));

it('keeps four views of the role in a phone’s bar and the rest behind “Lainnya”', async () => {
  const bars = {
    wali_kota: ['/', '/peta', '/tindakan', '/tanya'],
    camat: ['/tugas', '/', '/peta', '/tanya'],
    operator: ['/', '/peta', '/tanya', '/laporan'],
    auditor: ['/', '/tindakan', '/laporan', '/bukti'],
  };
  const all = {
    wali_kota: 10,
    camat: 12,
    operator: 10,
    auditor: 11,
  };
  for (const role of Object.keys(bars) as (keyof typeof bars)[]) {
    const s = await scene(browser, { size: 'phone', path: '/sumber', prepare: as(role) });
    await until(async () => (await s.page.locator('.rail a').count()) > 0, 'the bar');
    expect(await names(s.page, '.rail a, .rail button')).toEqual([...bars[role], 'more']);
    await s.page.getByRole('button', { name: 'Lainnya' }).click();
    await until(async () => (await s.page.locator('dialog[open] li a').count()) > 0, 'the sheet');
    const rest = await names(s.page, 'dialog[open] li a');
    expect(new Set([...bars[role], ...rest]).size).toBe(all[role]);
    expect(await names(s.page, 'dialog[open] a[aria-current=page]')).toEqual(['/sumber']);
    if (role === 'camat') expect(await axe(s.page)).toEqual([]);
    await s.page.locator('dialog[open] a[href="/rapat"]').click();
    await until(async () => (await textOf(s.page, 'h1')) === 'Rapat Senin', 'the meeting');
    expect(await s.page.locator('dialog[open]').count()).toBe(0);
    expect(s.errors).toEqual([]);
    await s.close();
  }
});

it('says how many proofs wait for the second person, and counts down', async () => {
  const s = await scene(browser, { path: '/bukti', prepare: as('camat') });
  const mark = s.page.locator('.rail a[href="/bukti"] b');
  await until(async () => (await mark.count()) === 1, 'the count');
  const waiting = s.double.outcomes.reviews.length;
  expect(waiting).toBeGreaterThan(1);
  expect(await mark.innerText()).toMatch(new RegExp(`^${waiting}`));
  await s.page.getByLabel('Alasan').fill('Pekerjaan tampak selesai pada kedua foto.');
  await s.page.getByRole('button', { name: 'Sah', exact: true }).click();
  await until(async () => (await mark.innerText()).startsWith(String(waiting - 1)), 'one fewer');
  // On a phone it stands on the way there as well.
  await s.page.setViewportSize({ width: 390, height: 844 });
  expect(await s.page.locator('.rail .more b').innerText()).toMatch(/^\d/);
  await s.close();
});

it('leads from the contents of a long page of settings to a card, and stays where it was led', async () => {
  for (const size of ['desktop', 'phone'] as const) {
    const s = await scene(browser, { size, path: '/pengaturan', prepare: as('operator') });
    const contents = s.page.getByRole('navigation', { name: 'Isi halaman' });
    await contents.getByRole('button', { name: 'Jejak audit', exact: true }).click();
    const head = s.page.getByRole('heading', { name: 'Jejak audit', exact: true });
    await until(() => head.evaluate((e) => document.activeElement === e), 'the heading has the focus');
    const box = await head.boundingBox();
    const list = await contents.boundingBox();
    // Not under the list, which stays in view.
    expect(box && box.y >= 0 && box.y < s.page.viewportSize()!.height).toBe(true);
    if (size === 'phone') expect(box!.y).toBeGreaterThanOrEqual(list!.y + list!.height - 1);
    expect(await axe(s.page)).toEqual([]);
    await s.close();
  }
});

it('spares those with few settings the contents', async () => {
  const s = await scene(browser, { path: '/pengaturan', prepare: as('lurah') });
  await until(async () => (await s.page.locator('.cards h2').count()) > 3, 'the cards');
  expect(await s.page.getByRole('navigation', { name: 'Isi halaman' }).count()).toBe(0);
  await s.close();
});

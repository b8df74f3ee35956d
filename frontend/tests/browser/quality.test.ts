import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launch, scene, until } from './stage.ts';

/* Doubtful values of a source, an officer's word on them, and the rules they were found by. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

for (const size of ['desktop', 'phone'] as const)
  it(`shows what is doubtful, and takes a finding back with a reason, on a ${size}`, async () => {
    const s = await scene(browser, { size, path: '/sumber/rumah-sakit' });
    const pane = s.page.locator('aside');
    await until(async () => (await pane.innerText()).includes('Alat macet'), 'the findings');
    const text = await pane.innerText();
    for (const part of [
      'Mutu data',
      'Dikeluarkan dari angka',
      '31 nilai',
      'misalnya 1,45',
      'misalnya 999.999',
    ])
      expect(text).toContain(part);
    await pane.locator('summary').first().click();
    expect(await pane.innerText()).toContain('Sedikitnya 6 nilai sama selama 3 jam');
    await pane.getByRole('button', { name: 'Bukan kesalahan' }).first().click();
    const dialog = s.page.locator('dialog[open]');
    await dialog.locator('textarea').fill('pendek');
    expect(await dialog.getByRole('button', { name: 'Bukan kesalahan' }).isDisabled()).toBe(true);
    await dialog.locator('textarea').fill('pintu air memang ditutup');
    expect(await axe(s.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Bukan kesalahan' }).click();
    await until(
      async () =>
        (await pane.innerText()).includes('Bukan kesalahan menurut contoh: pintu air memang ditutup'),
      'the decision',
    );
    expect(await pane.getByRole('button', { name: 'Berlakukan lagi' }).count()).toBe(1);
    expect(await axe(s.page)).toEqual([]);
    const wide = await s.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(s.errors).toEqual([]);
    if (process.env.SHOTS) await s.page.screenshot({ path: `${process.env.SHOTS}/findings-${size}.png` });
    await s.close();
  });

it('says what each rule is and where it comes from, and changes one for an indicator', async () => {
  const s = await scene(browser, { path: '/pengaturan' });
  const card = s.page.locator('section, article').filter({ hasText: 'Aturan mutu data' }).last();
  await until(async () => (await card.count()) > 0, 'the rules');
  await until(async () => (await card.innerText()).includes('Alat macet'), 'a rule');
  for (const part of ['Di bawah 0.', 'satuan mm …', 'Bawaan Balaikota'])
    expect(await card.innerText()).toContain(part);
  await card.getByRole('button', { name: 'Ubah aturan' }).first().click();
  const dialog = s.page.locator('dialog[open]');
  const save = dialog.getByRole('button', { name: 'Simpan aturan' });
  expect(await save.isDisabled()).toBe(true);
  await dialog.locator('select').selectOption({ index: 1 });
  await dialog.getByLabel('Alasan (sedikitnya 10 huruf)').fill('alat baru lebih halus');
  await until(async () => !(await save.isDisabled()), 'a whole rule');
  expect(await axe(s.page)).toEqual([]);
  if (process.env.SHOTS) await s.page.screenshot({ path: `${process.env.SHOTS}/rule.png` });
  await save.click();
  await until(async () => (await s.page.locator('dialog[open]').count()) === 0, 'saved');
  if (process.env.SHOTS) {
    await card.scrollIntoViewIfNeeded();
    await s.page.screenshot({ path: `${process.env.SHOTS}/rules.png` });
  }
  expect(s.errors).toEqual([]);
  await s.close();
});

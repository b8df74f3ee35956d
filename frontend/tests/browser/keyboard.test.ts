import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, launch, scene, shows, until } from './stage.ts';

/* Everything by keyboard: each view, each control, with the focus in sight, at 200 % zoom too. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What can have the focus on the page but does not show it, or not all of it can be seen. */
async function hidden(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const all = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]',
      ),
    ].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0);
    const outlined = (e: Element | null): boolean => {
      for (let at = e, up = 0; at && up < 4; at = at.parentElement, up++) {
        for (const style of [getComputedStyle(at), getComputedStyle(at, '::after')])
          if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
      }
      return false;
    };
    const wrong: string[] = [];
    for (const e of all) {
      // Without WebGL the plain map takes the place of the other meanwhile.
      if (!e.isConnected) continue;
      const name = `${e.tagName} ${(e.ariaLabel ?? e.innerText ?? e.id).trim().slice(0, 40)} .${e.className}`;
      e.focus({ focusVisible: true } as FocusOptions);
      if (document.activeElement !== e && e.isConnected) {
        wrong.push(`${name}: takes no focus`);
        continue;
      }
      if (!outlined(e)) wrong.push(`${name}: no outline`);
      e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      await frame();
      const box = e.getBoundingClientRect();
      const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
      const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
      if (right - left < Math.min(8, box.width) || bottom - top < Math.min(8, box.height)) {
        wrong.push(`${name}: off the screen`);
        continue;
      }
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (over && over !== e && !e.contains(over) && !over.contains(e) && !over.closest('label')?.contains(e))
        wrong.push(`${name}: covered by ${over.tagName}.${over.className}`);
    }
    (document.activeElement as HTMLElement | null)?.blur();
    return wrong;
  });
}

it('reaches every view and every control, in sight, at 200 % zoom', async () => {
  const s = await scene(browser, {
    path: '/pengaturan',
    prepare: (d) => {
      d.role = 'camat';
      d.actions.advice = true;
    },
  });
  const { page } = s;
  // 1440 by 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 });
  await until(async () => (await page.locator('.rail a').count()) === 12, 'the way to twelve views');
  const paths = await page
    .locator('.rail a')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
  const wrong: string[] = [];
  for (const path of paths) {
    await page.locator(`.rail a[href="${path}"]`).focus();
    await page.keyboard.press('Enter');
    await until(() => new URL(page.url()).pathname === path, `${path} by Enter`);
    await until(
      async () =>
        (await page.locator('main .skeleton').count()) === 0 &&
        (await page.locator('main').innerText()).length > 40,
      `${path} stands`,
    );
    for (const what of await hidden(page)) wrong.push(`${path}: ${what}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wrong.push(`${path}: ${over} px wider than the screen`);
  }
  expect(wrong).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
}, 90_000);

it('goes where the keys of the sheet say, and nowhere while one types', async () => {
  const s = await scene(browser, { prepare: (d) => (d.actions.advice = true) });
  const { page } = s;
  await shows(page, 'Perlu perhatian sekarang');
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Pintasan papan tik' });
  await until(async () => (await sheet.locator('dt').count()) > 25, 'the sheet');
  await page.keyboard.press('Escape');
  await until(async () => (await sheet.count()) === 0, 'the sheet is closed');
  for (const [key, path] of Object.entries({
    p: '/peta',
    t: '/tindakan',
    i: '/kejadian',
    l: '/laporan',
    q: '/tanya',
    s: '/sumber',
    m: '/rapat',
    o: '/perangkat',
    r: '/',
  })) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await until(() => new URL(page.url()).pathname === path, `g ${key} leads to ${path}`);
  }
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await page.keyboard.press('Shift+T');
  expect(await theme()).not.toBe(before);
  // What is typed into the box that jumps is words, no keys of the views.
  const box = page.getByRole('combobox', { name: 'Layar, tempat, nomor, atau kata' });
  await page.keyboard.press('Control+k');
  await until(() => box.evaluate((e) => e === document.activeElement), 'the box takes the keys');
  await page.keyboard.type('g p?/');
  expect(await box.inputValue()).toBe('g p?/');
  expect(new URL(page.url()).pathname).toBe('/');
  await box.fill('sumb');
  await until(async () => (await page.getByRole('option').count()) > 2, 'views, a search and a question');
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await until(() => new URL(page.url()).pathname === '/sumber', 'the first choice');
  await page.keyboard.press('Control+k');
  await until(() => box.evaluate((e) => e === document.activeElement), 'the box again');
  await page.keyboard.type('saluran');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await until(() => new URL(page.url()).search === '?q=saluran', 'a search in the reports');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('/');
  await until(async () => (await page.getByRole('dialog', { name: 'Tanya' }).count()) === 1, 'asking');
  await page.keyboard.press('Escape');
  await until(async () => (await page.getByRole('dialog').count()) === 0, 'closed again');
  expect(s.errors).toEqual([]);
  await s.close();
});

import type { Browser, Page } from 'playwright-core';
import { scene, until, type SceneOptions } from './stage.ts';

/* A city with advice, and what tests of it look for. */

/** Opens scenes of a city with advice, seen by the mayor unless said otherwise. */
export const advisedBy =
  (browser: () => Browser) =>
  (options: SceneOptions & { role?: string } = {}) => {
    const { role = 'wali_kota', prepare, ...rest } = options;
    return scene(browser(), {
      ...rest,
      prepare: (d) => {
        d.actions.advice = true;
        d.role = role;
        prepare?.(d);
      },
    });
  };

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const items = (page: Page) => page.locator('.attention ol > li');
/** Waits for the five; the map names the first before its list is there. */
export const listed = (page: Page) =>
  until(async () => (await items(page).count()) === 5, 'five pieces of advice');
/** The title of the first. */
export const first = 'Bersihkan drainase di Sungai Pinang Dalam';

import { describe, expect, it } from 'vitest';
import type { WallState } from '../../../src/api/types.ts';
import { shows, textOf, until } from '../stage.ts';
import type { World } from './world.ts';

/* A TV that nobody signed in, and the phone that pairs, steers and revokes it. */

export function walls(world: () => World): void {
  describe('layar dinding', () => {
    it('is paired by its code, paused from a phone, and revoked', async () => {
      const { program, browser } = world();
      const tv = await program.walk(browser, undefined, 'wall', '/tv?tema=gelap');
      const digits = /(\d{3}) (\d{3})/;
      await until(async () => digits.test(await textOf(tv.page, '.digits')), 'a code');
      // Nobody is signed in, says the session, which the browser logs; nothing else.
      const expected = () =>
        tv.errors.splice(0, tv.errors.length, ...tv.errors.filter((e) => !/401 .*\/api\/session\)/.test(e)));
      expected();
      await tv.station();
      const code = await textOf(tv.page, '.digits');

      const phone = await program.walk(browser, program.officer('operator'), 'phone', '/pengaturan');
      const card = phone.page.locator('section', {
        has: phone.page.getByRole('heading', { name: 'Layar dinding', exact: true }),
      });
      await card.getByLabel('Kode di layar').fill(code);
      await card.getByLabel('Nama layar').fill('Ruang rapat sekda');
      await card.getByRole('button', { name: 'Pasangkan', exact: true }).click();
      await shows(phone.page, 'Ruang rapat sekda terpasang.');
      await shows(tv.page, 'Perlu perhatian sekarang');
      expect(await tv.ask<unknown>('/api/session')).toMatchObject({
        officer: { role: 'layar', name: 'Ruang rapat sekda' },
      });
      expect((await tv.context.request.get(`${program.url}/api/incidents`)).status()).toBe(403);
      // Its cookie is all it needs: it comes back by itself.
      await tv.page.reload();
      await shows(tv.page, 'Perlu perhatian sekarang');

      await card.getByRole('button', { name: 'Jeda', exact: true }).click();
      await shows(tv.page, 'Dijeda dari telepon');
      await shows(phone.page, 'Dijeda dari telepon');
      expect(await tv.ask<WallState[]>('/api/walls/states')).toMatchObject([{ paused: true }]);
      expected();
      await tv.station();
      await phone.station();

      // Silenced at the screen itself, it says so when a phone lets it sound, and sounds again by the same key.
      const silenced = tv.page.getByText('Dibisukan di layar ini');
      await tv.page.keyboard.press('m');
      await card.getByLabel('Bunyi saat ada yang mendesak').check();
      await until(async () => (await silenced.count()) === 1, 'it says that it is silenced');
      expect(await tv.ask<WallState[]>('/api/walls/states')).toMatchObject([{ chime: true }]);
      await tv.page.keyboard.press('m');
      await until(async () => (await silenced.count()) === 0, 'it sounds again');

      await card.getByRole('button', { name: 'Cabut', exact: true }).click();
      await phone.page.locator('dialog[open]').getByRole('button', { name: 'Cabut', exact: true }).click();
      await shows(tv.page, 'Layar ini tidak lagi terpasang.');
      await until(async () => digits.test(await textOf(tv.page, '.digits')), 'a new code');
      expect(await textOf(tv.page, '.digits')).not.toBe(code);
      await shows(phone.page, 'Belum ada layar yang terpasang.');
      expected();
      await tv.end();
      await phone.end();
    }, 120_000);
  });
}

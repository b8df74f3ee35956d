import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { firstView } from './build/first-view.ts';
import { drawIcons } from './build/icons.ts';
import { plainIcons } from './build/plain-icons.ts';
import { precompress } from './build/precompress.ts';
import { preloadTextFont } from './build/preload-font.ts';
import { serviceWorker } from './build/service-worker.ts';
import { texts } from './build/texts.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.BALAIKOTA_ADDR ?? '127.0.0.1:8080';
const paths = ['/api', '/geo', '/tiles', '/openapi.json', '/healthz'];

/**
 * `vite build` makes the dashboard that Go embeds. `--mode gallery` builds the
 * component gallery, which shows invented data and therefore never ships.
 */
export default defineConfig(({ mode }) => {
  const gallery = mode === 'gallery';
  const shipped = [drawIcons(), serviceWorker(at('./src/worker/sw.ts')), precompress()];
  return {
    plugins: [
      plainIcons(),
      svelte(),
      texts(at('../backend/i18n/id.json')),
      preloadTextFont(),
      ...(gallery ? [] : shipped),
    ],
    resolve: {
      alias: { $i18n: at('../backend/i18n'), $src: at('./src') },
      conditions: process.env.VITEST ? ['browser'] : undefined,
    },
    optimizeDeps: { exclude: ['maplibre-gl'] },
    build: {
      target: 'es2022',
      outDir: gallery ? 'test-results/gallery' : 'dist',
      emptyOutDir: true,
      // Inlined fonts and images would be data: URLs, which the CSP refuses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: true,
      chunkSizeWarningLimit: 1200,
      rolldownOptions: {
        input: at(gallery ? './gallery.html' : './index.html'),
        output: gallery
          ? {}
          : {
              codeSplitting: firstView({
                first: [at('./src/main.ts')],
                ringkasan: [
                  at('./src/panels/ringkasan/picture.ts'),
                  at('./src/panels/tindakan/Advice.svelte'),
                  at('./src/panels/BriefingLink.svelte'),
                ],
              }),
            },
      },
    },
    server: {
      fs: { allow: ['..'] },
      proxy: {
        ...Object.fromEntries(paths.map((p) => [p, `http://${server}`])),
        '/live': { target: `ws://${server}`, ws: true },
      },
    },
    test: {
      include: ['tests/unit/**/*.test.ts'],
      environment: 'node',
      setupFiles: ['tests/unit/browser.ts'],
    },
  };
});

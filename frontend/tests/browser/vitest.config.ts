import { defineConfig } from 'vitest/config';

// One browser at a time: headless Chromium draws WebGL in software. Where a
// machine does other things too, a page may be too slow once; a test that fails
// is tried once more there, and vitest names it as flaky.
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

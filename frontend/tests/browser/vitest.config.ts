import { defineConfig } from 'vitest/config';

// Two files at a time, each with a browser of its own: CI has two cores. Where
// a machine does other things too, a page may be too slow once; a test that
// fails is tried once more there, and vitest names it as flaky.
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    environment: 'node',
    maxWorkers: 2,
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

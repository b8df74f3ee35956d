import { defineConfig } from 'vitest/config';

// One browser at a time: headless Chromium draws WebGL in software.
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

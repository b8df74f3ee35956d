import { defineConfig } from 'vitest/config';

// Run by hand after `npm run build`: npm run soak (SOAK_HOURS=168 for a week).
export default defineConfig({
  test: {
    include: ['tests/soak/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 3 * 3_600_000,
    hookTimeout: 60_000,
  },
});

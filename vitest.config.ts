import { defineConfig } from 'vitest/config';

/** Unit and property tests lie beside the code; golden and browser tests lie in `test/`. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'plugins/**/*.test.ts', 'console/src/**/*.test.ts', 'rules/**/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'golden', include: ['test/golden/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/*.test.ts', 'test/{property,replay}/**/*.test.ts'] },
      },
      {
        extends: true,
        // Nothing but the processors bounds it, and nothing it measures minds a neighbour.
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 3_600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          // A browser on a busy machine may miss a moment; what fails twice is a fault.
          retry: 1,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      thresholds: { lines: 70, functions: 70 },
    },
  },
});

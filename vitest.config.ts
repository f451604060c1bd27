import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

/** Faults whose result is a speed or a time: a neighbour on the other processor would be measured with them. */
const MEASURED_FAULTS = ['test/faults/overload.test.ts'];

/** Browsers that open many pages and look at each, whenever it comes. */
const PATIENT_BROWSERS = ['test/e2e/console-{pages,hostile,markup}.test.ts'];

/** Unit tests that look at memory or time: what other files left in the process, code compiled for their calls too, would be measured with them. */
const MEASURED_UNITS = [
  'src/cli/bench/memory-case.test.ts',
  'src/engine/base/kept-text.test.ts',
  'src/engine/engine-size.test.ts',
  'src/engine/rule/expression/pattern/{pattern,run}.test.ts',
  'src/engine/rule/index/text-table.test.ts',
  'src/engine/rule/pack/yaml-file.test.ts',
  'src/engine/rule/sigma/compiled/linear.test.ts',
  'src/files/decode-file.test.ts',
  'src/plugin-host/{outside,worker-plugin}.test.ts',
  'src/server/intake/events-handler.test.ts',
  'src/server/shape/tree.test.ts',
  'src/sources/{evtx/evtx-fuzz,evtx/evtx-stream,json/json,xml/xml}.test.ts',
];

const BROWSER = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // A browser on a busy machine may miss a moment; what fails twice is a fault.
  retry: 1,
};

/** Unit tests lie beside the code, all others in `test/`. Faults that measure and most browsers run alone, after all else; units that do have processes of their own. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,console/src,rules}/**/*.test.ts'],
          exclude: MEASURED_UNITS,
          // To begin a process for each file, and to load the engine in each, takes a quarter of the time of all.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'unit-measured', include: MEASURED_UNITS } },
      { extends: true, test: { name: 'golden', include: ['test/golden/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/*.test.ts', 'test/{property,replay}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 3_600_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: MEASURED_FAULTS,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults-measured',
          include: MEASURED_FAULTS,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-patient',
          include: PATIENT_BROWSERS,
          ...BROWSER,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: PATIENT_BROWSERS,
          ...BROWSER,
          fileParallelism: false,
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

/** Begins with the files that take longest, so that no processor waits at the end for one that came last. What is not named comes after these, as vitest has it. */

import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export const LONGEST = [
  'test/faults/soak.test.ts',
  'test/fuzz/requests.test.ts',
  'test/faults/simulation.test.ts',
  'test/fuzz/sources.test.ts',
  'test/fuzz/records.test.ts',
  'test/fuzz/written-files.test.ts',
  'test/fuzz/rule-language.test.ts',
  'test/e2e/console-pages.test.ts',
  'test/faults/kill.test.ts',
  'test/fuzz/sigma.test.ts',
  'test/faults/disk.test.ts',
  'test/faults/kill-server.test.ts',
  'src/cli/commands/serve.test.ts',
  'src/cli/serve/compose.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = this.ctx.config.root;
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(relative(root, moduleId).replaceAll('\\', '/'));
      return place < 0 ? LONGEST.length : place;
    };
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return (await super.sort(files)).sort(
      (one, other) => groupOf(one) - groupOf(other) || placeOf(one) - placeOf(other),
    );
  }
}

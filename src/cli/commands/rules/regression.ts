/** `rules test DIR --rules DIR`: whether rules match the records that were kept for them. */

import { readFileSync } from 'node:fs';
import type { Event } from '../../../engine/event/event.js';
import { createRuleSet, type Rule, type RuleSet } from '../../../engine/rule/index.js';
import { decodeFile } from '../../../files/index.js';
import { type Paint, visible } from '../../output.js';
import { textEvent, withoutLogSource } from './event-lines.js';
import { plural } from './problem-lines.js';
import type { RegressionCase, RegressionFile } from './regression-cases.js';

export interface RegressionFailure {
  readonly case: string;
  /** Events that should have matched at the least, and those that did. */
  readonly expected: number;
  readonly got: number;
  readonly rule: string;
  /** `evtx`, `json` or `text`; `null` where it never came to that. */
  readonly form: string | null;
  readonly file: string;
  /** What else there is to say of it; empty for a plain miss. */
  readonly reason: string;
}

export interface RegressionReport {
  readonly cases: number;
  readonly passed: number;
  readonly failed: readonly RegressionFailure[];
  /** Files that were read, by form, and how many of them did what they should. */
  readonly forms: Readonly<Record<string, { readonly files: number; readonly passed: number }>>;
}

/** @param rules  of all packs, as a scan would use them */
export async function runRegression(cases: readonly RegressionCase[], rules: readonly Rule[]): Promise<RegressionReport> {
  const run = new RegressionRun(rules);
  const failed: RegressionFailure[] = [];
  let passed = 0;
  for (const one of cases) {
    const failures = await run.failuresOf(one);
    failed.push(...failures);
    if (failures.length === 0) passed++;
  }
  return { cases: cases.length, passed, failed, forms: Object.fromEntries(run.forms) };
}

class RegressionRun {
  readonly forms = new Map<string, { files: number; passed: number }>();
  readonly #set: RuleSet;
  readonly #byId: ReadonlyMap<string, Rule>;

  constructor(rules: readonly Rule[]) {
    this.#set = createRuleSet(rules, []);
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
  }

  async failuresOf(one: RegressionCase): Promise<readonly RegressionFailure[]> {
    const failure = (rule: string, reason: string): RegressionFailure => ({
      case: one.name,
      expected: one.matches,
      got: 0,
      rule,
      form: null,
      file: one.info,
      reason,
    });
    const missing = one.rules.filter((rule) => !this.#byId.has(rule));
    if (missing.length > 0) return missing.map((rule) => failure(rule, 'The rule is not loaded.'));
    if (one.files.length === 0) return [failure(one.rules[0]!, 'There is no file of records beside it.')];
    const failures: RegressionFailure[] = [];
    for (const file of one.files) {
      const { counts, skips } = await this.#countIn(file, one.rules);
      const missed = one.rules.filter((rule) => (counts.get(rule) ?? 0) < one.matches);
      const form = this.forms.get(file.form) ?? { files: 0, passed: 0 };
      this.forms.set(file.form, { files: form.files + 1, passed: form.passed + Number(missed.length === 0) });
      failures.push(
        ...missed.map((rule) => ({
          ...failure(rule, skips),
          got: counts.get(rule) ?? 0,
          form: file.form,
          file: file.path,
        })),
      );
    }
    return failures;
  }

  async #countIn(
    { form, path }: RegressionFile,
    wanted: readonly string[],
  ): Promise<{ counts: ReadonlyMap<string, number>; skips: string }> {
    const counts = new Map<string, number>();
    const skips: string[] = [];
    const count = (rules: readonly Rule[]): void => {
      for (const { id } of rules) if (wanted.includes(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
    };
    if (form === 'text') {
      // A line of text says nothing of where it comes from; that the rule is about such lines is what the case states.
      const set = createRuleSet(wanted.map((id) => withoutLogSource(this.#byId.get(id)!)), []);
      for (const event of textEvents(path)) count(set.match(event));
    } else {
      await decodeFile(path, path, {
        event: (event) => count(this.#set.match(event)),
        skip: ({ reason, message }) => void skips.push(`${reason}: ${message}`),
      });
    }
    return { counts, skips: skips.slice(0, 3).join('; ') };
  }
}

function textEvents(path: string): readonly Event[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [textEvent(line, path, index + 1)]));
}

export function regressionText({ cases, passed, failed, forms }: RegressionReport, paint: Paint): string {
  const lines = failed.flatMap((one) => [
    `${paint.red('✗')} ${paint.bold(visible(one.rule))}  ${visible(one.case)}`,
    `  expected ${plural(one.expected, 'match', 'matches')}, got ${one.got}  ${paint.dim(`${visible(one.file)}${one.reason === '' ? '' : `  ${visible(one.reason)}`}`)}`,
    '',
  ]);
  const byForm = Object.entries(forms).map(([form, count]) => `${form} ${count.passed} of ${count.files}`);
  const verdict =
    passed === cases ? paint.green(`✓ ${plural(cases, 'case')} pass`) : paint.red(`✗ ${cases - passed} of ${plural(cases, 'case')} fail`);
  return `${[...lines, `${verdict}  ${paint.dim(byForm.join(', '))}`].join('\n')}\n`;
}

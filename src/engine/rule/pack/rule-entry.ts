/** Turns one entry of a rules file into a rule or profile, or says why not. */

import type { Diagnostic } from '../../base/diagnostic.js';
import type { Title } from '../../base/title.js';
import { type Action, isAction } from '../../event/action.js';
import { keepCompiled } from '../compiled-conditions.js';
import { type Place, type RuleCode, ruleDiagnostic } from '../diagnostic-codes.js';
import { type Expression, readExpression } from '../expression/index.js';
import type { Profile, Rule } from '../rule.js';
import { checkCondition } from './condition-check.js';
import { ProfileSchema, type ProfileText, RuleSchema, type RuleText, type TitleText } from './pack-schema.js';
import { checkShape } from './shape.js';
import type { NotedFile } from './noted-yaml.js';
import type { YamlPath } from './yaml-file.js';

/** What ATT&CK says of an id; see `engine/attack`. */
export interface TechniqueFact {
  /** Neither revoked nor deprecated. */
  readonly isCurrent: boolean;
  readonly replacedBy: string | undefined;
}

export interface EntryContext {
  readonly file: NotedFile;
  /** Of the entry in the file: `['rules', 3]`. */
  readonly at: YamlPath;
  readonly pack: string;
  readonly author: string;
  /** The pack has texts in both languages, so a missing one is a fault. */
  readonly isBilingual: boolean;
  readonly technique: (id: string) => TechniqueFact | undefined;
}

export interface Entry<Item> {
  /** `undefined` where an error keeps it out. */
  readonly item: Item | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function readRule(value: unknown, context: EntryContext): Entry<Rule> {
  const { file, at } = context;
  const report = new Report(context, idOf(value));
  report.addAll(shapeFaults(RuleSchema, value, context));
  // Whatever else is wrong, each condition is looked at as well: an author wants to hear everything at once.
  const expressions = readConditions(value, report);
  if (report.hasError) return { item: undefined, diagnostics: report.diagnostics };
  const text = value as RuleText;
  const rule: Rule = {
    id: text.id,
    title: bilingual(text.title),
    description: bilingual(text.description ?? ''),
    set: text.set,
    points: text.points,
    isShadow: false,
    level: undefined,
    status: undefined,
    sigma: undefined,
    techniques: text.techniques ?? [],
    actions: text.actions ?? [],
    eventIds: text.eventIds ?? [],
    conditions: text.conditions,
    references: text.references ?? [],
    falsePositives: (text.falsePositives ?? []).map(bilingual),
    author: text.author ?? context.author,
    pack: context.pack,
    file: file.path,
    line: file.placeOf(at).line,
  };
  checkTechniques(rule.techniques, report);
  checkTranslations(text, report);
  keepCompiled(rule, expressions);
  return { item: report.hasError ? undefined : rule, diagnostics: report.diagnostics };
}

export function readProfile(value: unknown, context: EntryContext): Entry<Profile> {
  const { file, at } = context;
  const report = new Report(context, idOf(value));
  report.addAll(shapeFaults(ProfileSchema, value, context));
  if (report.hasError) return { item: undefined, diagnostics: report.diagnostics };
  const text = value as ProfileText;
  checkTechniques(text.techniques, report);
  checkTranslations(text, report);
  if (text.atLeast > text.techniques.length) {
    report.add(
      'RULE_PROFILE_UNREACHABLE',
      `The profile wants ${text.atLeast} techniques and lists ${text.techniques.length}.`,
      file.placeOf([...at, 'atLeast']),
    );
  }
  const profile: Profile = {
    id: text.id,
    title: bilingual(text.title),
    description: bilingual(text.description ?? ''),
    techniques: text.techniques,
    atLeast: text.atLeast,
    points: text.points,
    references: text.references ?? [],
    pack: context.pack,
    file: file.path,
    line: file.placeOf(at).line,
  };
  return { item: report.hasError ? undefined : profile, diagnostics: report.diagnostics };
}

/** A text in one language serves for both. */
export function bilingual(title: TitleText): Title {
  return typeof title === 'string' ? { en: title, zh: title } : { en: title.en, zh: title.zh ?? title.en };
}

/** Collects what is found about one entry. */
class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly context: EntryContext;
  readonly #id: string | undefined;

  constructor(context: EntryContext, id: string | undefined) {
    this.context = context;
    this.#id = id;
  }

  get hasError(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  add(code: RuleCode, message: string, place: Place, hint?: string): void {
    this.diagnostics.push(ruleDiagnostic(code, message, { file: this.context.file.path, place, rule: this.#id, hint }));
  }

  addAll(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics.push(...diagnostics);
  }

  placeOf(path: YamlPath): Place {
    return this.context.file.placeOf([...this.context.at, ...path]);
  }
}

function shapeFaults(
  schema: typeof RuleSchema | typeof ProfileSchema,
  value: unknown,
  { file, at }: EntryContext,
): readonly Diagnostic[] {
  const entry = at.join(' ');
  if (file.rightShapes.has(entry)) return [];
  const faults = checkShape(schema, value, file, at, idOf(value));
  if (faults.length === 0) file.rightShapes.add(entry);
  return faults;
}

function checkTechniques(techniques: readonly string[], report: Report): void {
  for (const [index, id] of techniques.entries()) {
    const fact = report.context.technique(id);
    const place = report.placeOf(['techniques', index]);
    if (fact === undefined) {
      const parent = id.split('.')[0]!;
      const hint = parent !== id && report.context.technique(parent) !== undefined ? `"${parent}" exists.` : undefined;
      report.add('RULE_TECHNIQUE_UNKNOWN', `ATT&CK has no technique "${id}".`, place, hint);
    } else if (!fact.isCurrent) {
      const hint = fact.replacedBy === undefined ? undefined : `It is "${fact.replacedBy}" now.`;
      report.add('RULE_TECHNIQUE_RETIRED', `ATT&CK has retired "${id}".`, place, hint);
    }
  }
}

function checkTranslations(
  text: {
    readonly title: TitleText;
    readonly description?: TitleText;
    readonly falsePositives?: readonly TitleText[];
  },
  report: Report,
): void {
  if (!report.context.isBilingual) return;
  const check = (value: TitleText | undefined, path: YamlPath): void => {
    if (value === undefined || (typeof value === 'object' && value.zh !== undefined)) return;
    report.add(
      'PACK_TRANSLATION_MISSING',
      `"${path[0]}" is in one language only; the pack has two.`,
      report.placeOf(path),
      'Write {en: …, zh: …}.',
    );
  };
  check(text.title, ['title']);
  check(text.description, ['description']);
  for (const [index, value] of (text.falsePositives ?? []).entries()) check(value, ['falsePositives', index]);
}

/**
 * @param value  an entry that may be wrong in any way
 * @returns the conditions compiled; all of them where none is reported
 */
function readConditions(value: unknown, report: Report): readonly Expression[] {
  const { conditions, actions, eventIds } = partsOf(value);
  return conditions.flatMap((text, index) => {
    if (typeof text !== 'string' || text === '') return [];
    return readCondition(text, index, { actions, eventIds }, report) ?? [];
  });
}

function readCondition(
  text: string,
  index: number,
  rule: Pick<Rule, 'actions' | 'eventIds'>,
  report: Report,
): Expression | undefined {
  const { file, at } = report.context;
  const path = [...at, 'conditions', index];
  const placeOf = (offset: number | undefined): Place =>
    offset === undefined ? file.placeOf(path) : file.placeInText(path, offset);
  const key = JSON.stringify([text, rule.actions, rule.eventIds]);
  let noted = file.conditions.get(key);
  if (noted === undefined) {
    const read = readExpression(text);
    if (!read.ok) {
      const { kind, message, offset } = read.error;
      report.add('RULE_EXPRESSION_INVALID', `${kind} error: ${message}.`, placeOf(offset));
      return undefined;
    }
    noted = { expression: read.value.expression, faults: checkCondition(text, rule, read.value) };
    file.conditions.set(key, noted);
  }
  for (const { code, message, hint, at: offset } of noted.faults) report.add(code, message, placeOf(offset), hint);
  return noted.expression;
}

function partsOf(value: unknown): Pick<Rule, 'actions' | 'eventIds'> & { readonly conditions: readonly unknown[] } {
  const list = (key: string): readonly unknown[] => {
    const items = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    return Array.isArray(items) ? items : [];
  };
  return {
    conditions: list('conditions'),
    actions: list('actions').filter((action): action is Action => typeof action === 'string' && isAction(action)),
    eventIds: list('eventIds').filter((id): id is number => typeof id === 'number'),
  };
}

function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'id')) return undefined;
  const { id } = value as { id: unknown };
  return typeof id === 'string' && id.length <= 100 ? id : undefined;
}

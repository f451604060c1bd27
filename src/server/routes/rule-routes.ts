/** Loaded rules, what was wrong with the others, and loading them again. */

import type { PolicyDesk, RulesInForce, RuleView } from '../../app/live-ports.js';
import type { Diagnostic as EngineDiagnostic } from '../../engine/base/diagnostic.js';
import type { Profile } from '../../engine/rule/rule.js';
import {
  PAGE_LIMIT_DEFAULT,
  Rule as RuleShape,
  RulePage,
  RuleQuery,
  RulesStatus,
  type Diagnostic,
  type Rule,
  type RulesStatus as RulesStatusBody,
} from '../../contract/index.js';
import { notFound } from '../problem.js';
import { pageOfArray, pageShape } from '../shape/page.js';
import type { IdParams, RouteContext } from './context.js';

interface RuleQueryValues {
  readonly limit?: number;
  readonly cursor?: string;
  readonly pack?: string;
  readonly kind?: Rule['kind'];
  readonly technique?: string;
  readonly text?: string;
}

export function ruleRoutes({ app, parts, audit }: RouteContext): void {
  const { policy } = parts;

  app.get<{ Querystring: RuleQueryValues }>(
    '/rules',
    {
      schema: {
        summary: 'Loaded rules and profiles, as they stand in their files',
        querystring: RuleQuery,
        response: { 200: RulePage },
      },
    },
    async ({ query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, ...filter } = query;
      const all = rulesOf(policy).filter((rule) => fits(rule, filter));
      const page = pageOfArray(all, { limit, cursor }, ({ id, kind }) => `${kind}:${id}`);
      return pageShape(page, await withErrors(policy));
    },
  );

  app.get(
    '/rules/status',
    { schema: { summary: 'Version of the rules in force, and what did not load', response: { 200: RulesStatus } } },
    () => statusShape(policy.rules()),
  );

  app.get<{ Params: IdParams }>(
    '/rules/:id',
    { schema: { summary: 'One rule or profile', response: { 200: RuleShape } } },
    async ({ params }) => {
      const found = rulesOf(policy).find(({ id }) => id === params.id);
      if (found === undefined) throw notFound('This rule');
      const rule = (await withErrors(policy))(found);
      return rule.kind === 'sigma' ? { ...rule, text: (await policy.ruleText(rule)) ?? null } : rule;
    },
  );

  app.post(
    '/rules/reload',
    { schema: { summary: 'Read the packs again', response: { 200: RulesStatus } } },
    async (request, reply) => {
      const before = policy.rules().version;
      const status = statusShape(await policy.reloadRules());
      audit(request, {
        action: 'rules.reload',
        target: status.version,
        before: { version: before },
        after: { version: status.version, rules: status.rules, problems: status.problems.length },
      });
      return reply.send(status);
    },
  );
}

/** Without what went wrong with them. Made once for all pages: there are thousands, and a console asks for many pages in a row. */
const shapes = new WeakMap<RulesInForce, readonly Rule[]>();

function rulesOf(policy: PolicyDesk): readonly Rule[] {
  const inForce = policy.rules();
  let made = shapes.get(inForce);
  if (made === undefined) {
    made = [...inForce.rules.map(ruleShape), ...inForce.profiles.map(profileShape)].toSorted(byPlace);
    shapes.set(inForce, made);
  }
  return made;
}

/** @returns what adds to a rule how often it ended in an error, and how the last time */
async function withErrors(policy: PolicyDesk): Promise<(rule: Rule) => Rule> {
  const errors = new Map((await policy.ruleErrors()).map((entry) => [entry.rule, entry]));
  return (rule) => {
    const error = errors.get(rule.id);
    return error === undefined ? rule : { ...rule, errors: error.count, lastError: error.lastMessage };
  };
}

/** What belongs together stands together in its file; ids of Sigma rules are random numbers. */
function byPlace(a: Rule, b: Rule): number {
  return compare(a.pack, b.pack) || compare(a.file, b.file) || a.line - b.line || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fits(rule: Rule, { pack, kind, technique, text }: RuleQueryValues): boolean {
  if (kind !== undefined && rule.kind !== kind) return false;
  if (pack !== undefined && rule.pack !== pack) return false;
  if (technique !== undefined && !rule.techniques.some((id) => id === technique || id.startsWith(`${technique}.`)))
    return false;
  if (text === undefined) return true;
  const sought = text.toLowerCase();
  return [rule.id, rule.titles.en, rule.titles.zh, ...rule.conditions].some((field) =>
    field.toLowerCase().includes(sought),
  );
}

function ruleShape(rule: RuleView): Rule {
  return {
    id: rule.id,
    kind: rule.set,
    titles: { ...rule.title },
    descriptions: { ...rule.description },
    points: rule.points,
    shadow: rule.isShadow,
    level: rule.level ?? null,
    status: rule.status ?? null,
    techniques: [...rule.techniques],
    atLeast: 0,
    actions: [...rule.actions],
    conditions: [...rule.conditions],
    text: null,
    references: [...rule.references],
    falsePositives: rule.falsePositives.map((title) => ({ ...title })),
    author: rule.author,
    pack: rule.pack,
    file: rule.file,
    line: rule.line,
    errors: 0,
    lastError: null,
  };
}

function profileShape(profile: Profile): Rule {
  return {
    id: profile.id,
    kind: 'profile',
    titles: { ...profile.title },
    descriptions: { ...profile.description },
    points: profile.points,
    shadow: false,
    level: null,
    status: null,
    techniques: [...profile.techniques],
    atLeast: profile.atLeast,
    actions: [],
    conditions: [],
    text: null,
    references: [...profile.references],
    falsePositives: [],
    author: '',
    pack: profile.pack,
    file: profile.file,
    line: profile.line,
    errors: 0,
    lastError: null,
  };
}

function statusShape({ version, rules, profiles, packs, problems }: RulesInForce): RulesStatusBody {
  return {
    version,
    rules: rules.length,
    profiles: profiles.length,
    packs: [...packs],
    problems: problems.map(diagnosticShape),
  };
}

function diagnosticShape(diagnostic: EngineDiagnostic): Diagnostic {
  const { code, severity, message, file, line, column, rule, hint } = diagnostic;
  return {
    code,
    severity,
    message,
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    rule: rule ?? null,
    hint: hint ?? null,
  };
}

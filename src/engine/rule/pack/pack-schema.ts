/**
 * The form of a pack's files: one definition that checks them when they are loaded and, as JSON Schema in `rules/schema/`, completes and
 * checks them in an editor. What it cannot say (known techniques, expressions that compile) `rule-entry.ts` checks.
 */

import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ACTIONS } from '../../event/action.js';
import { RULE_PROFILES } from '../rule-profile.js';
import { SIGMA_LEVELS } from '../sigma/document.js';

export const POINTS_MAX = 10_000;

/** Characters of one expression of a rule. */
export const CONDITION_LENGTH_MAX = 20_000;

const closed = { additionalProperties: false } as const;

function text(description: string, maxLength: number) {
  return Type.String({ description, minLength: 1, maxLength });
}

/** Plain text counts for both languages, so that a pack in one language is easy to write. */
function title(description: string, maxLength: number) {
  return Type.Union(
    [
      Type.String({ minLength: 1, maxLength }),
      Type.Object(
        { en: Type.String({ minLength: 1, maxLength }), zh: Type.Optional(Type.String({ minLength: 1, maxLength })) },
        closed,
      ),
    ],
    { description: `${description} A text, or one for each language: {en: …, zh: …}.` },
  );
}

const Id = Type.String({
  description: 'Unique within the pack: lower-case words joined by hyphens.',
  pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  maxLength: 100,
});

const Points = Type.Integer({
  description: `Points, a whole number from 0 to ${POINTS_MAX}.`,
  minimum: 0,
  maximum: POINTS_MAX,
});

const Techniques = Type.Array(
  Type.String({ description: 'ATT&CK technique id: T1059 or T1059.001.', pattern: '^T\\d{4}(?:\\.\\d{3})?$' }),
  { description: 'ATT&CK technique ids.', maxItems: 200, uniqueItems: true },
);

const References = Type.Array(text('Where to read more: an address or a title.', 2_000), { maxItems: 50 });

export const SigmaSettingsSchema = Type.Object(
  {
    profiles: Type.Optional(
      Type.Array(Type.Union(RULE_PROFILES.map((profile) => Type.Literal(profile))), {
        description: 'Which rules are loaded: those that any of these profiles wants. Left out: all.',
        minItems: 1,
        maxItems: RULE_PROFILES.length,
        uniqueItems: true,
      }),
    ),
    points: Type.Optional(
      Type.Object(Object.fromEntries(SIGMA_LEVELS.map((level) => [level, Type.Optional(Points)])), {
        ...closed,
        description: 'What a rule of each level scores, once per chain.',
      }),
    ),
    rules: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 1_000 }),
        Type.Object(
          {
            points: Type.Optional(Points),
            shadow: Type.Optional(
              Type.Boolean({ description: 'true: its hits are counted and listed, and score nothing.' }),
            ),
            enabled: Type.Optional(
              Type.Boolean({ description: 'false: not loaded. true: loaded whatever the profiles say.' }),
            ),
          },
          closed,
        ),
        { description: 'Of single rules, by id.' },
      ),
    ),
    placeholders: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 200 }),
        Type.Array(Type.Union([Type.String({ maxLength: 5_000 }), Type.Number()]), { maxItems: 10_000 }),
        { description: 'What %name% stands for in values with the modifier expand, by name without the signs.' },
      ),
    ),
  },
  { ...closed, description: 'How the Sigma rules of the pack are taken.' },
);

export const ManifestSchema = Type.Object(
  {
    name: Type.String({
      description: 'Short name of the pack, as the folder is called.',
      pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$',
      maxLength: 100,
    }),
    version: Type.String({
      description: "Version in quotes: '1.0.0'.",
      pattern: '^\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?$',
      maxLength: 50,
    }),
    title: title('What the pack is called.', 200),
    description: Type.Optional(title('What the pack is for.', 5_000)),
    license: Type.Optional(text('SPDX expression, or the name of the licence.', 200)),
    author: Type.Optional(text('Who wrote it.', 200)),
    sigma: Type.Optional(SigmaSettingsSchema),
  },
  { ...closed, title: 'Chainsight rule pack', description: 'The manifest of a rule pack (pack.yml).' },
);

export const RuleSchema = Type.Object(
  {
    id: Id,
    title: title('What was seen, in a few words.', 200),
    description: Type.Optional(title('What it means and why it matters.', 5_000)),
    set: Type.Union([Type.Literal('ioa'), Type.Literal('technique')], {
      description:
        'ioa: the rule scores its points, and so does each of its techniques. technique: only its techniques score.',
    }),
    points: Points,
    techniques: Type.Optional(Techniques),
    actions: Type.Optional(
      Type.Array(Type.Union(ACTIONS.map((action) => Type.Literal(action))), {
        description: 'Kinds of events the rule is asked about; left out or empty: all.',
        maxItems: ACTIONS.length,
        uniqueItems: true,
      }),
    ),
    eventIds: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 65_535 }), {
        description:
          'Windows event ids the rule is asked about, for channels that no action stands for; left out or empty: all.',
        maxItems: 100,
        uniqueItems: true,
      }),
    ),
    conditions: Type.Array(text('An expression over the event.', CONDITION_LENGTH_MAX), {
      description: 'Expressions, any of which is enough.',
      minItems: 1,
      maxItems: 1_000,
    }),
    references: Type.Optional(References),
    falsePositives: Type.Optional(Type.Array(title('What harmless activity looks the same.', 2_000), { maxItems: 50 })),
    author: Type.Optional(text('Who wrote the rule, where it is not the author of the pack.', 200)),
  },
  { ...closed, description: 'A rule: conditions over one event.' },
);

export const ProfileSchema = Type.Object(
  {
    id: Id,
    title: title('The software or behaviour the profile stands for.', 200),
    description: Type.Optional(title('What it means and why it matters.', 5_000)),
    techniques: Type.Array(Techniques.items, { ...Techniques, minItems: 1 }),
    atLeast: Type.Integer({
      description: 'This many of the techniques in one chain reach the profile.',
      minimum: 1,
      maximum: 200,
    }),
    points: Points,
    references: Type.Optional(References),
  },
  { ...closed, description: 'A profile: several techniques in one chain.' },
);

export const RulesFileSchema = Type.Object(
  {
    rules: Type.Optional(Type.Array(RuleSchema, { maxItems: 10_000 })),
    profiles: Type.Optional(Type.Array(ProfileSchema, { maxItems: 1_000 })),
  },
  { ...closed, title: 'Chainsight rules', description: 'Rules and profiles of a pack.' },
);

export const CaseSchema = Type.Object(
  {
    name: text('Why this must match, or must not.', 500),
    event: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'For a rule: the fields of one event, as the sensor spells them, with `action` or `eventId`, and `channel`, `provider`, `host` where they matter.',
      }),
    ),
    techniques: Type.Optional(
      Type.Array(Techniques.items, { description: 'For a profile: the techniques seen in a chain.', maxItems: 200 }),
    ),
  },
  closed,
);

export const CaseListSchema = Type.Object(
  {
    match: Type.Optional(Type.Array(CaseSchema, { description: 'Each must match.', maxItems: 1_000 })),
    noMatch: Type.Optional(Type.Array(CaseSchema, { description: 'None may match.', maxItems: 1_000 })),
  },
  closed,
);

export const CasesFileSchema = Type.Record(Type.String({ pattern: Id.pattern! }), CaseListSchema, {
  ...closed,
  title: 'Chainsight rule cases',
  description: 'By rule or profile id: what must match and what must not.',
});

export type ManifestText = Static<typeof ManifestSchema>;
export type SigmaSettingsText = Static<typeof SigmaSettingsSchema>;
export type RuleText = Static<typeof RuleSchema>;
export type ProfileText = Static<typeof ProfileSchema>;
export type CaseText = Static<typeof CaseSchema>;
export type CaseListText = Static<typeof CaseListSchema>;
export type TitleText = string | { readonly en: string; readonly zh?: string };

/** File names in `rules/schema/` and what they hold; a test keeps them equal. */
export const EDITOR_SCHEMAS: Readonly<Record<string, TSchema>> = {
  'pack.schema.json': ManifestSchema,
  'rules.schema.json': RulesFileSchema,
  'cases.schema.json': CasesFileSchema,
};

/** JSON Schema text as it lies in `rules/schema/`, with a line end. */
export function editorSchema(name: string): string {
  const schema = EDITOR_SCHEMAS[name];
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`;
}

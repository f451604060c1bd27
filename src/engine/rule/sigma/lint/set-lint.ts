/** What is wrong between the documents of a set: the same id twice, references that lead nowhere or in a ring, filters without a rule. */

import type { Diagnostic } from '../../../base/diagnostic.js';
import { didYouMean } from '../../closest-word.js';
import type { SigmaCorrelation, SigmaDocument, SigmaFilter } from '../document.js';
import { excerpt } from '../read/faults.js';
import type { YamlPath } from '../read/yaml-places.js';
import { type SigmaCode, sigmaDiagnostic } from '../sigma-codes.js';
import { canHold } from './correlation-condition.js';
import type { DocumentPlaces } from './document-places.js';
import { coversLogSource, RuleReferences } from './rule-references.js';

export function lintBetween(documents: readonly SigmaDocument[], places: DocumentPlaces): readonly Diagnostic[] {
  const references = new RuleReferences(documents);
  const diagnostics: Diagnostic[] = [];
  const add = (document: SigmaDocument, code: SigmaCode, at: YamlPath, message: string, hint?: string): void => {
    const place = places.placeOf(document, at);
    diagnostics.push(sigmaDiagnostic(code, message, { file: document.file, place, rule: document.id, hint }));
  };
  lintDuplicates(documents, add);
  for (const document of documents) {
    if (document.kind === 'rule') continue;
    lintReferences(document, references, add);
    if (document.kind === 'filter') lintFilter(document, documents, references, add);
    else {
      lintAliases(document, references, add);
      lintCondition(document, add);
    }
  }
  lintCycles(documents, references, add);
  return diagnostics;
}

type Add = (document: SigmaDocument, code: SigmaCode, at: YamlPath, message: string, hint?: string) => void;

function lintDuplicates(documents: readonly SigmaDocument[], add: Add): void {
  const ids = new Map<string, SigmaDocument>();
  const names = new Map<string, SigmaDocument>();
  for (const document of documents) {
    const id = document.id.toLowerCase();
    const sameId = ids.get(id);
    if (sameId === undefined) ids.set(id, document);
    else {
      const message = `"${excerpt(document.id)}" is also the id of ${whereIs(sameId)}.`;
      add(document, 'SIGMA_ID_DUPLICATE', ['id'], message, 'Give one of them a new id.');
    }
    if (document.name === '') continue;
    const sameName = names.get(document.name);
    if (sameName === undefined) names.set(document.name, document);
    else if (sameId !== sameName) {
      const message = `"${excerpt(document.name)}" is also the name of ${whereIs(sameName)}.`;
      add(
        document,
        'SIGMA_NAME_DUPLICATE',
        ['name'],
        message,
        'References mean the first; give one of them a new name.',
      );
    }
  }
}

function whereIs({ title, file, line }: SigmaDocument): string {
  return `"${excerpt(title)}" (${file}:${line})`;
}

function lintReferences(document: SigmaCorrelation | SigmaFilter, references: RuleReferences, add: Add): void {
  if (document.rules === 'any') return;
  for (const [index, reference] of document.rules.entries()) {
    if (references.find(reference) !== undefined) continue;
    const hint = didYouMean(reference, references.names()) ?? 'Load the rule, or give it this id or name.';
    const message = `There is no rule "${excerpt(reference)}".`;
    add(document, 'SIGMA_RULE_UNKNOWN', [document.kind, 'rules', index], message, hint);
  }
}

function lintFilter(
  filter: SigmaFilter,
  documents: readonly SigmaDocument[],
  references: RuleReferences,
  add: Add,
): void {
  const named = filter.rules === 'any' ? documents : filter.rules.flatMap((rule) => references.find(rule) ?? []);
  const isUsed = named.some((rule) => rule.kind === 'rule' && coversLogSource(filter.logSource, rule.logSource));
  if (isUsed || (filter.rules !== 'any' && named.length === 0)) return;
  const message = 'No rule that the filter names has its log source.';
  add(
    filter,
    'SIGMA_FILTER_UNUSED',
    ['logsource'],
    message,
    'Write the log source of the rules, or leave parts of it out.',
  );
}

function lintAliases(correlation: SigmaCorrelation, references: RuleReferences, add: Add): void {
  const rules = new Set(correlation.rules.map((rule) => references.find(rule)));
  for (const [alias, fields] of correlation.aliases) {
    for (const rule of fields.keys()) {
      if (correlation.rules.includes(rule) || (references.find(rule) !== undefined && rules.has(references.find(rule))))
        continue;
      const message = `The alias "${excerpt(alias)}" names "${excerpt(rule)}", which the correlation does not refer to.`;
      add(
        correlation,
        'SIGMA_ALIAS_UNKNOWN',
        ['correlation', 'aliases', alias, rule],
        message,
        'Name a rule of "rules".',
      );
    }
  }
}

function lintCondition(correlation: SigmaCorrelation, add: Add): void {
  if (canHold(correlation)) return;
  add(
    correlation,
    'SIGMA_CONDITION_IMPOSSIBLE',
    ['correlation', 'condition'],
    'No number fulfils the condition of the correlation.',
    'All comparisons must hold, and only an event asks: there is always at least one.',
  );
}

/** Reports every correlation that a way of references leads back to. No recursion: the chain may be as long as the set. */
function lintCycles(documents: readonly SigmaDocument[], references: RuleReferences, add: Add): void {
  const open = new Map<SigmaDocument, number>();
  const done = new Set<SigmaDocument>();
  for (const root of documents) {
    if (root.kind !== 'correlation' || done.has(root)) continue;
    const path: SigmaCorrelation[] = [root];
    open.set(root, 0);
    while (path.length > 0) {
      const current = path.at(-1)!;
      const step = open.get(current)!;
      const reference = current.rules[step];
      if (reference === undefined) {
        open.delete(current);
        done.add(current);
        path.pop();
        continue;
      }
      open.set(current, step + 1);
      const next = references.find(reference);
      if (next?.kind !== 'correlation' || done.has(next)) continue;
      if (!open.has(next)) {
        open.set(next, 0);
        path.push(next);
        continue;
      }
      const ring = path.slice(path.indexOf(next)).map(({ title }) => `"${excerpt(title)}"`);
      const shownRing = ring.length > 5 ? [...ring.slice(0, 5), '…'] : ring;
      const message = `The correlation depends on itself: ${[...shownRing, ring[0]].join(' → ')}.`;
      add(
        current,
        'SIGMA_CORRELATION_CYCLE',
        ['correlation', 'rules', step],
        message,
        'Take one of the references out.',
      );
    }
  }
}

/**
 * Lint over all documents of a set: what no single document shows, and what would slow down reading. Only warnings, but for references that
 * lead nowhere or in a ring.
 */

import type { Diagnostic } from '../../../base/diagnostic.js';
import type { SigmaDocument, SigmaFilter, SigmaRule } from '../document.js';
import { sigmaDiagnostic } from '../sigma-codes.js';
import { complainOfCondition } from './condition-lint.js';
import { DocumentPlaces } from './document-places.js';
import { lintBetween } from './set-lint.js';
import { complainOfFields, complainOfSource } from './source-lint.js';

/**
 * @param textOf  the text of a document's file, so that lines can be named; without it the document's first line is
 * @returns in the order of the documents, and of the lines within a file
 */
export function lintSigmaSet(
  documents: readonly SigmaDocument[],
  textOf: (file: string) => string | undefined = () => undefined,
): readonly Diagnostic[] {
  const places = new DocumentPlaces(textOf);
  const order = new Map<string, number>();
  for (const { file } of documents) if (!order.has(file)) order.set(file, order.size);
  const own = documents.flatMap((document) => (document.kind === 'correlation' ? [] : lintDocument(document, places)));
  return [...lintBetween(documents, places), ...own].sort(
    (a, b) =>
      (order.get(a.file ?? '') ?? 0) - (order.get(b.file ?? '') ?? 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

function lintDocument(document: SigmaRule | SigmaFilter, places: DocumentPlaces): readonly Diagnostic[] {
  const { file, id: rule } = document;
  const detection = document.kind === 'rule' ? 'detection' : 'filter';
  const diagnostics: Diagnostic[] = [];
  const source = complainOfSource(document.logSource);
  if (source !== undefined) {
    const place = places.placeOf(document, ['logsource']);
    diagnostics.push(sigmaDiagnostic(source.code, source.message, { file, rule, place, hint: source.hint }));
  }
  for (const { code, message, hint, selection, field } of complainOfFields(document)) {
    const place = places.placeOfField(document, [detection, selection], field);
    diagnostics.push(sigmaDiagnostic(code, message, { file, rule, place, hint }));
  }
  const complaint = complainOfCondition(document);
  if (complaint !== undefined) {
    const place = places.placeOf(document, [detection, 'condition']);
    diagnostics.push(
      complaint === 'impossible'
        ? sigmaDiagnostic('SIGMA_CONDITION_IMPOSSIBLE', 'No event can fulfil the condition.', {
            ...{ file, rule, place },
            hint: 'Some of its selections exclude each other.',
          })
        : sigmaDiagnostic('SIGMA_CONDITION_ALWAYS', 'Every event of the log source fulfils the condition.', {
            ...{ file, rule, place },
            hint: 'Check what is negated.',
          }),
    );
  }
  return diagnostics;
}

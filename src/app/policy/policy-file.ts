/** The policy file of `--policy`: thresholds, lists and exceptions as YAML. Every fault is reported with its line; a faulty file changes nothing. */

import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { fail, ok, type Result } from '../../engine/base/result.js';
import { DEFAULT_POLICY, type PolicyLists } from '../../engine/policy.js';
import {
  addLines,
  BOUNDED,
  FAULTS_MAX,
  repeatedKey,
  shortened,
  tooDeepOffset,
} from '../../engine/rule/pack/yaml-bounds.js';
import type { Exception, ExceptionScope } from '../../engine/score/exception.js';

const SCOPES: readonly ExceptionScope[] = ['hash', 'path', 'commandLine', 'user', 'host', 'rule', 'ancestor'];
const TEXT_MAX = 1_000_000;

/** Keys: `threshold`, `hits`, `rootImages`, `skipImages`, `skipHashes`, `exceptions`; what is left out keeps its default. */
export function parsePolicy(text: string, file: string): Result<PolicyLists, readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const lines = new LineCounter();
  const report = (message: string, node: Node | null | undefined, hint?: string): void => {
    const offset = node?.range?.[0];
    const place = offset === undefined ? undefined : lines.linePos(offset);
    diagnostics.push({
      code: 'POLICY_INVALID',
      severity: 'error',
      message,
      file,
      line: place?.line,
      column: place?.col,
      hint,
    });
  };
  if (text.length > TEXT_MAX) {
    report(`The policy file is longer than ${TEXT_MAX} characters.`, undefined);
    return fail(diagnostics);
  }
  addLines(lines, text);
  const notYaml = (message: string, offset: number): void => {
    const { line, col: column } = lines.linePos(offset);
    diagnostics.push({ code: 'POLICY_NOT_YAML', severity: 'error', message, file, line, column });
  };
  const tooDeep = tooDeepOffset(text);
  if (tooDeep !== undefined) {
    notYaml('Collections are nested too deep here.', tooDeep);
    return fail(diagnostics);
  }
  const document = parseDocument(text, { ...BOUNDED, schema: 'core' });
  for (const error of document.errors.slice(0, FAULTS_MAX)) notYaml(shortened(error.message), error.pos[0]);
  if (diagnostics.length > 0) return fail(diagnostics);
  const repeated = repeatedKey(document);
  if (repeated !== undefined) {
    notYaml(`${JSON.stringify(shortened(String(repeated.value)))} is there twice.`, repeated.range?.[0] ?? 0);
    return fail(diagnostics);
  }
  const root = document.contents;
  if (root === null) return ok(DEFAULT_POLICY);
  if (!isMap(root)) {
    report('A policy file is a map of settings.', root as Node);
    return fail(diagnostics);
  }
  const policy: { -readonly [Key in keyof PolicyLists]: PolicyLists[Key] } = { ...DEFAULT_POLICY };
  for (const pair of root.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const value = pair.value;
    switch (key) {
      case 'threshold': {
        const number = isScalar(value) ? value.value : undefined;
        if (typeof number === 'number' && Number.isFinite(number) && number > 0) policy.threshold = number;
        else report('`threshold` is a number above 0.', value);
        break;
      }
      case 'hits': {
        const word = isScalar(value) ? value.value : undefined;
        if (word === 'all' || word === 'first') policy.hits = word;
        else report('`hits` is `all` or `first`.', value);
        break;
      }
      case 'rootImages':
      case 'skipImages':
      case 'skipHashes':
        policy[key] = textList(key, value, report);
        break;
      case 'exceptions':
        policy.exceptions = exceptionList(value, report);
        break;
      default:
        report(
          `Unknown setting ${JSON.stringify(shortened(key))}.`,
          pair.key,
          'known are threshold, hits, rootImages, skipImages, skipHashes, exceptions',
        );
    }
  }
  return diagnostics.length > 0 ? fail(diagnostics) : ok(policy);
}

type Report = (message: string, node: Node | null | undefined, hint?: string) => void;

function textList(key: string, node: Node | null, report: Report): string[] {
  if (!isSeq(node)) {
    report(`\`${key}\` is a list of texts.`, node);
    return [];
  }
  const texts: string[] = [];
  for (const item of node.items as Node[]) {
    if (isScalar(item) && typeof item.value === 'string' && item.value !== '') texts.push(item.value.toLowerCase());
    else report(`Each entry of \`${key}\` is a text.`, item);
  }
  return texts;
}

function exceptionList(node: Node | null, report: Report): Exception[] {
  if (!isSeq(node)) {
    report('`exceptions` is a list.', node);
    return [];
  }
  const exceptions: Exception[] = [];
  const ids = new Set<string>();
  for (const item of node.items as Node[]) {
    if (!isMap(item)) {
      report('An exception is a map with id, scope, value and reason.', item);
      continue;
    }
    const text = (key: string): string | undefined => {
      const value = item.get(key);
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    };
    const [id, scope, value, reason] = [text('id'), text('scope'), text('value'), text('reason')];
    if (id === undefined || value === undefined || reason === undefined || value === '')
      report('An exception needs id, scope, value and reason.', item);
    else if (!SCOPES.includes(scope as ExceptionScope))
      report(`Unknown scope ${JSON.stringify(shortened(scope ?? ''))}.`, item, `known are ${SCOPES.join(', ')}`);
    else if (ids.has(id)) report(`The id ${JSON.stringify(shortened(id))} is used twice.`, item);
    else {
      const expires = text('expires');
      const expiresMs = expires === undefined ? undefined : Date.parse(expires);
      if (expiresMs !== undefined && Number.isNaN(expiresMs)) {
        report('`expires` is a date such as 2027-03-01.', item);
        continue;
      }
      ids.add(id);
      exceptions.push({
        id,
        scope: scope as ExceptionScope,
        value,
        reason,
        author: text('author') ?? '',
        createdMs: 0,
        host: text('host'),
        rule: text('rule'),
        expiresMs,
      });
    }
  }
  return exceptions;
}

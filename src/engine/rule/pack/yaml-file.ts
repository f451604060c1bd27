/**
 * Reads one YAML file into plain values that remember where each stood. Bounded on hostile input: nesting is counted on tokens before the
 * recursive parser sees it, aliases are expanded within a budget, and duplicate keys are found in linear time (the library's own check
 * compares every pair: 8,000 keys took two seconds).
 */

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Document } from 'yaml';
import type { Diagnostic } from '../../base/diagnostic.js';
import { type Place, ruleDiagnostic } from '../diagnostic-codes.js';
import { PACK_LIMITS, type PackFile } from './pack-file.js';
import { addLines, BOUNDED, FAULTS_MAX, shortened, tooDeepOffset } from './yaml-bounds.js';
import { sourceOffset } from './yaml-scalar.js';

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  readonly path: string;
  /** Plain values; maps have no prototype, so any key is just a key. `undefined` for an empty file. */
  readonly value: unknown;
  /** Where the value at the path stands, or the nearest thing around it. */
  placeOf(path: YamlPath): Place;
  /** Where the key of a map entry stands. */
  placeOfKey(path: YamlPath): Place;
  /** Where a character of a text stands: `offset` is in UTF-16 units of the value. */
  placeInText(path: YamlPath, offset: number): Place;
}

/** Values after aliases are expanded; no rule file of the size allowed comes near without aliases. */
const VALUES_MAX = 500_000;

export interface YamlReading {
  /** Missing where nothing of it could be used. */
  readonly file?: YamlFile;
  readonly diagnostics: readonly Diagnostic[];
}

export function readYaml(file: PackFile): YamlReading {
  const { path, text } = file;
  const reject = (diagnostic: Diagnostic) => ({ diagnostics: [diagnostic] });
  if (text.length > PACK_LIMITS.fileLength) {
    return reject(
      ruleDiagnostic(
        'PACK_TOO_LARGE',
        `The file has ${text.length} characters; ${PACK_LIMITS.fileLength} are allowed.`,
        {
          file: path,
          hint: 'Split it into several files.',
        },
      ),
    );
  }
  const lines = new LineCounter();
  addLines(lines, text);
  const tooDeep = tooDeepOffset(text);
  if (tooDeep !== undefined) {
    return reject(
      ruleDiagnostic('PACK_YAML_TOO_DEEP', 'Collections are nested too deep here.', {
        file: path,
        place: placeAt(lines, tooDeep),
      }),
    );
  }
  const document = parseDocument(text, BOUNDED);
  const faults = document.errors.concat(document.warnings as never[]).slice(0, FAULTS_MAX);
  if (faults.length > 0) {
    return {
      diagnostics: faults.map((fault) =>
        ruleDiagnostic('PACK_YAML_INVALID', sentence(shortened(fault.message)), {
          file: path,
          place: placeAt(lines, fault.pos[0]),
        }),
      ),
    };
  }
  const reader = new ValueReader(path, lines);
  const value = document.contents === null ? undefined : reader.read(document.contents as Node);
  if (reader.diagnostics.length > 0) return { diagnostics: reader.diagnostics };
  return { file: new PlacedYaml(path, text, value, document, lines, reader.targets), diagnostics: [] };
}

class ValueReader {
  readonly diagnostics: Diagnostic[] = [];
  /** What each alias stands for. The library's own look-up walks the whole document for each. */
  readonly targets = new Map<Node, Node>();
  readonly #anchors = new Map<string, Node>();
  readonly #path: string;
  readonly #lines: LineCounter;
  #budget = VALUES_MAX;
  /** Collections being read, so that an alias inside of what it stands for is noticed. */
  readonly #open = new Set<Node>();

  constructor(path: string, lines: LineCounter) {
    this.#path = path;
    this.#lines = lines;
  }

  read(node: Node | null | undefined): unknown {
    if (node === null || node === undefined || this.diagnostics.length >= FAULTS_MAX) return null;
    if (this.#budget-- <= 0) return this.#fault('PACK_YAML_EXPANDS', 'Aliases stand for too much here.', node);
    if (isAlias(node)) {
      // Every alias is met in the order of the file before it is met again inside of something expanded, so the first answer holds.
      const target = this.targets.get(node) ?? this.#anchors.get(node.source);
      if (target === undefined)
        return this.#fault('PACK_YAML_INVALID', `There is no anchor "&${node.source}" before this alias.`, node);
      if (this.#open.has(target))
        return this.#fault('PACK_YAML_EXPANDS', `"*${node.source}" stands inside of what it stands for.`, node);
      this.targets.set(node, target);
      return this.read(target);
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return typeof node.value === 'bigint' ? String(node.value) : node.value;
    this.#open.add(node);
    const value = isSeq(node)
      ? node.items.map((item) => this.read(item as Node))
      : isMap(node)
        ? this.#readMap(node.items)
        : undefined;
    this.#open.delete(node);
    return value;
  }

  #readMap(items: readonly { key: unknown; value?: unknown }[]): Record<string, unknown> {
    const map = Object.create(null) as Record<string, unknown>;
    for (const item of items) {
      const key = item.key as Node | null;
      if (!isScalar(key) || typeof key.value === 'object') {
        this.#fault('PACK_YAML_INVALID', 'A key must be a text.', key ?? undefined);
        continue;
      }
      const name = String(key.value);
      if (Object.hasOwn(map, name)) this.#fault('PACK_YAML_INVALID', `The key "${name}" is there twice.`, key);
      map[name] = this.read(item.value as Node | null);
    }
    return map;
  }

  #fault(code: 'PACK_YAML_INVALID' | 'PACK_YAML_EXPANDS', message: string, node: Node | undefined): undefined {
    if (this.diagnostics.length < FAULTS_MAX) {
      const place = node?.range ? placeAt(this.#lines, node.range[0]) : undefined;
      this.diagnostics.push(ruleDiagnostic(code, message, { file: this.#path, place }));
    }
    return undefined;
  }
}

class PlacedYaml implements YamlFile {
  readonly path: string;
  readonly value: unknown;
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Node, Node>;

  constructor(
    path: string,
    text: string,
    value: unknown,
    document: Document,
    lines: LineCounter,
    targets: ReadonlyMap<Node, Node>,
  ) {
    this.path = path;
    this.value = value;
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
    this.#targets = targets;
  }

  placeOf(path: YamlPath): Place {
    return placeAt(this.#lines, this.#nearest(path)?.range?.[0] ?? 0);
  }

  placeOfKey(path: YamlPath): Place {
    const parent = this.#nearest(path.slice(0, -1));
    const key = isMap(parent) ? entryOf(parent.items, path.at(-1))?.key : undefined;
    return placeAt(this.#lines, (isScalar(key) ? key.range?.[0] : undefined) ?? parent?.range?.[0] ?? 0);
  }

  placeInText(path: YamlPath, offset: number): Place {
    const node = this.#nearest(path);
    const start = node?.range?.[0] ?? 0;
    return placeAt(this.#lines, isScalar(node) ? sourceOffset(this.#text, node, offset) : start);
  }

  /** `undefined` for an empty file only. */
  #nearest(path: YamlPath): Node | undefined {
    let node = (this.#document.contents ?? undefined) as Node | undefined;
    if (node === undefined) return undefined;
    for (const step of path) {
      const inside = this.#targets.get(node) ?? node;
      const child = isMap(inside)
        ? entryOf(inside.items, step)?.value
        : isSeq(inside) && typeof step === 'number'
          ? inside.items[step]
          : undefined;
      if (child === undefined || child === null) return node;
      node = child as Node;
    }
    return node;
  }
}

function entryOf(items: readonly { key: unknown; value?: unknown }[], name: string | number | undefined) {
  return items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

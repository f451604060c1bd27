/**
 * Files of a pack that need not be parsed again in the next process: their values are kept with the places that were asked for, with what was found of
 * their conditions, and with which entries have a right shape. A place that was not is found by parsing the text after all, so whoever is wrong about
 * what will be asked loses time alone.
 */

import type { Place } from '../diagnostic-codes.js';
import { type Expression, type KnownExpression, knownExpression } from '../expression/index.js';
import type { ConditionFault } from './condition-check.js';
import type { PackFile } from './pack-file.js';
import { readYaml, type YamlFile, type YamlPath, type YamlReading } from './yaml-file.js';

export interface NotedFile extends YamlFile {
  /** That compile, by the condition's text and all else that is looked at with it. */
  readonly conditions: Map<string, NotedCondition>;
  /** Paths of the entries in whose shape nothing is wrong. */
  readonly rightShapes: Set<string>;
}

export interface NotedReading extends YamlReading {
  readonly file?: NotedFile;
}

export interface NotedCondition {
  readonly expression: Expression;
  readonly faults: readonly ConditionFault[];
}

/** Plain data. */
export interface StoredYaml {
  readonly value: unknown;
  /** By what was asked. */
  readonly places: ReadonlyMap<string, Place>;
  readonly conditions: readonly StoredCondition[];
  readonly rightShapes: readonly string[];
}

interface StoredCondition {
  readonly key: string;
  readonly expression: KnownExpression;
  readonly faults: readonly ConditionFault[];
}

const noted = new WeakMap<PackFile, NotedYaml>();

/** As `readYaml`, and remembers for `storedYaml` what was read of the file. */
export function readNotedYaml(file: PackFile): NotedReading {
  const known = noted.get(file);
  if (known !== undefined) return { file: known, diagnostics: [] };
  const reading = readYaml(file);
  if (reading.file === undefined) return { diagnostics: reading.diagnostics };
  const yaml = new NotedYaml(file, reading.file.value, new Map(), new Map(), new Set(), reading.file);
  noted.set(file, yaml);
  return { ...reading, file: yaml };
}

/** @returns `undefined` for files that were not read, or of which nothing could be used */
export function storedYaml(file: PackFile): StoredYaml | undefined {
  const yaml = noted.get(file);
  if (yaml === undefined) return undefined;
  const { value, places, conditions, rightShapes } = yaml;
  return { value, places, conditions: [...conditions].map(storedCondition), rightShapes: [...rightShapes] };
}

function storedCondition([key, { expression, faults }]: [string, NotedCondition]): StoredCondition {
  const { text, fields, requirements } = expression;
  return { key, expression: { text, fields, requirements }, faults };
}

export function restoreYaml(file: PackFile, { value, places, conditions, rightShapes }: StoredYaml): void {
  const known = conditions.map(({ key, expression, faults }): [string, NotedCondition] => [
    key,
    { expression: knownExpression(expression), faults },
  ]);
  const whole = withoutPrototypes(value);
  noted.set(file, new NotedYaml(file, whole, new Map(places), new Map(known), new Set(rightShapes), undefined));
}

/** No more places will be asked for, as far as is known: what was parsed of the files goes, which weighs twelve times their text. */
export function closeYaml(files: readonly PackFile[]): void {
  for (const file of files) noted.get(file)?.close();
}

class NotedYaml implements NotedFile {
  readonly path: string;

  constructor(
    private readonly file: PackFile,
    readonly value: unknown,
    readonly places: Map<string, Place>,
    readonly conditions: Map<string, NotedCondition>,
    readonly rightShapes: Set<string>,
    private parsed: YamlFile | undefined,
  ) {
    this.path = file.path;
  }

  placeOf(path: YamlPath): Place {
    return this.#noted(`value ${JSON.stringify(path)}`, (yaml) => yaml.placeOf(path));
  }

  placeOfKey(path: YamlPath): Place {
    return this.#noted(`key ${JSON.stringify(path)}`, (yaml) => yaml.placeOfKey(path));
  }

  placeInText(path: YamlPath, offset: number): Place {
    return this.#noted(`text ${offset} ${JSON.stringify(path)}`, (yaml) => yaml.placeInText(path, offset));
  }

  #noted(question: string, ask: (yaml: YamlFile) => Place): Place {
    let place = this.places.get(question);
    if (place === undefined) {
      this.parsed ??= readYaml(this.file).file!;
      place = ask(this.parsed);
      this.places.set(question, place);
    }
    return place;
  }

  close(): void {
    this.parsed = undefined;
  }
}

/** Plain data come back with prototypes, which the maps of a file must not have. */
function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  const map = Object.create(null) as Record<string, unknown>;
  for (const [name, inside] of Object.entries(value)) map[name] = withoutPrototypes(inside);
  return map;
}

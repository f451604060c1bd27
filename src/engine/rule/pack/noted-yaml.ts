/**
 * Files of a pack that need not be parsed again in the next process: their values are kept with the places that were asked for. A place that was not
 * is found by parsing the text after all, so whoever is wrong about what will be asked loses time alone.
 */

import type { Place } from '../diagnostic-codes.js';
import type { PackFile } from './pack-file.js';
import { readYaml, type YamlFile, type YamlPath, type YamlReading } from './yaml-file.js';

/** Plain data. */
export interface StoredYaml {
  readonly value: unknown;
  /** By what was asked. */
  readonly places: ReadonlyMap<string, Place>;
}

const noted = new WeakMap<PackFile, NotedYaml>();

/** As `readYaml`, and remembers for `storedYaml` what was read of the file. */
export function readNotedYaml(file: PackFile): YamlReading {
  const known = noted.get(file);
  if (known !== undefined) return { file: known, diagnostics: [] };
  const reading = readYaml(file);
  if (reading.file === undefined) return reading;
  const yaml = new NotedYaml(file, reading.file.value, new Map(), reading.file);
  noted.set(file, yaml);
  return { ...reading, file: yaml };
}

/** @returns `undefined` for files that were not read, or of which nothing could be used */
export function storedYaml(file: PackFile): StoredYaml | undefined {
  const yaml = noted.get(file);
  return yaml && { value: yaml.value, places: yaml.places };
}

export function restoreYaml(file: PackFile, { value, places }: StoredYaml): void {
  noted.set(file, new NotedYaml(file, withoutPrototypes(value), new Map(places), undefined));
}

/** No more places will be asked for, as far as is known: what was parsed of the files goes, which weighs twelve times their text. */
export function closeYaml(files: readonly PackFile[]): void {
  for (const file of files) noted.get(file)?.close();
}

class NotedYaml implements YamlFile {
  readonly path: string;

  constructor(
    private readonly file: PackFile,
    readonly value: unknown,
    readonly places: Map<string, Place>,
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

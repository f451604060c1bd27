/** Where a part of a document stands, for lint that sees documents and not their files. The file is read again, once something is to be said. */

import type { Place } from '../../diagnostic-codes.js';
import type { SigmaHeader } from '../document.js';
import { isList, isMap, readYamlDocuments, type YamlDocuments, type YamlValue } from '../read/yaml.js';
import type { YamlPath } from '../read/yaml-places.js';

export class DocumentPlaces {
  readonly #textOf: (file: string) => string | undefined;
  readonly #files = new Map<string, PlacedFile | undefined>();

  constructor(textOf: (file: string) => string | undefined) {
    this.#textOf = textOf;
  }

  /** The document's first line where its file is not at hand. */
  placeOf(document: SigmaHeader, path: YamlPath): Place {
    return this.#in(document, (yaml, index) => yaml.places.placeOf(index, path));
  }

  /** The first key of the selection that is for the field, whatever its modifiers. */
  placeOfField(document: SigmaHeader, selection: YamlPath, field: string): Place {
    return this.#in(document, (yaml, index) => {
      const path = pathToField(valueAt(yaml.values[index], selection), field);
      return yaml.places.placeOfKey(index, [...selection, ...(path ?? [])]);
    });
  }

  #in(document: SigmaHeader, find: (yaml: YamlDocuments, index: number) => Place): Place {
    const fallback = { line: document.line, column: 1 };
    const file = this.#file(document.file);
    const index = file?.indexOfLine.get(document.line);
    return file === undefined || index === undefined ? fallback : find(file.yaml, index);
  }

  #file(file: string): PlacedFile | undefined {
    if (!this.#files.has(file)) this.#files.set(file, placedFile(file, this.#textOf(file)));
    return this.#files.get(file);
  }
}

interface PlacedFile {
  readonly yaml: YamlDocuments;
  /** Of the document that begins on the line. */
  readonly indexOfLine: ReadonlyMap<number, number>;
}

function placedFile(path: string, text: string | undefined): PlacedFile | undefined {
  const yaml = text === undefined ? undefined : readYamlDocuments({ path, text });
  if (yaml === undefined || 'code' in yaml) return undefined;
  const indexOfLine = new Map<number, number>();
  for (const [index, value] of yaml.values.entries()) {
    if (isMap(value)) indexOfLine.set(yaml.places.placeOf(index, []).line, index);
  }
  return { yaml, indexOfLine };
}

function valueAt(value: YamlValue | undefined, path: YamlPath): YamlValue | undefined {
  let at = value;
  for (const step of path) at = isMap(at) ? at.get(String(step)) : isList(at) ? at[Number(step)] : undefined;
  return at;
}

function pathToField(selection: YamlValue | undefined, field: string): YamlPath | undefined {
  if (isMap(selection)) {
    const key = [...selection.keys()].find((each) => each === field || each.startsWith(`${field}|`));
    return key === undefined ? undefined : [key];
  }
  if (!isList(selection)) return undefined;
  for (const [index, item] of selection.entries()) {
    const inside = isMap(item) ? pathToField(item, field) : undefined;
    if (inside !== undefined) return [index, ...inside];
  }
  return undefined;
}

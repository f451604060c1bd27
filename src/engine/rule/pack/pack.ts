/**
 * Loads a pack: a folder of YAML files as they were read. Everything wrong is reported with its place; what is right loads all the same:
 * a bad rule never silences its neighbours. Format: docs/reference/rule-format.md.
 */

import type { Diagnostic } from '../../base/diagnostic.js';
import type { Title } from '../../base/title.js';
import { didYouMean } from '../closest-word.js';
import { type Place, ruleDiagnostic } from '../diagnostic-codes.js';
import type { Profile, Rule } from '../rule.js';
import type { RuleProfile } from '../rule-profile.js';
import type { SigmaCorrelation, SigmaDocument, SigmaFilter, SigmaRule } from '../sigma/document.js';
import { type CaseList, readCases } from './cases-file.js';
import { PACK_LIMITS, type PackFile, packFileKind } from './pack-file.js';
import { closeYaml, type NotedFile, readNotedYaml } from './noted-yaml.js';
import { ManifestSchema, type ManifestText, RulesFileSchema, type SigmaSettingsText } from './pack-schema.js';
import { bilingual, type Entry, type EntryContext, readProfile, readRule, type TechniqueFact } from './rule-entry.js';
import { checkShape } from './shape.js';
import { isRulesText, isSigmaFile, readSigma, sigmaRule } from './sigma-file.js';
import { rightSettings, type SigmaSettings, sigmaSettings, termsOf } from './sigma-settings.js';
import type { YamlFile } from './yaml-file.js';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly title: Title;
  readonly description: Title;
  readonly license: string;
  readonly author: string;
  /** Path of its file; `undefined` where there is none. */
  readonly file: string | undefined;
}

export interface Pack {
  readonly manifest: Manifest;
  /** In the order of the files' paths, and within a file as written. */
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  /** Sigma filters, to be applied to the rules of all packs: `assemblePacks`. */
  readonly filters: readonly SigmaFilter[];
  /** All Sigma documents that were read, left-out ones too, for the lint that looks at them together. */
  readonly documents: readonly SigmaDocument[];
  /** Ids of the Sigma rules that are right and yet not loaded: no profile that was asked for wants them, or the manifest switches them off. */
  readonly leftOut: readonly string[];
  /** What `rules test` runs; by rule or profile id. Empty where they were not asked for. */
  readonly cases: readonly CaseList[];
  /** Everything found, in the order of the files. A rule is missing from `rules` if one of them is an error about it. */
  readonly diagnostics: readonly Diagnostic[];
  /** Entries there were, those kept out included. */
  readonly ruleCount: number;
  readonly profileCount: number;
}

export interface PackOptions {
  /** What ATT&CK knows of a technique: `techniqueById` of `engine/attack`. */
  readonly technique: (id: string) => TechniqueFact | undefined;
  /** Name of a pack without a manifest; its folder's name. */
  readonly name?: string;
  /** Read and check the files of cases as well: for those who write rules. Others would wait a third longer for nothing. */
  readonly withCases?: boolean;
  /** Which Sigma rules to load, in place of what the manifest says. */
  readonly ruleProfiles?: readonly RuleProfile[] | undefined;
}

/** Pure: the same files give the same pack, in whatever order they come. */
export function loadPack(files: readonly PackFile[], options: PackOptions): Pack {
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const tooLarge = checkSize(ordered, options.name);
  if (tooLarge !== undefined) return emptyPack(options.name ?? '', [tooLarge]);

  const diagnostics: Diagnostic[] = [];
  const hasManifestFile = ordered.some(({ path }) => packFileKind(path) === 'manifest');
  const sorted = sortFiles(ordered, hasManifestFile, options);
  const readAll = (wanted: readonly PackFile[]): readonly NotedFile[] =>
    wanted.flatMap((file) => {
      const result = readNotedYaml(file);
      diagnostics.push(...result.diagnostics);
      return result.file ?? [];
    });
  const isSigmaAlone = sorted.sigma.length > 0 && sorted.rules.length === 0;
  const read = readManifest(readAll(sorted.manifests), options, diagnostics);
  if (!hasManifestFile && !isSigmaAlone) diagnostics.push(manifestMissing(ordered));
  diagnostics.push(...sorted.foreign.map(foreignFile));
  const loader = new RuleLoader(options, read, diagnostics);
  for (const yaml of readAll(sorted.rules)) loader.addFile(yaml);
  const settings = sigmaSettings(read.sigma, options.ruleProfiles);
  loader.addSigma(sorted.sigma, settings);
  const cases = readAll(sorted.cases).flatMap((yaml) => readCases(yaml, loader.known, diagnostics));
  closeYaml(ordered);
  return {
    manifest: read.manifest,
    rules: loader.rules,
    profiles: loader.profiles,
    filters: loader.filters,
    documents: loader.documents,
    leftOut: loader.leftOut,
    cases,
    diagnostics: diagnostics.sort(byPlace),
    ...loader.counts,
  };
}

interface SortedFiles {
  readonly manifests: readonly PackFile[];
  readonly rules: readonly PackFile[];
  readonly sigma: readonly PackFile[];
  readonly cases: readonly PackFile[];
  /** YAML of something else, as collections of Sigma rules hold it: descriptions of tests, settings of tools. */
  readonly foreign: readonly PackFile[];
}

function sortFiles(files: readonly PackFile[], hasManifestFile: boolean, options: PackOptions): SortedFiles {
  const ofKind = (kind: string): readonly PackFile[] => files.filter(({ path }) => packFileKind(path) === kind);
  const rules: PackFile[] = [];
  const sigma: PackFile[] = [];
  for (const file of ofKind('rules')) (isSigmaFile(file) ? sigma : rules).push(file);
  const mayBeForeign = !hasManifestFile && sigma.length > 0;
  return {
    manifests: ofKind('manifest').slice(0, 1),
    rules: mayBeForeign ? rules.filter(({ text }) => isRulesText(text)) : rules,
    sigma,
    cases: options.withCases === true ? ofKind('cases') : [],
    foreign: mayBeForeign ? rules.filter(({ text }) => !isRulesText(text)) : [],
  };
}

class RuleLoader {
  readonly rules: Rule[] = [];
  readonly profiles: Profile[] = [];
  readonly filters: SigmaFilter[] = [];
  readonly documents: SigmaDocument[] = [];
  readonly leftOut: string[] = [];
  /** Ids that the files name, with what they are; those kept out by an error included, so that their cases are no second fault. */
  readonly known = new Map<string, 'rule' | 'profile'>();
  readonly counts = { ruleCount: 0, profileCount: 0 };
  readonly #options: PackOptions;
  readonly #manifest: Manifest;
  readonly #manifestFile: YamlFile | undefined;
  readonly #isBilingual: boolean;
  readonly #diagnostics: Diagnostic[];

  constructor(options: PackOptions, { manifest, manifestFile, isBilingual }: ReadManifest, diagnostics: Diagnostic[]) {
    this.#options = options;
    this.#manifest = manifest;
    this.#manifestFile = manifestFile;
    this.#isBilingual = isBilingual;
    this.#diagnostics = diagnostics;
  }

  addFile(yaml: NotedFile): void {
    if (yaml.value === undefined || yaml.value === null) return;
    // Entries are checked one by one below; here only the frame around them, so that one bad entry does not spoil the file.
    const frame = framed(yaml.value);
    this.#diagnostics.push(...checkShape(RulesFileSchema, frame, yaml, []));
    for (const kind of ['rules', 'profiles'] as const) {
      const entries = ownValue(yaml.value, kind);
      if (!Array.isArray(entries)) continue;
      for (const [index, value] of entries.entries()) this.#addEntry(kind, value, yaml, index);
    }
  }

  addSigma(files: readonly PackFile[], settings: SigmaSettings): void {
    const placeholdersKey = JSON.stringify([...settings.placeholders]);
    const broken = new Set<string>();
    for (const file of files) {
      const { documents, diagnostics } = readSigma(file, settings.placeholders, placeholdersKey);
      this.#diagnostics.push(...diagnostics);
      this.documents.push(...documents);
      const unread = brokenDocuments(diagnostics, documents);
      this.counts.ruleCount += unread.size;
      for (const id of unread) if (id !== undefined) broken.add(id);
      for (const document of documents) {
        if (document.kind === 'filter') this.#keepFilter(document);
        else this.#keepSigma(document, settings);
      }
    }
    // Only now: of documents with the same id a broken one keeps no good one out.
    for (const id of broken) if (!this.known.has(id)) this.known.set(id, 'rule');
    for (const [id] of settings.rules) {
      if (!this.known.has(id)) this.#diagnostics.push(this.#unknownSetting(id, settings));
    }
  }

  #keepFilter(filter: SigmaFilter): void {
    if (filter.status !== 'deprecated' && filter.status !== 'unsupported') this.filters.push(filter);
  }

  #keepSigma(document: SigmaRule | SigmaCorrelation, settings: SigmaSettings): void {
    const { id, file, line } = document;
    this.counts.ruleCount++;
    if (this.known.has(id)) {
      this.#diagnostics.push(duplicateId(id, this.known.get(id)!, file, { line, column: 1 }));
      return;
    }
    this.known.set(id, 'rule');
    const terms = termsOf(document, settings);
    if (terms === undefined) this.leftOut.push(id);
    else this.rules.push(sigmaRule(document, terms, this.#manifest.name));
  }

  #unknownSetting(id: string, { rules }: SigmaSettings): Diagnostic {
    // A rule that has settings of its own is not the one that is meant.
    const unset = [...this.known.keys()].filter((known) => !rules.has(known));
    return ruleDiagnostic(
      'PACK_SIGMA_RULE_UNKNOWN',
      `The manifest has settings for a Sigma rule "${id}", and the pack has none such.`,
      {
        file: this.#manifest.file,
        place: this.#manifestFile?.placeOfKey(['sigma', 'rules', id]),
        rule: id,
        hint: didYouMean(id, unset),
      },
    );
  }

  #addEntry(kind: 'rules' | 'profiles', value: unknown, yaml: NotedFile, index: number): void {
    const context: EntryContext = {
      file: yaml,
      at: [kind, index],
      pack: this.#manifest.name,
      author: this.#manifest.author,
      isBilingual: this.#isBilingual,
      technique: this.#options.technique,
    };
    this.counts[kind === 'rules' ? 'ruleCount' : 'profileCount']++;
    const id = ownValue(value, 'id');
    if (kind === 'rules') this.#keep(readRule(value, context), this.rules, id, 'rule', context);
    else this.#keep(readProfile(value, context), this.profiles, id, 'profile', context);
  }

  #keep<Item>(entry: Entry<Item>, into: Item[], id: unknown, kind: 'rule' | 'profile', context: EntryContext): void {
    this.#diagnostics.push(...entry.diagnostics);
    if (typeof id === 'string' && this.known.has(id)) {
      const place = context.file.placeOf([...context.at, 'id']);
      this.#diagnostics.push(duplicateId(id, this.known.get(id)!, context.file.path, place));
      return;
    }
    if (typeof id === 'string') this.known.set(id, kind);
    if (entry.item !== undefined) into.push(entry.item);
  }
}

interface ReadManifest {
  readonly manifest: Manifest;
  readonly manifestFile: YamlFile | undefined;
  readonly isBilingual: boolean;
  readonly sigma: SigmaSettingsText | undefined;
}

function readManifest(manifests: readonly YamlFile[], options: PackOptions, diagnostics: Diagnostic[]): ReadManifest {
  const [yaml] = manifests;
  if (yaml === undefined) {
    const manifest = emptyManifest(options.name ?? '');
    return { manifest, manifestFile: undefined, isBilingual: false, sigma: undefined };
  }
  const faults = checkShape(ManifestSchema, yaml.value ?? {}, yaml, []);
  diagnostics.push(...faults);
  const name = ownValue(yaml.value, 'name');
  if (faults.length > 0) {
    return {
      manifest: emptyManifest(typeof name === 'string' ? name : (options.name ?? '')),
      manifestFile: yaml,
      isBilingual: false,
      sigma: rightSettings(ownValue(yaml.value, 'sigma')),
    };
  }
  const text = yaml.value as ManifestText;
  const manifest = {
    name: text.name,
    version: text.version,
    title: bilingual(text.title),
    description: bilingual(text.description ?? ''),
    license: text.license ?? '',
    author: text.author ?? '',
    file: yaml.path,
  };
  return {
    manifest,
    manifestFile: yaml,
    isBilingual: typeof text.title === 'object' && text.title.zh !== undefined,
    sigma: text.sigma,
  };
}

function manifestMissing(files: readonly PackFile[]): Diagnostic {
  const hint = 'Its name, version and title belong there; see docs/reference/rule-format.md.';
  return ruleDiagnostic('PACK_MANIFEST_MISSING', 'The pack has no pack.yml.', {
    file: missingManifestPath(files),
    hint,
  });
}

function foreignFile({ path }: PackFile): Diagnostic {
  return ruleDiagnostic('PACK_FILE_FOREIGN', 'The file holds neither a Sigma document nor rules; it is left out.', {
    file: path,
    place: { line: 1, column: 1 },
    hint: 'A Sigma rule has "title", "logsource" and "detection" at the start of a line.',
  });
}

function duplicateId(id: string, kind: string, file: string, place: Place): Diagnostic {
  return ruleDiagnostic('RULE_ID_DUPLICATE', `"${id}" is the id of another ${kind} of this pack.`, {
    file,
    place,
    rule: id,
    hint: 'The first one is kept.',
  });
}

/** Which documents of a file were meant and could not be read: as many as the errors name, `undefined` for those without an id. */
function brokenDocuments(
  diagnostics: readonly Diagnostic[],
  documents: readonly SigmaDocument[],
): ReadonlySet<string | undefined> {
  const named = new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ rule }) => rule));
  for (const { id } of documents) named.delete(id);
  return named;
}

/** Where it belongs: the outermost folder that files came from. */
function missingManifestPath(files: readonly PackFile[]): string {
  const folders = files.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1));
  return `${folders.reduce((outermost, folder) => (folder.length < outermost.length ? folder : outermost))}pack.yml`;
}

function checkSize(files: readonly PackFile[], folder: string | undefined): Diagnostic | undefined {
  if (files.length === 0) return ruleDiagnostic('PACK_EMPTY', 'There is no YAML file in the folder.', { file: folder });
  const length = files.reduce((sum, { text }) => sum + text.length, 0);
  if (files.length <= PACK_LIMITS.files && length <= PACK_LIMITS.totalLength) return undefined;
  return ruleDiagnostic('PACK_TOO_LARGE', `The pack has ${files.length} files with ${length} characters.`, {
    file: files[0]!.path,
    hint: `At most ${PACK_LIMITS.files} files and ${PACK_LIMITS.totalLength} characters.`,
  });
}

/** The file's value with every entry left out, for the check of what is around them. */
function framed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      (key === 'rules' || key === 'profiles') && Array.isArray(inner) ? [] : inner,
    ]),
  );
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function emptyManifest(name: string): Manifest {
  return {
    name,
    version: '0.0.0',
    title: { en: name, zh: name },
    description: { en: '', zh: '' },
    license: '',
    author: '',
    file: undefined,
  };
}

function emptyPack(name: string, diagnostics: readonly Diagnostic[]): Pack {
  return {
    manifest: emptyManifest(name),
    rules: [],
    profiles: [],
    filters: [],
    documents: [],
    leftOut: [],
    cases: [],
    diagnostics,
    ruleCount: 0,
    profileCount: 0,
  };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const fileA = a.file ?? '';
  const fileB = b.file ?? '';
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Reads pack folders from disk: which files, in which order, within which limits. What is in them `engine/rule` judges. */

import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { techniqueById } from '../engine/attack/technique.js';
import type { Diagnostic } from '../engine/base/diagnostic.js';
import {
  assemblePacks,
  loadPack,
  type Pack,
  PACK_LIMITS,
  type PackFile,
  type Profile,
  type Rule,
  type RuleProfile,
  ruleDiagnostic,
} from '../engine/rule/index.js';
import { CommandError } from './exit.js';
import { reasonOf } from './reason-of.js';
import { restoreRules } from './rule-cache.js';

/** Folders inside of folders; a pack is flat or sorted by tactic. */
const DEPTH_MAX = 8;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const FILE_BYTES_MAX = PACK_LIMITS.fileLength * 3;
const REPLACEMENT = '\ufffd';
const BYTE_ORDER_MARK = '\ufeff';
const UTF8 = new TextDecoder('utf-8', { fatal: true });

export interface PackFolder {
  readonly path: string;
  readonly files: readonly PackFile[];
  /** Files that could not be read, each with the reason. */
  readonly problems: readonly Diagnostic[];
}

/**
 * All YAML files below a folder (or one file alone), sorted by path; of a flat one, those that lie in it itself. Hidden files are left out; a link that leads out of the folder is a problem.
 *
 * @throws CommandError if there is no such folder, or if it may not be read
 */
export function readPack(path: string, { isFlat = false } = {}): PackFolder {
  return readFolder(path, /\.ya?ml$/, isFlat ? 0 : DEPTH_MAX);
}

/** The same for files of another kind. */
export function readFolder(path: string, pattern: RegExp, depthMax = DEPTH_MAX): PackFolder {
  const stats = statsOf(path);
  const files: PackFile[] = [];
  const problems: Diagnostic[] = [];
  const paths = stats.isDirectory() ? filesBelow(path, pattern, depthMax, problems) : [path];
  let totalLength = 0;
  for (const file of paths.sort()) {
    const text = readText(file, problems);
    if (text === undefined) continue;
    totalLength += text.length;
    if (files.length >= PACK_LIMITS.files || totalLength > PACK_LIMITS.totalLength) {
      problems.push(
        ruleDiagnostic(
          'PACK_TOO_LARGE',
          'The folder holds more than a pack may; this file and the rest are not read.',
          { file },
        ),
      );
      break;
    }
    files.push({ path: shownPath(file), text });
  }
  return { path, files, problems };
}

/** The packs that a person means by a folder: itself, or, where it has no manifest, the folders in it that have one. */
export function packFolders(path: string): readonly string[] {
  if (!statsOf(path).isDirectory() || hasManifest(path)) return [path];
  const inside = entriesOf(path)
    .filter((entry) => entry.isDirectory() && hasManifest(join(path, entry.name)))
    .map((entry) => join(path, entry.name))
    .sort();
  return inside.length > 0 ? inside : [path];
}

/** What lies in a folder. @throws CommandError if it is not there, or may not be read */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new CommandError(`Cannot open ${folder}: ${reasonOf(error)}.`);
  }
}

export interface LoadedPacks {
  readonly packs: readonly Pack[];
  /** Of all packs in their order; `createRuleSet` lets a later rule replace an earlier one of the same id. */
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  readonly diagnostics: readonly Diagnostic[];
  /** As read, for the log: with them any later program can load the same rules. */
  readonly files: readonly PackFile[];
}

export interface LoadOptions {
  /** Also the files of cases: for those who write rules. */
  readonly withCases?: boolean;
  /** Which Sigma rules, in place of what the manifests say. */
  readonly ruleProfiles?: readonly RuleProfile[] | undefined;
}

/** @throws CommandError if one of the folders does not exist or may not be read */
export function loadPacks(
  paths: readonly string[],
  { withCases = false, ruleProfiles }: LoadOptions = {},
): LoadedPacks {
  const folders = paths.flatMap(packFolders).map((folder) => readPack(folder));
  for (const { path, files } of folders) restoreRules(path, files);
  const packs = folders.map((folder) => {
    const pack = loadPack(folder.files, {
      technique: techniqueById,
      name: basename(folder.path),
      withCases,
      ruleProfiles,
    });
    // A pack knows the names of its files; of a folder without any, only this place knows where it is.
    if (folder.files.length > 0) return pack;
    return { ...pack, diagnostics: pack.diagnostics.map((each) => ({ ...each, file: shownPath(folder.path) })) };
  });
  const { rules, profiles, diagnostics } = assemblePacks(packs);
  return {
    packs,
    rules,
    profiles,
    diagnostics: [
      ...folders.flatMap(({ problems }, index) => [...problems, ...packs[index]!.diagnostics]),
      ...diagnostics,
    ],
    files: folders.flatMap(({ files }) => files),
  };
}

function filesBelow(root: string, pattern: RegExp, depthMax: number, problems: Diagnostic[]): string[] {
  const realRoot = realpathSync(root);
  const found: string[] = [];
  const open = [{ path: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const folder = join(next.path, sep);
    for (const entry of next.depth === 0 ? entriesOf(root) : entriesInside(next.path, problems)) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory() && next.depth < depthMax) open.push({ path, depth: next.depth + 1 });
      if (!pattern.test(entry.name) || entry.isDirectory()) continue;
      if (entry.isSymbolicLink() && !isInside(path, realRoot)) {
        problems.push(
          ruleDiagnostic('PACK_FILE_UNREADABLE', 'The link leads out of the folder; it is not followed.', {
            file: shownPath(path),
          }),
        );
      } else {
        found.push(path);
      }
    }
  }
  return found;
}

/** A folder inside that may not be read, or has gone meanwhile, keeps out none of its neighbours. */
function entriesInside(folder: string, problems: Diagnostic[]): readonly Dirent[] {
  try {
    return entriesOf(folder);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    problems.push(ruleDiagnostic('PACK_FILE_UNREADABLE', error.message, { file: shownPath(folder) }));
    return [];
  }
}

function readText(path: string, problems: Diagnostic[]): string | undefined {
  const file = shownPath(path);
  try {
    const status = statSync(path);
    if (!status.isFile()) {
      problems.push(ruleDiagnostic('PACK_FILE_UNREADABLE', 'This is not a file.', { file }));
      return undefined;
    }
    if (status.size > FILE_BYTES_MAX) {
      problems.push(
        ruleDiagnostic('PACK_TOO_LARGE', `The file has ${status.size} bytes; it is not read.`, {
          file,
          hint: 'Split it into several files.',
        }),
      );
      return undefined;
    }
    const text = readFileSync(path, 'utf8');
    // Node reads a text in a third of the time that its bytes take, but not strictly: what might not be UTF-8 is read again.
    return text.includes(REPLACEMENT) || text.startsWith(BYTE_ORDER_MARK) ? UTF8.decode(readFileSync(path)) : text;
  } catch (error) {
    const reason =
      error instanceof TypeError ? 'The file is not UTF-8 text.' : `The file cannot be read: ${reasonOf(error)}.`;
    problems.push(ruleDiagnostic('PACK_FILE_UNREADABLE', reason, { file }));
    return undefined;
  }
}

function isInside(link: string, realRoot: string): boolean {
  try {
    return realpathSync(link).startsWith(realRoot + sep);
  } catch {
    return false;
  }
}

function hasManifest(path: string): boolean {
  return ['pack.yml', 'pack.yaml'].some((name) => {
    try {
      return lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined;
    } catch {
      // A folder that may not be entered.
      return false;
    }
  });
}

function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new CommandError(`Cannot open ${path}: ${reasonOf(error)}.`);
  }
}

/** With `/` on every system, as diagnostics and the log show it. */
function shownPath(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

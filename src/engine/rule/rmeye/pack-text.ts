/** Writes imported rules as the YAML files of a pack, for people to read and go on with. */

import { Document, isScalar, Scalar, stringify, visit } from 'yaml';
import type { Action } from '../../event/action.js';
import type { PackFile } from '../pack/pack-file.js';
import type { RuleSetName } from '../rule.js';

export interface ImportedRule {
  /** File in the new pack. */
  readonly target: string;
  readonly id: string;
  readonly name: string;
  readonly set: RuleSetName;
  readonly points: number;
  readonly techniques: readonly string[];
  readonly actions: readonly Action[];
  readonly conditions: readonly string[];
  /** `file:line` of the original. */
  readonly origin: string;
}

export interface ImportedProfile {
  readonly id: string;
  readonly name: string;
  readonly techniques: readonly string[];
  readonly atLeast: number;
  readonly points: number;
  readonly origin: string;
}

export function packFiles(
  packName: string,
  rules: readonly ImportedRule[],
  profiles: readonly ImportedProfile[],
): PackFile[] {
  const manifest = stringify({
    name: packName,
    version: '1.0.0',
    title: 'Rules brought over from RmEye',
    description: 'Made by "chainsight rules import-rmeye". The comment above each rule says where it stood.',
  });
  const files: PackFile[] = [{ path: 'pack.yml', text: manifest }];
  const targets = [...new Set(rules.map(({ target }) => target))].sort();
  for (const target of targets) {
    const own = rules.filter((rule) => rule.target === target);
    files.push({ path: target, text: entriesText('rules', own.map(ruleEntry), own) });
  }
  if (profiles.length > 0) {
    files.push({ path: 'profiles.yml', text: entriesText('profiles', profiles.map(profileEntry), profiles) });
  }
  return files;
}

function ruleEntry(rule: ImportedRule): object {
  return {
    id: rule.id,
    title: rule.name,
    set: rule.set,
    points: rule.points,
    ...(rule.techniques.length > 0 && { techniques: rule.techniques }),
    actions: rule.actions,
    conditions: rule.conditions,
  };
}

function profileEntry(profile: ImportedProfile): object {
  const { id, name, points, techniques, atLeast } = profile;
  return { id, title: name, points, techniques, atLeast };
}

function entriesText(
  key: 'rules' | 'profiles',
  entries: readonly object[],
  origins: readonly { readonly origin: string }[],
): string {
  const document = new Document({ [key]: entries });
  visit(document, {
    Map(position, map, path) {
      // The entries themselves: items of the list that the one top-level key holds.
      if (path.length === 4 && typeof position === 'number') {
        map.commentBefore = ` ${origins[position]!.origin}`;
        map.spaceBefore = position > 0;
      }
    },
    Seq(_, list, path) {
      const isShort = list.items.every((item) => isScalar(item) && String(item.value).length < 30);
      list.flow = path.length > 3 && isShort;
    },
    Scalar(position, scalar, path) {
      // Expressions are full of quotes and backslashes; single quotes keep them as they are.
      if (position !== 'key' && path.length > 5 && typeof scalar.value === 'string' && scalar.value.includes(' ')) {
        scalar.type = scalar.value.includes('\n') ? Scalar.QUOTE_DOUBLE : Scalar.QUOTE_SINGLE;
      }
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

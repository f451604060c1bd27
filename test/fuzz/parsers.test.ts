/**
 * Every parser of the program has a row: the test that throws anything at it, or why none does. A function that reads is known by its name; one in a place
 * without a row, or a row without one, fails here.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARSER =
  /^export (?:async )?function\*? ((?:parse|decode|read|load|import|normalise|linesOf|scan)(?:[A-Z]\w*)?)\b|^export class (\w*(?:Parser|Decoder|Reader|Guess))\b|^ {2}static (decode|fromText|read|parse)\b/gm;

/** Files, or folders with all that is in them: the file of this folder that tries them, alone or as a part of what they are a part of. */
const TRIED: Readonly<Record<string, string>> = {
  'src/sources/': 'sources',
  'src/sources/evtx/': 'records',
  'src/sources/normalise/': 'records',
  'src/app/replay/stored-event.ts': 'records',
  'src/engine/rule/expression/': 'rule-language',
  'src/engine/rule/sigma/': 'sigma',
  'src/engine/rule/pack/': 'written-files',
  'src/engine/rule/rmeye/': 'written-files',
  'src/app/policy/policy-file.ts': 'written-files',
  'src/cli/config.ts': 'written-files',
  'src/server/intake/body-reader.ts': 'requests',
  'src/store/cursor.ts': 'requests',
  'src/engine/process/guid.ts': 'records',
  'src/engine/policy-lists.ts': 'records',
  'src/engine/snapshot/': 'kept-bytes',
  'src/engine/event/seen-records.ts': 'kept-bytes',
  'src/log/scan.ts': 'kept-bytes',
  'src/log/frame.ts': 'kept-bytes',
  'src/log/block-index.ts': 'kept-bytes',
  'src/files/decode-file.ts': 'kept-bytes',
  'src/cli/host-guess.ts': 'kept-bytes',
  'src/cli/serve/detection/lines-of-objects.ts': 'kept-bytes',
  'src/cli/backup/': 'kept-bytes',
};

/** Why nobody throws anything at these. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'src/app/scan/': 'hands files over, for src/files',
  'src/app/completeness/host-stream.ts': 'a column of our own state, which whoever could change it need not attack',
  'src/log/segment.ts': 'a header of 64 bytes, each byte flipped in event-log.test.ts',
  'src/log/carried.ts': 'JSON under a checksum; damage in retention.test.ts',
  'src/log/files.ts': 'gives bytes as they are',
  'src/log/reader.ts': 'reads with scan.ts and frame.ts',
  'src/cli/doctor/': 'reads clocks, and the state through its own store',
  'src/cli/serve/running-file.ts': 'JSON of our own; whatever it is not is no server',
  'src/cli/policy-options.ts': 'reads files for policy-file.ts',
  'src/cli/pack-files.ts': 'reads files for src/engine/rule/pack',
  'src/cli/rule-cache-file.ts': 'under a checksum, in a file that others cannot write; damage in rule-cache.test.ts',
  'src/cli/read-password.ts': 'takes what a person types',
  'src/cli/scan/': 'cuts at ends of lines, for src/sources',
  'src/cli/commands/': 'reads files for src/sources and src/engine/rule',
  'src/cli/bench/': 'reads what the bench itself made',
};

function parserFiles(folder: string): string[] {
  return readdirSync(new URL(`../../${folder}/`, import.meta.url), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : parserFiles(path);
    PARSER.lastIndex = 0;
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) return [];
    return PARSER.test(readFileSync(`${ROOT}/${path}`, 'utf8')) ? [path] : [];
  });
}

test('each parser has a row, and each row a parser', () => {
  const rows = [...Object.keys(TRIED), ...Object.keys(LEFT_OUT)];
  const isOf = (path: string, row: string): boolean => (row.endsWith('/') ? path.startsWith(row) : path === row);
  const files = parserFiles('src');
  expect(files.filter((path) => !rows.some((row) => isOf(path, row)))).toEqual([]);
  expect(rows.filter((row) => !files.some((path) => isOf(path, row)))).toEqual([]);
  expect(files.length).toBeGreaterThan(50);
});

test('each test that a row names is there', () => {
  const there = new Set(readdirSync(new URL('.', import.meta.url)));
  expect(Object.values(TRIED).filter((name) => !there.has(`${name}.test.ts`))).toEqual([]);
});

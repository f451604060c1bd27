/**
 * Compares what the reader gives with what libevtx gives (`evtxexport -f xml`, Debian's libevtx-utils), value by value and in order, on
 * recorded files. Both are needed; without them the test says so and passes.
 *
 * `EVTX_ORACLE=all` compares every file, not a sample.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEvtx } from './evtx-stream.js';
import { writeEvtx } from './testing/evtx-writer.js';
import { eventRecord, SAMPLE_VALUES } from './testing/sample-log.js';
import type { TreeValue } from './tree.js';

const DATA = join(import.meta.dirname, '../../../../shared/data');
const FOLDERS = [join(DATA, 'evtx'), join(DATA, 'sigma-regression')];
const SAMPLE_BYTES = 12_000_000;

/** `System/EventID` → its values, in the order of the record. */
type Values = Map<string, string[]>;

function add(values: Values, path: string, value: string): void {
  const list = values.get(path);
  if (list === undefined) values.set(path, [value]);
  else list.push(value);
}

interface XmlElement {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: XmlElement[];
  text: string;
}

const ESCAPES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function unescape(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ESCAPES.get(name) ?? whole);
}

/** Only as much XML as evtxexport writes, which may hold characters that XML does not allow. */
function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', attributes: [], children: [], text: '' };
  const open: XmlElement[] = [root];
  const pattern = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>/g;
  let at = 0;
  for (const match of xml.matchAll(pattern)) {
    const [whole, closes, name, attributes, isEmpty] = match as unknown as [string, string, string, string, string];
    open.at(-1)!.text += unescape(xml.slice(at, match.index));
    at = match.index + whole.length;
    if (closes !== '') {
      if (open.pop()?.name !== name) throw new Error(`evtxexport wrote </${name}> out of place`);
      continue;
    }
    const element: XmlElement = {
      name,
      attributes: [...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(
        (pair) => [pair[1]!, unescape(pair[2]!)] as const,
      ),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(element);
    if (isEmpty === '') open.push(element);
  }
  return root.children[0]!;
}

function valuesOfXml(element: XmlElement, path: string, values: Values): Values {
  for (const child of element.children) {
    let name = child.name;
    let attributes = child.attributes.filter(([attribute]) => attribute !== 'xmlns' && !attribute.startsWith('xmlns:'));
    if (name === 'Data' && path === '/EventData') {
      name = attributes.find(([attribute]) => attribute === 'Name')?.[1] ?? name;
      attributes = [];
    }
    const inner = `${path}/${name}`;
    for (const [attribute, value] of attributes) add(values, `${inner}@${attribute}`, value);
    if (child.children.length === 0) add(values, inner, child.text);
    valuesOfXml(child, inner, values);
  }
  return values;
}

function valuesOfTree(value: TreeValue, path: string, values: Values): Values {
  if (typeof value === 'string') add(values, path, value);
  else if (Array.isArray(value)) for (const item of value) valuesOfTree(item, path, values);
  else {
    const names = Object.keys(value);
    for (const name of names) {
      if (name === '#attributes') {
        for (const [attribute, text] of Object.entries(value[name]!))
          add(values, `${path}@${attribute}`, text as string);
      } else valuesOfTree(value[name]!, name === '#text' ? path : `${path}/${name}`, values);
    }
    if (names.every((name) => name === '#attributes')) add(values, path, '');
  }
  return values;
}

/** By type of value, in the log that covers all: libevtx gives no record at all where it does not know a type, … */
const UNKNOWN_TO_LIBEVTX = new Set(['Bools', 'Sizes', 'Sids']);
/** … mixes up the halves of surrogate pairs, and takes the sign bit of numbers in lists for a sign alone (-1 becomes -127). */
const WRONG_IN_LIBEVTX = new Set(['String', 'Int8s', 'Int16s', 'Int32s', 'Int64s']);

function isSameNumber(ours: string, theirs: string): boolean {
  const [left, right] = [Number(ours), Number(theirs.replace(/e([+-])0+(?=\d)/, 'e$1'))];
  return Math.abs(left - right) <= 1e-6 * Math.abs(left);
}

test('every type of value equals what libevtx gives', () => {
  if (!hasOracle()) return;
  const folder = mkdtempSync(join(tmpdir(), 'evtx-oracle-'));
  const differ: string[] = [];
  for (const [name, spec] of SAMPLE_VALUES) {
    if (UNKNOWN_TO_LIBEVTX.has(name) || WRONG_IN_LIBEVTX.has(name)) continue;
    const template = {
      name: 'EventData',
      children: [{ name: 'Data', attributes: { Name: name }, children: [{ sub: 0 }] }],
    };
    const path = join(folder, `${name}.evtx`);
    writeFileSync(path, writeEvtx({ chunks: [[eventRecord(1, { template, values: [spec] })]] }).bytes);
    const theirs = valuesOfXml(parseXml(exportedEvents(path)[0]!), '', new Map()).get(`/EventData/${name}`)!;
    const [item] = [...readEvtx(readFileSync(path))];
    const ours =
      item?.kind === 'record' ? valuesOfTree(item.tree['Event']!, '', new Map()).get(`/EventData/${name}`)! : [];
    const isSame =
      ours.length === theirs.length &&
      ours.every((text, index) => isEqual(text, theirs[index]!) || isSameNumber(text, theirs[index]!));
    if (!isSame) differ.push(`${name}: ${ours.join()}, libevtx ${theirs.join()}`);
  }
  rmSync(folder, { recursive: true });
  expect(differ).toEqual([]);
});

/** libevtx pads hex and writes nine digits of time; both mean the same. */
function isEqual(ours: string | undefined, theirs: string): boolean {
  if (ours === theirs) return true;
  if (ours === undefined) return false;
  if (/^0x[0-9a-f]+$/.test(ours) && /^0x[0-9a-f]+$/.test(theirs)) return BigInt(ours) === BigInt(theirs);
  if (/^\d{4}-.*\.\d{7}Z$/.test(ours)) return theirs === `${ours.slice(0, -1)}00Z`;
  return false;
}

function evtxFiles(): string[] {
  return FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith('.evtx'))
    .toSorted();
}

/** Every n-th file, so that the sample spreads over all kinds. */
function sample(files: readonly string[]): readonly string[] {
  if (process.env['EVTX_ORACLE'] === 'all') return files;
  const total = files.reduce((sum, path) => sum + readFileSync(path).length, 0);
  const step = Math.max(1, Math.ceil(total / SAMPLE_BYTES));
  return files.filter((_, index) => index % step === 0);
}

function hasOracle(): boolean {
  if (spawnSync('evtxexport', ['-V']).error === undefined) return true;
  console.warn('NOT COMPARED with libevtx: evtxexport (Debian: libevtx-utils) is not installed');
  return false;
}

function exportedEvents(path: string): string[] {
  const xml = execFileSync('evtxexport', ['-f', 'xml', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return xml.split(/^(?=<Event )/m).slice(1);
}

test('every value equals what libevtx gives', { timeout: 600_000 }, () => {
  if (!hasOracle()) return;
  const files = sample(evtxFiles());
  if (files.length === 0) {
    console.warn(`NOT COMPARED with libevtx: no event logs under ${DATA}`);
    return;
  }
  let compared = 0;
  const wrong: string[] = [];
  for (const path of files) {
    const theirs = exportedEvents(path);
    const ours = [...readEvtx(readFileSync(path))];
    if (ours.length !== theirs.length) wrong.push(`${path}: ${ours.length} records, libevtx ${theirs.length}`);
    for (const [index, item] of ours.entries()) {
      const other = theirs[index];
      if (item.kind !== 'record' || other === undefined) {
        wrong.push(`${path}: ${JSON.stringify(item)}`);
        continue;
      }
      const expected = valuesOfXml(parseXml(other), '', new Map());
      const given = valuesOfTree(item.tree['Event']!, '', new Map());
      for (const name of new Set([...expected.keys(), ...given.keys()])) {
        const [left, right] = [given.get(name) ?? [], expected.get(name) ?? []];
        for (let at = 0; at < Math.max(left.length, right.length); at++) {
          compared++;
          const value = right[at];
          if (value === undefined || !isEqual(left[at], value)) {
            wrong.push(
              `${path} record ${index} ${name}[${at}]: ${JSON.stringify(left[at])}, libevtx ${JSON.stringify(value)}`,
            );
          }
        }
      }
    }
  }
  console.info(`compared ${compared} values of ${files.length} files with libevtx, ${wrong.length} differ`);
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(compared).toBeGreaterThan(1000);
});

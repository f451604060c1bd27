/** What is known of one process, as a record. Its parent, children and chain are written apart, when every process has its place. */

import type { Sensor } from '../event/event.js';
import type { Memories } from '../plugin/plugin-runner.js';
import type { HostTable } from '../process/host-table.js';
import { Process, type CreateFacts, type Mention } from '../process/process.js';
import type { Evidence } from '../score/evidence.js';
import { readPlace, writePlace, type EvidenceReader, type EvidenceWriter } from './evidence-records.js';
import { demand, type RecordReader } from './record-reader.js';
import type { RecordWriter } from './record-writer.js';

const SENSORS: readonly Sensor[] = ['sysmon', 'security', 'other'];

/** What a process has: most have few of these. */
const HAS = {
  guid: 1,
  start: 2,
  root: 4,
  gap: 8,
  hostEvents: 16,
  certainParent: 32,
  sysmonCreate: 64,
  securityCreate: 128,
  mention: 256,
  /** It was placed with the image that it shows. */
  settled: 512,
  /** It was placed with another. */
  settledOtherwise: 1024,
  holdings: 2048,
  memory: 4096,
  certainEnd: 8192,
} as const;
const HAS_END = 16384;

export function writeProcess(
  records: RecordWriter,
  evidence: EvidenceWriter,
  process: Process,
  pluginNames: readonly string[],
): void {
  const { sysmonCreate, securityCreate, mention, settledImage, guid, memory } = process;
  const isSettled = settledImage === process.image;
  const statesStart = guid === '' && process.identityStartMs !== 0;
  const holds = hasHoldings(process);
  records.uint(
    (guid === '' ? 0 : HAS.guid) |
      (statesStart ? HAS.start : 0) |
      (process.isRoot ? HAS.root : 0) |
      (process.isGap ? HAS.gap : 0) |
      (process.isHostEvents ? HAS.hostEvents : 0) |
      (process.parentIsCertain ? HAS.certainParent : 0) |
      (sysmonCreate === undefined ? 0 : HAS.sysmonCreate) |
      (securityCreate === undefined ? 0 : HAS.securityCreate) |
      (mention === undefined ? 0 : HAS.mention) |
      (isSettled ? HAS.settled : 0) |
      (isSettled || settledImage === undefined ? 0 : HAS.settledOtherwise) |
      (holds ? HAS.holdings : 0) |
      (memory === undefined ? 0 : HAS.memory) |
      (process.endIsCertain ? HAS.certainEnd : 0),
  );
  records.freshText(process.id);
  if (guid !== '') records.freshText(guid);
  records.number(process.pid);
  if (statesStart) records.number(process.identityStartMs);
  records.number(process.endMs);
  if (sysmonCreate !== undefined) writeFacts(records, sysmonCreate);
  if (securityCreate !== undefined) writeFacts(records, securityCreate);
  if (mention !== undefined) writeMention(records, mention);
  if (!isSettled && settledImage !== undefined) records.text(settledImage);
  if (holds) writeHoldings(records, evidence, process);
  if (memory !== undefined) writeMemories(records, memory, pluginNames);
}

export function readProcess(
  records: RecordReader,
  evidence: EvidenceReader,
  host: HostTable,
  pluginNames: readonly string[],
): Process {
  const has = records.below(HAS_END);
  const id = records.freshText();
  const guid = (has & HAS.guid) === 0 ? '' : records.freshText();
  const pid = records.number();
  const process = new Process(id, host, guid, pid, (has & HAS.start) === 0 ? 0 : records.number());
  process.endMs = records.number();
  process.isRoot = (has & HAS.root) !== 0;
  process.isGap = (has & HAS.gap) !== 0;
  process.isHostEvents = (has & HAS.hostEvents) !== 0;
  process.parentIsCertain = (has & HAS.certainParent) !== 0;
  process.endIsCertain = (has & HAS.certainEnd) !== 0;
  if ((has & HAS.sysmonCreate) !== 0) process.sysmonCreate = readFacts(records);
  if ((has & HAS.securityCreate) !== 0) process.securityCreate = readFacts(records);
  if ((has & HAS.mention) !== 0) process.mention = readMention(records);
  if ((has & HAS.settled) !== 0) process.settledImage = process.image;
  else if ((has & HAS.settledOtherwise) !== 0) process.settledImage = records.text();
  if ((has & HAS.holdings) !== 0) readHoldings(records, evidence, process);
  if ((has & HAS.memory) !== 0) process.memory = readMemories(records, pluginNames);
  return process;
}

export function writeFacts(records: RecordWriter, facts: CreateFacts): void {
  records.double(facts.timeMs);
  records.pair(facts.idHigh, facts.idLow);
  writePlace(records, facts.file, facts.line);
  records.uint(SENSORS.indexOf(facts.sensor));
  records.text(facts.image);
  records.text(facts.commandLine);
  records.text(facts.user);
  records.text(facts.integrityLevel);
  records.text(facts.hashes);
  records.text(facts.currentDirectory);
  records.text(facts.originalFileName);
  records.text(facts.parentImage);
  records.text(facts.parentCommandLine);
  records.number(facts.parentPid);
}

export function readFacts(records: RecordReader): CreateFacts {
  const timeMs = records.double();
  const { high, low } = records.pair();
  const [file, line] = readPlace(records);
  // In the order of `createFacts`, so that both make objects of one shape.
  return {
    timeMs,
    idHigh: high | 0,
    idLow: low | 0,
    file,
    line,
    sensor: SENSORS[records.below(SENSORS.length)]!,
    image: records.text(),
    commandLine: records.text(),
    user: records.text(),
    integrityLevel: records.text(),
    hashes: records.text(),
    currentDirectory: records.text(),
    originalFileName: records.text(),
    parentImage: records.text(),
    parentCommandLine: records.text(),
    parentPid: records.number(),
  };
}

export function writeMention(records: RecordWriter, { rank, timeMs, image, commandLine, user }: Mention): void {
  records.uint(rank);
  records.double(timeMs);
  records.text(image);
  records.text(commandLine);
  records.text(user);
}

export function readMention(records: RecordReader): Mention {
  return {
    rank: records.flag() ? 1 : 0,
    timeMs: records.double(),
    image: records.text(),
    commandLine: records.text(),
    user: records.text(),
  };
}

function hasHoldings({ heldEvidence, derived, referred, displaced, hitCounts }: Process): boolean {
  return (
    heldEvidence.size > 0 ||
    derived !== undefined ||
    referred !== undefined ||
    displaced !== undefined ||
    hitCounts.size > 0
  );
}

function writeHoldings(records: RecordWriter, evidence: EvidenceWriter, process: Process): void {
  const { heldEvidence, derived, referred, displaced, hitCounts } = process;
  evidence.all(heldEvidence.values(), heldEvidence.size);
  writeDerived(records, evidence, derived);
  evidence.all(referred ?? [], referred?.size ?? 0);
  records.uint(displaced?.size ?? 0);
  for (const [place, each] of displaced ?? []) {
    records.text(place);
    evidence.evidence(each);
  }
  writeCounts(records, hitCounts);
}

function readHoldings(records: RecordReader, evidence: EvidenceReader, process: Process): void {
  const held = evidence.all();
  for (const each of held) process.evidence.set(each.key, each);
  process.derived = readDerived(records, evidence);
  const referred = evidence.all();
  if (referred.length > 0) process.referred = new Set(referred);
  const displaced = records.list(() => [records.text(), evidence.evidence()] as const);
  if (displaced.length > 0) process.displaced = new Map(displaced);
  for (const [rule, count] of readCounts(records)) process.countHits(rule, count);
}

/** What correlations and judges say, by source. */
export function writeDerived(
  records: RecordWriter,
  evidence: EvidenceWriter,
  derived: ReadonlyMap<string, readonly Evidence[]> | undefined,
): void {
  records.uint(derived?.size ?? 0);
  for (const [source, list] of derived ?? []) {
    records.text(source);
    evidence.all(list, list.length);
  }
}

export function readDerived(
  records: RecordReader,
  evidence: EvidenceReader,
): Map<string, readonly Evidence[]> | undefined {
  const derived = records.list(() => [records.text(), evidence.all()] as const);
  return derived.length === 0 ? undefined : new Map(derived);
}

export function writeCounts(records: RecordWriter, counts: ReadonlyMap<string, number>): void {
  records.uint(counts.size);
  for (const [rule, count] of counts) {
    records.text(rule);
    records.number(count);
  }
}

export function readCounts(records: RecordReader): (readonly [string, number])[] {
  return records.list(() => [records.text(), records.number()] as const);
}

/** By plugin name: another start may have them in another order. */
export function writeMemories(records: RecordWriter, memories: Memories, pluginNames: readonly string[]): void {
  const known = [...memories.entries()].filter(([, memory]) => memory !== undefined);
  records.uint(known.length);
  for (const [place, memory] of known) {
    records.text(pluginNames[place] ?? '');
    records.value(memory);
  }
}

/** What a plugin that does not run any more remembered is let go. */
export function readMemories(records: RecordReader, pluginNames: readonly string[]): Memories {
  const memories: Memories = [];
  for (const [name, memory] of records.list(() => [records.text(), records.value()] as const)) {
    demand(memory instanceof Map, 'what a plugin remembers is no map');
    const place = pluginNames.indexOf(name);
    if (place >= 0) memories[place] = memory as Map<string, unknown>;
  }
  return memories;
}

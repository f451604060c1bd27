/** Evidence and what hangs on it, as records. One piece of evidence is held in several places and known by its object, so each is written once. */

import { ACTIONS } from '../event/action.js';
import type { Evidence, EvidenceEvent, EvidenceKind } from '../score/evidence.js';
import type { Matched } from '../rule/rule.js';
import { demand, type RecordReader } from './record-reader.js';
import type { RecordWriter } from './record-writer.js';

const KINDS: readonly EvidenceKind[] = ['rule', 'technique', 'profile', 'plugin'];

export class EvidenceWriter {
  readonly #places = new Map<Evidence, number>();

  constructor(private readonly records: RecordWriter) {}

  /** The first time all of it, afterwards where it was. */
  evidence(evidence: Evidence): void {
    const { records } = this;
    const known = this.#places.get(evidence);
    if (known !== undefined) {
      records.uint(known + 1);
      return;
    }
    this.#places.set(evidence, this.#places.size);
    records.uint(0);
    records.uint(KINDS.indexOf(evidence.kind));
    records.text(evidence.key);
    records.text(evidence.title.en);
    records.text(evidence.title.zh);
    records.number(evidence.points);
    records.uint(evidence.techniques.length);
    for (const technique of evidence.techniques) records.text(technique);
    records.optionalText(evidence.rule);
    records.optionalText(evidence.rulesVersion);
    records.uint(evidence.policy);
    writeEvent(records, evidence.event);
    writeMatched(records, evidence.matched);
  }

  all(evidence: Iterable<Evidence>, size: number): void {
    this.records.uint(size);
    for (const each of evidence) this.evidence(each);
  }
}

export class EvidenceReader {
  readonly #known: Evidence[] = [];

  constructor(private readonly records: RecordReader) {}

  evidence(): Evidence {
    const { records } = this;
    const place = records.below(this.#known.length + 1);
    if (place > 0) return this.#known[place - 1]!;
    const evidence: Evidence = {
      kind: KINDS[records.below(KINDS.length)]!,
      key: records.text(),
      title: { en: records.text(), zh: records.text() },
      points: records.number(),
      techniques: records.list(() => records.text()),
      rule: records.optionalText(),
      rulesVersion: records.optionalText(),
      policy: records.uint(),
      event: readEvent(records),
      matched: readMatched(records),
    };
    this.#known.push(evidence);
    return evidence;
  }

  all(): Evidence[] {
    return this.records.list(() => this.evidence());
  }
}

export function writeEvent(records: RecordWriter, { id, timeMs, action, file, line }: EvidenceEvent): void {
  records.freshText(id);
  records.double(timeMs);
  records.uint(action === undefined ? 0 : ACTIONS.indexOf(action) + 1);
  writePlace(records, file, line);
}

export function readEvent(records: RecordReader): EvidenceEvent {
  const id = records.freshText();
  const timeMs = records.double();
  const action = ACTIONS[records.below(ACTIONS.length + 1) - 1];
  const [file, line] = readPlace(records);
  return { id, timeMs, action, file, line };
}

/** Where a record was read: nowhere, for all that came over the network. */
export function writePlace(records: RecordWriter, file: string | undefined, line: number): void {
  const isKnown = file !== undefined || line !== 0;
  records.flag(isKnown);
  if (!isKnown) return;
  records.optionalText(file);
  records.number(line);
}

export function readPlace(records: RecordReader): readonly [string | undefined, number] {
  return records.flag() ? [records.optionalText(), records.number()] : [undefined, 0];
}

export function writeMatched(records: RecordWriter, matched: readonly Matched[]): void {
  records.uint(matched.length);
  for (const { field, value, start, end } of matched) {
    records.text(field);
    records.text(value);
    records.flag(start !== undefined && end !== undefined);
    if (start === undefined || end === undefined) continue;
    records.uint(start);
    records.uint(end);
  }
}

export function readMatched(records: RecordReader): Matched[] {
  return records.list(() => {
    const field = records.text();
    const value = records.text();
    if (!records.flag()) return { field, value };
    const start = records.uint();
    const end = records.uint();
    demand(start <= end, 'a matched text ends before it begins');
    return { field, value, start, end };
  });
}

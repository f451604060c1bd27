/** What a plugin gives as evidence, checked before anybody believes it. */

import type { LateEvidence, Matched, PluginEvidence } from '../plugin-sdk/index.js';

const TEXT_MAX = 500;
const VALUE_MAX = 4000;
const LIST_MAX = 20;
const POINTS_MAX = 10_000;
const HOST_MAX = 255;
const ID_MAX = 64;
/** The last moment that a date can be. */
const TIME_MAX_MS = 8.64e15;

/** @returns the evidence with texts cut to length and nothing else in it, or `undefined` if it is none */
export function checkedLateEvidence(value: unknown): LateEvidence | undefined {
  if (!isRecord(value)) return undefined;
  const { host, processId, eventId, timeMs } = value;
  const evidence = checkedEvidence(value['evidence']);
  if (evidence === undefined || !isText(host, HOST_MAX) || !isText(processId, ID_MAX)) return undefined;
  if (typeof eventId !== 'string' || !/^[0-9a-f]{16}$/.test(eventId)) return undefined;
  if (typeof timeMs !== 'number' || !(Math.abs(timeMs) <= TIME_MAX_MS)) return undefined;
  return { host, processId, eventId, timeMs, evidence };
}

function checkedEvidence(value: unknown): PluginEvidence | undefined {
  if (!isRecord(value)) return undefined;
  const { key, points, title } = value;
  if (!isText(key, TEXT_MAX)) return undefined;
  if (typeof points !== 'number' || !(points >= 0 && points <= POINTS_MAX)) return undefined;
  if (!isRecord(title) || typeof title['en'] !== 'string' || typeof title['zh'] !== 'string') return undefined;
  return {
    key,
    points: Math.round(points),
    title: { en: title['en'].slice(0, TEXT_MAX), zh: title['zh'].slice(0, TEXT_MAX) },
    techniques: listOf(value['techniques'], (each) =>
      typeof each === 'string' && /^T\d{4}(?:\.\d{3})?$/.test(each) ? each : undefined,
    ),
    matched: listOf(value['matched'], matchedOf),
  };
}

function matchedOf(value: unknown): Matched | undefined {
  if (!isRecord(value) || typeof value['field'] !== 'string' || typeof value['value'] !== 'string') return undefined;
  return { field: value['field'].slice(0, TEXT_MAX), value: value['value'].slice(0, VALUE_MAX) };
}

function listOf<Item>(value: unknown, read: (each: unknown) => Item | undefined): Item[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, LIST_MAX)
    .map(read)
    .filter((each) => each !== undefined);
}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= lengthMax;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * How one record lies in a segment file. All numbers little-endian.
 *
 *     offset  bytes
 *          0      4  magic
 *          4      1  kind: 1 event, 2 policy, 3 finding
 *          5      1  version of this layout
 *          6      2  length of the sensor's name within the payload
 *          8      4  length of the payload
 *         12      8  position (IEEE double, a whole number)
 *         20      8  received time, UTC milliseconds (double)
 *         28      8  event time, UTC milliseconds (double), 0 where none
 *         36      4  checksum of the payload
 *         40      4  checksum of bytes 0–39
 *         44      …  payload: sensor's name (UTF-8), then the event's bytes; or JSON
 *
 * The header has a checksum of its own, so a length is never trusted before it is checked: a flipped byte in a payload costs that record alone.
 * Both checksums start from the segment's salt. A sender may put bytes that look like a frame into its event; without the salt, which it
 * cannot know, they never pass for one when a reader has lost its place.
 */

import { crc32 } from 'node:zlib';
import { AppError } from '../app/app-error.js';
import type { LogRecord, PolicyChange } from '../app/ports.js';
import type { PluginFinding } from '../engine/plugin/plugin.js';

export const HEADER_BYTES = 44;

/** Longest payload of one record. Rule packs are the largest: some thousand rules are a few MiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** 0xFF occurs in no UTF-8 text, so JSON events do not even look like a frame. */
export const MAGIC = Buffer.from([0xff, 0x43, 0x53, 0xfe]);
const MAGIC_NUMBER = MAGIC.readUInt32LE(0);
const VERSION = 1;

const KIND_EVENT = 1;
const KIND_POLICY = 2;
const KIND_FINDING = 3;

/** A record ready to be written; its position and checksums are set when its place in the log is known. */
export interface Payload {
  readonly kind: number;
  readonly receivedMs: number;
  readonly eventMs: number;
  readonly sensor: Uint8Array;
  readonly body: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** @throws AppError `LOG_TOO_LARGE` where the record is over `MAX_PAYLOAD_BYTES` */
export function toPayload(record: LogRecord, sensorBytes: (name: string) => Uint8Array): Payload {
  const payload = payloadOf(record, sensorBytes);
  const bytes = payload.sensor.length + payload.body.length;
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new AppError(
      'LOG_TOO_LARGE',
      `A ${record.kind} record of ${bytes} bytes is over the limit of ${MAX_PAYLOAD_BYTES} bytes for one record of the log.`,
    );
  }
  return payload;
}

function payloadOf(record: LogRecord, sensorBytes: (name: string) => Uint8Array): Payload {
  switch (record.kind) {
    case 'event':
      return {
        kind: KIND_EVENT,
        receivedMs: record.receivedMs,
        eventMs: record.eventMs,
        sensor: sensorBytes(record.sensor),
        body: record.raw,
      };
    case 'policy':
      return jsonPayload(KIND_POLICY, record.receivedMs, record.change);
    case 'finding':
      return jsonPayload(KIND_FINDING, record.receivedMs, record.finding);
  }
}

function jsonPayload(kind: number, receivedMs: number, value: unknown): Payload {
  return { kind, receivedMs, eventMs: 0, sensor: NOTHING, body: Buffer.from(JSON.stringify(value)) };
}

export function frameBytes(payload: Payload): number {
  return HEADER_BYTES + payload.sensor.length + payload.body.length;
}

/** @returns the offset after the frame */
export function writeFrame(target: Buffer, offset: number, payload: Payload, position: number, salt: number): number {
  const start = offset + HEADER_BYTES;
  const end = start + payload.sensor.length + payload.body.length;
  target.set(payload.sensor, start);
  target.set(payload.body, start + payload.sensor.length);
  target.writeUInt32LE(MAGIC_NUMBER, offset);
  target[offset + 4] = payload.kind;
  target[offset + 5] = VERSION;
  target.writeUInt16LE(payload.sensor.length, offset + 6);
  target.writeUInt32LE(end - start, offset + 8);
  target.writeDoubleLE(position, offset + 12);
  target.writeDoubleLE(payload.receivedMs, offset + 20);
  target.writeDoubleLE(payload.eventMs, offset + 28);
  target.writeUInt32LE(crc32(target.subarray(start, end), salt), offset + 36);
  target.writeUInt32LE(crc32(target.subarray(offset, offset + 40), salt), offset + 40);
  return end;
}

/** A header whose checksum holds. */
export interface FrameHeader {
  readonly kind: number;
  readonly sensorLength: number;
  readonly payloadLength: number;
  readonly position: number;
  readonly receivedMs: number;
  readonly eventMs: number;
  readonly payloadCrc: number;
}

/** @returns `undefined` where the bytes at `offset` are no header; the caller sees to it that `HEADER_BYTES` are there */
export function readHeader(bytes: Buffer, offset: number, salt: number): FrameHeader | undefined {
  if (bytes.readUInt32LE(offset) !== MAGIC_NUMBER) return undefined;
  if (bytes.readUInt32LE(offset + 40) !== crc32(bytes.subarray(offset, offset + 40), salt)) return undefined;
  const payloadLength = bytes.readUInt32LE(offset + 8);
  const sensorLength = bytes.readUInt16LE(offset + 6);
  if (bytes[offset + 5] !== VERSION || payloadLength > MAX_PAYLOAD_BYTES || sensorLength > payloadLength)
    return undefined;
  return {
    kind: bytes[offset + 4]!,
    sensorLength,
    payloadLength,
    position: bytes.readDoubleLE(offset + 12),
    receivedMs: bytes.readDoubleLE(offset + 20),
    eventMs: bytes.readDoubleLE(offset + 28),
    payloadCrc: bytes.readUInt32LE(offset + 36),
  };
}

export function payloadHolds(bytes: Buffer, offset: number, header: FrameHeader, salt: number): boolean {
  const start = offset + HEADER_BYTES;
  return crc32(bytes.subarray(start, start + header.payloadLength), salt) === header.payloadCrc;
}

/** @returns `undefined` for a kind or a JSON shape that this version does not know */
export function readRecord(
  bytes: Buffer,
  offset: number,
  header: FrameHeader,
  sensorName: (bytes: Buffer) => string,
): LogRecord | undefined {
  const start = offset + HEADER_BYTES;
  const end = start + header.payloadLength;
  const { receivedMs, eventMs } = header;
  if (header.kind === KIND_EVENT) {
    const bodyStart = start + header.sensorLength;
    const sensor = sensorName(bytes.subarray(start, bodyStart));
    return { kind: 'event', raw: bytes.subarray(bodyStart, end), receivedMs, eventMs, sensor };
  }
  const value = parseJson(bytes.toString('utf8', start, end));
  if (value === undefined) return undefined;
  // The checksum has shown that these are the bytes this program wrote; their shape is what `toPayload` was given.
  if (header.kind === KIND_POLICY) return { kind: 'policy', receivedMs, change: value as PolicyChange };
  if (header.kind === KIND_FINDING) return { kind: 'finding', receivedMs, finding: value as PluginFinding };
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Time-range reads may pass over an event of another time, and over nothing else. */
export function hasTime(header: FrameHeader): boolean {
  return header.kind === KIND_EVENT && header.eventMs !== 0;
}

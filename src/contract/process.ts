/** One run of a program on a host. All texts are the sensor's, and so an attacker's. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, Patterned, Time } from './scalar.js';

export const Process = Type.Object(
  {
    id: Type.String(),
    host: Type.String(),
    /** `''` for a root process. */
    chainId: Type.String(),
    /** `''` where unknown. */
    parentId: Type.String(),
    pid: Type.Integer(),
    guid: Type.String(),
    image: Type.String(),
    commandLine: Type.String(),
    user: Type.String(),
    integrityLevel: Type.String(),
    hashes: Type.String(),
    parentImage: Type.String(),
    parentCommandLine: Type.String(),
    currentDirectory: Type.String(),
    originalFileName: Type.String(),
    start: Nullable(Time),
    end: Nullable(Time),
    isRoot: Type.Boolean(),
    isPlaceholder: Type.Boolean(),
    points: Type.Number(),
  },
  { $id: 'Process' },
);
export type Process = Static<typeof Process>;

export const ProcessPage = PageOf(Process, 'ProcessPage');
export type ProcessPage = Static<typeof ProcessPage>;

export const PROCESS_IDS_MAX = 200;

/** `GET /chains/{id}/processes`: all of them by page, or with `ids=a,b,c` only those. */
export const ProcessQuery = Type.Object(
  {
    ...PageQuery,
    ids: Type.Optional(
      Patterned('^[0-9a-f,]*$', 'ids of processes, separated by commas', { maxLength: PROCESS_IDS_MAX * 33 }),
    ),
  },
  { additionalProperties: false },
);

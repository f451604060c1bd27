/** Stored processes and chains as the contract shows them. */

import type { ChainRecord, ProcessRecord } from '../../engine/effects.js';
import type { Chain, Process, StartProcess } from '../../contract/index.js';
import { isoOrNull } from './time.js';

export function processShape(record: ProcessRecord): Process {
  return {
    id: record.id,
    host: record.host,
    chainId: record.chainId,
    parentId: record.parentId,
    pid: record.pid,
    guid: record.guid,
    image: record.image,
    commandLine: record.commandLine,
    user: record.user,
    integrityLevel: record.integrityLevel,
    hashes: record.hashes,
    parentImage: record.parentImage,
    parentCommandLine: record.parentCommandLine,
    currentDirectory: record.currentDirectory,
    originalFileName: record.originalFileName,
    start: isoOrNull(record.startMs),
    end: isoOrNull(record.endMs),
    isRoot: record.isRoot,
    isPlaceholder: record.isPlaceholder,
    points: record.points,
  };
}

export function chainShape(chain: ChainRecord, start: ProcessRecord | undefined, isThreat: boolean): Chain {
  return {
    id: chain.id,
    host: chain.host,
    score: chain.score,
    active: chain.active,
    processes: chain.processCount,
    first: isoOrNull(chain.firstMs),
    last: isoOrNull(chain.lastMs),
    isThreat,
    start: start === undefined ? null : startOf(start),
  };
}

function startOf(record: ProcessRecord): StartProcess {
  const { id, image, commandLine, user, hashes, pid, guid } = record;
  return { id, image, commandLine, user, hashes, time: isoOrNull(record.startMs), pid, guid };
}

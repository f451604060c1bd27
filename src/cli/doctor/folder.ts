/** Who may read and write the data folder, what kind of disk it lies on, and how much room is left. */

import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { logFolders, statePath } from '../data-folder.js';
import { reasonOf } from '../reason-of.js';
import { mebibytes, type Finding } from './finding.js';

const topic = 'folder';

/** What the log leaves free for everything else: it takes nothing more below (src/log/event-log.ts). */
const RESERVE_BYTES = 64 * 1024 ** 2;
const ROOM_BYTES = 2 * 1024 ** 3;
const ROOM_PART = 0.1;
const INODES = 1_000;

/** `statfs(2)`. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
]);
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);

/** @returns also whether the folder is there and can be looked into */
export function checkFolder(dataFolder: string): { readonly findings: readonly Finding[]; readonly isUsable: boolean } {
  const hasState = existsSync(statePath(dataFolder));
  if (!hasState && logFolders(dataFolder).length === 0) {
    const says = existsSync(dataFolder) ? `${dataFolder} holds no data` : `${dataFolder} is not there`;
    const advice = 'Name the data folder with --data, or start the server once (chainsight serve).';
    return { findings: [{ topic, grade: 'fail', says, advice }], isUsable: false };
  }
  try {
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (hasState) accessSync(statePath(dataFolder), constants.R_OK | constants.W_OK);
  } catch (error) {
    const says = `${dataFolder} cannot be read and written: ${reasonOf(error)}`;
    const advice = 'Run this with the account of the server, or give that account the right.';
    return { findings: [{ topic, grade: 'fail', says, advice }], isUsable: false };
  }
  return { findings: [checkRights(dataFolder), checkKind(dataFolder), ...checkRoom(dataFolder)], isUsable: true };
}

function checkRights(dataFolder: string): Finding {
  const { mode, uid } = statSync(dataFolder);
  const rights = (mode & 0o777).toString(8);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return {
      topic,
      grade: 'warn',
      says: `others than its owner may enter ${dataFolder} (mode ${rights})`,
      advice: `chmod 700 ${dataFolder}`,
    };
  }
  if (process.getuid?.() !== undefined && process.getuid() !== uid) {
    return {
      topic,
      grade: 'warn',
      says: `${dataFolder} belongs to another account (uid ${uid}) than the one that runs this (uid ${process.getuid()})`,
      advice: 'Files that this account makes may be closed to the server. Run commands with the account of the server.',
    };
  }
  return { topic, grade: 'ok', says: `${dataFolder} is its owner’s alone (mode ${rights})` };
}

function checkKind(dataFolder: string): Finding {
  // Node gives 32 bits with their sign.
  const type = statfsSync(dataFolder).type >>> 0;
  const network = NETWORK.get(type);
  if (network !== undefined) {
    return {
      topic,
      grade: 'warn',
      says: `it lies on a network or user-space file system (${network})`,
      advice: 'The state needs the locks and syncs of a disk of this machine; move the folder to one.',
    };
  }
  if (IN_MEMORY.has(type)) {
    return {
      topic,
      grade: 'warn',
      says: 'it lies in memory',
      advice: 'A restart of the machine loses everything; move it to a disk.',
    };
  }
  return {
    topic,
    grade: 'ok',
    says: 'it lies on a disk of this machine',
    figures: { fileSystem: `0x${type.toString(16)}` },
  };
}

function checkRoom(dataFolder: string): readonly Finding[] {
  const { bavail, blocks, bsize, ffree, files } = statfsSync(dataFolder);
  const freeBytes = bavail * bsize;
  const totalBytes = blocks * bsize;
  const says = `${mebibytes(freeBytes)} of ${mebibytes(totalBytes)} are free`;
  const figures = { freeBytes, totalBytes };
  const found: Finding[] = [];
  if (freeBytes < Math.min(RESERVE_BYTES, totalBytes / 20))
    found.push({
      topic,
      grade: 'fail',
      says,
      advice: 'No events are taken with so little room. Free some; it goes on by itself then.',
      figures,
    });
  else if (freeBytes < ROOM_BYTES || freeBytes < totalBytes * ROOM_PART)
    found.push({
      topic,
      grade: 'warn',
      says,
      advice: 'Free some, or set retention.days or retention.gibibytes.',
      figures,
    });
  else found.push({ topic, grade: 'ok', says, figures });
  // Some file systems make them as needed, and say 0 of 0.
  if (files > 0 && ffree < INODES)
    found.push({
      topic,
      grade: 'warn',
      says: `only ${ffree} more files can be made (inodes)`,
      advice: 'Remove small files from this file system.',
    });
  return found;
}

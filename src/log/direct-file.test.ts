import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_BYTES, blockMemory, isOfBlocks } from './block-memory.js';
import { DirectFile } from './direct-file.js';
import { diskFiles, readFully, writeFully } from './files.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'chainsight-direct-'));
  path = join(folder, 'file');
  await fs.writeFile(path, '');
});

afterEach(() => fs.rm(folder, { recursive: true }));

/** Whether this system has such writes, and the file system of the folder takes them. */
async function hasDirect(): Promise<boolean> {
  const flag: number | undefined = constants.O_DIRECT;
  if (flag === undefined) return false;
  try {
    const handle = await fs.open(path, constants.O_RDWR | flag);
    await handle.close();
    return true;
  } catch {
    return false;
  }
}

/** How many files of the process past the page cache are the file at `path`. */
async function openDirect(): Promise<number> {
  let count = 0;
  for (const fd of await fs.readdir('/proc/self/fd')) {
    const target = await fs.readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (target !== path) continue;
    const flags = /^flags:\s*([0-7]+)$/m.exec(await fs.readFile(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    if ((Number.parseInt(flags ?? '0', 8) & constants.O_DIRECT) !== 0) count++;
  }
  return count;
}

function filled(bytes: number): Buffer {
  const memory = blockMemory(bytes);
  for (let at = 0; at < memory.length; at++) memory[at] = at % 251;
  return memory.subarray(0, bytes);
}

test('whole blocks are known, and nothing else is taken for them', () => {
  const memory = filled(4 * BLOCK_BYTES);
  expect(isOfBlocks(memory, 0, memory.length)).toBe(true);
  expect(isOfBlocks(memory.subarray(BLOCK_BYTES), BLOCK_BYTES, BLOCK_BYTES)).toBe(true);
  expect(isOfBlocks(memory.subarray(1), 0, BLOCK_BYTES)).toBe(false);
  expect(isOfBlocks(memory, 512, BLOCK_BYTES)).toBe(false);
  expect(isOfBlocks(memory, 0, BLOCK_BYTES - 1)).toBe(false);
  expect(isOfBlocks(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES)).toBe(false);
});

test('whole blocks pass the page cache where the file system lets them, and what is read is what was written', async () => {
  const file = await diskFiles.open(path, 'write');
  const bytes = filled(64 * BLOCK_BYTES);
  await writeFully(file, bytes, 0);
  await writeFully(file, Buffer.from('few'), bytes.length);
  await writeFully(file, bytes.subarray(0, 32 * BLOCK_BYTES), bytes.length);
  await file.datasync();
  if (process.platform === 'linux') expect(await openDirect()).toBe((await hasDirect()) ? 1 : 0);
  expect(
    (await readFully(file, 0, 100 * BLOCK_BYTES)).equals(Buffer.concat([bytes, bytes.subarray(0, 32 * BLOCK_BYTES)])),
  ).toBe(true);
  await file.close();
  if (process.platform === 'linux') expect(await openDirect()).toBe(0);
});

test('bytes that are no blocks go through the page cache', async () => {
  const file = await diskFiles.open(path, 'write');
  const bytes = filled(64 * BLOCK_BYTES);
  await writeFully(file, bytes.subarray(1), 0);
  await writeFully(file, bytes, 1);
  const found = await readFully(file, 0, bytes.length + 1);
  expect(found.equals(Buffer.concat([bytes.subarray(1, 2), bytes]))).toBe(true);
  if (process.platform === 'linux') expect(await openDirect()).toBe(0);
  await file.close();
});

test('a write that the file system refuses is left to others, and so is every one after it', async () => {
  const direct = new DirectFile(path);
  let asked = 0;
  const refused = (): never => {
    asked++;
    throw Object.assign(new Error('invalid argument'), { code: 'EINVAL' });
  };
  expect(await direct.write(refused)).toBeUndefined();
  expect(await direct.write(refused)).toBeUndefined();
  expect(asked).toBe((await hasDirect()) ? 1 : 0);
});

test('an error of the disk is an error', async () => {
  if (!(await hasDirect())) return expect(await new DirectFile(path).write(() => 1)).toBeUndefined();
  const direct = new DirectFile(path);
  const failed = (): never => {
    throw Object.assign(new Error('input/output error'), { code: 'EIO' });
  };
  await expect(direct.write(failed)).rejects.toThrow('input/output error');
  expect(await direct.write(() => 'made')).toBe('made');
  await direct.close();
});

test('a file that cannot be opened once more is written to in the other way, and asked again', async () => {
  const direct = new DirectFile(join(folder, 'later'));
  expect(await direct.write(() => 'made')).toBeUndefined();
  await fs.writeFile(join(folder, 'later'), '');
  expect(await direct.write(() => 'made')).toBe((await hasDirect()) ? 'made' : undefined);
  await direct.close();
});

/** `chainsight doctor`: looks at everything that a server depends on, and says what to do. */

import { statfsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { configOption, dataFolderFrom, dataOption, type DataOptions } from '../data-folder.js';
import { checkClock, readClock } from '../doctor/clock.js';
import { checkConfiguration } from '../doctor/configuration.js';
import { checkDisk } from '../doctor/disk.js';
import { worst, type Finding, type Grade } from '../doctor/finding.js';
import { checkFolder } from '../doctor/folder.js';
import { checkIntegrity } from '../doctor/integrity.js';
import { checkPrograms } from '../doctor/versions.js';
import { openOutput, paintFor, visible } from '../output.js';
import { findRunningServer } from '../running-server.js';

interface DoctorOptions extends DataOptions {
  readonly full?: boolean;
  readonly format: 'pretty' | 'json';
}

const EXIT_CODES: Readonly<Record<Grade, number>> = { ok: 0, warn: 1, fail: 2 };
/** A step of the clock shows only in between. */
const CLOCK_MS = 500;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check configuration, data folder, disk, clock, versions and integrity; works beside a running server')
    .addOption(dataOption())
    .addOption(configOption())
    .option('--full', 'compare the checksum of every record in the log, which reads all of it')
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addHelpText(
      'after',
      `
Changes nothing; to measure the disk it writes a file of its own into the data folder, and removes it.
Exit code: 0 all is well, 1 something deserves a look, 2 something is broken.

Examples:
  chainsight doctor --data /var/lib/chainsight
  chainsight doctor --full --format json`,
    )
    .action(async (options: DoctorOptions) => {
      const findings = await examine(options);
      await print(findings, options.format === 'json');
      process.exitCode = EXIT_CODES[worst(findings)];
    });
}

async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const dataFolder = dataFolderFrom(options);
  const start = readClock();
  const { data, config, full: isFull = false } = options;
  const findings = [
    ...checkPrograms(),
    ...checkConfiguration({ data, config, environment: process.env }, start.wallMs),
  ];
  const folder = checkFolder(dataFolder);
  findings.push(...folder.findings);
  let newestMs: number | undefined;
  if (folder.isUsable) {
    const server = await findRunningServer(dataFolder);
    const says = server === undefined ? 'no server has the folder open' : `a server runs at ${server.url}`;
    findings.push({ topic: 'server', grade: 'ok', says });
    const { bavail, bsize } = statfsSync(dataFolder);
    findings.push(...checkDisk(dataFolder, bavail * bsize));
    const integrity = await checkIntegrity({ dataFolder, isFull, isServerRunning: server !== undefined });
    findings.push(...integrity.findings);
    newestMs = integrity.newestMs;
  }
  const left = start.monotonicMs + CLOCK_MS - performance.now();
  if (left > 0) await wait(left);
  return [...findings, ...checkClock(start, readClock(), newestMs)];
}

async function print(findings: readonly Finding[], isJson: boolean): Promise<void> {
  const output = openOutput(undefined);
  if (isJson) await output.write(`${JSON.stringify({ grade: worst(findings), findings }, undefined, 2)}\n`);
  else {
    const paint = paintFor(process.stdout, false);
    const colour = { ok: paint.green, warn: paint.yellow, fail: paint.red };
    for (const { grade, topic, says, advice } of findings) {
      await output.write(`${colour[grade](grade.padEnd(4))}  ${topic.padEnd(13)}  ${visible(says)}\n`);
      if (advice !== undefined) await output.write(`${' '.repeat(21)}→ ${visible(advice)}\n`);
    }
  }
  await output.close();
}

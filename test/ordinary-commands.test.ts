/** Ordinary work on a command line, by itself: no chain of it is a threat with the bundled pack. A whole day of an office is in calibration.test.ts. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scan, type ScanInput } from '../src/app/scan/scan.js';
import { inProcessPlugins } from '../src/cli/judges.js';
import { policyFromOptions } from '../src/cli/policy-options.js';
import type { Event } from '../src/engine/event/event.js';
import { actor, create, type Actor } from './support/events.js';

const SYSTEM = 'C:\\Windows\\System32\\';
const POWERSHELL = `${SYSTEM}WindowsPowerShell\\v1.0\\powershell.exe`;

const lines = readFileSync(new URL('ordinary-commands.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Starts one process after another on a host of its own, so that each line of the list is judged by itself. */
class Host {
  readonly events: Event[] = [];
  constructor(readonly name: string) {}

  start(image: string, commandLine: string, parent?: Started): Started {
    const at = this.events.length;
    const started = { ...actor(`${this.name} ${at}`, at * 1_000, { image, pid: 1_000 + at }), commandLine };
    const told = parent === undefined ? {} : { ParentCommandLine: parent.commandLine };
    this.events.push(create(started, parent, { CommandLine: commandLine, ...told }, { host: this.name }));
    return started;
  }
}

interface Started extends Actor {
  readonly commandLine: string;
}

/** The image of a command: its first word, which lies in the system folder where it says nothing else. */
function imageOf(command: string): string {
  const word = /^(?:"([^"]+)"|(\S+))/.exec(command)!;
  const name = word[1] ?? word[2]!;
  const file = /\.[a-z]{2,4}$/i.test(name) ? name : `${name}.exe`;
  if (/^powershell\.exe$/i.test(file)) return POWERSHELL;
  return file.includes('\\') ? file : `${SYSTEM}${file}`;
}

function eventsOf(line: string, index: number): readonly Event[] {
  const [, parent, command] = line.split('\t') as [string, string, string];
  const host = new Host(`host${index}.corp.example`);
  const desktop = host.start('C:\\Windows\\explorer.exe', 'C:\\Windows\\Explorer.EXE');
  if (parent === 'powershell') {
    host.start(POWERSHELL, `powershell.exe -NoProfile -Command "${command}"`, desktop);
  } else if (parent === 'cmd') {
    const shell = host.start(`${SYSTEM}cmd.exe`, `"cmd.exe" /c ${command}`, desktop);
    for (const part of command.split(' & ')) host.start(imageOf(part), part, shell);
  } else {
    host.start(imageOf(command), command, host.start(parent, `"${parent}"`, desktop));
  }
  return host.events;
}

test('no chain of ordinary command lines is a threat', async () => {
  const { policy, diagnostics } = await policyFromOptions({ rules: [], bundled: true });
  const input: ScanInput = {
    name: 'ordinary',
    decode: async (sink) => {
      for (const each of lines.flatMap(eventsOf)) sink.event(each, undefined);
    },
  };
  const { report } = await scan([input], {
    policy,
    diagnostics,
    plugins: inProcessPlugins(),
    keepHits: false,
    nowMs: () => performance.now(),
  });
  expect(lines.length).toBeGreaterThanOrEqual(230);
  expect(report.summary.hosts).toBe(lines.length);
  expect(
    report.threats.map(({ host, score, evidence }) => ({
      line: lines[Number(/\d+/.exec(host))],
      score,
      evidence: evidence.map(({ key }) => key),
    })),
  ).toEqual([]);
});

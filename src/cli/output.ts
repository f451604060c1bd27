/** Writing to the terminal: data on stdout, everything else on stderr; colours only where a person reads. */

import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { CommandError } from './exit.js';
import { reasonOf } from './reason-of.js';

export interface Output {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Stdout, or a file. A reader that goes away (`| head`) ends the command quietly. */
export function openOutput(path: string | undefined): Output {
  if (path === undefined || path === '-') {
    return {
      async write(text) {
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      },
      async close() {
        if (process.stdout.writableLength === 0) return;
        // Behind all that waits for a slow reader. That it has gone is told elsewhere.
        await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));
      },
    };
  }
  const stream = createWriteStream(path);
  let failure: Error | undefined;
  stream.on('error', (error) => (failure = error));
  const check = (): void => {
    if (failure !== undefined) throw new CommandError(`Cannot write ${path}: ${reasonOf(failure)}.`);
  };
  return {
    async write(text) {
      check();
      if (!stream.write(text)) await drained(stream);
      check();
    },
    async close() {
      await new Promise<void>((resolve) => void stream.end(resolve));
      check();
    },
  };
}

/** Either ends the wait, and takes the other's listener along: there may be a wait for every line. */
function drained(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

const plain = (text: string): string => text;
const ansi =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

export function paintFor(stream: NodeJS.WriteStream, toFile: boolean): Paint {
  const coloured =
    !toFile && (process.env['FORCE_COLOR'] !== undefined || (stream.isTTY && process.env['NO_COLOR'] === undefined));
  if (!coloured) return { bold: plain, dim: plain, red: plain, yellow: plain, green: plain, cyan: plain };
  return {
    bold: ansi(1, 22),
    dim: ansi(2, 22),
    red: ansi(31, 39),
    yellow: ansi(33, 39),
    green: ansi(32, 39),
    cyan: ansi(36, 39),
  };
}

/** Controls, formats, half letters, private ones, line ends of Unicode, and whatever a font draws nothing for. */
const HIDING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Text of an event for a terminal: what controls it, reorders letters or hides is shown by its number, never sent. */
export function visible(text: string): string {
  return text.replace(
    HIDING,
    (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** Cut in the middle to at most `length` characters. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) * 0.7);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}

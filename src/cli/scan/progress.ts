/** How far a scan is: one line on stderr, where that is a terminal. */

import { shortened } from '../output.js';

export interface Progress {
  show(progress: { readonly files: number; readonly events: number; readonly name: string }): void;
  done(): void;
}

export function showProgress(total: number): Progress {
  if (!process.stderr.isTTY) return { show: () => undefined, done: () => undefined };
  return {
    show({ files, events, name }) {
      process.stderr.write(
        `\r\u001b[2K${files}/${total} files, ${events.toLocaleString('en')} events  ${shortened(name, 60)}`,
      );
    },
    done() {
      process.stderr.write('\r\u001b[2K');
    },
  };
}

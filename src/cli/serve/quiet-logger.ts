/** For commands that open the folder for a moment: warnings on stderr as sentences, the rest unsaid. */

import type { ServerLogger } from '../../server/parts.js';

export const quietLogger: ServerLogger = {
  info: () => undefined,
  warn: (_fields, message) => void process.stderr.write(`${message}\n`),
  error: (_fields, message) => void process.stderr.write(`${message}\n`),
};

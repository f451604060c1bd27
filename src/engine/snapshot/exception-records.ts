/** Exceptions as records: those of a policy, and those that an engine remembers. */

import type { Exception, ExceptionScope } from '../score/exception.js';
import type { RecordReader } from './record-reader.js';
import type { RecordWriter } from './record-writer.js';

const SCOPES: readonly ExceptionScope[] = ['hash', 'path', 'commandLine', 'user', 'host', 'rule', 'ancestor'];

export function writeException(records: RecordWriter, exception: Exception): void {
  records.text(exception.id);
  records.uint(SCOPES.indexOf(exception.scope));
  records.text(exception.value);
  records.optionalText(exception.host);
  records.optionalText(exception.rule);
  records.text(exception.reason);
  records.text(exception.author);
  records.number(exception.createdMs);
  records.flag(exception.expiresMs !== undefined);
  if (exception.expiresMs !== undefined) records.number(exception.expiresMs);
}

export function readException(records: RecordReader): Exception {
  return {
    id: records.text(),
    scope: SCOPES[records.below(SCOPES.length)]!,
    value: records.text(),
    host: records.optionalText(),
    rule: records.optionalText(),
    reason: records.text(),
    author: records.text(),
    createdMs: records.number(),
    expiresMs: records.flag() ? records.number() : undefined,
  };
}

import { expect, test } from 'vitest';
import { NOTHING } from '../../../test/support/stored-records.js';
import type { Effects } from '../../engine/effects.js';
import type { Threat } from '../../engine/score/threat.js';
import type { LiveNotice } from '../live-ports.js';
import { NoticeBoard } from './notice-board.js';

type Changed = Partial<Pick<Effects, 'aliases' | 'withdrawn'>> & { readonly threats?: readonly string[] };

/** What is told after such effects are stored. */
function told(board: NoticeBoard, { threats = [], aliases = [], withdrawn = [] }: Changed): readonly LiveNotice[] {
  const notices: LiveNotice[] = [];
  const stop = board.subscribe((notice) => notices.push(notice));
  board.stored({ ...NOTHING, aliases, withdrawn, threats: threats.map((id) => ({ id }) as Threat) });
  stop();
  return notices;
}

const joins = (from: string): Changed => ({ aliases: [{ from, to: 'whole' }] });
const isGone = (id: string): LiveNotice => ({ kind: 'threat-removed', id, into: 'whole' });

test('a chain that joins another is missed where it was a threat', () => {
  const board = new NoticeBoard();
  expect(told(board, joins('quiet'))).toEqual([]);
  expect(told(board, { threats: ['loud'] })).toEqual([{ kind: 'threat', id: 'loud' }]);
  expect(told(board, joins('loud'))).toEqual([isGone('loud')]);
});

test('what was told as gone is not missed again', () => {
  const board = new NoticeBoard();
  board.know(['loud', 'withdrawn']);
  expect(told(board, { withdrawn: ['withdrawn'] })).toHaveLength(1);
  expect(told(board, joins('withdrawn'))).toEqual([]);
  expect(told(board, joins('loud'))).toEqual([isGone('loud')]);
  expect(told(board, joins('loud'))).toEqual([]);
});

test('the threats that changed last are known, and no more than there is room for', () => {
  const board = new NoticeBoard(2);
  board.know(['first', 'second']);
  told(board, { threats: ['first'] });
  told(board, { threats: ['third'] });
  expect(told(board, joins('second'))).toEqual([]);
  expect(told(board, joins('first'))).toEqual([isGone('first')]);
  expect(told(board, joins('third'))).toEqual([isGone('third')]);
});

import { expect, test } from 'vitest';
import { actor, create, EXPLORER } from '../../test/support/events.js';
import { policy, ruleSet } from '../../test/support/rules.js';
import { Engine } from '../engine/engine.js';
import { JUDGES } from '../plugins/index.js';
import { Judges } from './judges.js';

const RISE = 'integrity-rise';
const told: string[] = [];
const tell = (name: string) => (message: string) => void told.push(`${name} ${message}`);
const on = (points?: number) => ({ on: [RISE], settings: points === undefined ? {} : { [RISE]: { points } } });
const OFF = { on: [], settings: {} };

let seconds = 0;
/** A chain of its own, in which the second process rises above the first. */
function rise(engine: Engine): number {
  const [low, high] = [actor(`low${++seconds}`, seconds * 1000), actor(`high${seconds}`, seconds * 1000 + 500)];
  engine.apply(create(low, EXPLORER, { IntegrityLevel: 'Medium' }));
  engine.apply(create(high, low, { IntegrityLevel: 'High' }));
  return lastScore(engine);
}

function lastScore(engine: Engine): number {
  return [...engine.chains()].at(-1)!.score;
}

test('a judge is switched and set between two events, and what it said stands', () => {
  const judges = new Judges(JUDGES, on(7), tell);
  const engine = new Engine(policy(ruleSet([])), { recordEvents: false, plugins: judges.enginePlugins });
  expect(rise(engine)).toBe(7);
  judges.use(on(20));
  expect(rise(engine)).toBe(20);
  judges.use(OFF);
  expect(rise(engine)).toBe(0);
  judges.use(on());
  expect(rise(engine)).toBe(30);
  judges.use(undefined);
  expect(rise(engine)).toBe(7);
  expect([...engine.chains()].map(({ score }) => score)).toEqual([7, 20, 0, 30, 7]);
  expect(told).toEqual([]);
});

test('one that is off takes nothing back of what it said of a process, whatever more is known of it', () => {
  const judges = new Judges(JUDGES, on(7), tell);
  const engine = new Engine(policy(ruleSet([])), { recordEvents: false, plugins: judges.enginePlugins });
  const [low, high] = [actor('low', 9000), actor('high', 9500)];
  engine.apply(create(low, EXPLORER, { IntegrityLevel: 'Medium' }));
  engine.apply(create(high, low, { IntegrityLevel: 'High' }));
  judges.use(OFF);
  // Another report of the same creation: the process is judged anew by those that are on.
  engine.apply(create(low, EXPLORER, { IntegrityLevel: 'High' }, { line: 2 }));
  expect(lastScore(engine)).toBe(7);
});

test('an engine that was made while a judge was off hears it once it is on', () => {
  const judges = new Judges(JUDGES, OFF, tell);
  const engine = new Engine(policy(ruleSet([])), { recordEvents: false, plugins: judges.enginePlugins });
  expect(rise(engine)).toBe(0);
  judges.use(on());
  expect(rise(engine)).toBe(30);
});

test('states are told: on, off, and failed with the reason', () => {
  const judges = new Judges(JUDGES, OFF, tell);
  const state = () => judges.hosted.find(({ name }) => name === RISE)!.status;
  expect(state().state).toBe('off');
  judges.use(on());
  expect(state().state).toBe('on');
  judges.use({ on: [RISE], settings: { [RISE]: { point: 1 } } });
  expect(state()).toMatchObject({ state: 'failed', error: 'there is no setting "point"; there are points' });
  expect(told.splice(0)).toEqual([`${RISE} is off: there is no setting "point"; there are points`]);
});

test('a judge that is started later knows the rules', () => {
  let known = 0;
  const judge = {
    ...JUDGES[0]!,
    settings: {},
    init: () => ({ rulesLoaded: (rules: readonly unknown[]) => void (known = rules.length) }),
  };
  const judges = new Judges([judge], OFF, tell);
  for (const hosted of judges.hosted) hosted.rulesLoaded([{ id: 'a', title: { en: '', zh: '' }, techniques: [] }]);
  expect(known).toBe(0);
  judges.use({ on: [judge.name], settings: {} });
  expect(known).toBe(1);
});

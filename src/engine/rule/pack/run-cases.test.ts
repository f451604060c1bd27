import { describe, expect, test } from 'vitest';
import { techniqueById } from '../../attack/technique.js';
import { caseEvent } from './cases-file.js';
import { loadPack } from './pack.js';
import { runCases } from './run-cases.js';

const RULES = `
rules:
  - {id: reads-lsass, title: x, set: ioa, points: 1, actions: [processaccess], conditions: ['"lsass" in targetimage and grantedaccess & 0x10']}
  - {id: script, title: x, set: ioa, points: 1, eventIds: [4104], conditions: ['"mimikatz" in scriptblocktext']}
  - {id: broken, title: x, set: ioa, points: 1, conditions: ['(']}
profiles:
  - {id: tool, title: x, techniques: [T1059, T1003], atLeast: 2, points: 1}
`;

function run(cases: string): string[] {
  const files = [
    { path: 'pack.yml', text: "{name: a, version: '1.0.0', title: x}" },
    { path: 'x.yml', text: RULES },
    { path: 'x.cases.yml', text: cases },
  ];
  return runCases(loadPack(files, { technique: techniqueById, withCases: true })).map(
    ({ id, passed, expected, got }) => `${passed ? 'pass' : 'FAIL'} ${id}: ${expected}, ${got}`,
  );
}

describe('runCases', () => {
  test.each([
    {
      name: 'a match that is one',
      cases: `reads-lsass: {match: [{name: n, event: {action: processaccess, TargetImage: 'C:\\LSASS.exe', GrantedAccess: '0x1410'}}]}`,
      said: 'pass reads-lsass: match, match',
    },
    {
      name: 'a match that is none',
      cases: `reads-lsass: {match: [{name: n, event: {action: processaccess, TargetImage: 'C:\\x.exe', GrantedAccess: 16}}]}`,
      said: 'FAIL reads-lsass: match, no match',
    },
    {
      name: 'a near miss',
      cases: `reads-lsass: {noMatch: [{name: n, event: {action: processaccess, TargetImage: lsass, GrantedAccess: 0x1000}}]}`,
      said: 'pass reads-lsass: no match, no match',
    },
    {
      name: 'a near miss that matches',
      cases: `reads-lsass: {noMatch: [{name: n, event: {action: processaccess, TargetImage: lsass, GrantedAccess: 16}}]}`,
      said: 'FAIL reads-lsass: no match, match',
    },
    {
      name: 'another action',
      cases: `reads-lsass: {noMatch: [{name: n, event: {action: imageload, TargetImage: lsass, GrantedAccess: 16}}]}`,
      said: 'pass reads-lsass: no match, no match',
    },
    {
      name: 'an event of another channel',
      cases: `script: {match: [{name: n, event: {eventId: 4104, ScriptBlockText: Invoke-Mimikatz}}]}`,
      said: 'pass script: match, match',
    },
    {
      name: 'a rule that did not load',
      cases: `broken: {noMatch: [{name: n, event: {action: imageload}}]}`,
      said: 'FAIL broken: no match, no match (the rule did not load)',
    },
    {
      name: 'a profile that is reached',
      cases: `tool: {match: [{name: n, techniques: [T1059.001, T1003]}]}`,
      said: 'pass tool: match, match',
    },
    {
      name: 'a profile that is not',
      cases: `tool: {match: [{name: n, techniques: [T1059.001, T1059.003]}]}`,
      said: 'FAIL tool: match, no match',
    },
  ])('$name', ({ cases, said }) => {
    expect(run(cases)).toEqual([said]);
  });

  test('tells the error that a condition ended in', () => {
    const [said] = run(`reads-lsass: {match: [{name: n, event: {action: processaccess, TargetImage: lsass}}]}`);
    expect(said).toMatch(/^FAIL reads-lsass: match, no match \(.*grantedaccess.*\)$/);
  });
});

describe('caseEvent', () => {
  test.each([
    {
      name: 'an action alone is an event of Sysmon',
      text: { action: 'ImageLoad', Image: 'x' },
      is: {
        action: 'imageload',
        eventId: 7,
        sensor: 'sysmon',
        channel: 'Microsoft-Windows-Sysmon/Operational',
        provider: 'Microsoft-Windows-Sysmon',
      },
    },
    { name: 'an id of Sysmon', text: { EventID: 22 }, is: { action: 'dnsquery', eventId: 22, sensor: 'sysmon' } },
    {
      name: 'an id of another channel',
      text: { eventId: 4104, Channel: 'Microsoft-Windows-PowerShell/Operational' },
      is: { action: undefined, eventId: 4104, sensor: 'other', channel: 'Microsoft-Windows-PowerShell/Operational' },
    },
    {
      name: 'an id below 30 of another channel',
      text: { eventId: 7, channel: 'System' },
      is: { action: undefined, eventId: 7, sensor: 'other' },
    },
    {
      name: 'a creation that Security reports',
      text: { action: 'processcreate', eventId: '4688', channel: 'Security' },
      is: { action: 'processcreate', eventId: 4688, sensor: 'security' },
    },
    { name: 'a host', text: { action: 'imageload', Computer: 'pc1' }, is: { host: 'pc1' } },
  ])('$name', ({ text, is }) => {
    expect(caseEvent(text, 'x', 1)).toMatchObject(is);
  });

  test('spells known fields as the sensor does and keeps the others', () => {
    const { fields } = caseEvent(
      { action: 'processaccess', sourceprocessGUID: 'a', MyField: 'b', ['__proto__']: 'c' },
      'x',
      1,
    );
    expect(Object.keys(fields)).toEqual(['SourceProcessGuid', 'MyField', '__proto__']);
  });
});

/**
 * ATT&CK's tactics, in the order of its matrix. English names and ids are ATT&CK's; the Chinese ones are ours.
 *
 * © The MITRE Corporation. Reproduced and distributed with the permission of The MITRE Corporation, under the ATT&CK terms of use
 * (NOTICE.md beside this file).
 */

import type { Title } from '../base/title.js';

export interface Tactic {
  /** `TA0002`. */
  readonly id: string;
  /** `execution`: what technique rows and Sigma tags use. */
  readonly shortName: string;
  readonly name: Title;
}

export const TACTICS: readonly Tactic[] = [
  { id: 'TA0043', shortName: 'reconnaissance', name: { en: 'Reconnaissance', zh: '侦察' } },
  { id: 'TA0042', shortName: 'resource-development', name: { en: 'Resource Development', zh: '资源开发' } },
  { id: 'TA0001', shortName: 'initial-access', name: { en: 'Initial Access', zh: '初始访问' } },
  { id: 'TA0002', shortName: 'execution', name: { en: 'Execution', zh: '执行' } },
  { id: 'TA0003', shortName: 'persistence', name: { en: 'Persistence', zh: '持久化' } },
  { id: 'TA0004', shortName: 'privilege-escalation', name: { en: 'Privilege Escalation', zh: '权限提升' } },
  { id: 'TA0005', shortName: 'defense-evasion', name: { en: 'Defense Evasion', zh: '防御规避' } },
  { id: 'TA0006', shortName: 'credential-access', name: { en: 'Credential Access', zh: '凭据访问' } },
  { id: 'TA0007', shortName: 'discovery', name: { en: 'Discovery', zh: '发现' } },
  { id: 'TA0008', shortName: 'lateral-movement', name: { en: 'Lateral Movement', zh: '横向移动' } },
  { id: 'TA0009', shortName: 'collection', name: { en: 'Collection', zh: '收集' } },
  { id: 'TA0011', shortName: 'command-and-control', name: { en: 'Command and Control', zh: '命令与控制' } },
  { id: 'TA0010', shortName: 'exfiltration', name: { en: 'Exfiltration', zh: '数据渗出' } },
  { id: 'TA0040', shortName: 'impact', name: { en: 'Impact', zh: '影响' } },
];

const BY_SHORT_NAME: ReadonlyMap<string, Tactic> = new Map(TACTICS.map((tactic) => [tactic.shortName, tactic]));

export function tacticByShortName(shortName: string): Tactic | undefined {
  return BY_SHORT_NAME.get(shortName);
}

import { describe, expect, test } from 'vitest';
import { bareEvent } from '../../../../../test/support/sigma-trial.js';
import type { Event } from '../../../event/event.js';
import { isReached } from '../../condition-reach.js';
import { eventKind } from '../../event-kind.js';
import { fieldTestHolds } from '../plain/plain-match.js';
import { eventView } from './event-view.js';
import { logSourceReach } from './log-source-reach.js';

const SYSMON = {
  provider: 'Microsoft-Windows-Sysmon',
  channel: 'Microsoft-Windows-Sysmon/Operational',
  sensor: 'sysmon',
} as const;
const POWERSHELL = {
  provider: 'Microsoft-Windows-PowerShell',
  channel: 'Microsoft-Windows-PowerShell/Operational',
} as const;
const LINUX = { provider: 'Linux-Sysmon', channel: 'Linux-Sysmon/Operational', sensor: 'sysmon' } as const;

function event(about: Partial<Event>): Event {
  return { ...bareEvent({}), ...about };
}

function reaches(source: string, one: Event): boolean {
  const [product, category, service] = source.split('/').map((part) => (part === '-' ? undefined : part));
  const reach = logSourceReach({ product, category, service, definition: '' });
  return (
    isReached({ ...reach, clauses: [] }, eventKind(one)) &&
    reach.tests.every((each) => fieldTestHolds(each, eventView(one, reach.fieldNames)))
  );
}

const create = event({ ...SYSMON, action: 'processcreate', eventId: 1 });
const security4688 = event({
  provider: 'Microsoft-Windows-Security-Auditing',
  channel: 'Security',
  sensor: 'security',
  action: 'processcreate',
  eventId: 4688,
});
const key = (EventType?: string): Event =>
  event({ ...SYSMON, action: 'registryadd', eventId: 12, fields: EventType === undefined ? {} : { EventType } });

describe('logSourceReach', () => {
  test.each<{ source: string; yes: Event[]; no: Event[] }>([
    {
      source: 'windows/process_creation/-',
      yes: [create, security4688],
      no: [
        event({ ...SYSMON, action: 'processterminal', eventId: 5 }),
        event({ ...LINUX, action: 'processcreate', eventId: 1 }),
      ],
    },
    { source: 'windows/-/sysmon', yes: [create], no: [security4688] },
    {
      source: 'windows/-/security',
      yes: [
        security4688,
        event({ channel: 'security', eventId: 4624 }),
        event({ provider: 'Microsoft-Windows-Security-Auditing', eventId: 4624 }),
      ],
      no: [create],
    },
    {
      source: 'windows/-/-',
      yes: [create, security4688, event({ channel: 'Application', eventId: 1 }), event({})],
      no: [event({ ...LINUX, action: 'processcreate', eventId: 1 })],
    },
    {
      source: 'windows/registry_event/-',
      yes: [
        key('CreateKey'),
        event({ ...SYSMON, action: 'registryvalueset', eventId: 13 }),
        event({ ...SYSMON, action: 'registryobjectset', eventId: 14 }),
      ],
      no: [create],
    },
    {
      source: 'windows/registry_add/-',
      yes: [key('CreateKey'), key('createkey'), key()],
      no: [key('DeleteKey'), key('DeleteValue'), event({ ...SYSMON, action: 'registryvalueset', eventId: 13 })],
    },
    { source: 'windows/registry_delete/-', yes: [key('DeleteKey'), key('DeleteValue'), key()], no: [key('CreateKey')] },
    {
      source: 'windows/registry_set/-',
      yes: [event({ ...SYSMON, action: 'registryvalueset', eventId: 13 })],
      no: [key('CreateKey')],
    },
    {
      source: 'windows/registry_rename/-',
      yes: [event({ ...SYSMON, action: 'registryobjectset', eventId: 14 })],
      no: [key('CreateKey')],
    },
    {
      source: 'windows/pipe_created/-',
      yes: [
        event({ ...SYSMON, action: 'pipecreate', eventId: 17 }),
        event({ ...SYSMON, action: 'pipeconnect', eventId: 18 }),
      ],
      no: [create],
    },
    {
      source: 'windows/file_delete/-',
      yes: [
        event({ ...SYSMON, action: 'filedelete', eventId: 23 }),
        event({ ...SYSMON, action: 'filedeletedetected', eventId: 26 }),
      ],
      no: [create],
    },
    {
      source: 'windows/sysmon_status/-',
      yes: [
        event({ ...SYSMON, action: 'sensorstate', eventId: 4 }),
        event({ ...SYSMON, action: 'sensorstate', eventId: 16 }),
      ],
      no: [event({ ...SYSMON, action: 'sensorstate', eventId: 255 })],
    },
    {
      source: 'windows/sysmon_error/-',
      yes: [event({ ...SYSMON, action: 'sensorstate', eventId: 255 })],
      no: [event({ ...SYSMON, action: 'sensorstate', eventId: 4 })],
    },
    {
      source: 'windows/ps_script/-',
      yes: [event({ ...POWERSHELL, eventId: 4104 }), event({ channel: 'PowerShellCore/Operational', eventId: 4104 })],
      no: [event({ ...POWERSHELL, eventId: 4103 }), event({ channel: 'Application', eventId: 4104 })],
    },
    {
      source: 'windows/ps_module/-',
      yes: [event({ ...POWERSHELL, eventId: 4103 })],
      no: [event({ ...POWERSHELL, eventId: 4104 })],
    },
    {
      source: 'windows/ps_classic_start/-',
      yes: [event({ channel: 'Windows PowerShell', eventId: 400 }), event({ provider: 'PowerShell', eventId: 400 })],
      no: [event({ channel: 'Windows PowerShell', eventId: 600 }), event({ channel: 'System', eventId: 400 })],
    },
    {
      source: 'windows/-/powershell',
      yes: [event({ ...POWERSHELL, eventId: 53504 })],
      no: [event({ channel: 'Windows PowerShell', eventId: 400 })],
    },
    {
      source: 'windows/-/system',
      yes: [event({ channel: 'System', eventId: 7045 }), event({ provider: 'Service Control Manager', eventId: 7045 })],
      no: [event({ channel: 'Security', eventId: 4697 })],
    },
    {
      source: 'windows/-/applocker',
      yes: [event({ channel: 'Microsoft-Windows-AppLocker/EXE and DLL', eventId: 8004 })],
      no: [create],
    },
    {
      source: 'windows/-/dns-client',
      yes: [
        event({ channel: 'Microsoft-Windows-DNS-Client/Operational', eventId: 3008 }),
        event({ channel: 'Microsoft-Windows-DNS Client Events/Operational', eventId: 3008 }),
      ],
      no: [create],
    },
    {
      source: 'windows/-/servicebus-client',
      yes: [
        event({ channel: 'Microsoft-ServiceBus-Client/Admin', eventId: 40300 }),
        event({ channel: 'Microsoft-ServiceBus-Client/Operational', eventId: 40300 }),
      ],
      no: [create],
    },
    {
      source: 'windows/-/microsoft-servicebus-client',
      yes: [event({ channel: 'Microsoft-ServiceBus-Client/Admin', eventId: 40301 })],
      no: [create],
    },
    {
      source: 'windows/-/hyper-v-worker',
      yes: [event({ channel: 'Microsoft-Windows-Hyper-V-Worker-Admin', eventId: 18590 })],
      no: [create],
    },
    {
      source: '-/antivirus/-',
      yes: [event({ channel: 'Microsoft-Windows-Windows Defender/Operational', eventId: 1116 })],
      no: [event({ channel: 'Microsoft-Windows-Windows Defender/Operational', eventId: 5001 }), create],
    },
    {
      source: '-/process_creation/-',
      yes: [create, event({ ...LINUX, action: 'processcreate', eventId: 1 })],
      no: [key('CreateKey')],
    },
    {
      source: 'linux/process_creation/-',
      yes: [
        event({ ...LINUX, action: 'processcreate', eventId: 1 }),
        event({ action: 'processcreate', fields: { Image: '/usr/bin/id' } }),
      ],
      no: [create, event({ action: 'processcreate', fields: { Image: 'C:\\x.exe' } })],
    },
    {
      source: 'macos/process_creation/-',
      yes: [event({ action: 'processcreate', fields: { Image: '/usr/bin/id' } })],
      no: [create, event({ ...LINUX, action: 'processcreate', eventId: 1 })],
    },
    { source: 'linux/-/-', yes: [event({ ...LINUX, action: 'filecreate', eventId: 11 })], no: [create] },
    {
      source: 'aws/-/cloudtrail',
      yes: [event({ provider: 'aws.cloudtrail' }), event({ channel: 'cloudtrail' })],
      no: [create, event({ provider: 'aws' })],
    },
    { source: '-/proxy/-', yes: [event({ channel: 'proxy' })], no: [create] },
    { source: 'linux/-/sshd', yes: [], no: [create, event({ ...LINUX, action: 'processcreate', eventId: 1 })] },
  ])('$source', ({ source, yes, no }) => {
    for (const one of yes)
      expect([source, eventKind(one), reaches(source, one)]).toEqual([source, eventKind(one), true]);
    for (const one of no)
      expect([source, eventKind(one), reaches(source, one)]).toEqual([source, eventKind(one), false]);
  });

  test.each([
    ['windows/process_creation/-', true],
    ['windows/-/security', true],
    ['windows/-/-', true],
    ['linux/file_event/-', true],
    ['macos/process_creation/-', true],
    ['windows/file_rename/-', false],
    ['windows/-/no-such-service', false],
    ['linux/-/auditd', false],
    ['linux/registry_set/-', false],
    ['aws/-/cloudtrail', false],
    ['okta/-/-', false],
    ['-/webserver/-', false],
  ])('whether events of %s can come: %s', (source, isKnown) => {
    const [product, category, service] = source.split('/').map((part) => (part === '-' ? undefined : part));
    expect(logSourceReach({ product, category, service, definition: '' }).isKnown).toBe(isKnown);
  });

  test.each(['\0', 'null', ''])('a category %j that is none of ours is not taken for a missing one', (category) => {
    const channels = (asked: string | undefined): number | undefined =>
      logSourceReach({ product: 'p', category: asked, service: 's', definition: '' }).channels?.size;
    expect([channels(category), channels(undefined)]).toEqual([0, 5]);
  });

  test('an antivirus rule reads what Defender calls threat and path', () => {
    const { fieldNames } = logSourceReach({
      product: undefined,
      category: 'antivirus',
      service: undefined,
      definition: '',
    });
    const view = eventView(event({ fields: { 'Threat Name': 'Trojan', Path: 'c:\\x' } }), fieldNames);
    expect([view.value('Signature'), view.value('Filename'), view.value('ThreatName')]).toEqual([
      'Trojan',
      'c:\\x',
      'Trojan',
    ]);
  });
});

/** What kind of event a record is: the original's action names, from Sysmon's event ids. Table: docs/reference/events.md */

export const ACTIONS = [
  'processcreate',
  'filecreatetimechange',
  'networkconnect',
  'sensorstate',
  'processterminal',
  'driverload',
  'imageload',
  'createremotethread',
  'rawaccessread',
  'processaccess',
  'filecreate',
  'registryadd',
  'registryvalueset',
  'registryobjectset',
  'filecreatestreamhash',
  'pipecreate',
  'pipeconnect',
  'wmievent',
  'dnsquery',
  'filedelete',
  'clipboardchange',
  'processtampering',
  'filedeletedetected',
  'fileblockexecutable',
  'fileblockshredding',
  'fileexecutabledetected',
] as const;

export type Action = (typeof ACTIONS)[number];

/** Source: Sysmon schema 4.91, event ids 1–29 and 255. */
const SYSMON_ACTIONS: ReadonlyMap<number, Action> = new Map<number, Action>([
  [1, 'processcreate'],
  [2, 'filecreatetimechange'],
  [3, 'networkconnect'],
  [4, 'sensorstate'],
  [5, 'processterminal'],
  [6, 'driverload'],
  [7, 'imageload'],
  [8, 'createremotethread'],
  [9, 'rawaccessread'],
  [10, 'processaccess'],
  [11, 'filecreate'],
  [12, 'registryadd'],
  [13, 'registryvalueset'],
  [14, 'registryobjectset'],
  [15, 'filecreatestreamhash'],
  [16, 'sensorstate'],
  [17, 'pipecreate'],
  [18, 'pipeconnect'],
  [19, 'wmievent'],
  [20, 'wmievent'],
  [21, 'wmievent'],
  [22, 'dnsquery'],
  [23, 'filedelete'],
  [24, 'clipboardchange'],
  [25, 'processtampering'],
  [26, 'filedeletedetected'],
  [27, 'fileblockexecutable'],
  [28, 'fileblockshredding'],
  [29, 'fileexecutabledetected'],
  [255, 'sensorstate'],
]);

export function sysmonAction(eventId: number): Action | undefined {
  return SYSMON_ACTIONS.get(eventId);
}

const KNOWN: ReadonlySet<string> = new Set(ACTIONS);

export function isAction(text: string): text is Action {
  return KNOWN.has(text);
}

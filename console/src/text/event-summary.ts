/** Which fields of an event say most, by its action: what a line of the event list shows. Pure. */

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  processcreate: ['CommandLine', 'ParentImage'],
  processterminal: ['Image'],
  networkconnect: ['DestinationIp', 'DestinationPort', 'DestinationHostname', 'Protocol'],
  dnsquery: ['QueryName', 'QueryResults'],
  imageload: ['ImageLoaded', 'Signature'],
  driverload: ['ImageLoaded', 'Signature'],
  createremotethread: ['TargetImage', 'StartModule', 'StartFunction'],
  processaccess: ['TargetImage', 'GrantedAccess', 'CallTrace'],
  rawaccessread: ['Device'],
  filecreate: ['TargetFilename'],
  filecreatetimechange: ['TargetFilename', 'PreviousCreationUtcTime'],
  filecreatestreamhash: ['TargetFilename', 'Contents'],
  filedelete: ['TargetFilename'],
  filedeletedetected: ['TargetFilename'],
  fileblockexecutable: ['TargetFilename'],
  fileblockshredding: ['TargetFilename'],
  fileexecutabledetected: ['TargetFilename'],
  registryadd: ['EventType', 'TargetObject'],
  registryvalueset: ['TargetObject', 'Details'],
  registryobjectset: ['TargetObject', 'NewName'],
  pipecreate: ['PipeName'],
  pipeconnect: ['PipeName'],
  wmievent: ['EventType', 'Operation', 'Name', 'Query', 'Destination'],
  clipboardchange: ['ClientInfo'],
  processtampering: ['Type', 'Image'],
};

/** For channels that no action stands for: PowerShell, services, tasks. */
const OTHERS = ['ScriptBlockText', 'Payload', 'ServiceName', 'ImagePath', 'TaskName', 'Image', 'TargetUserName'];
const SHOWN = 3;
const DASH = '-';

/** Up to three values, joined by a middle dot; `''` where the event has none of the fields. An attacker's text: show it as such. */
export function summaryOfEvent(action: string | null, fields: Readonly<Record<string, unknown>> | null): string {
  if (fields === null) return '';
  const names = action !== null && Object.hasOwn(FIELDS, action) ? (FIELDS[action] ?? []) : OTHERS;
  const values: string[] = [];
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? textOfValue(fields[name]) : '';
    if (value !== '' && value !== DASH && values.length < SHOWN) values.push(value);
  }
  return values.join(' · ');
}

/** A field's value as text: what is no text is shown as JSON. */
export function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * PowerShell's records as shippers leave them that keep the rendered message and not the data: the data of the classic log (400, 600, 800)
 * have no names, so NXLog and many scripts drop them; Elastic's module takes them apart, and those of 4103.
 */

/** No message that Windows renders comes near; what is longer is not searched. */
const CHARS_MAX = 262_144;

const CLASSIC = 'PowerShell';
const MODULE_LOGGING = 4103;
const PIPELINE = 800;

/** Adds what is missing. Only the provider's own records are looked at, and only names of Windows' are assigned. */
export function completePowerShell(
  fields: Record<string, unknown>,
  provider: string,
  eventId: number,
  message: unknown,
): void {
  if (provider === CLASSIC) {
    if (fields['Data'] !== undefined) return;
    const data = isMessage(message) ? classicData(message, eventId) : undefined;
    if (data !== undefined) fields['Data'] = data;
  } else if (eventId === MODULE_LOGGING && provider === 'Microsoft-Windows-PowerShell') {
    if (fields['Payload'] !== undefined || fields['ContextInfo'] !== undefined || !isMessage(message)) return;
    Object.assign(fields, pipelineData(message));
  }
}

function isMessage(message: unknown): message is string {
  return typeof message === 'string' && message.length <= CHARS_MAX;
}

/** The block of `Name=value` lines, which is the last of the data; of 800 also the command line before it and the details behind. */
function classicData(message: string, eventId: number): string[] | undefined {
  const [head = '', ...data] = message.split(/\r?\n\r?\n(?:Context Information|Details): ?\r?\n/, 3);
  if (data.length === 0) return undefined;
  if (eventId !== PIPELINE) return data;
  const line = head.slice(head.indexOf(': ') + 2).trimEnd();
  return [line.endsWith('.') ? line.slice(0, -1) : line, ...data];
}

/** What the message of 4103 is made of: payload, context, the user's data. */
function pipelineData(message: string): Record<string, string> | undefined {
  const context = /\r?\n\r?\n\r?\nContext:\r?\n/.exec(message);
  if (context === null) return undefined;
  const rest = message.slice(context.index + context[0].length);
  const end = rest.search(/\r?\n\r?\n\r?\nUser Data:/);
  return { Payload: message.slice(0, context.index), ContextInfo: end === -1 ? rest : rest.slice(0, end) };
}

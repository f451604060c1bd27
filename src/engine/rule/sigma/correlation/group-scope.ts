/** What the names in `group-by` stand for besides fields, and when a group is one host's. docs/reference/sigma-correlation.md */

/** Names that are no fields: the chain, the process and the host that the event is attached to. An alias of the same name wins. */
export const GROUP_SCOPES = ['chain', 'process', 'host'] as const;
export type GroupScope = (typeof GROUP_SCOPES)[number];

/** Names under which rules mean the machine that an event is about: one machine has several spellings, `host` joins them. */
const HOST_NAMES: ReadonlySet<string> = new Set(['host', 'computer', 'computername', 'hostname', 'host.name']);

export function groupScopeOf(name: string): GroupScope | undefined {
  const lower = name.toLowerCase();
  if (lower === 'chain' || lower === 'process') return lower;
  return HOST_NAMES.has(lower) ? 'host' : undefined;
}

/**
 * Fields whose values mean the same on every host of a network: addresses, other machines, accounts that log on, contents of files. A group by
 * one of them spans hosts. Others (a process id, a path, `NT AUTHORITY\SYSTEM`) mean something else on each host.
 */
const SPANNING: ReadonlySet<string> = new Set(
  [
    'ipaddress sourceip destinationip sourceaddress destaddress clientaddress clientip client_ip srcip dstip src_ip dst_ip',
    'c-ip s-ip cs-host source.ip destination.ip source.address destination.address client.ip server.ip host.ip',
    'sourcehostname destinationhostname workstationname workstation targetservername clientmachine remotename',
    'targetusername targetusersid targetsid targetoutboundusername membername membersid samaccountname userprincipalname',
    'useridentity.arn useridentity.principalid user.email user.id sourceipaddress',
    'hashes hash md5 sha1 sha256 imphash file.hash.sha256 queryname query dns.question.name c-uri',
  ].flatMap((line) => line.split(' ')),
);

export function isSpanning(field: string): boolean {
  return SPANNING.has(field.toLowerCase().replaceAll(' ', ''));
}

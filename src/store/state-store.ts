/** The state of a data folder: one SQLite file behind the ports of `src/app`. Rebuilt from the log but for people, tokens, verdicts, hunts and the audit log. */

import type { AccessStore } from '../app/access-ports.js';
import type { HuntStore } from '../app/hunt-ports.js';
import type { EffectStore } from '../app/ports.js';
import type { StateQueries } from '../app/query-ports.js';
import { AuditTable } from './access/audit-table.js';
import { EnrolmentTable } from './access/enrolment-table.js';
import { FactTable } from './access/fact-table.js';
import { TokenTable } from './access/token-table.js';
import { UserTable } from './access/user-table.js';
import { ChainIds } from './chain-ids.js';
import { ChainTable } from './chain-table.js';
import { Database } from './database.js';
import { EffectWriter } from './effect-writer.js';
import { HostTable } from './host-table.js';
import { HuntTable } from './hunt-table.js';
import { MIGRATIONS } from './schema.js';
import { StateRetention } from './state-retention.js';
import { ThreatTable } from './threat-table.js';

export interface StateStore {
  readonly effects: EffectStore;
  readonly queries: StateQueries;
  readonly access: AccessStore;
  readonly hunts: HuntStore;
  readonly retention: StateRetention;
  close(): void;
}

/**
 * @param partition  whose effects it takes; several partitions may have the same state open, each through a store of its own
 * @throws AppError `STORE_UNREADABLE`, `STORE_TOO_NEW`
 */
export function openStateStore(path: string, partition = 0): StateStore {
  return storeOn(new Database(path), partition);
}

/**
 * The same for whoever changes nothing, also where nothing can be written.
 *
 * @throws AppError `STORE_UNREADABLE`, `STORE_TOO_NEW`
 */
export function openStateToRead(path: string): Pick<StateStore, 'queries' | 'access' | 'close'> {
  return storeOn(new Database(path, MIGRATIONS, true), 0);
}

function storeOn(database: Database, partition: number): StateStore {
  const ids = new ChainIds(database);
  return {
    effects: new EffectWriter(database, partition),
    queries: queriesOf(new ThreatTable(database, ids), new ChainTable(database, ids), new HostTable(database)),
    access: accessOf(
      new UserTable(database),
      new TokenTable(database),
      new EnrolmentTable(database),
      new AuditTable(database),
      new FactTable(database),
    ),
    hunts: new HuntTable(database),
    retention: new StateRetention(database, partition),
    close: () => database.close(),
  };
}

function queriesOf(threats: ThreatTable, chains: ChainTable, hosts: HostTable): StateQueries {
  return {
    threats: (filter, page) => threats.threats(filter, page),
    threat: (id) => threats.threat(id),
    decide: (id, change, by, nowMs, revision) => threats.decide(id, change, by, nowMs, revision),
    removeThreat: (id) => threats.removeThreat(id),
    threatCounts: () => threats.threatCounts(),
    topTechniques: (limit) => threats.topTechniques(limit),
    chain: (id) => chains.chain(id),
    chainProcesses: (chainId, page) => chains.chainProcesses(chainId, page),
    processes: (ids) => chains.processes(ids),
    treeRows: (chainId, limit) => chains.treeRows(chainId, limit),
    processEvents: (processId, filter, page) => chains.processEvents(processId, filter, page),
    hosts: (text, page) => hosts.hosts(text, page),
    host: (name) => hosts.host(name),
    hostStream: (name) => hosts.hostStream(name),
    knownHosts: () => hosts.knownHosts(),
    hostCounts: (heardSinceMs, listening) => hosts.hostCounts(heardSinceMs, listening),
    silentHosts: (listening, limit) => hosts.silentHosts(listening, limit),
    foremostHosts: (sinceMs, limit) => hosts.foremostHosts(sinceMs, limit),
    volume: (fromMs, toMs, bucketMs, host) => hosts.volume(fromMs, toMs, bucketMs, host),
    loudestHosts: (fromMs, toMs, bucketMs, limit) => hosts.loudestHosts(fromMs, toMs, bucketMs, limit),
    eventCounts: () => hosts.eventCounts(),
  };
}

function accessOf(
  users: UserTable,
  tokens: TokenTable,
  enrolments: EnrolmentTable,
  audit: AuditTable,
  facts: FactTable,
): AccessStore {
  return {
    users: () => users.users(),
    user: (name) => users.user(name),
    addUser: (user) => users.addUser(user),
    changeUser: (name, change) => users.changeUser(name, change),
    removeUser: (name) => users.removeUser(name),
    addSession: (session) => users.addSession(session),
    session: (idHash) => users.session(idHash),
    removeSession: (idHash) => users.removeSession(idHash),
    removeSessionsOf: (user) => users.removeSessionsOf(user),
    removeSessionsExpired: (nowMs) => users.removeSessionsExpired(nowMs),
    tokens: () => tokens.tokens(),
    tokenByHash: (secretHash) => tokens.tokenByHash(secretHash),
    addToken: (token) => tokens.addToken(token),
    removeToken: (id) => tokens.removeToken(id),
    touchToken: (id, usedMs) => tokens.touchToken(id, usedMs),
    enrolments: () => enrolments.enrolments(),
    enrolmentByHash: (codeHash) => enrolments.enrolmentByHash(codeHash),
    addEnrolment: (enrolment) => enrolments.addEnrolment(enrolment),
    useEnrolment: (id, nowMs) => enrolments.useEnrolment(id, nowMs),
    removeEnrolment: (id) => enrolments.removeEnrolment(id),
    addAudit: (entry) => audit.addAudit(entry),
    audit: (filter, page) => audit.audit(filter, page),
    fact: (name) => facts.fact(name),
    setFact: (name, value) => facts.setFact(name, value),
  };
}

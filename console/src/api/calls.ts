/** The addresses of the server, one function each. Shapes: `src/contract`. */

import type {
  AuditPage,
  ChainTree,
  Exception,
  ExceptionPage,
  ExceptionRequest,
  HostDetail,
  HostPage,
  Hunt,
  HuntChainPage,
  HuntPage,
  HuntRequest,
  PasswordChange,
  PluginList,
  ProcessPage,
  Role,
  Rule,
  RulePage,
  RuleQuery,
  RulesStatus,
  SampleAnswer,
  Session,
  SetupRequest,
  SetupState,
  SignIn,
  Statistics,
  StoredEventPage,
  Threat,
  ThreatChange,
  ThreatPage,
  ThreatQuery,
  TokenCreated,
  TokenPage,
  TokenRequest,
  User,
  UserPage,
  UserRequest,
} from '../../../src/contract/index.js';
import { request } from './http.js';

type Signal = AbortSignal | undefined;
const part = encodeURIComponent;

export const getSetup = (): Promise<SetupState> => request('GET', '/setup');
export const postSetup = (body: SetupRequest): Promise<Session> => request('POST', '/setup', { body });
export const getSession = (): Promise<Session> => request('GET', '/session');
export const postSignIn = (body: SignIn): Promise<Session> => request('POST', '/sign-in', { body });
export const putPassword = (body: PasswordChange): Promise<void> => request('PUT', '/session/password', { body });
export const deleteSignIn = (): Promise<void> => request('DELETE', '/sign-in');

export const getStatistics = (
  query: { from?: string | undefined; to?: string | undefined },
  signal?: Signal,
): Promise<Statistics> => request('GET', '/statistics', { query, signal });
export const getHosts = (
  query: { limit?: number; cursor?: string; text?: string },
  signal?: Signal,
): Promise<HostPage> => request('GET', '/hosts', { query, signal });
export const getHost = (name: string, signal?: Signal): Promise<HostDetail> =>
  request('GET', `/hosts/${part(name)}`, { signal });
export const deleteHost = (name: string): Promise<void> => request('DELETE', `/hosts/${part(name)}`);
export const postSamples = (): Promise<SampleAnswer> => request('POST', '/samples');
export const deleteSamples = (): Promise<void> => request('DELETE', '/samples');

export const getThreats = (query: ThreatQuery, signal?: Signal): Promise<ThreatPage> =>
  request('GET', '/threats', { query, signal });
export const getThreat = (id: string, signal?: Signal): Promise<Threat> =>
  request('GET', `/threats/${part(id)}`, { signal });
export const patchThreat = (id: string, body: ThreatChange, revision: number | undefined): Promise<Threat> =>
  request('PATCH', `/threats/${part(id)}`, { body, revision });
export const deleteThreat = (id: string): Promise<void> => request('DELETE', `/threats/${part(id)}`);

export const getTree = (id: string, signal?: Signal): Promise<ChainTree> =>
  request('GET', `/chains/${part(id)}/tree`, { signal });
export const getProcesses = (chainId: string, ids: readonly string[], signal?: Signal): Promise<ProcessPage> =>
  request('GET', `/chains/${part(chainId)}/processes`, { query: { ids: ids.join(',') }, signal });
export const getEvents = (
  processId: string,
  query: { limit?: number | undefined; cursor?: string | undefined; action?: string | undefined },
  signal?: Signal,
): Promise<StoredEventPage> => request('GET', `/processes/${part(processId)}/events`, { query, signal });
export const getRules = (query: RuleQuery, signal?: Signal): Promise<RulePage> =>
  request('GET', '/rules', { query, signal });
export const getRulesStatus = (signal?: Signal): Promise<RulesStatus> => request('GET', '/rules/status', { signal });
export const postRulesReload = (): Promise<RulesStatus> => request('POST', '/rules/reload');
export const getRule = (id: string, signal?: Signal): Promise<Rule> => request('GET', `/rules/${part(id)}`, { signal });

export const getExceptions = (
  query: { scope?: Exception['scope'] | undefined; limit?: number; cursor?: string },
  signal?: Signal,
): Promise<ExceptionPage> => request('GET', '/exceptions', { query, signal });
export const postException = (body: ExceptionRequest): Promise<Exception> => request('POST', '/exceptions', { body });
export const deleteException = (id: string): Promise<void> => request('DELETE', `/exceptions/${part(id)}`);

export const getHunts = (signal?: Signal): Promise<HuntPage> => request('GET', '/hunts', { signal });
export const postHunt = (body: HuntRequest): Promise<Hunt> => request('POST', '/hunts', { body });
export const getHunt = (id: string, signal?: Signal): Promise<Hunt> => request('GET', `/hunts/${part(id)}`, { signal });
export const getHuntChains = (id: string, cursor: string | undefined, signal?: Signal): Promise<HuntChainPage> =>
  request('GET', `/hunts/${part(id)}/chains`, { query: { cursor }, signal });
export const getHuntChain = (id: string, chainId: string, signal?: Signal): Promise<Threat> =>
  request('GET', `/hunts/${part(id)}/chains/${part(chainId)}`, { signal });
export const deleteHunt = (id: string): Promise<void> => request('DELETE', `/hunts/${part(id)}`);

export const getPlugins = (signal?: Signal): Promise<PluginList> => request('GET', '/plugins', { signal });

export const getUsers = (signal?: Signal): Promise<UserPage> => request('GET', '/users', { signal });
export const postUser = (body: UserRequest): Promise<User> => request('POST', '/users', { body });
export const patchUser = (name: string, body: { role?: Role; password?: string }): Promise<User> =>
  request('PATCH', `/users/${part(name)}`, { body });
export const deleteUser = (name: string): Promise<void> => request('DELETE', `/users/${part(name)}`);
export const getTokens = (signal?: Signal): Promise<TokenPage> => request('GET', '/tokens', { signal });
export const postToken = (body: TokenRequest): Promise<TokenCreated> => request('POST', '/tokens', { body });
export const deleteToken = (id: string): Promise<void> => request('DELETE', `/tokens/${part(id)}`);
export const getAudit = (
  query: { cursor?: string | undefined; who?: string; action?: string },
  signal?: Signal,
): Promise<AuditPage> => request('GET', '/audit', { query, signal });

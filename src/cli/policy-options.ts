/** `--rules`, `--no-bundled` and `--policy`, the same for every command that takes them. */

import { readFile } from 'node:fs/promises';
import { parsePolicy } from '../app/policy/policy-file.js';
import { formatDiagnostic, type Diagnostic } from '../engine/base/diagnostic.js';
import { DEFAULT_POLICY, type Policy, type PolicyLists } from '../engine/policy.js';
import { createRuleSet, type RuleProfile } from '../engine/rule/index.js';
import { reasonOf } from './reason-of.js';
import { CommandError } from './exit.js';
import { loadPacks } from './pack-files.js';
import { bundledPackPath } from './program-root.js';

export interface PolicyOptions {
  readonly rules: readonly string[];
  readonly bundled: boolean;
  readonly policy?: string;
  readonly ruleProfile?: readonly RuleProfile[];
}

/** @throws CommandError if the policy file is faulty, a folder cannot be read, or no rule at all is left */
export async function policyFromOptions(options: PolicyOptions): Promise<LoadedPolicy> {
  const loaded = await loadPolicy(options);
  tellErrors(loaded.diagnostics);
  return loaded;
}

export interface LoadedPolicy {
  readonly policy: Policy;
  readonly diagnostics: readonly Diagnostic[];
}

export function tellErrors(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'error') process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
}

/** The same without telling on stderr what is wrong with the rules. */
export async function loadPolicy(options: PolicyOptions): Promise<LoadedPolicy> {
  const folders = [...(options.bundled ? [bundledPackPath()] : []), ...options.rules];
  const { rules, profiles, diagnostics } = loadPacks(folders, { ruleProfiles: options.ruleProfile });
  if (folders.length > 0 && rules.length === 0)
    throw new CommandError('No rule could be loaded; nothing would be found.');
  return { policy: { ...(await policyLists(options.policy)), rules: createRuleSet(rules, profiles) }, diagnostics };
}

async function policyLists(path: string | undefined): Promise<PolicyLists> {
  if (path === undefined) return DEFAULT_POLICY;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(`The policy file ${path} cannot be read: ${reasonOf(error)}.`);
  }
  const parsed = parsePolicy(text, path);
  if (!parsed.ok) throw new CommandError(parsed.error.map(formatDiagnostic).join('\n'));
  return parsed.value;
}

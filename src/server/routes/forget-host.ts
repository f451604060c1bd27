/** Removes all that is known of a host, in the engine and in the state. The consoles hear which threats went as they hear of any that goes. */

import type { RouteContext } from './context.js';

/** @returns false where there is no such host */
export async function forgetHost({ parts }: RouteContext, name: string): Promise<boolean> {
  if (parts.state.host(name) === undefined) return false;
  await parts.policy.forgetHost(name);
  return true;
}

/** Something that names a process by pid and time: plain data, so that it can be kept, and moved when a better run of the pid becomes known. */

import type { HitSubject } from '../engine-options.js';
import type { Sighting } from '../rule/sigma/correlation/occurrence.js';
import type { Evidence } from '../score/evidence.js';
import { currentOf, isSameParent, type Mention, type Process } from './process.js';

interface Reference {
  /** What it says of the process, and when. A run of another program than `mention.image` is not meant. */
  readonly mention: Mention;
  target: Process;
}

/** A process names its parent. Not needed any more once a GUID settled who that is, or another sensor's word counts more. */
export interface ParentReference extends Reference {
  readonly kind: 'parent';
  readonly child: Process;
}

/** An event names the process that acted, or ended. */
export interface DeedReference extends Reference {
  readonly kind: 'deed' | 'end';
  readonly rests: RestsOnPid;
}

export type PidReference = ParentReference | DeedReference;

/** What rests on the pid of one event, and moves when the pid turns out to mean another run. */
export interface RestsOnPid {
  readonly evidence: Evidence[];
  sighting: Sighting | undefined;
  subject: HitSubject | undefined;
}

/** False once nothing depends on it any more; the reference is dropped then. */
export function isNeeded(reference: PidReference, pid: number): boolean {
  if (reference.kind !== 'parent') return true;
  const child = currentOf(reference.child);
  if (child.parentIsCertain || !child.isKnown) return false;
  const { timeMs, image } = reference.mention;
  return isSameParent(child.statedParent, { pid, timeMs, image });
}

/** The process that says it was started by what is meant. */
export function childOf(reference: PidReference): Process | undefined {
  return reference.kind === 'parent' ? currentOf(reference.child) : undefined;
}

/** Node, the program, SQLite and the layout of the state. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { STATE_LAYOUT } from '../../store/state-inspection.js';
import { programRoot, programVersion } from '../program-root.js';
import type { Finding } from './finding.js';

const topic = 'versions';

export function checkPrograms(): readonly Finding[] {
  const wanted = wantedNode();
  const node = process.versions.node;
  const database = new Libsql(':memory:');
  const sqlite = (database.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version;
  database.close();
  const figures = { chainsight: programVersion(), node, sqlite };
  const says = `Chainsight ${figures.chainsight}, Node ${node}, SQLite ${sqlite}`;
  return [
    isAtLeast(node, wanted)
      ? { topic, grade: 'ok', says, figures }
      : { topic, grade: 'fail', says, advice: `Node ${wanted} or later is needed.`, figures },
  ];
}

export function checkLayout(layout: number): Finding {
  const figures = { layout, known: STATE_LAYOUT };
  if (layout > STATE_LAYOUT) {
    return {
      topic,
      grade: 'fail',
      says: `the state has layout ${layout}, and this program knows layouts up to ${STATE_LAYOUT}`,
      advice:
        'Run the version that wrote it, or a later one; or restore a back-up of the older version into another folder.',
      figures,
    };
  }
  const says =
    layout === STATE_LAYOUT
      ? `the state has layout ${layout}, the newest`
      : `the state has layout ${layout}; the next start brings it to layout ${STATE_LAYOUT}`;
  return layout === STATE_LAYOUT
    ? { topic, grade: 'ok', says, figures }
    : {
        topic,
        grade: 'ok',
        says,
        advice: 'Make a back-up before (chainsight backup): older versions cannot read what the newer one writes.',
        figures,
      };
}

function wantedNode(): string {
  const { engines } = JSON.parse(readFileSync(join(programRoot(), 'package.json'), 'utf8')) as {
    readonly engines?: { readonly node?: string };
  };
  return /\d+(?:\.\d+)*/.exec(engines?.node ?? '')?.[0] ?? '0';
}

export function isAtLeast(version: string, wanted: string): boolean {
  const [has, wants] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [at, part] of wants!.entries()) if ((has![at] ?? 0) !== part) return (has![at] ?? 0) > part;
  return true;
}

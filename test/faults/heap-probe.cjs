/**
 * Loaded into a server, each of its threads included: at SIGUSR2 each collects what can be let go, and appends what it holds then to the file that
 * CHAINSIGHT_HEAP_PROBE names, a line of JSON: { heldBytes, residentBytes }.
 */

'use strict';

const { appendFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { BroadcastChannel, isMainThread } = require('node:worker_threads');

const path = process.env.CHAINSIGHT_HEAP_PROBE;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

function tell() {
  // What the first finds is sometimes let go by the second alone.
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  appendFileSync(path, `${JSON.stringify({ heldBytes: heapUsed + external, residentBytes: rss })}\n`);
}

const channel = new BroadcastChannel('heap-probe');
channel.unref();
if (isMainThread) {
  process.on('SIGUSR2', () => {
    channel.postMessage('tell');
    tell();
  });
} else channel.onmessage = tell;

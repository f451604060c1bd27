/** Waits for whoever ends the server: SIGTERM, SIGINT, and SIGHUP, which comes when the terminal goes. A second one of the first two ends it at once. */

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** 128 + 15, as shells show a process that was ended by SIGTERM. */
const EXIT_AT_ONCE = 143;

export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      // A terminal that goes tells its jobs, and their shell does so again.
      if (isStopping && signal === 'SIGHUP') return;
      if (isStopping) process.exit(EXIT_AT_ONCE);
      isStopping = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

/**
 * The last step of a stop that `signal` asked for. After SIGHUP the program ends by that signal, as programs do: an ordinary exit would be an abort
 * where the terminal is gone, since Node sets it back and takes it for a bug that it cannot.
 */
export function endAs(signal: NodeJS.Signals): void {
  if (signal !== 'SIGHUP') return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

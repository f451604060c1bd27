/** Waits for whoever ends the server: SIGTERM, SIGINT. A second one ends it at once. */

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** 128 + 15, as shells show a process that was ended by SIGTERM. */
const EXIT_AT_ONCE = 143;

export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(EXIT_AT_ONCE);
      isStopping = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

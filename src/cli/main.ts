/** The command line: finds the command, gives it its arguments, and turns what it throws into a sentence and an exit code. */

import { Command, CommanderError } from 'commander';
import { asCommandError, CommandError, EXIT_USE } from './exit.js';
import { programVersion, setProgramRoot } from './program-root.js';
import { useRuleCache, userCacheFolder } from './rule-cache.js';

/** Imported when used, so that no command waits for what another needs; in the order of `--help`. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  scan: async () => (await import('./commands/scan.js')).scanCommand(),
  hunt: async () => (await import('./commands/hunt.js')).huntCommand(),
  replay: async () => (await import('./commands/replay.js')).replayCommand(),
  rules: async () => (await import('./commands/rules.js')).rulesCommand(),
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand(),
  bench: async () => (await import('./commands/bench.js')).benchCommand(),
  user: async () => (await import('./commands/user.js')).userCommand(),
  token: async () => (await import('./commands/token.js')).tokenCommand(),
  enrol: async () => (await import('./commands/enrol.js')).enrolCommand(),
  host: async () => (await import('./commands/host.js')).hostCommand(),
  exception: async () => (await import('./commands/exception.js')).exceptionCommand(),
  audit: async () => (await import('./commands/audit.js')).auditCommand(),
  export: async () => (await import('./commands/export.js')).exportCommand(),
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(),
  backup: async () => (await import('./commands/backup.js')).backupCommand(),
  restore: async () => (await import('./commands/restore.js')).restoreCommand(),
  config: async () => (await import('./commands/config.js')).configCommand(),
};

/**
 * @param argv  as `process.argv`
 * @param root  the program's folder: where `rules/`, `plugins/` and `dist/` lie
 * @returns the exit code
 */
export async function main(argv: readonly string[], root: string): Promise<number> {
  setProgramRoot(root);
  useRuleCache(userCacheFolder(process.env));
  quietOnClosedPipe();
  const name = argv[2] ?? '';
  const program = new Command('chainsight')
    .description(
      'Rebuilds process chains from Sysmon and Windows events, scores them, and shows the evidence for every point.',
    )
    .version(programVersion())
    .showHelpAfterError('(add --help for examples)')
    .exitOverride();
  const wanted = Object.hasOwn(COMMANDS, name) ? [name] : Object.keys(COMMANDS);
  for (const each of wanted) program.addCommand(inherit(await COMMANDS[each]!()));
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USE;
    const told = asCommandError(error);
    if (!(told instanceof CommandError)) throw error;
    process.stderr.write(`${told.message}\n`);
    return told.exitCode;
  }
}

/** Wrong use of a sub-command ends like wrong use of the program. */
function inherit(command: Command): Command {
  command.exitOverride().showHelpAfterError('(add --help for examples)');
  for (const child of command.commands) inherit(child);
  return command;
}

/** `chainsight … | head` is no failure. */
function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

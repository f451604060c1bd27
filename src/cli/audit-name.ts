/** Who the audit log names where somebody with access to the data folder made a change. */

export const COMMAND_LINE = 'command line';

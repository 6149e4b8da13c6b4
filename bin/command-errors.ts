// What commander says of wrong arguments quotes them: made safe for a terminal.

import type { Command } from 'commander';
import { safeLines } from './terminal/safe.ts';

/** Returns the command. */
export function escapeErrors(command: Command): Command {
  return command.configureOutput({
    outputError: (text, write) => write(`${safeLines(text.trimEnd())}\n`),
  });
}

// What commander says of wrong arguments quotes them: made safe for a terminal.

import type { Command } from 'commander';
import { safeLines } from './terminal/safe.ts';

/** Escapes the arguments that commander quotes, so that they are safe to print. Returns the command. */
export function escapeErrors(command: Command): Command {
  return command.configureOutput({
    outputError: (text, write) => write(`${safeLines(text.trimEnd())}\n`),
  });
}

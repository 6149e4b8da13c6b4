// Errors of the command line: those a user can correct, and commander's.

import type { Command } from 'commander';
import { safeLines } from './terminal/safe.ts';

/** The input or an argument is invalid, and the program is not at fault: reported in one line, exit status 2. */
export class UserError extends Error {}

/** Which connections `--stream` can select. */
export function rangeOf(count: number): string {
  return count === 0 ? 'there are none' : `--stream must be from 0 to ${count - 1}`;
}

/** Escapes the arguments that commander quotes, so that they are safe to print. Returns the command. */
export function escapeErrors(command: Command): Command {
  return command.configureOutput({
    outputError: (text, write) => write(`${safeLines(text.trimEnd())}\n`),
  });
}

// `wsimd`: starts the command that was asked for, and loads no other.

import { Command } from 'commander';
import { escapeErrors } from './command-errors.ts';
import { inspectCommand } from './inspect/command.ts';

if (process.argv[2] === 'inspect') {
  const inspect = inspectCommand();
  const program = new Command('wsimd').addCommand(inspect);
  for (const command of [program, inspect]) {
    escapeErrors(command).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  }
  await program.parseAsync();
} else {
  const { main } = await import('../bench/cli.ts');
  await main();
}

// `wsimd`: the program. Runs `wsimd inspect` without loading the benchmark, which is large.

import { Command } from 'commander';
import { inspectCommand } from '../cli/inspect/command.ts';
import { escapeErrors } from './command-errors.ts';

const program = new Command('wsimd').description('WebSocket frames at SIMD speed');
if (process.argv[2] !== 'inspect') {
  const { benchmark } = await import('../bench/cli.ts');
  program.addCommand(benchmark());
}
program.addCommand(inspectCommand());
for (const command of [program, ...program.commands]) {
  escapeErrors(command).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}
await program.parseAsync();

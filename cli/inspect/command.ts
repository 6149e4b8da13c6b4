// What can be asked of `wsimd inspect`, and what is said to a wrong question.

import { Command, InvalidArgumentError, Option } from 'commander';

export const FORMATS = ['raw', 'hex', 'base64', 'pcap', 'pcapng', 'har'] as const;
export type Format = (typeof FORMATS)[number];

/** What commander gives. */
export interface Options {
  hex?: string;
  base64?: string;
  format?: Format;
  role: 'auto' | 'client' | 'server';
  deflate?: true;
  contextTakeover: boolean;
  maxFrames: number;
  preview: number;
  stream?: number;
  summary?: true;
  json?: true;
}

const EXAMPLES = `
Examples:
  wsimd inspect --hex "81 85 37 fa 21 3d 7f 9f 4d 51 58"
  wsimd inspect frames.bin --role server
  wsimd inspect capture.pcapng                 every WebSocket connection in it
  wsimd inspect capture.pcap --stream 2 --json
  wsimd inspect devtools.har
  xxd frames.bin | wsimd inspect

Exit status: 0 explained; 1 explained, and a rule of the protocol is broken; 2 cannot be read.
`;

/** Makes the command; what it does is loaded when it runs. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Explains WebSocket frames: bytes, captures of a network, HAR files.')
    .argument('[file]', 'bytes, hex or base64 as text, pcap, pcapng or HAR; - for standard input')
    .option('--hex <text>', 'explain these bytes, as hex or a hex dump')
    .option('--base64 <text>', 'explain these bytes, as base64')
    .addOption(
      new Option('--format <format>', 'insist; default: told by the content').choices(FORMATS),
    )
    .addOption(
      new Option('--role <role>', 'who sent the bytes')
        .choices(['auto', 'client', 'server'])
        .default('auto'),
    )
    .option('--deflate', 'permessage-deflate was negotiated; default: as the handshake says')
    .option('--no-context-takeover', 'with --deflate: each message has a window of its own')
    .option('--max-frames <n>', 'frames to show, of each direction', natural, 1000)
    .option('--preview <n>', 'bytes of a payload to show', natural, 256)
    .option('--stream <n>', 'of a capture: only this connection', natural)
    .option('--summary', 'one line a frame')
    .option('--json', 'as JSON')
    .option('--no-color', 'no colours')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: Options) => {
      const { run } = await import('./run.ts');
      await run(file, options);
    });
}

function natural(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected an integer from 0 on.');
}

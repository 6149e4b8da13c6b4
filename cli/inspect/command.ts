// The arguments of `wsimd inspect`.

import { Command, InvalidArgumentError, Option } from 'commander';

export const FORMATS = ['raw', 'hex', 'base64', 'pcap', 'pcapng', 'har'] as const;
export type Format = (typeof FORMATS)[number];

/** The options, as commander parses them. */
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

Exit status: 0 valid; 1 protocol violation; 2 invalid input or arguments.
`;

/** Creates the command. Its implementation is loaded when it runs. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Decodes raw bytes, packet captures and HAR files, field by field.')
    .argument('[file]', 'raw bytes, hex or base64 text, pcap, pcapng or HAR; - for standard input')
    .option('--hex <text>', 'decode hex or a hex dump')
    .option('--base64 <text>', 'decode base64')
    .addOption(
      new Option('--format <format>', 'format of the input; default: detected').choices(FORMATS),
    )
    .addOption(
      new Option('--role <role>', 'who sent the bytes')
        .choices(['auto', 'client', 'server'])
        .default('auto'),
    )
    .option('--deflate', 'permessage-deflate was negotiated; default: as in the handshake')
    .option('--no-context-takeover', 'with --deflate: each message is compressed separately')
    .option('--max-frames <n>', 'frames to show per direction', natural, 1000)
    .option('--preview <n>', 'bytes of a payload to show', natural, 256)
    .option('--stream <n>', 'only this connection of a capture or HAR file', natural)
    .option('--summary', 'one line per frame')
    .option('--json', 'print JSON')
    .option('--no-color', 'no colours')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: Options) => {
      const { run } = await import('./run.ts');
      await run(file, options);
    });
}

function natural(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a non-negative integer.');
}

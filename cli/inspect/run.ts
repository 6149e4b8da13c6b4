// `wsimd inspect`: reads the input, prints the report, and sets the exit status.

import type { Inspection, InspectOptions } from 'wsimd/inspect';
import { safe, safeLines } from '../../bin/terminal/safe.ts';
import { UserError } from '../../bin/terminal/user-error.ts';
import { Allowance } from './allowance.ts';
import { readCapture } from './capture.ts';
import type { Options } from './command.ts';
import { readHar } from './har.ts';
import { openInput } from './input.ts';
import { jsonParts } from './json.ts';
import { lines, print } from './print.ts';
import { captureText } from './text-capture.ts';
import { harText } from './text-har.ts';
import { inspectionText } from './text-inspection.ts';

/** The report as text and as JSON, and whether it has a violation. */
interface Outcome {
  text: () => Iterable<string>;
  json: unknown;
  isBroken: boolean;
}

/** Whether the frames or the handshake have a violation. */
function isBroken({ problem, handshake }: Inspection): boolean {
  return problem !== undefined || (handshake?.faults.length ?? 0) > 0;
}

/** Runs the command. Sets the exit status. */
export async function run(file: string | undefined, options: Options): Promise<void> {
  // A pipe that is closed early, e.g. by `| head`, is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    const { text, json, isBroken: broken } = await inspectInput(file, options);
    process.exitCode = broken ? 1 : 0;
    await print(options.json ? jsonLine(json) : lines(text()));
  } catch (error) {
    // Also for errors of this program: status 1 means that the input was decoded.
    process.exitCode = 2;
    const { message, stack } = error as Error;
    const output = error instanceof UserError ? safe(message) : safeLines(stack ?? message);
    process.stderr.write(`${output}\n`);
  } finally {
    // Stops reading a pipe.
    process.stdin.destroy();
  }
}

function* jsonLine(report: unknown): Generator<string> {
  yield* jsonParts(report);
  yield '\n';
}

async function inspectInput(file: string | undefined, options: Options): Promise<Outcome> {
  const input = await openInput(file, options);
  const how: InspectOptions = {
    role: options.role,
    maxFrames: options.maxFrames,
    maxPayloadPreview: options.preview,
    ...(options.deflate ? { deflate: deflateOf(options) } : {}),
  };
  const isShort = options.summary === true;
  switch (input.kind) {
    case 'bytes': {
      const allowance = new Allowance(how);
      const inspection = allowance.inspect(input.bytes);
      allowance.keep(inspection);
      inspection.notes.push(...allowance.notes());
      return {
        text: () => inspectionText(inspection, input.bytes.length, isShort),
        json: inspection,
        isBroken: isBroken(inspection),
      };
    }
    case 'har': {
      const har = readHar(input.text, input.name, options);
      return { text: () => harText(har), json: har, isBroken: false };
    }
    case 'capture': {
      const capture = await readCapture(input.stream, input.name, { ...how, only: options.stream });
      return {
        text: () => captureText(capture, isShort),
        json: capture,
        isBroken: capture.connections.some(
          ({ client, server }) => isBroken(client.inspection) || isBroken(server.inspection),
        ),
      };
    }
  }
}

function deflateOf({ contextTakeover }: Options): InspectOptions['deflate'] {
  if (contextTakeover) return {};
  return { clientNoContextTakeover: true, serverNoContextTakeover: true };
}

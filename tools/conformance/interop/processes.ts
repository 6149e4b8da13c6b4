// Programs of others that a test starts, and ends.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PROGRAMS = join(import.meta.dirname, 'programs');
const BINARIES = join(PROGRAMS, 'node_modules', '.bin');
/** Debian's, which has Debian's modules. */
const PYTHON = '/usr/bin/python3';

const COMMANDS: Record<string, readonly [string, ...string[]]> = {
  python: [PYTHON],
  bun: [join(BINARIES, 'bun'), 'run'],
  deno: [join(BINARIES, 'deno'), 'run', '--allow-net', '--no-prompt'],
  node: [process.execPath],
};

/** Runs a program to its end; what it prints is JSON. */
export async function runProgram(
  tool: string,
  program: string,
  ...args: string[]
): Promise<unknown> {
  const [command, ...first] = COMMANDS[tool];
  const { stdout } = await promisify(execFile)(
    command,
    [...first, join(PROGRAMS, program), ...args],
    {
      cwd: PROGRAMS,
      timeout: 50_000,
    },
  );
  return JSON.parse(stdout);
}

export interface Started {
  readonly port: number;
  stop(): void;
}

/** Starts a server that prints its port. */
export async function startProgram(program: string, ...args: string[]): Promise<Started> {
  const child = spawn(PYTHON, [join(PROGRAMS, program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([once(lines, 'line'), ended(child, program)]);
  return { port: Number(line), stop: () => void child.kill() };
}

async function ended(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`${name} ended with ${code}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server that listens at a port it was told; resolves when it does. */
export async function startListening(
  command: string,
  args: string[],
  port: number,
): Promise<Started> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let end: Error | undefined;
  ended(child, command).catch((error) => {
    end = error;
  });
  while (!(await isListening(port))) {
    if (end !== undefined) throw end;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, stop: () => void child.kill() };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

// This side of the server's and the probe's processes.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

export const LIBRARIES = ['wsimd', 'streams', 'ws'] as const;
export type Library = (typeof LIBRARIES)[number];

/** What a server has seen. */
export interface Counts {
  /** Connections whose handshake is done. */
  open: number;
  messages: number;
  /** How often which error code. */
  codes: Record<string, number>;
  /** How often which close code. */
  closes: Record<string, number>;
}

/** What a server tells of itself: bytes after garbage was collected, milliseconds since it was asked last. */
export interface Sample extends Counts {
  rss: number;
  heapUsed: number;
  external: number;
  /** The most since it was asked last, garbage included. */
  peak: { rss: number; held: number };
  /** The longest the event loop stood still. */
  delay: number;
  /** Which one of the codec runs; none in stock ws. */
  kernel?: string;
}

/** Round trips of the probe, in milliseconds. */
export interface Latency {
  count: number;
  median: number;
  p99: number;
  max: number;
}

/** How a server is run, where that is not as by default. */
export interface Circumstances {
  /** The program that becomes the server. */
  program?: string;
  /** For node. */
  flags?: readonly string[];
  env?: Record<string, string>;
}

/** Without addons, which ws picks up where they are installed. */
const STOCK = { WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' };

const programPath = (name: string): string =>
  fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));

const running = new Set<ChildProcess>();

/** Whether figures are taken for the document. */
export const isWriting = process.env.WSIMD_HOSTILE_WRITE === '1';

/** Before the attackers, whose work on this machine's processors is not what is measured. */
function goFirst({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, -19);
  } catch {
    console.warn(
      'server and probe cannot be given priority: the work of the attackers is in their figures',
    );
  }
}

function start(name: string, args: string[], how: Circumstances = {}): ChildProcess {
  const { program = programPath(name), flags = [] } = how;
  const env = { ...process.env, WSIMD_BACKEND: 'wasm', NODE_OPTIONS: '', ...STOCK, ...how.env };
  const child = fork(program, args, { env, execArgv: ['--expose-gc', ...flags] });
  running.add(child);
  if (isWriting) goFirst(child);
  child.on('exit', () => running.delete(child));
  return child;
}

async function ask<T>(child: ChildProcess, what: string): Promise<T> {
  const answered = once(child, 'message', { signal: AbortSignal.timeout(30_000) });
  child.send(what);
  return (await answered)[0] as T;
}

/** Ends every process that still runs. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

export class Server {
  readonly library: Library;
  readonly port: number;
  private readonly child: ChildProcess;

  private constructor(library: Library, port: number, child: ChildProcess) {
    this.library = library;
    this.port = port;
    this.child = child;
  }

  static async start(library: Library, options: object, how?: Circumstances): Promise<Server> {
    const child = start('server', [library, JSON.stringify(options)], how);
    const signal = AbortSignal.timeout(20_000);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the server ${library} did not start`);
    });
    const first = await Promise.race([once(child, 'message', { signal }), ended]);
    ended.catch(() => {});
    const [{ port }] = first as [{ port: number }];
    return new Server(library, port, child);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Collects garbage. */
  sample(): Promise<Sample> {
    return ask(this.child, 'sample');
  }

  counts(): Promise<Counts> {
    return ask(this.child, 'counts');
  }

  stop(): void {
    this.child.disconnect();
  }
}

export class Probe {
  private readonly child: ChildProcess;

  constructor(port: number) {
    this.child = start('probe', [String(port)]);
  }

  /** Of the time since it was asked last. */
  latency(): Promise<Latency> {
    return ask(this.child, 'latency');
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

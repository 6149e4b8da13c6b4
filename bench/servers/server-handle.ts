// This side of a server process: start it, ask it, stop it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromServer, ToServer } from './channel.ts';
import { environmentOf, type Launch, launchOf, type ServerName } from './names.ts';

const running = new Set<ChildProcess>();
/** Milliseconds. */
const START_WITHIN = 20_000;

/** Ends every server that still runs. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** What a server has used since it started. */
export interface Usage {
  /** Of CPU. */
  microseconds: number;
  /** Bytes of memory now. */
  rss: number;
}

export class ServerHandle {
  readonly name: ServerName;
  readonly port: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number, name: ServerName) {
    this.child = child;
    this.port = port;
    this.name = name;
  }

  /** `onNote` hears what the server decoded, where it tells; `exposeGc`: collect before memory is read. */
  static async start(
    name: ServerName,
    { onNote, exposeGc }: { onNote?: (line: string) => void; exposeGc?: boolean } = {},
  ): Promise<ServerHandle> {
    const launch = launchOf(name);
    if (exposeGc && launch.runtime === undefined) launch.flags.push('--expose-gc');
    const handle = await ServerHandle.fork(launch, name);
    handle.child.on('message', (message: FromServer) => {
      if (message.type === 'note') onNote?.(`  ${message.what.padEnd(7)} ${message.detail}`);
    });
    return handle;
  }

  /** A server of the suite transports. */
  static startTransports(name: 'wsimd' | 'ws'): Promise<ServerHandle> {
    return ServerHandle.fork({ file: 'transport-server', flags: [] }, name);
  }

  private static async fork(
    { file, flags, runtime = process.execPath }: Launch,
    name: ServerName,
  ): Promise<ServerHandle> {
    const child = fork(fileURLToPath(new URL(`./${file}.js`, import.meta.url)), [name], {
      env: { ...process.env, ...environmentOf(name) },
      execArgv: flags,
      execPath: runtime,
    });
    running.add(child);
    child.on('exit', () => running.delete(child));
    const first = await firstWord(child);
    if (first?.type !== 'listening') {
      child.kill('SIGKILL');
      throw new Error(`the server ${name} did not start with ${runtime}`);
    }
    return new ServerHandle(child, first.port, name);
  }

  async usage(ask: ToServer = 'usage'): Promise<Usage> {
    const answered = new Promise<Usage>((resolve) => {
      const onMessage = (message: FromServer): void => {
        if (message.type !== 'usage') return;
        this.child.off('message', onMessage);
        resolve(message);
      };
      this.child.on('message', onMessage);
    });
    this.child.send(ask);
    return answered;
  }

  stop(): void {
    this.child.disconnect();
  }
}

/** What the child says first; undefined where it ends or keeps silent. */
async function firstWord(child: ChildProcess): Promise<FromServer | undefined> {
  const signal = AbortSignal.timeout(START_WITHIN);
  try {
    const said = once(child, 'message', { signal }) as Promise<[FromServer]>;
    const ended = once(child, 'exit', { signal }).then(() => [undefined]);
    return (await Promise.race([said, ended]))[0];
  } catch {
    return undefined;
  }
}

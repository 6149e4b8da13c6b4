// This side of a server process: start it, ask it, stop it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { environmentOf, runtimeOf, type ServerName } from './names.ts';
import type { FromServer, ToServer } from './server-process.ts';

const running = new Set<ChildProcess>();

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
    const file = name === 'bun' ? 'bun-server' : 'server-process';
    const handle = await ServerHandle.fork(file, name, exposeGc === true);
    handle.child.on('message', (message: FromServer) => {
      if (message.type === 'note') onNote?.(`  ${message.what.padEnd(7)} ${message.detail}`);
    });
    return handle;
  }

  /** A server of the suite transports. */
  static startTransports(name: 'wsimd' | 'ws'): Promise<ServerHandle> {
    return ServerHandle.fork('transport-server', name, false);
  }

  private static async fork(
    file: string,
    name: ServerName,
    exposeGc: boolean,
  ): Promise<ServerHandle> {
    const child = fork(fileURLToPath(new URL(`./${file}.js`, import.meta.url)), [name], {
      env: { ...process.env, ...environmentOf(name) },
      execArgv: exposeGc && name !== 'bun' ? ['--expose-gc'] : [],
      execPath: runtimeOf(name) ?? process.execPath,
    });
    running.add(child);
    child.on('exit', () => running.delete(child));
    const [first] = (await once(child, 'message')) as [FromServer];
    if (first.type !== 'listening') throw new Error(`${name} did not listen`);
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

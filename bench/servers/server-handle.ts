// This side of a server process: start it, ask it, stop it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromServer, ToServer } from './server-process.ts';
import { environmentOf, type ServerName } from './servers.ts';

const PROCESS = fileURLToPath(new URL('./server-process.js', import.meta.url));

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
    const child = fork(PROCESS, [name], {
      env: { ...process.env, ...environmentOf(name) },
      execArgv: exposeGc ? ['--expose-gc'] : [],
    });
    const [first] = (await once(child, 'message')) as [FromServer];
    if (first.type !== 'listening') throw new Error(`${name} did not listen`);
    child.on('message', (message: FromServer) => {
      if (message.type === 'note') onNote?.(`  ${message.what.padEnd(7)} ${message.detail}`);
    });
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

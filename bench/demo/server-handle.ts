// The demo's side of a server process: start it, ask it, connect a real ws client to it, stop it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { FromServer, ToServer } from './server-process.ts';

const PROCESS = fileURLToPath(new URL('./server-process.js', import.meta.url));

/** A ws client, and the socket under it, which it lets us cork. */
export interface Client {
  ws: WebSocket;
  socket: Socket;
}

export class ServerHandle {
  readonly name: string;
  private readonly port: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number, name: string) {
    this.child = child;
    this.port = port;
    this.name = name;
  }

  /** `onNote` hears what the server decoded. */
  static async start(which: 'wsimd' | 'ws', onNote: (line: string) => void): Promise<ServerHandle> {
    const child = fork(PROCESS, [which], { env: { ...process.env, WS_NO_BUFFER_UTIL: '1' } });
    const [first] = (await once(child, 'message')) as [FromServer];
    if (first.type !== 'listening') throw new Error(`${which} did not listen`);
    child.on('message', (message: FromServer) => {
      if (message.type === 'note') onNote(`  ${message.what.padEnd(7)} ${message.detail}`);
    });
    return new ServerHandle(child, first.port, first.name);
  }

  async connect(): Promise<Client> {
    let socket: Socket | undefined;
    const ws = new WebSocket(`ws://127.0.0.1:${this.port}/`, {
      perMessageDeflate: false,
      createConnection: (options: object) => {
        socket = connect(options as NetConnectOpts);
        return socket;
      },
    });
    await once(ws, 'open');
    return { ws, socket: socket as Socket };
  }

  /** Microseconds of CPU the server has used since it started. */
  async cpu(ask: ToServer = 'cpu'): Promise<number> {
    const answered = new Promise<number>((resolve) => {
      const onMessage = (message: FromServer): void => {
        if (message.type !== 'cpu') return;
        this.child.off('message', onMessage);
        resolve(message.microseconds);
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

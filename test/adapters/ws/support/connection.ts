// A server and a client, of this library or that, over a real socket, and what each of them said.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpsServer } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Any, Library } from './libraries.ts';

export interface Libraries {
  server: Library;
  client: Library;
  /** wss in place of ws. */
  secure?: boolean;
}

/** What was said, by each end for itself: how two ends interleave is chance. */
export interface Log {
  server: unknown[];
  client: unknown[];
  /** Bytes that a raw client got after the handshake, as hex. */
  wire: string;
}

export class Connection {
  readonly log: Log = { server: [], client: [], wire: '' };
  wss: Any;
  /** The server's WebSocket. */
  s: Any;
  /** The client's. */
  c: Any;
  /** A client that is only a socket. */
  raw: Socket | undefined;
  private readonly libraries: Libraries;
  private https: HttpsServer | undefined;
  private ended: Promise<unknown>[] = [];

  constructor(libraries: Libraries) {
    this.libraries = libraries;
  }

  get serverLibrary(): Library {
    return this.libraries.server;
  }

  get clientLibrary(): Library {
    return this.libraries.client;
  }

  /**
   * `whenMade` runs as soon as there is a client, `whenOpen` inside its 'open', `onConnection` inside the
   * server's 'connection'.
   */
  async open(
    options: { server?: object; client?: object; protocols?: string[] } = {},
    hooks: {
      whenMade?: (c: Any) => void;
      whenOpen?: (c: Any) => void;
      onConnection?: (s: Any) => void;
    } = {},
  ): Promise<this> {
    const { client } = this.libraries;
    const port = await this.listen(options.server);
    const connected = once(this.wss, 'connection');
    this.wss.on('connection', (s: Any) => {
      this.s = s;
      this.follow(s, this.log.server);
      hooks.onConnection?.(s);
    });
    const scheme = this.libraries.secure ? 'wss' : 'ws';
    this.c = new client.WebSocket(`${scheme}://127.0.0.1:${port}/`, options.protocols ?? [], {
      perMessageDeflate: false,
      rejectUnauthorized: false,
      ...options.client,
    });
    this.follow(this.c, this.log.client);
    if (hooks.whenOpen) this.c.on('open', () => hooks.whenOpen?.(this.c));
    hooks.whenMade?.(this.c);
    await Promise.all([connected, once(this.c, 'open')]);
    return this;
  }

  /** A server, and a raw socket that has shaken hands; `first` is sent in one packet with the request. */
  async openRaw(server: object = {}, first: Uint8Array = new Uint8Array(0)): Promise<this> {
    const port = await this.listen(server);
    this.wss.on('connection', (s: Any) => {
      this.s = s;
      this.follow(s, this.log.server);
    });
    const connected = once(this.wss, 'connection');
    const raw = createConnection(port, '127.0.0.1');
    this.raw = raw;
    const request =
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    let received = Buffer.alloc(0);
    raw.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      this.log.wire = end < 0 ? '' : received.subarray(end + 4).toString('hex');
    });
    raw.on('error', () => {});
    this.ended.push(closeOf(raw));
    raw.write(Buffer.concat([Buffer.from(request), first]));
    await connected;
    while (!received.includes('\r\n\r\n')) await once(raw, 'data');
    return this;
  }

  /** Waits until both ends, or the server and the raw socket, are closed; what they said. */
  async closed(): Promise<Log> {
    await Promise.all(this.ended);
    return this.log;
  }

  async dispose(): Promise<void> {
    for (const socket of [this.s, this.c]) socket?.terminate();
    this.raw?.destroy();
    await new Promise((resolve) => this.wss?.close(resolve) ?? resolve(null));
    this.https?.close();
  }

  private async listen(options: object = {}): Promise<number> {
    const { server } = this.libraries;
    const all = { perMessageDeflate: false, host: '127.0.0.1', ...options };
    if (this.libraries.secure) {
      this.https = createServer(certificate());
      this.wss = new server.WebSocketServer({ ...all, server: this.https });
      this.https.listen(0, '127.0.0.1');
      await once(this.https, 'listening');
      return (this.https.address() as { port: number }).port;
    }
    this.wss = new server.WebSocketServer({ ...all, port: 0 });
    await once(this.wss, 'listening');
    return this.wss.address().port;
  }

  private follow(socket: Any, log: unknown[]): void {
    socket.on('message', (data: unknown, isBinary: boolean) =>
      log.push(['message', isBinary, describe(data)]),
    );
    for (const event of ['ping', 'pong']) {
      socket.on(event, (data: Buffer) => log.push([event, describe(data)]));
    }
    socket.on('close', (code: number, reason: Buffer) =>
      log.push(['close', code, describe(reason), socket.readyState]),
    );
    socket.on('error', (error: Any) =>
      log.push(['error', error.constructor.name, error.message, error.code, statusCodeOf(error)]),
    );
    this.ended.push(closeOf(socket));
  }
}

/** `once` would reject on an error before. */
function closeOf(socket: Any): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

function statusCodeOf(error: object): unknown {
  const key = Object.getOwnPropertySymbols(error).find((one) => one.description === 'status-code');
  return key && (error as Record<symbol, unknown>)[key];
}

/** A message, told by its kind and its bytes. */
export function describe(data: unknown): unknown {
  if (Array.isArray(data)) return ['fragments', describe(Buffer.concat(data))];
  if (data instanceof ArrayBuffer) return ['ArrayBuffer', brief(Buffer.from(data))];
  if (Buffer.isBuffer(data)) return ['Buffer', brief(data)];
  return [Object.prototype.toString.call(data), String(data)];
}

function brief(bytes: Buffer): string {
  if (bytes.length <= 64) return bytes.toString('hex');
  let sum = 0;
  for (const byte of bytes) sum = (sum * 31 + byte) | 0;
  return `${bytes.length} bytes, ${sum}`;
}

let made: { key: Buffer; cert: Buffer } | undefined;

/** A key and a self-signed certificate, made by the openssl of this machine. */
function certificate(): { key: Buffer; cert: Buffer } {
  if (made === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'wsimd-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' });
    made = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(folder, { recursive: true });
  }
  return made;
}

export const soon = (milliseconds = 20): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until a condition holds. */
export async function until(holds: () => boolean, what = String(holds)): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (holds()) return;
    await soon(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

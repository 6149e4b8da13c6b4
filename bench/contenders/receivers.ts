// Every receiver the receive suite knows, behind one shape: bytes in, a call for each message.

import type { Writable } from 'node:stream';
import type { Backend, Delivery, Role } from 'wsimd';
import { load, loadOurs, loadWs } from './load.ts';

/** What a receiver hands over: bytes, a string, or bytes from `start` to `end`. */
export type OnMessage = (data: Uint8Array | string, start?: number, end?: number) => void;

export interface Receiver {
  name: string;
  roles: readonly Role[];
  /** Whether it turns text into strings: it is compared with others that do. */
  strings: boolean;
  open(role: Role, onMessage: OnMessage): (chunk: Uint8Array) => void;
}

const BOTH: readonly Role[] = ['server', 'client'];
/** Beyond any message of the suite. */
const MAX_PAYLOAD = 1 << 28;

/** All receivers installed here, this codec's first. */
export async function findReceivers(): Promise<Receiver[]> {
  const receivers = [
    await ours('wsimd', 'view'),
    await ours('wsimd-js', 'view', 'js'),
    await ours('wsimd-copy', 'copy'),
    await ours('wsimd-string', 'string'),
    await ours('wsimd-borrowed', 'borrowed'),
  ];
  const add = (module: unknown, make: (module: never) => Receiver): void => {
    if (module !== undefined) receivers.push(make(module as never));
  };
  add(loadWs(false), (module) => ofWs('ws', module, false));
  add(loadWs(false), (module) => ofWs('ws+toString', module, true));
  add(loadWs(true), (module) => ofWs('ws+bufferutil', module, false));
  add(load('undici', '/lib/web/websocket/receiver.js'), (module) => ofUndici('undici', module));
  add(load('websocket-driver'), (module) => ofWebsocketDriver('websocket-driver', module));
  return receivers;
}

async function ours(name: string, delivery: Delivery, backend?: Backend): Promise<Receiver> {
  const { Decoder } = await loadOurs();
  return {
    name,
    roles: BOTH,
    strings: delivery === 'string',
    open(role, onMessage) {
      const isBorrowed = delivery === 'borrowed';
      const options = { role, delivery, backend, maxPayload: MAX_PAYLOAD };
      const decoder = new Decoder<Delivery>(options, {
        message: isBorrowed
          ? (data, _isBinary, start, end) => onMessage(data, start, end)
          : (data) => onMessage(data),
      });
      return (chunk) => decoder.write(chunk);
    },
  };
}

interface WsModule {
  Receiver: new (options: object) => Writable;
}

/** ws: its Receiver; text as Buffers, or, as most who use it do, made a string in the handler. */
function ofWs(name: string, { Receiver }: WsModule, strings: boolean): Receiver {
  return {
    name,
    roles: BOTH,
    strings,
    open(role, onMessage) {
      const receiver = new Receiver({ isServer: role === 'server', maxPayload: MAX_PAYLOAD });
      receiver.on(
        'message',
        strings
          ? (data: Buffer, isBinary: boolean) => onMessage(isBinary ? data : data.toString())
          : (data: Buffer) => onMessage(data),
      );
      return (chunk) => receiver.write(chunk);
    },
  };
}

interface UndiciModule {
  ByteParser: new (handler: object, extensions: null) => Writable;
}

/** undici: its parser reads a client's side only; text becomes a string as in its WebSocket. */
function ofUndici(name: string, { ByteParser }: UndiciModule): Receiver {
  return {
    name,
    roles: ['client'],
    strings: true,
    open(_role, onMessage) {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      const parser = new ByteParser(
        {
          onMessage: (type: number, data: Buffer) =>
            onMessage(type === 1 ? text.decode(data) : data),
          onFail: (_code: number, reason: string) => {
            throw new Error(reason);
          },
          socket: { writableNeedDrain: false },
        },
        null,
      );
      return (chunk) => parser.write(chunk);
    },
  };
}

interface Driver {
  start(): void;
  parse(chunk: Uint8Array): void;
  on(event: string, listener: (event: { data: Buffer | string }) => void): void;
}

const REQUEST = {
  method: 'GET',
  url: '/',
  headers: {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  },
};

/** websocket-driver: its server side; text becomes a string. */
function ofWebsocketDriver(
  name: string,
  module: { http(request: object, options: object): Driver },
): Receiver {
  return {
    name,
    roles: ['server'],
    strings: true,
    open(_role, onMessage) {
      const driver = module.http(REQUEST, { maxLength: MAX_PAYLOAD });
      driver.on('message', ({ data }) => onMessage(data));
      driver.start();
      return (chunk) => driver.parse(chunk);
    },
  };
}

// Listeners that others than ws add to `socket._receiver`, as tracing tools do: they hear what they would with
// ws's own receiver, and ws hears what it did.

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { frame, join } from '../../support/bytes.ts';
import { Connection, soon, until } from './support/connection.ts';
import { type Any, accelerated, type Library, stock } from './support/libraries.ts';

const KEY = [1, 2, 3, 4];
const utf8 = (text: string) => new TextEncoder().encode(text);
const message = frame({ opcode: 1, payload: utf8('hello'), key: KEY });
const ping = frame({ opcode: 9, payload: utf8('ping'), key: KEY });
const pong = frame({ opcode: 10, payload: utf8('pong'), key: KEY });
const close = frame({ opcode: 8, payload: new Uint8Array([3, 232]), key: KEY });
const invalid = new Uint8Array([0x83, 0x80, 0, 0, 0, 0]);

/** Plays what a client sends to a server whose receiver `use` got hold of; what both said, in order. */
async function play(
  library: Library,
  use: (receiver: Any, log: string[], socket: Any) => void,
  bytes: Uint8Array,
  end: 'end' | 'resetAndDestroy' = 'end',
): Promise<string[]> {
  const log: string[] = [];
  const connection = await new Connection({ server: library, client: library }).openRaw({
    autoPong: false,
  });
  try {
    const { s, raw } = connection;
    for (const event of ['message', 'ping', 'pong', 'error', 'close']) {
      s.on(event, (data: unknown) => log.push(`ws ${event} ${data}`));
    }
    use(s._receiver, log, s);
    raw?.write(bytes);
    await soon();
    // A reset may overtake what was sent before it.
    const isHeard = () => log.filter((line) => line.startsWith('ws message')).length === 2;
    if (end === 'resetAndDestroy') await until(isHeard);
    raw?.[end]();
    await until(() => log.some((line) => line.startsWith('ws close')));
    await soon();
    return log;
  } finally {
    await connection.dispose();
  }
}

const NAMES = ['conclude', 'drain', 'error', 'message', 'ping', 'pong', 'finish', 'unknown'];

const USES: Record<string, (receiver: Any, log: string[], socket: Any) => void> = {
  'on, for every event': (receiver, log) => {
    for (const name of NAMES) receiver.on(name, (data: unknown) => log.push(`${name} ${data}`));
  },
  'addListener and prependListener': (receiver, log) => {
    receiver.addListener('message', (data: unknown) => log.push(`added ${data}`));
    receiver.on('pong', (data: unknown) => log.push(`first ${data}`));
    receiver.addListener('finish', () => log.push('finish'));
  },
  'once, twice': (receiver, log) => {
    receiver.once('message', (data: unknown) => log.push(`once ${data}`));
    receiver.once('message', () => log.push('once more'));
    receiver.once('finish', () => log.push('finish'));
  },
  'listeners that are removed again': (receiver, log) => {
    const removed = (): unknown => log.push('removed');
    for (const name of NAMES) {
      receiver.on(name, removed).once(name, removed);
      receiver.removeListener(name, removed).off(name, removed);
    }
    receiver.on('unknown', removed).removeAllListeners('unknown').emit('unknown');
  },
  'this is the receiver': (receiver, log) => {
    receiver.on('message', function heard(this: unknown) {
      log.push(`this ${this === receiver}`);
    });
  },
  'other events, when ws has added its own': (receiver, log, socket) => {
    socket._socket.on('close', () => {
      for (const name of ['close', 'message', 'drain', Symbol('event')]) {
        receiver.on(name, () => log.push(String(name)));
      }
    });
  },
  'finish and error, when ws has added its own': (receiver, log, socket) => {
    socket._socket.on('close', () => {
      for (const name of ['finish', 'error']) receiver.on(name, () => log.push(name));
    });
  },
};

const ENDINGS = {
  'a close frame': [join(message, ping, pong, message, close)],
  'an invalid frame': [join(message, ping, pong, message, invalid)],
  'no end': [join(message, ping, pong, message)],
  'half a frame': [join(message, message.subarray(0, 4))],
  'a reset': [join(message, message), 'resetAndDestroy'],
} as const;

const cases = Object.entries(USES).flatMap(([name, use]) =>
  Object.entries(ENDINGS).map(([ending, [bytes, end]]) => [name, ending, use, bytes, end] as const),
);

describe.each(['ws', 'ws-8.5'])('%s: listeners of the receiver', (version) => {
  it.each(cases)('%s, %s: as with ws', async (_name, _ending, use, bytes, end) => {
    const expected = await play(stock(version), use, bytes, end);
    expect(expected.length).toBeGreaterThan(1);
    expect(await play(accelerated(version), use, bytes, end)).toEqual(expected);
  });
});

describe('the receiver of an accelerated WebSocket', () => {
  it('is an EventEmitter', async () => {
    const use = (receiver: Any, log: string[]): void => {
      log.push(`${receiver instanceof EventEmitter} ${receiver.listenerCount('message')}`);
      receiver.on('message', () => {});
      log.push(`${receiver.listenerCount('message')} ${receiver.eventNames()}`);
    };
    const [first, second] = await play(accelerated('ws'), use, close);
    expect([first, second]).toEqual(['true 0', '1 message']);
  });

  it('goes on to tell ws when another’s listeners are removed by name', async () => {
    const use = (receiver: Any): void => {
      receiver.on('message', () => {});
      receiver.removeAllListeners('message');
    };
    const log = await play(accelerated('ws'), use, join(message, close));
    expect(log).toEqual(['ws message hello', 'ws close 1000']);
  });
});

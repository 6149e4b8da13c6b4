// Chunks that are not messages: the write rejects with a TypeError, the stream is errored with it, and the connection
// ends. The peer gets a close frame, the reader gets an error, `closed` settles, and the transport is ended.

import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/streams/errors.ts';
import { DecoderStream, EncoderStream } from '../../src/streams/message-streams.ts';
import type { ByteTransport, CommonOptions } from '../../src/streams/options.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { hex, toHex } from '../support/bytes.ts';
import { connected, failureOf, openByHand, Peer, watched } from '../support/transports.ts';

const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

/** The view, or the memory, after its memory was transferred. */
function detached<T extends ArrayBufferView | ArrayBuffer>(what: T): T {
  const memory = ArrayBuffer.isView(what) ? what.buffer : what;
  structuredClone(null, { transfer: [memory as ArrayBuffer] });
  return what;
}

const throwing = {
  get [Symbol.toStringTag](): string {
    throw 'not even an Error';
  },
};

const WRONG: readonly [string, () => unknown][] = [
  ['a number', () => 5],
  ['a bigint', () => 5n],
  ['a boolean', () => true],
  ['null', () => null],
  ['undefined', () => undefined],
  ['an object', () => ({})],
  ['an array of bytes', () => [1, 2]],
  ['a String object', () => new String('text')],
  ['a symbol', () => Symbol('text')],
  ['a function', () => () => 'text'],
  ['a Blob', () => new Blob(['text'])],
  ['a detached Uint8Array', () => detached(new Uint8Array(4))],
  ['a detached part of an ArrayBuffer', () => detached(new Uint8Array(new ArrayBuffer(9), 3, 4))],
  ['a detached Uint16Array', () => detached(new Uint16Array(4))],
  ['a detached DataView', () => detached(new DataView(new ArrayBuffer(4)))],
  ['a detached ArrayBuffer', () => detached(new ArrayBuffer(4))],
];

/** Two ends of ours; `ours` has the role, and its transport is watched. */
async function pair(role: 'client' | 'server', options: CommonOptions = {}) {
  const [here, there] = connected();
  const { transport, ends } = watched(here);
  const [mine, its] =
    role === 'client'
      ? [{ url: 'ws://a/' }, { role: 'server' as const }]
      : [{ role: 'server' as const }, { url: 'ws://a/' }];
  const ours = new WebSocketOverStream(transport, { ...mine, ...options });
  const theirs = new WebSocketOverStream(there, its);
  await Promise.all([ours.opened, theirs.opened]);
  return { ours, theirs, ends };
}

type Writer = WritableStreamDefaultWriter<string | ArrayBufferView>;

/** Writes a wrong chunk. Returns the error of that write, which every later write and the stream must have too. */
async function failWriting(writer: Writer, chunk: unknown): Promise<Error> {
  writer.closed.catch(() => {});
  const [error, queued] = await Promise.all([
    failureOf(writer.write(chunk as never)),
    failureOf(writer.write('behind it')),
  ]);
  expect(queued).toBe(error);
  expect(await failureOf(writer.closed)).toBe(error);
  expect(await failureOf(writer.write('later'))).toBe(error);
  return error;
}

/** The error of a connection whose write failed with `cause`. */
const failedBy = (cause: unknown) => ({
  ...{ name: 'ConnectionError', code: 'WS_ERR_WRITE_FAILED', closeCode: 1011, cause },
});

async function messagesOf(socket: WebSocketOverStream): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of socket) messages.push(message);
  return messages;
}

describe.each(['client', 'server'] as const)('a connection as %s', (role) => {
  it.each(WRONG)('rejects the write of %s, and fails the connection', async (_name, make) => {
    const { ours, theirs, ends } = await pair(role);
    await theirs.writable.getWriter().write('from the peer');
    await soon(0);
    const writer = ours.writable.getWriter() as Writer;
    void writer.write('before it');
    const error = await failWriting(writer, make());
    expect(error).toBeInstanceOf(TypeError);
    const failure = await failureOf(ours.closed);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject(failedBy(error));
    // The peer has all that was written before, and a close frame.
    expect(await messagesOf(theirs)).toEqual(['before it']);
    expect(await theirs.closed).toEqual({ closeCode: 1011, reason: '' });
    // What waits to be read comes before the error.
    const reader = ours.readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'from the peer' });
    expect(await failureOf(reader.read())).toBe(failure);
    await soon(0);
    expect(ends).toEqual(['closed', 'read to the end']);
    // Does nothing: the connection has ended.
    ours.close({ closeCode: 1000 });
  });

  it('fails with the error that reading an object’s class throws', async () => {
    const { ours, theirs } = await pair(role);
    const writer = ours.writable.getWriter() as Writer;
    expect(await failWriting(writer, throwing)).toBe('not even an Error');
    expect(await failureOf(ours.closed)).toMatchObject(failedBy('not even an Error'));
    expect((await theirs.closed).closeCode).toBe(1011);
  });

  it('opens, then fails, if an invalid chunk was written before', async () => {
    const [here, there] = connected();
    const make = (side: 'client' | 'server', transport: ByteTransport) =>
      side === 'client'
        ? new WebSocketOverStream(transport, { url: 'ws://a/' })
        : new WebSocketOverStream(transport, { role: 'server' });
    const ours = make(role, here);
    const written = failWriting(ours.writable.getWriter() as Writer, 5);
    const theirs = make(role === 'client' ? 'server' : 'client', there);
    await Promise.all([ours.opened, theirs.opened]);
    expect(await failureOf(ours.closed)).toMatchObject(failedBy(await written));
    expect((await theirs.closed).closeCode).toBe(1011);
  });

  it('sends no empty message for bytes detached before the connection opens', async () => {
    const [here, there] = connected();
    const ours = new WebSocketOverStream(here, { role: 'server' });
    const bytes = new Uint8Array(4);
    const written = failWriting(ours.writable.getWriter() as Writer, bytes);
    detached(bytes);
    const theirs = new WebSocketOverStream(there, { url: 'ws://a/' });
    expect(await written).toBeInstanceOf(TypeError);
    expect(await messagesOf(theirs)).toEqual([]);
    expect((await theirs.closed).closeCode).toBe(1011);
  });

  it('cancels a piped stream of invalid chunks with the TypeError', async () => {
    const { ours, theirs } = await pair(role);
    let reason: unknown;
    const source = new ReadableStream<never>({
      pull: (controller) => controller.enqueue(5 as never),
      cancel(why) {
        reason = why;
      },
    });
    const error = await failureOf(source.pipeTo(ours.writable));
    expect(error).toBeInstanceOf(TypeError);
    expect(reason).toBe(error);
    expect((await theirs.closed).closeCode).toBe(1011);
  });

  it.each([
    ['does not close', 0, ['closed', 'cancelled']],
    ['does not read', 30_000, ['aborted', 'cancelled']],
  ])('aborts the transport after closeTimeout if the peer %s', async (_name, length, how) => {
    const { ours, ends } = await stuck(role, { closeTimeout: 20 });
    const writer = ours.writable.getWriter() as Writer;
    if (length > 0) await writer.write('x'.repeat(length));
    const error = await failWriting(writer, 5);
    expect(await failureOf(ours.closed)).toMatchObject(failedBy(error));
    while (ends.length < 2) await soon();
    expect(ends).toEqual(how);
  });

  it('aborts the transport at once on a signal if the peer does not read', async () => {
    const abort = new AbortController();
    const { ours, ends } = await stuck(role, { signal: abort.signal });
    const writer = ours.writable.getWriter() as Writer;
    await writer.write('x'.repeat(30_000));
    const error = await failWriting(writer, 5);
    await soon(20);
    expect(ends).toEqual([]);
    abort.abort(new Error('enough'));
    while (ends.length < 2) await soon();
    expect(ends).toEqual(['aborted', 'cancelled']);
    expect(await failureOf(ours.closed)).toMatchObject(failedBy(error));
  });

  it('rejects any write after close() with WS_ERR_CLOSED', async () => {
    const { ours, theirs } = await pair(role);
    ours.close({ closeCode: 1000 });
    const writer = ours.writable.getWriter() as Writer;
    expect(await failWriting(writer, 5)).toMatchObject({ code: 'WS_ERR_CLOSED' });
    expect(await ours.closed).toEqual({ closeCode: 1000, reason: '' });
    expect(await theirs.closed).toEqual({ closeCode: 1000, reason: '' });
  });

  it.each([10, 100_000])(
    'sends %d bytes of shared memory as they are at the write',
    async (length) => {
      const { ours, theirs } = await pair(role);
      const bytes = new Uint8Array(new SharedArrayBuffer(length));
      const writer = ours.writable.getWriter();
      const reader = theirs.readable.getReader();
      for (const chunk of [bytes, new DataView(bytes.buffer), bytes.buffer]) {
        bytes.fill(7);
        const written = writer.write(chunk);
        bytes.fill(8);
        const { value } = await reader.read();
        await written;
        expect((value as Uint8Array).length).toBe(length);
        expect((value as Uint8Array).every((byte) => byte === 7)).toBe(true);
      }
    },
  );
});

/** A connection whose peer opens it, and does nothing after that. */
async function stuck(role: 'client' | 'server', options: CommonOptions) {
  const [here, there] = connected();
  const { transport, ends } = watched(here);
  const ours =
    role === 'client'
      ? new WebSocketOverStream(transport, { url: 'ws://a/', ...options })
      : new WebSocketOverStream(transport, { role, ...options });
  await openByHand(new Peer(there), role);
  await ours.opened;
  return { ours, ends };
}

describe('DecoderStream', () => {
  it.each([...WRONG, ['a string', () => 'bytes'] as const])(
    'rejects the write of %s',
    async (_name, make) => {
      const stream = new DecoderStream({ role: 'client' });
      const writer = stream.writable.getWriter();
      const reader = stream.readable.getReader();
      const first = reader.read();
      await writer.write(hex('81 01 61'));
      void writer.write(hex('81 01 62 81 01 63')).catch(() => {});
      const written = failWriting(writer as Writer, make());
      expect(await first).toEqual({ done: false, value: 'a' });
      for (const value of 'bc') expect(await reader.read()).toEqual({ done: false, value });
      const error = await written;
      expect(error).toBeInstanceOf(TypeError);
      expect(await failureOf(reader.read())).toBe(error);
    },
  );

  it('reads shared memory without changing it', async () => {
    const stream = new DecoderStream({ role: 'server' });
    const reader = stream.readable.getReader();
    const writer = stream.writable.getWriter();
    const frames = hex('81 82 01 02 03 04 69 6b 82 81 01 02 03 04 06 88 80 01 02 03 04');
    const bytes = new Uint8Array(new SharedArrayBuffer(frames.length));
    bytes.set(frames);
    writer.closed.catch(() => {});
    void writer.write(bytes).catch(() => {});
    expect((await reader.read()).value).toBe('hi');
    const { value } = await reader.read();
    expect(toHex(value as Uint8Array)).toBe('07');
    expect((value as Uint8Array).buffer).toBeInstanceOf(ArrayBuffer);
    expect((await reader.read()).done).toBe(true);
    // Borrowed: it is as it was.
    expect(toHex(bytes.slice())).toBe(toHex(frames));
  });
});

describe('EncoderStream', () => {
  it.each(WRONG)('rejects the write of %s', async (_name, make) => {
    const stream = new EncoderStream({ role: 'server' });
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const first = reader.read();
    await writer.write('a');
    expect(toHex((await first).value as Uint8Array)).toBe('810161');
    const failed = failureOf(reader.read());
    const error = await failWriting(writer as Writer, make());
    expect(error).toBeInstanceOf(TypeError);
    expect(await failed).toBe(error);
  });

  it.each([10, 100_000])(
    'encodes %d bytes of shared memory as they are at the write',
    async (length) => {
      const stream = new EncoderStream({ role: 'server' });
      const writer = stream.writable.getWriter();
      const bytes = new Uint8Array(new SharedArrayBuffer(length)).fill(7);
      const read = stream.readable.getReader().read();
      await writer.write(bytes);
      bytes.fill(8);
      const frame = (await read).value as Uint8Array;
      expect(frame.buffer).toBeInstanceOf(ArrayBuffer);
      expect(frame.subarray(-length).every((byte) => byte === 7)).toBe(true);
    },
  );
});

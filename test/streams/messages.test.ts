// The pair of transforms: bytes to messages, messages to bytes.

import { describe, expect, it } from 'vitest';
import {
  type ControlHandlers,
  DecoderStream,
  type DecoderStreamOptions,
  EncoderStream,
  type Message,
} from '../../src/streams/message-streams.ts';
import { frame, hex, join, toHex, utf8 } from '../support/bytes.ts';
import { failureOf } from '../support/transports.ts';

/** Decodes bytes cut into pieces; what came, and how it ended. */
async function decode(
  bytes: Uint8Array,
  size: number,
  options: Partial<DecoderStreamOptions> = {},
  handlers: ControlHandlers = {},
): Promise<{ messages: Message[]; error?: Error }> {
  const messages: Message[] = [];
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.subarray(at, Math.min(bytes.length, at + size)));
      }
      controller.close();
    },
  });
  const stream = source.pipeThrough(new DecoderStream({ role: 'client', ...options }, handlers));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { messages };
      messages.push(value);
    }
  } catch (error) {
    return { messages, error: error as Error };
  }
}

const conversation = join(
  frame({ opcode: 1, payload: utf8('하나') }),
  frame({ opcode: 2, fin: false, payload: Uint8Array.of(1, 2) }),
  frame({ opcode: 9, payload: utf8('?') }),
  frame({ opcode: 0, payload: Uint8Array.of(3) }),
  frame({ opcode: 1 }),
  frame({ opcode: 10, payload: utf8('!') }),
  frame({ opcode: 8, payload: join(hex('03e8'), utf8('끝')) }),
);

describe('DecoderStream', () => {
  it('decodes the same for every chunk size', async () => {
    for (let size = 1; size <= conversation.length; size++) {
      const seen: unknown[] = [];
      const { messages, error } = await decode(
        conversation,
        size,
        {},
        {
          ping: (payload) => seen.push(['ping', toHex(payload)]),
          pong: (payload) => seen.push(['pong', toHex(payload)]),
          close: (code, reason) => seen.push([code, reason]),
        },
      );
      expect(error).toBeUndefined();
      expect(messages).toEqual(['하나', expect.anything(), '']);
      expect([...(messages[1] as Uint8Array)]).toEqual([1, 2, 3]);
      expect(seen).toEqual([
        ['ping', '3f'],
        ['pong', '21'],
        [1000, '끝'],
      ]);
    }
  });

  it('delivers messages that own their memory', async () => {
    const bytes = join(frame({ opcode: 2, payload: Uint8Array.of(7) }), frame({ opcode: 8 }));
    const before = toHex(bytes);
    const { messages } = await decode(bytes, 1000);
    expect((messages[0] as Uint8Array).buffer.byteLength).toBe(1);
    expect(toHex(bytes)).toBe(before);
  });

  it('delivers messages before a violation, then fails with a ProtocolError', async () => {
    const { messages, error } = await decode(
      join(frame({ opcode: 1, payload: utf8('good') }), hex('83 00')),
      1000,
    );
    expect(messages).toEqual(['good']);
    expect(error).toMatchObject({ code: 'WS_ERR_INVALID_OPCODE', closeCode: 1002, offset: 6 });
  });

  it.each([
    ['a violation', '83 00', 'WS_ERR_INVALID_OPCODE'],
    ['an end without a close frame', '', 'WS_ERR_UNEXPECTED_END'],
  ])('keeps unread messages when it fails: %s', async (_name, bytes, code) => {
    const stream = new DecoderStream({ role: 'client' });
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    const written = writer.write(join(hex('81 01 61 81 01 62 81 01 63'), hex(bytes)));
    const closed = Promise.all([written, writer.close()]).catch((error) => error);
    const reader = stream.readable.getReader();
    for (const value of 'abc') expect(await reader.read()).toEqual({ done: false, value });
    expect(await failureOf(reader.read())).toMatchObject({ code });
    expect(await closed).toMatchObject({ code });
  });

  it.each([
    ['aborted', ({ writable }: DecoderStream, reason: Error) => writable.abort(reason)],
    ['cancelled', ({ readable }: DecoderStream, reason: Error) => readable.cancel(reason)],
  ])('settles a blocked write when it is %s', async (_name, end) => {
    const stream = new DecoderStream({ role: 'client' });
    const writer = stream.writable.getWriter();
    const written = writer.write(hex('81 01 61')).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve));
    writer.releaseLock();
    await end(stream, new Error('enough'));
    await written;
    expect((await failureOf(stream.writable.getWriter().closed)).message).toBe('enough');
  });

  it('fails if a handler throws', async () => {
    const ping = (): void => {
      throw new Error('oh');
    };
    const { messages, error } = await decode(join(hex('81 01 61 89 00')), 100, {}, { ping });
    expect([messages, error?.message]).toEqual([['a'], 'oh']);
  });

  it('fails if the stream ends without a close frame', async () => {
    const { messages, error } = await decode(frame({ opcode: 1, payload: utf8('a') }), 1000);
    expect(messages).toEqual(['a']);
    expect(error).toMatchObject({ code: 'WS_ERR_UNEXPECTED_END' });
  });

  it('applies the limits of a decoder', async () => {
    const { error } = await decode(frame({ opcode: 2, payload: new Uint8Array(11) }), 1000, {
      maxPayload: 10,
    });
    expect(error).toMatchObject({ code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', closeCode: 1009 });
  });

  it('applies backpressure while nobody reads', async () => {
    let pulled = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(frame({ opcode: 1, payload: utf8('x') }));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = source.pipeThrough(new DecoderStream({ role: 'client' })).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pulled).toBeLessThan(6);
  });
});

describe('EncoderStream', () => {
  it.each(['server', 'client'] as const)(
    'as a %s: writes frames that a decoder accepts',
    async (role) => {
      const messages = [
        '안녕',
        'a'.repeat(70_000),
        '',
        Uint8Array.of(1, 2, 3),
        new Uint8Array(9000),
      ];
      const encoder = new EncoderStream({ role });
      const other = role === 'server' ? 'client' : 'server';
      const decoded = encoder.readable.pipeThrough(new DecoderStream({ role: other }));
      const writer = encoder.writable.getWriter();
      const writing = (async () => {
        for (const message of messages) await writer.write(message);
        await writer.close();
      })();
      const seen: Message[] = [];
      const reader = decoded.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        seen.push(value);
      }
      await writing;
      expect(seen.map((one) => (typeof one === 'string' ? one : [...one]))).toEqual(
        messages.map((one) => (typeof one === 'string' ? one : [...one])),
      );
    },
  );

  it('writes frames that own their memory, and a close frame with 1000', async () => {
    const encoder = new EncoderStream({ role: 'server' });
    const writer = encoder.writable.getWriter();
    void writer.write('a');
    void writer.write(new Uint16Array([1]));
    void writer.close();
    const reader = encoder.readable.getReader();
    const frames: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      frames.push(value);
    }
    expect(frames.map(toHex)).toEqual(['810161', '82020100', '880203e8']);
    expect(frames.every((one) => one.byteLength === one.buffer.byteLength)).toBe(true);
  });

  it('fails on a value that is not a message', async () => {
    const { readable, writable } = new EncoderStream({ role: 'server' });
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const read = failureOf(readable.getReader().read());
    expect(await failureOf(writer.write(5 as never))).toBeInstanceOf(TypeError);
    expect(await read).toBeInstanceOf(TypeError);
  });
});

// Handlers that take memory away (transfer, detach, shrink): what is still to be read of it ends that stream
// with a typed error, after all that was whole before, and nothing is lost in silence.

import { describe, expect, it } from 'vitest';
import { Decoder, type DecoderOptions, type Delivery, type Handlers } from '../../src/index.ts';
import { detach, frame, hex, join, resizable, utf8 } from '../support/bytes.ts';
import { DELIVERIES, pieces } from '../support/decode.ts';

const KEY = [0x37, 0xfa, 0x21, 0x3d];
const ROLES = ['server', 'client'] as const;
type Role = (typeof ROLES)[number];
type Event = string | [code: string, closeCode: number, offset: number];
/** Called with the event that is being handled. */
type During = (event: string, payload: Uint8Array | string, decoder: Decoder<Delivery>) => void;

const DETACHED = (offset: number): Event => ['WS_ERR_DETACHED_CHUNK', 1011, offset];

/** A decoder that notes each event by its kind and length, and then lets `during` do its worst. */
function noting(options: DecoderOptions, during: During) {
  const events: Event[] = [];
  const say = (kind: string, payload: Uint8Array | string, length = payload.length) => {
    const event = `${kind} ${length}`;
    events.push(event);
    during(event, payload, decoder);
  };
  const handlers: Handlers = {
    message: (data, _isBinary, start, end) => say('message', data, end - start),
    part: (data) => say('part', data),
    frame: (payload) => say('frame', payload),
    ping: (payload) => say('ping', payload),
    pong: (payload) => say('pong', payload),
    close: (code, _reason, bytes) => say(`close ${code}`, bytes),
    error: ({ code, closeCode, offset }) => events.push([code, closeCode, offset]),
  };
  const decoder = new Decoder<Delivery>(options, handlers);
  return { decoder, events };
}

/** Frames, and which event each of them completes. */
function conversation(key: readonly number[] | null) {
  const parts: [Uint8Array, string | null][] = [
    [frame({ opcode: 1, payload: utf8('hello'), key }), 'message 5'],
    [frame({ opcode: 2, payload: hex(''), key }), 'message 0'],
    [frame({ opcode: 2, payload: new Uint8Array(130), key }), 'message 130'],
    [frame({ opcode: 1, fin: false, payload: utf8('안'), key }), null],
    [frame({ opcode: 9, payload: utf8('ping'), key }), 'ping 4'],
    [frame({ opcode: 0, payload: utf8('녕'), key }), 'message 6'],
    [frame({ opcode: 10, key }), 'pong 0'],
    [frame({ opcode: 1, payload: utf8('é'), key }), 'message 2'],
    [frame({ opcode: 8, payload: hex('03 e8 61'), key }), 'close 1000 1'],
  ];
  let end = 0;
  const ends: { event: string; end: number }[] = [];
  for (const [bytes, event] of parts) {
    end += bytes.length;
    if (event !== null) ends.push({ event, end });
  }
  return { stream: join(...parts.map(([bytes]) => bytes)), ends };
}

/** How a handler takes the memory of the chunk it was called for. */
const WAYS = {
  'detaches it': {
    copy: (bytes: Uint8Array) => bytes.slice(),
    take: (chunk: Uint8Array) => detach(chunk.buffer),
  },
  'shrinks it': {
    copy(bytes: Uint8Array) {
      const chunk = new Uint8Array(resizable(bytes.length));
      chunk.set(bytes);
      return chunk.subarray(0, bytes.length);
    },
    take: (chunk: Uint8Array) =>
      (chunk.buffer as ArrayBuffer & { resize(length: number): void }).resize(1),
  },
  'resizes it under a view of all of it': {
    copy(bytes: Uint8Array) {
      const chunk = new Uint8Array(resizable(bytes.length));
      chunk.set(bytes);
      return chunk;
    },
    take(chunk: Uint8Array) {
      const memory = chunk.buffer as ArrayBuffer & { resize(length: number): void };
      memory.resize(memory.byteLength - 1);
    },
  },
};

/** What comes of it where the handler of event `nth` takes the chunk it lies in. */
function expectedOf(role: Role, split: number, nth: number): Event[] {
  const { stream, ends } = conversation(role === 'server' ? KEY : null);
  const { end } = ends[nth];
  const [from, to] = end <= split ? [0, split] : [split, stream.length];
  const isLeft = end < to && nth < ends.length - 1;
  const events = ends.slice(0, isLeft ? nth + 1 : undefined).map(({ event }) => event);
  return isLeft ? [...events, DETACHED(from)] : events;
}

describe.each(ROLES)('as a %s', (role) => {
  const key = role === 'server' ? KEY : null;
  const { stream, ends } = conversation(key);
  const count = ends.length;

  describe.each(DELIVERIES)('delivering as %s, a handler', (delivery) => {
    describe.each(Object.entries(WAYS))('that %s', (_name, { copy, take }) => {
      /** Plays the stream in two chunks; `after` runs behind the taking, and between the chunks. */
      function play(split: number, nth: number, after: During) {
        const chunks = [copy(stream.subarray(0, split)), copy(stream.subarray(split))];
        let current = 0;
        const { decoder, events } = noting({ role, delivery }, (event, payload, own) => {
          if (events.length !== nth + 1) return;
          take(chunks[current]);
          after(event, payload, own);
        });
        for (const chunk of chunks) {
          current = chunks.indexOf(chunk);
          try {
            if (chunk.length > 0) decoder.write(chunk);
          } catch (error) {
            expect(error).toEqual(new Error('thrown'));
          }
          // Whoever paused, or threw, goes on.
          decoder.resume();
        }
        decoder.resume();
        return events;
      }

      it.each([
        ['returns', () => {}],
        ['pauses', (_event, _payload, decoder) => decoder.pause()],
        [
          'throws',
          () => {
            throw new Error('thrown');
          },
        ],
        ['writes on', (_event, _payload, decoder) => decoder.write(new Uint8Array(0))],
      ] as [string, During][])(
        'and %s, at every cut but inside of a long payload',
        (_what, after) => {
          for (let split = 0; split <= stream.length; split++) {
            if (split === 30) split = stream.length - 70;
            for (let nth = 0; nth < count; nth++) {
              const events = play(split, nth, after);
              expect({ split, nth, events }).toEqual({
                ...{ split, nth },
                events: expectedOf(role, split, nth),
              });
            }
          }
        },
      );
    });
  });

  it.each(DELIVERIES)('what is read in more than one scan: %s', (delivery) => {
    const long = frame({ opcode: 2, payload: new Uint8Array(40_000), key });
    const small = frame({ opcode: 1, payload: utf8('a'), key });
    for (const first of [long, join(...Array(4000).fill(small))]) {
      for (const rest of [long, small, small.subarray(0, 3), long.subarray(0, 9000)]) {
        const chunk = join(first, rest);
        const total = first === long ? 1 : 4000;
        const { decoder, events } = noting({ role, delivery }, () => {
          if (events.length === total) detach(chunk.buffer);
        });
        decoder.write(chunk);
        expect(events.slice(total)).toEqual([DETACHED(0)]);
        expect([decoder.isEnded, decoder.bufferedBytes]).toEqual([true, 0]);
      }
    }
  });

  it.each([{ partial: true }, { unit: 'frame' }] as const)('%j', (options) => {
    const chunk = join(
      frame({ opcode: 2, fin: false, payload: new Uint8Array(300), key }),
      frame({ opcode: 0, payload: new Uint8Array(300), key }),
    );
    const { decoder, events } = noting({ role, ...options }, (_event, payload) => {
      detach((payload as Uint8Array).buffer);
    });
    decoder.write(chunk);
    const kind = 'partial' in options ? 'part' : 'frame';
    expect(events).toEqual([`${kind} 300`, DETACHED(0)]);
  });

  it('preserve: the views are of memory of their own, the chunk stays', () => {
    const chunk = stream.slice();
    const { decoder, events } = noting({ role, preserve: true }, (event, payload) => {
      if (event === 'message 130') detach((payload as Uint8Array).buffer);
    });
    decoder.write(chunk);
    expect(events).toEqual(['message 5', 'message 0', 'message 130', DETACHED(0)]);
    expect(chunk.length).toBe(role === 'server' ? stream.length : 0);
  });

  it('chunks that wait while it is paused', () => {
    const one = frame({ opcode: 1, payload: utf8('one'), key });
    const memory = join(one, one, one);
    const chunks = [0, 1, 2].map((i) => memory.subarray(i * one.length, (i + 1) * one.length));
    const { decoder, events } = noting({ role }, (_event, payload) => {
      detach((payload as Uint8Array).buffer);
    });
    decoder.pause();
    for (const chunk of chunks) decoder.write(chunk);
    decoder.resume();
    expect(events).toEqual(['message 3', DETACHED(one.length)]);
  });

  it.each(['entries', 'the rest'])('detached during a pause: %s', (what) => {
    const small = frame({ opcode: 1, payload: utf8('a'), key });
    const rest =
      what === 'entries' ? small : frame({ opcode: 2, payload: new Uint8Array(50_000), key });
    const kept: Uint8Array[] = [];
    const { decoder, events } = noting({ role }, (_event, payload, own) => {
      kept.push(payload as Uint8Array);
      own.pause();
    });
    decoder.write(small.slice());
    decoder.resume();
    decoder.write(join(small, rest));
    detach(kept[1].buffer);
    expect(events).toEqual(['message 1', 'message 1']);
    decoder.resume();
    expect(events.slice(2)).toEqual([DETACHED(small.length)]);
  });

  it.each(DELIVERIES)('endOfStream after it: the error comes once, as %s', (delivery) => {
    const small = frame({ opcode: 1, payload: utf8('a'), key });
    const chunk = join(small, small);
    const { decoder, events } = noting({ role, delivery }, (_event, _payload, own) => {
      own.pause();
      detach(chunk.buffer);
    });
    decoder.write(chunk);
    decoder.endOfStream();
    decoder.resume();
    decoder.write(small.slice());
    expect(events).toEqual(['message 1', DETACHED(0)]);
  });

  it('without an error handler it is thrown', () => {
    const small = frame({ opcode: 1, payload: utf8('a'), key });
    const decoder = new Decoder(
      { role },
      { message: (data) => detach((data as Uint8Array).buffer) },
    );
    expect(() => decoder.write(join(small, small))).toThrow(
      expect.objectContaining({ code: 'WS_ERR_DETACHED_CHUNK', closeCode: 1011, role }),
    );
  });

  it('a transform that transfers what it was given, and answers later', async () => {
    const zip = frame({ opcode: 2, rsv: 0x40, payload: new Uint8Array(9), key });
    const small = frame({ opcode: 1, payload: utf8('a'), key });
    const transform = async (payload: Uint8Array) => {
      detach(payload.buffer);
      return new Uint8Array(20);
    };
    for (const [chunk, after] of [
      [zip, []],
      [join(zip, small), [DETACHED(0)]],
    ] as const) {
      const { decoder, events } = noting({ role, rsv1: true, transform }, () => {});
      decoder.write(chunk.slice());
      await new Promise((resolve) => setTimeout(resolve));
      expect(events).toEqual(['message 20', ...after]);
    }
  });

  it.each([
    ['at once', (bytes: Uint8Array) => bytes],
    ['later', async (bytes: Uint8Array) => bytes],
  ])('a transform that gives detached memory %s', async (_when, give) => {
    const zip = frame({ opcode: 2, rsv: 0x40, payload: new Uint8Array(9), key });
    const transform = () => {
      const bytes = new Uint8Array(20);
      detach(bytes.buffer);
      return give(bytes);
    };
    const { decoder, events } = noting({ role, rsv1: true, transform }, () => {});
    decoder.write(zip);
    await new Promise((resolve) => setTimeout(resolve));
    const at = zip.length - 9;
    expect(events).toEqual([['WS_ERR_INVALID_EXTENSION_DATA', 1007, at]]);
  });
});

describe('a piece that was kept where it lay', () => {
  const small = frame({ opcode: 1, payload: utf8('a') });
  const fragment = frame({ opcode: 2, fin: false, payload: new Uint8Array(4000) });
  const rest = [
    frame({ opcode: 9 }),
    frame({ opcode: 0, payload: new Uint8Array(5000) }),
    frame({ opcode: 1, payload: utf8('b') }),
  ];
  const messageAt = small.length + 4;

  it.each(['between the chunks', 'in a ping'])('and is detached %s', (when) => {
    for (const size of [100, 3000, 10_000]) {
      let taken: Uint8Array | undefined;
      const { decoder, events } = noting({ role: 'client' }, (event, payload) => {
        if (event === 'message 1') taken = payload as Uint8Array;
        if (event === 'ping 0' && when === 'in a ping') detach(taken?.buffer as ArrayBuffer);
      });
      decoder.write(join(small, fragment));
      if (when !== 'in a ping') detach(taken?.buffer as ArrayBuffer);
      for (const chunk of pieces(join(...rest), size)) decoder.write(chunk.slice());
      expect(events).toEqual(['message 1', 'ping 0', DETACHED(messageAt)]);
    }
  });

  it('is none where the message has moved to memory of its own', () => {
    const payload = new Uint8Array(8000).fill(7);
    const stream = join(small, frame({ opcode: 2, payload }));
    let taken: Uint8Array | undefined;
    let last: Uint8Array | undefined;
    const { decoder, events } = noting({ role: 'client' }, (_event, data) => {
      taken ??= data as Uint8Array;
      last = data as Uint8Array;
    });
    decoder.write(stream.slice(0, 4000));
    decoder.write(stream.slice(4000, 6000));
    detach(taken?.buffer as ArrayBuffer);
    decoder.write(stream.slice(6000));
    if (events.length === 2 && events[1] === 'message 8000') {
      expect(last?.every((byte) => byte === 7)).toBe(true);
    } else expect(events).toEqual(['message 1', DETACHED(messageAt)]);
  });
});

describe('memory of its own', () => {
  describe.each(ROLES)('of a %s', (role) => {
    const key = role === 'server' ? KEY : null;
    const { stream, ends } = conversation(key);
    const all = ends.map(({ event }) => event);

    it.each(['copy', 'string'] as const)(
      '%s: each payload may be taken, at every size of chunks',
      (delivery) => {
        for (const options of [{}, { partial: true }, { unit: 'frame' }] as const) {
          for (let size = 1; size <= stream.length; size++) {
            const untouched = noting({ role, delivery, ...options }, () => {});
            const memories = new Set<ArrayBufferLike>();
            let payloads = 0;
            const { decoder, events } = noting(
              { role, delivery, ...options },
              (_event, payload) => {
                if (typeof payload === 'string') return;
                payloads++;
                memories.add(payload.buffer);
                expect(payload.buffer.byteLength).toBe(payload.length);
                detach(payload.buffer);
              },
            );
            for (const chunk of pieces(stream, size)) {
              untouched.decoder.write(chunk.slice());
              decoder.write(chunk.slice());
            }
            expect(events).toEqual(untouched.events);
            expect(memories.size).toBe(payloads);
          }
        }
      },
    );

    it('what a view is of is never the decoder’s: byte by byte, each may be taken', () => {
      const { decoder, events } = noting({ role }, (_event, payload) => {
        const { buffer, length } = payload as Uint8Array;
        expect(buffer.byteLength).toBe(length);
        detach(buffer);
      });
      for (const byte of pieces(stream, 1)) decoder.write(byte.slice());
      expect(events).toEqual(all);
    });

    it.each(DELIVERIES)(
      'an empty fragmented message may be taken, as %s, and others have theirs',
      (delivery) => {
        const empty = join(frame({ opcode: 2, fin: false, key }), frame({ opcode: 0, key }));
        for (let i = 0; i < 3; i++) {
          const { decoder, events } = noting({ role, delivery }, (_event, payload) => {
            detach((payload as Uint8Array).buffer);
          });
          decoder.write(empty.slice());
          decoder.write(empty.slice());
          expect(events).toEqual(['message 0', 'message 0']);
        }
      },
    );

    it('borrowed memory that was taken ends that stream alone, or cannot be taken', () => {
      const small = frame({ opcode: 1, payload: utf8('a'), key });
      const chunk = join(small, small);
      let isTaken = false;
      const { decoder, events } = noting({ role, delivery: 'borrowed' }, (_event, payload) => {
        try {
          detach((payload as Uint8Array).buffer);
          isTaken = true;
        } catch {
          // Memory of WebAssembly.
        }
      });
      decoder.write(chunk.slice());
      expect(events[0]).toBe('message 1');
      expect(events[1]).toEqual(isTaken ? DETACHED(0) : 'message 1');
      const other = noting({ role, delivery: 'borrowed' }, () => {});
      other.decoder.write(chunk.slice());
      expect(other.events).toEqual(['message 1', 'message 1']);
    });
  });
});

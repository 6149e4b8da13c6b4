// A decoder under test, and what it says in the oracle's words.

import { Decoder, type DecoderOptions, type Delivery, type Handlers } from '../../src/index.ts';
import { toHex } from './bytes.ts';
import type { Event } from './naive-decoder.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** Handlers that note every call as the naive decoder would. */
export function recorder(events: Event[]): Handlers {
  return {
    message(data, isBinary, start, end) {
      if (typeof data === 'string') events.push(['text', data]);
      else {
        const payload = data.subarray(start, end);
        events.push(isBinary ? ['binary', toHex(payload)] : ['text', text.decode(payload)]);
      }
    },
    ping: (payload) => events.push(['ping', toHex(payload)]),
    pong: (payload) => events.push(['pong', toHex(payload)]),
    close: (code, reason) => events.push(['close', code, reason]),
    error: (error) =>
      events.push(['error', error.code, error.closeCode, error.section, error.offset]),
  };
}

/** Views begin at 0; a recorder that cuts by start and end must not cut them. */
export const DELIVERIES: readonly Delivery[] = ['view', 'copy', 'string', 'borrowed'];

/** Decodes the chunks, each in memory of its own, and returns what was said. */
export function decode(chunks: Iterable<Uint8Array>, options: DecoderOptions): Event[] {
  const events: Event[] = [];
  const decoder = new Decoder(options, recorder(events));
  for (const chunk of chunks) decoder.write(chunk.slice());
  return events;
}

/** Of a stream longer than this, only the beginning and the end are cut everywhere. */
const EVERYWHERE = 600;

/** The stream in two chunks, cut everywhere. */
export function* cuts(stream: Uint8Array): Generator<[Uint8Array, Uint8Array]> {
  const { length } = stream;
  for (let at = 0; at <= length; at++) {
    if (length > EVERYWHERE && at === 40) at = length - 40;
    yield [stream.subarray(0, at), stream.subarray(at)];
  }
}

/** The stream in chunks of `size` bytes. */
export function* pieces(stream: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < stream.length; at += size) yield stream.subarray(at, at + size);
}

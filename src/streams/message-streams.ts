// A pair of transforms for those who do the rest themselves: bytes to messages, messages to bytes.

import type { BytesLike } from '../codec/bytes.ts';
import type { DecoderOptions, Handlers } from '../codec/options.ts';
import { Decoder, Encoder, type EncoderOptions } from '../entry/auto.ts';
import { ownMemory } from './outbox.ts';

/** A message: text as a string, binary as bytes. */
export type Message = string | Uint8Array;

/** Options of a {@link DecoderStream}: those of a decoder that leave the form of messages to the stream. */
export type DecoderStreamOptions = Omit<
  DecoderOptions<'string'>,
  'delivery' | 'unit' | 'partial' | 'rsv1' | 'transform' | 'preserve'
>;

/** What is no message: called in the order of the stream, as the bytes are read. */
export type ControlHandlers = Pick<Handlers<'string'>, 'ping' | 'pong' | 'close'>;

/**
 * Bytes of a WebSocket in, messages out; chunks are borrowed, messages are the reader's own. It ends with the
 * close frame, and fails with a ProtocolError. Answers nothing: pings and the close frame are for `handlers`.
 */
export class DecoderStream extends TransformStream<BytesLike, Message> {
  constructor(options: DecoderStreamOptions, handlers: ControlHandlers = {}) {
    let decoder: Decoder<'string'>;
    super({
      start(controller) {
        decoder = new Decoder<'string'>(
          { ...options, delivery: 'string' },
          {
            ...handlers,
            message: (data) => controller.enqueue(data),
            close(code, reason, bytes) {
              handlers.close?.(code, reason, bytes);
              controller.terminate();
            },
            error: (error) => controller.error(error),
          },
        );
      },
      transform: (chunk) => {
        decoder.write(chunk);
      },
      flush: () => decoder.endOfStream(),
    });
  }
}

/** Messages in, frames out, each a chunk with memory of its own. Closing it sends a close frame with 1000. */
export class EncoderStream extends TransformStream<string | BytesLike, Uint8Array<ArrayBuffer>> {
  constructor(options: EncoderOptions) {
    const encoder = new Encoder(options);
    super({
      transform(message, controller) {
        const isText = typeof message === 'string';
        const frame = isText ? encoder.text(message) : encoder.binary(message);
        controller.enqueue(ownMemory(frame));
      },
      flush: (controller) => controller.enqueue(ownMemory(encoder.close(1000))),
    });
  }
}

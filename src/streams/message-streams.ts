// A pair of transforms, bytes to messages and messages to bytes, without handshakes or automatic answers.

import type { BytesLike } from '../codec/bytes.ts';
import type { DecoderOptions, Handlers } from '../codec/options.ts';
import { Decoder, Encoder, type EncoderOptions } from '../entry/auto.ts';
import { Inbox } from './inbox.ts';
import { ownMemory } from './outbox.ts';
import { whenAborted } from './when-aborted.ts';

/** A message: text as a string, binary as bytes. */
export type Message = string | Uint8Array;

/** Options of a {@link DecoderStream}: those of a decoder, except for those that change the form of messages. */
export type DecoderStreamOptions = Omit<
  DecoderOptions<'string'>,
  'delivery' | 'unit' | 'partial' | 'rsv1' | 'transform' | 'preserve'
>;

/** Handlers of control frames, called in stream order as the bytes are decoded. */
export type ControlHandlers = Pick<Handlers<'string'>, 'ping' | 'pong' | 'close'>;

/**
 * Bytes of a WebSocket in, messages out. Chunks are borrowed; messages own their memory. The stream ends at the close
 * frame, and fails with a ProtocolError. It sends nothing: `handlers` answer pings and the close frame.
 */
export class DecoderStream implements ReadableWritablePair<Message, BytesLike> {
  readonly readable: ReadableStream<Message>;
  readonly writable: WritableStream<BytesLike>;

  constructor(options: DecoderStreamOptions, handlers: ControlHandlers = {}) {
    let writing!: WritableStreamDefaultController;
    // Not a TransformStream: failing one discards the messages that are not read yet.
    const inbox = new Inbox((reason) => writing.error(reason), 1);
    const fail = (error: unknown): void => {
      inbox.fail(error);
      writing.error(error);
    };
    const decoder = new Decoder<'string'>(
      { ...options, delivery: 'string' },
      {
        ...handlers,
        message: (data) => inbox.push(data),
        close(code, reason, bytes) {
          handlers.close?.(code, reason, bytes);
          inbox.end();
          writing.error(new TypeError('the stream ended at its close frame'));
        },
        error: fail,
      },
    );
    this.readable = inbox.readable;
    this.writable = new WritableStream<BytesLike>({
      start(controller) {
        writing = controller;
        whenAborted(controller, fail);
      },
      async write(chunk) {
        try {
          decoder.write(chunk);
        } catch (error) {
          fail(error);
          throw error;
        }
        if (inbox.isFull) await inbox.waitForRoom();
      },
      close() {
        decoder.endOfStream();
        if (decoder.error !== null) throw decoder.error;
      },
      abort: fail,
    });
  }
}

/** Messages in, frames out, each a chunk that owns its memory. Closing the stream sends a close frame with 1000. */
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

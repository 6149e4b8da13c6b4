// Received bytes -> messages in the inbox, no faster than they are read, yielding to the event loop in between.

import type { Handlers } from '../codec/options.ts';
import { Decoder } from '../entry/auto.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { yieldToEventLoop } from './deferred.ts';
import type { Inbox } from './inbox.ts';
import { decoderOptionsOf, type OverStreamOptions } from './options.ts';

/**
 * Messages and pings decoded before the event loop runs. A reader handles all of them in one turn, which takes some
 * milliseconds. A chunk can have ten thousand, and Node reads 32 chunks of one socket before it reads the next.
 */
const MAX_CONSECUTIVE = 1000;

export class Intake {
  private readonly decoder: Decoder<'string'>;
  private readonly inbox: Inbox;
  private readonly onRoom: () => void;
  /** Messages and pings until then. At 0 the decoder is paused. */
  private untilYield = MAX_CONSECUTIVE;

  /** `onRoom`: queued messages have been read, and there is room again. */
  constructor(
    inbox: Inbox,
    options: OverStreamOptions,
    handlers: Required<Pick<Handlers<'string'>, 'ping' | 'close'>>,
    onRoom: () => void,
  ) {
    this.inbox = inbox;
    this.onRoom = onRoom;
    this.decoder = new Decoder<'string'>(decoderOptionsOf(options), {
      message: (data) => {
        inbox.push(data);
        this.count();
      },
      ping: (payload) => {
        handlers.ping(payload);
        this.count();
      },
      close: handlers.close,
      // `error` is read after the decoding loop.
      error: () => {},
    });
  }

  /** Decodes the next bytes. Returns a promise to wait for before the next call, or undefined. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.decoder.write(chunk);
    return this.inbox.isFull || this.untilYield === 0 ? this.waitUntilReady() : undefined;
  }

  /** The transport has ended. */
  endOfStream(): void {
    this.decoder.endOfStream();
  }

  /** Discards the rest of the bytes. */
  stop(): void {
    this.decoder.stop();
  }

  /** Whether a close frame or a violation has ended the stream. */
  get isEnded(): boolean {
    return this.decoder.isEnded;
  }

  get error(): ProtocolError | null {
    return this.decoder.error;
  }

  private count(): void {
    if (--this.untilYield === 0) this.decoder.pause();
  }

  private async waitUntilReady(): Promise<void> {
    for (;;) {
      if (this.inbox.isFull) {
        await this.inbox.waitForRoom();
        this.onRoom();
      }
      if (this.untilYield > 0) return;
      this.untilYield = MAX_CONSECUTIVE;
      await yieldToEventLoop();
      this.decoder.resume();
    }
  }
}

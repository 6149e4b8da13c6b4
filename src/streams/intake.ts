// Bytes received -> messages in the inbox, no faster than they are read, and no more at once than others can wait for.

import type { Handlers } from '../codec/options.ts';
import { Decoder } from '../entry/auto.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { othersTurn } from './deferred.ts';
import type { Inbox } from './inbox.ts';
import { decoderOptionsOf, type OverStreamOptions } from './options.ts';

/**
 * Messages and pings in a row before others have their turn: whoever reads them does so in one go, which takes some
 * milliseconds. A chunk can have ten thousand, and Node reads 32 chunks of a socket before it looks at the next.
 */
const IN_A_ROW = 1000;

export class Intake {
  private readonly decoder: Decoder<'string'>;
  private readonly inbox: Inbox;
  private readonly onRoom: () => void;
  /** How many until then; at 0 the decoder is held back. */
  private untilTurn = IN_A_ROW;

  /** `onRoom`: messages that waited have been read. */
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
      // How it ended is asked of `error`, behind the loop that decodes.
      error: () => {},
    });
  }

  /** Takes the next bytes. Returns a promise of the moment for more where that is not now. */
  take(chunk: Uint8Array): Promise<void> | undefined {
    this.decoder.write(chunk);
    return this.inbox.isFull || this.untilTurn === 0 ? this.catchUp() : undefined;
  }

  /** No bytes follow. */
  endOfStream(): void {
    this.decoder.endOfStream();
  }

  /** Nothing is wanted any more. */
  stop(): void {
    this.decoder.stop();
  }

  /** Whether a close frame came, or bytes that break a rule. */
  get isEnded(): boolean {
    return this.decoder.isEnded;
  }

  get error(): ProtocolError | null {
    return this.decoder.error;
  }

  private count(): void {
    if (--this.untilTurn === 0) this.decoder.pause();
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      if (this.inbox.isFull) {
        await this.inbox.room();
        this.onRoom();
      }
      if (this.untilTurn > 0) return;
      this.untilTurn = IN_A_ROW;
      await othersTurn();
      this.decoder.resume();
    }
  }
}

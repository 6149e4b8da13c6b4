// The readable side: received messages until they are read, and backpressure while they are not.

import type { Message } from './message-streams.ts';

/** Unread bytes of messages above which reading from the transport stops. */
const HIGH_WATER = 64 * 1024;
/** Bytes a message counts in addition to its payload, roughly: empty messages must count too. */
const MESSAGE_OVERHEAD = 64;

export class Inbox {
  readonly readable: ReadableStream<Message>;
  private controller!: ReadableStreamDefaultController<Message>;
  private readonly highWater: number;
  private isFinished = false;
  private isDiscarding = false;
  /** Delivered after the queued messages: failing the stream at once would lose them. */
  private failure: { error: unknown } | undefined;
  private resolveRoom: () => void = () => {};

  /** `onCancel`: the reader has cancelled the stream. `highWater`: bytes that may be unread. */
  constructor(onCancel: (reason: unknown) => void, highWater = HIGH_WATER) {
    this.highWater = highWater;
    this.readable = new ReadableStream<Message>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => {
          this.resolveRoom();
          if (this.failure !== undefined && this.isEmpty) this.controller.error(this.failure.error);
        },
        cancel: (reason) => {
          this.finish();
          onCancel(reason);
        },
      },
      {
        highWaterMark: highWater,
        size: (message) => message.length + MESSAGE_OVERHEAD,
      },
    );
  }

  push(message: Message): void {
    if (!this.isFinished && !this.isDiscarding) this.controller.enqueue(message);
  }

  /** Discards later messages. Queued ones can still be read. */
  discard(): void {
    this.isDiscarding = true;
    this.resolveRoom();
  }

  /** Whether enough messages are unread to stop reading from the transport. */
  get isFull(): boolean {
    return !this.isFinished && !this.isDiscarding && (this.controller.desiredSize ?? 1) <= 0;
  }

  /** Resolves when there is room, or no message will follow. */
  waitForRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.resolveRoom = resolve;
    });
  }

  /** Closes the stream after the queued messages. */
  end(): void {
    if (this.isFinished) return;
    this.controller.close();
    this.finish();
  }

  /** Fails the stream after the queued messages. */
  fail(error: unknown): void {
    if (this.isFinished) return;
    if (this.isEmpty) this.controller.error(error);
    else this.failure = { error };
    this.finish();
  }

  private get isEmpty(): boolean {
    return this.controller.desiredSize === this.highWater;
  }

  private finish(): void {
    this.isFinished = true;
    this.resolveRoom();
  }
}

/** The messages one by one. Leaving the loop cancels the stream. */
export async function* messagesOf(
  readable: ReadableStream<Message>,
): AsyncGenerator<Message, void> {
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

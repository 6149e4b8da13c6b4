// Received messages until they are read: the readable side, and the back-pressure that it makes.

import type { Message } from './message-streams.ts';

/** Bytes of messages that wait to be read before the transport is left alone. */
const HIGH_WATER = 64 * 1024;
/** What a message costs beside its bytes, as a round figure: empty ones must count too. */
const MESSAGE_OVERHEAD = 64;

export class Inbox {
  readonly readable: ReadableStream<Message>;
  private controller!: ReadableStreamDefaultController<Message>;
  private readonly highWater: number;
  private isOver = false;
  private isRefusing = false;
  /** What comes behind the messages that wait: a stream that fails at once would lose them. */
  private failure: { error: unknown } | undefined;
  private wake: () => void = () => {};

  /** `onCancel`: the reader wants no more. `highWater`: bytes that may wait to be read. */
  constructor(onCancel: (reason: unknown) => void, highWater = HIGH_WATER) {
    this.highWater = highWater;
    this.readable = new ReadableStream<Message>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => {
          this.wake();
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
    if (!this.isOver && !this.isRefusing) this.controller.enqueue(message);
  }

  /** No message is wanted any more; those that wait can still be read. */
  refuse(): void {
    this.isRefusing = true;
    this.wake();
  }

  /** Whether the reader lags behind. */
  get isFull(): boolean {
    return !this.isOver && !this.isRefusing && (this.controller.desiredSize ?? 1) <= 0;
  }

  /** Resolves once there is room, or once it is over. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** No message follows; those that wait can still be read. */
  end(): void {
    if (this.isOver) return;
    this.controller.close();
    this.finish();
  }

  /** The same, but with an error behind them. */
  fail(error: unknown): void {
    if (this.isOver) return;
    if (this.isEmpty) this.controller.error(error);
    else this.failure = { error };
    this.finish();
  }

  private get isEmpty(): boolean {
    return this.controller.desiredSize === this.highWater;
  }

  private finish(): void {
    this.isOver = true;
    this.wake();
  }
}

/** One by one; leaving the loop cancels the stream. */
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

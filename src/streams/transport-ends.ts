// The two ends of a transport, which one connection has for itself until it ends them.

import { turnEvery } from './deferred.ts';
import { assertFree, type ByteTransport } from './options.ts';

/** Chunks read in a row before others have their turn: a transport in memory may have the next one at once, always. */
const CHUNKS_IN_A_ROW = 1000;

export class TransportEnds {
  readonly sink: WritableStreamDefaultWriter<Uint8Array>;
  private readonly source: ReadableStreamDefaultReader<Uint8Array>;
  private readonly turn = turnEvery(CHUNKS_IN_A_ROW);

  /** Throws a TypeError where somebody else has one of them: none is taken then. */
  constructor(transport: ByteTransport) {
    assertFree(transport);
    this.source = transport.readable.getReader();
    this.sink = transport.writable.getWriter();
  }

  read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    const turn = this.turn();
    return turn === undefined ? this.source.read() : turn.then(() => this.source.read());
  }

  /** Waits for the end; discards the bytes before it. */
  async readToEnd(): Promise<void> {
    while (!(await this.read()).done);
  }

  /** Ends this half, and waits for the end of the other. */
  async end(): Promise<void> {
    await Promise.all([this.sink.close(), this.readToEnd()]);
  }

  /** The same, once `flushed`. Drops both for `reason` where that takes longer than `ms`, or where it is aborted. */
  endAfter(flushed: Promise<void>, reason: unknown, ms: number, signal?: AbortSignal): void {
    const drop = (): void => this.drop(reason);
    const timer = setTimeout(drop, ms);
    signal?.addEventListener('abort', drop);
    const ended = flushed.then(() => this.end()).catch(drop);
    void ended.then(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', drop);
    });
  }

  /** Ends both at once. */
  drop(reason?: unknown): void {
    this.sink.abort(reason).catch(() => {});
    this.source.cancel(reason).catch(() => {});
  }
}

// Both streams of a transport. One connection owns them until it ends them.

import { clearTimeout, setTimeout } from './clock.ts';
import { turnEvery } from './deferred.ts';
import { assertFree, type ByteTransport } from './options.ts';

/** Chunks read in a row before the event loop runs: a transport in memory may always have the next one at once. */
const CHUNKS_IN_A_ROW = 1000;

export class TransportEnds {
  readonly sink: WritableStreamDefaultWriter<Uint8Array>;
  private readonly source: ReadableStreamDefaultReader<Uint8Array>;
  private readonly turn = turnEvery(CHUNKS_IN_A_ROW);

  /** Throws a TypeError if one of them is locked; then neither is taken. */
  constructor(transport: ByteTransport) {
    assertFree(transport);
    this.source = transport.readable.getReader();
    this.sink = transport.writable.getWriter();
  }

  /** The next bytes, or the end. */
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

  /** Ends them once `flushed` has settled. Drops them after `ms`, or when `signal` is aborted before. */
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

  /** Ends both at once: what is being written is lost. */
  drop(reason?: unknown): void {
    this.sink.abort(reason).catch(() => {});
    this.source.cancel(reason).catch(() => {});
  }
}

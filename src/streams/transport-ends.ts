// Both streams of a transport, owned by one connection until it closes or aborts them.

import { clearTimeout, setTimeout } from './clock.ts';
import { yieldEvery } from './deferred.ts';
import { assertFree, type ByteTransport } from './options.ts';

/** Chunks read before the event loop runs: a transport in memory may always have another one ready. */
const MAX_CONSECUTIVE = 1000;

export class TransportEnds {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly yieldStep = yieldEvery(MAX_CONSECUTIVE);

  /** Locks both streams. Throws a TypeError if either is locked already. */
  constructor(transport: ByteTransport) {
    assertFree(transport);
    this.reader = transport.readable.getReader();
    this.writer = transport.writable.getWriter();
  }

  /** Reads the next chunk, or the end. */
  read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    const turn = this.yieldStep();
    return turn === undefined ? this.reader.read() : turn.then(() => this.reader.read());
  }

  /** Reads to the end and discards the bytes. */
  async readToEnd(): Promise<void> {
    while (!(await this.read()).done);
  }

  /** Closes the writable side, and waits for the end of the readable one. */
  async close(): Promise<void> {
    await Promise.all([this.writer.close(), this.readToEnd()]);
  }

  /** Closes both after `flushed` resolves. Aborts them after `ms`, or when `signal` is aborted. */
  closeAfter(flushed: Promise<void>, reason: unknown, ms: number, signal?: AbortSignal): void {
    const abort = (): void => this.abort(reason);
    const timer = setTimeout(abort, ms);
    signal?.addEventListener('abort', abort);
    const ended = flushed.then(() => this.close()).catch(abort);
    void ended.then(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
  }

  /** Ends both at once: pending writes are lost. */
  abort(reason?: unknown): void {
    this.writer.abort(reason).catch(() => {});
    this.reader.cancel(reason).catch(() => {});
  }
}

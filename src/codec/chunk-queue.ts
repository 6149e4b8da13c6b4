// Chunks that came from within a handler, or during a pause.

import { copyOf, viewOf } from '../kernel/platform.ts';
import { isShared } from './bytes.ts';
import { FORESIGHT } from './message-buffer.ts';

/** Bytes a chunk costs beside its own while it waits, as a round figure. */
const OVERHEAD = 128;
/** From this many on, the places of chunks that were taken are freed. */
const COMPACT_FROM = 64;

const NOTHING = new Uint8Array(0);

export class ChunkQueue {
  /** Bytes of memory held. */
  bytes = 0;
  private chunks: Uint8Array[] = [];
  private at = 0;

  /** Keeps a chunk, or, unless `mayKeepView` and it makes up most of its memory, a copy of it. */
  push(chunk: Uint8Array, mayKeepView: boolean): void {
    const { buffer, length } = chunk;
    const isWorthKeeping = length * FORESIGHT >= buffer.byteLength && !isShared(buffer);
    const view = viewOf(chunk, 0, length);
    const mine = mayKeepView && isWorthKeeping ? view : copyOf(view, 0, length);
    this.chunks.push(mine);
    this.bytes += mine.buffer.byteLength + OVERHEAD;
  }

  /** The oldest chunk, which is not kept any longer. Empty if its memory was detached: none was when it came. */
  shift(): Uint8Array | undefined {
    const { chunks, at } = this;
    if (at === chunks.length) {
      this.clear();
      return undefined;
    }
    const chunk = chunks[at];
    chunks[at] = NOTHING;
    this.at = at + 1;
    if (this.at >= COMPACT_FROM && this.at * 2 >= chunks.length) {
      chunks.splice(0, this.at);
      this.at = 0;
    }
    this.bytes -= chunk.buffer.byteLength + OVERHEAD;
    return chunk;
  }

  clear(): void {
    if (this.chunks.length > 0) this.chunks = [];
    this.at = 0;
    this.bytes = 0;
  }
}

// Chunks -> scans: a chunk is scanned in as few calls of the kernel as it takes, and each scan walked. What
// waits between two chunks, the beginning of a header, is kept here.

import { ENTRY_WORDS } from '../kernel/frame-table.ts';
import type { Kernel, Scan, ScanState } from '../kernel/kernel.ts';
import { allocate, copyInto, copyOf, viewOf } from '../kernel/platform.ts';
import { headerLength } from '../protocol/header.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { MAX_HEADER_LENGTH } from '../protocol/limits.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { isShared } from './bytes.ts';
import { ChunkWalker } from './chunk-walker.ts';

import { ENDED, WALKING } from './lifecycle.ts';
import type { Delivery, Handlers, Settings } from './options.ts';

// From this length on, asking a chunk for its memory costs nothing beside its scan, which looks at headers twice.
const LONG_CHUNK = 4096;

// Of memory that other threads can write to, a copy: what was checked must not change afterwards.
function unshared(bytes: Uint8Array, length: number): Uint8Array {
  return isShared(bytes.buffer) ? ownCopyOf(bytes, length) : bytes;
}

// Of shared memory that can grow, the length may be out of date at any time.
function ownCopyOf(bytes: Uint8Array, length: number): Uint8Array {
  return copyOf(viewOf(bytes, 0, length), 0, length);
}

/** The part of a decoder that knows chunks. */
export abstract class ChunkReader<D extends Delivery> extends ChunkWalker<D> {
  private readonly state: ScanState;
  // How long chunks are that are asked for their memory at once, which is slow: all that the kernel reads where
  // they are. Of a shorter one it makes a copy: that one is asked when a handler is to run before its end.
  private readonly asksFrom: number;
  /** The length that the chunk being consumed must keep, and its offset in the stream. */
  protected chunkLength = 0;
  protected chunkAt = 0;
  /** A header of which only the first `carried` bytes have come. */
  private carry: Uint8Array | null = null;
  protected carried = 0;

  constructor(kernel: Kernel, settings: Settings, handlers: Handlers<D>) {
    super(kernel, settings, handlers);
    const { rules, maxPayload } = settings;
    this.asksFrom = this.isView || (rules & RULE_SERVER) === 0 ? 0 : LONG_CHUNK;
    this.state = {
      rules,
      maxPayload,
      key: 0,
      remaining: 0,
      current: 0,
      fragmented: 0,
      messageLength: 0,
    };
  }

  /**
   * A walk was interrupted, by a pause or an exception: keep what is left of the scan from `this.next` on,
   * and of the chunk from `restAt` on, unless their memory is gone.
   */
  protected abstract keepRest(
    scan: Scan,
    out: Uint8Array,
    from: number,
    chunk: Uint8Array,
    restAt: number,
  ): void;

  protected override get remaining(): number {
    return this.state.remaining;
  }

  /** Nothing of a frame or message is in progress. */
  protected get isFresh(): boolean {
    const { current, fragmented } = this.state;
    return current === 0 && fragmented === 0 && this.carried === 0;
  }

  /** Scans and walks a chunk, which begins at `at` of the stream, tile by tile, for as long as nothing stops it. */
  protected consume(bytes: Uint8Array, length: number, at: number): void {
    const { settings, state } = this;
    if ((state.current !== 0 || this.carried > 0) && this.chunks++ >= settings.maxBufferedChunks) {
      this.fail(VIOLATION.TOO_MANY_CHUNKS, this.position);
      return;
    }
    this.chunkLength = length;
    this.chunkAt = at;
    let chunk = bytes;
    let memory: ArrayBufferLike | null = null;
    let out = bytes;
    let from = 0;
    if (this.isView) {
      memory = bytes.buffer;
      if (isShared(memory)) {
        chunk = out = ownCopyOf(bytes, length);
        memory = chunk.buffer;
      }
      if (settings.preserve && (settings.rules & RULE_SERVER) !== 0) {
        out = allocate(length);
        memory = out.buffer;
      }
    } else if (length >= this.asksFrom || this.carried > 0) {
      chunk = out = unshared(bytes, length);
    }
    if (this.carried > 0) {
      from = this.completeHeader(chunk);
      this.checkChunk(chunk, out, from);
    }
    this.memory = memory;
    while (from < length && this.phase === WALKING) {
      if (this.isLong(state, length - from)) {
        from += this.tryToPass(chunk, out, from);
        continue;
      }
      const scan = this.tryToScan(chunk, from, this.isView ? out : null);
      if (scan === null) break;
      if (scan.count === 0) {
        this.keepHeader(scan, length - from);
        break;
      }
      const restAt = from + scan.used;
      if (restAt < length && this.asksFrom > 0) chunk = out = unshared(chunk, length);
      this.walkOver(scan, 0, out, from, chunk, restAt);
      from = restAt;
      if (from < length) this.checkChunk(chunk, out, from);
    }
    this.memory = null;
  }

  // Handlers were called: fails where they took the memory of what is still to be scanned.
  private checkChunk(chunk: Uint8Array, out: Uint8Array, from: number): void {
    const { chunkLength: length } = this;
    if (from === length || this.phase !== WALKING) return;
    const isThere = chunk.byteLength === length && out.byteLength === length;
    if (!isThere) this.failDetached(this.chunkAt);
  }

  private tryToScan(chunk: Uint8Array, from: number, out: Uint8Array | null): Scan | null {
    try {
      return this.kernel.scan(this.state, chunk, from, out);
    } catch (cause) {
      this.giveUp(cause);
      return null;
    }
  }

  /** Returns the bytes that were passed on. */
  private tryToPass(chunk: Uint8Array, out: Uint8Array, from: number): number {
    try {
      return this.passLong(this.state, chunk, out, from);
    } catch (cause) {
      this.giveUpMessage(cause);
      return 0;
    }
  }

  /** The chunk ends inside a header: `length` bytes of it were scanned in vain. */
  private keepHeader({ source, base }: Scan, length: number): void {
    if (length >= MAX_HEADER_LENGTH) {
      this.giveUp(new Error(`the scan of ${length} bytes found no header`));
      return;
    }
    this.carry ??= new Uint8Array(MAX_HEADER_LENGTH);
    copyInto(this.carry, 0, source, base, base + length);
    this.carried = length;
    this.chunks = 1;
  }

  /** Scans the header that began in an earlier chunk, by itself. Returns the index behind it. */
  private completeHeader(chunk: Uint8Array): number {
    const carry = this.carry as Uint8Array;
    let at = 0;
    while (at < chunk.length) {
      carry[this.carried++] = chunk[at++];
      if (this.carried !== 2 && this.carried !== headerLength(carry[1])) continue;
      const header = viewOf(carry, 0, this.carried);
      const scan = this.tryToScan(header, 0, this.isView ? header : null);
      if (scan === null) break;
      if (scan.count === 0) {
        if (this.carried < headerLength(carry[1])) continue;
        this.giveUp(new Error(`the scan of a header of ${this.carried} bytes found none`));
        break;
      }
      this.carried = 0;
      this.walkHeader(scan, header, chunk, at);
      break;
    }
    return at;
  }

  // A frame that is whole with its header is handed over: its payload is empty.
  private walkHeader(scan: Scan, header: Uint8Array, chunk: Uint8Array, restAt: number): void {
    let out = header;
    let from = 0;
    if (this.state.current === 0) {
      // A handler may keep, or detach, what it gets: it must be no memory of the decoder's.
      this.carry = null;
      if (this.isView) {
        out = allocate(0);
        from = -scan.used;
      }
    }
    this.walkOver(scan, 0, out, from, chunk, restAt);
  }

  /** Walks a scan; nothing a handler does can change what is still to be read of it. */
  protected walkOver(
    scan: Scan,
    word: number,
    out: Uint8Array,
    from: number,
    chunk: Uint8Array,
    restAt: number,
  ): void {
    const { kernel } = this;
    const end = scan.count * ENTRY_WORDS;
    let isDone = false;
    kernel.depth++;
    this.next = word;
    try {
      this.walk(scan, word, out, from);
      if (this.phase === WALKING && this.next < end) this.failDetached(this.chunkAt);
      isDone = this.phase === WALKING;
    } finally {
      kernel.depth--;
      if (isDone) this.position += scan.used;
      else {
        this.memory = null;
        if (this.phase !== ENDED) this.keepRest(scan, out, from, chunk, restAt);
      }
    }
  }

  protected override end(): void {
    super.end();
    this.carry = null;
    this.carried = 0;
  }
}

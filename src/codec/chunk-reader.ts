// Chunks -> scans: a chunk is scanned in as few calls of the kernel as it takes, and each scan is walked. What waits
// between two calls is kept here: the beginning of a header, and what a pause or a throwing handler left undone.

import type { Scan, ScanState } from '../kernel/kernel.ts';
import { allocate, copyInto, copyOf, viewOf } from '../kernel/platform.ts';
import { headerLength } from '../protocol/header.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { MAX_HEADER_LENGTH } from '../protocol/limits.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { Backlog } from './backlog.ts';
import { isShared } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import type { Dispatcher } from './dispatcher.ts';
import { ENDED, WALKING } from './lifecycle.ts';
import { MessageAssembler } from './message-assembler.ts';
import type { Delivery } from './options.ts';
import { ScanWalker } from './scan-walker.ts';

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

export class ChunkReader<D extends Delivery> {
  /** The chunk being consumed need not be given back to the caller. */
  isChunkOurs = false;
  private readonly dispatcher: Dispatcher<D>;
  private readonly cursor: Cursor;
  private readonly state: ScanState;
  private readonly assembler: MessageAssembler<D>;
  private readonly walker: ScanWalker<D>;
  private readonly isView: boolean;
  // How long chunks are that are asked for their memory at once, which is slow: all that the kernel reads where
  // they are. Of a shorter one it makes a copy: that one is asked when a handler is to run before its end.
  private readonly asksFrom: number;
  /** The length that the chunk being consumed must keep, and its offset in the stream. */
  private chunkLength = 0;
  private chunkAt = 0;
  /** A header of which only the first `carried` bytes have come. */
  private carry: Uint8Array | null = null;
  private carried = 0;
  private backlog: Backlog | null = null;

  constructor(dispatcher: Dispatcher<D>, cursor: Cursor) {
    const { rules, maxPayload, delivery } = dispatcher.settings;
    this.dispatcher = dispatcher;
    this.cursor = cursor;
    this.state = {
      rules,
      maxPayload,
      key: 0,
      remaining: 0,
      current: 0,
      fragmented: 0,
      messageLength: 0,
    };
    this.assembler = new MessageAssembler(dispatcher, cursor, this.state);
    this.walker = new ScanWalker(dispatcher, this.assembler, cursor);
    this.isView = delivery === 'view';
    this.asksFrom = this.isView || (rules & RULE_SERVER) === 0 ? 0 : LONG_CHUNK;
  }

  /** Offset in the stream of the next byte. */
  get position(): number {
    return this.cursor.position + this.carried;
  }

  /** Whether nothing of a frame or message is in progress. */
  get isFresh(): boolean {
    const { current, fragmented } = this.state;
    return current === 0 && fragmented === 0 && this.carried === 0;
  }

  /** Bytes of memory held for what is not whole, and for what waits. */
  get heldBytes(): number {
    return this.assembler.heldBytes + (this.backlog?.bytes ?? 0);
  }

  clear(): void {
    this.assembler.clear();
    this.walker.memory = null;
    this.backlog = null;
    this.carry = null;
    this.carried = 0;
  }

  /** Scans and walks a chunk, tile by tile, for as long as nothing stops it. */
  consume(bytes: Uint8Array, length: number, at: number): void {
    const { assembler, dispatcher } = this;
    const { settings } = dispatcher;
    const isInFrame = this.state.current !== 0 || this.carried > 0;
    if (isInFrame && assembler.chunks++ >= settings.maxBufferedChunks) {
      dispatcher.fail(VIOLATION.TOO_MANY_CHUNKS, this.cursor.position);
      return;
    }
    this.chunkLength = length;
    this.chunkAt = at;
    let chunk = bytes;
    let memory: ArrayBufferLike | null = null;
    let out = bytes;
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
    let from = 0;
    if (this.carried > 0) {
      from = this.completeHeader(chunk);
      this.checkChunk(chunk, out, from);
    }
    this.walker.memory = memory;
    this.scanFrom(from, chunk, out);
    this.walker.memory = null;
  }

  private scanFrom(begin: number, bytes: Uint8Array, unmasked: Uint8Array): void {
    const { assembler, dispatcher, chunkLength: length } = this;
    let [from, chunk, out] = [begin, bytes, unmasked];
    while (from < length && dispatcher.phase === WALKING) {
      if (assembler.isLong(length - from)) {
        from += this.tryToTakeLong(chunk, out, from);
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
      this.cursor.moveTo(scan, 0, out, from);
      this.walk(chunk, restAt);
      from = restAt;
      if (from < length) this.checkChunk(chunk, out, from);
    }
  }

  /** Goes on with what an interruption left. */
  resume(): void {
    const { backlog, dispatcher } = this;
    if (backlog === null || dispatcher.phase !== WALKING) return;
    this.backlog = null;
    const { readable, word, out, from, rest, restLength } = backlog;
    const at = this.chunkAt;
    this.chunkLength = restLength;
    if (readable === null) this.failDetached();
    else {
      this.cursor.moveTo(readable, word, out, from);
      this.walk(rest, 0);
    }
    if (dispatcher.phase !== WALKING) return;
    if (rest.byteLength === restLength) this.consume(rest, restLength, at);
    else this.failDetached();
  }

  /** A handler detached or resized memory before all that lies in it was read. */
  failDetached(at: number = this.chunkAt): void {
    this.dispatcher.fail(VIOLATION.DETACHED_CHUNK, at);
  }

  // Handlers were called: fails where they took the memory of what is still to be scanned.
  private checkChunk(chunk: Uint8Array, out: Uint8Array, from: number): void {
    const { chunkLength: length } = this;
    if (from === length || this.dispatcher.phase !== WALKING) return;
    const isThere = chunk.byteLength === length && out.byteLength === length;
    if (!isThere) this.failDetached();
  }

  private tryToScan(chunk: Uint8Array, from: number, out: Uint8Array | null): Scan | null {
    const { dispatcher } = this;
    try {
      return dispatcher.kernel.scan(this.state, chunk, from, out);
    } catch (cause) {
      dispatcher.abort(cause);
      return null;
    }
  }

  /** Returns the bytes that were taken. */
  private tryToTakeLong(chunk: Uint8Array, out: Uint8Array, from: number): number {
    try {
      return this.assembler.takeLong(chunk, out, from);
    } catch (cause) {
      this.assembler.abort(cause);
      return 0;
    }
  }

  /** The chunk ends inside a header, of which `length` bytes are here. */
  private keepHeader({ source, base }: Scan, length: number): void {
    if (length >= MAX_HEADER_LENGTH) {
      this.dispatcher.abort(new Error(`the scan of ${length} bytes found no header`));
      return;
    }
    this.carry ??= new Uint8Array(MAX_HEADER_LENGTH);
    copyInto(this.carry, 0, source, base, base + length);
    this.carried = length;
    this.assembler.chunks = 1;
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
        this.dispatcher.abort(
          new Error(`the scan of a header of ${this.carried} bytes found none`),
        );
        break;
      }
      this.carried = 0;
      this.walkHeader(scan, header, chunk, at);
      break;
    }
    return at;
  }

  // A frame that is whole with its header is delivered: its payload is empty.
  private walkHeader(scan: Scan, header: Uint8Array, chunk: Uint8Array, restAt: number): void {
    let out = header;
    let from = 0;
    if (this.state.current === 0) {
      // A handler may keep, or detach, what it gets: it must not be memory of the decoder's.
      this.carry = null;
      if (this.isView) {
        out = allocate(0);
        from = -scan.used;
      }
    }
    this.cursor.moveTo(scan, 0, out, from);
    this.walk(chunk, restAt);
  }

  /** Walks the cursor's scan; nothing that a handler does can change what is still to be read of it. */
  private walk(chunk: Uint8Array, restAt: number): void {
    const { cursor, dispatcher } = this;
    const { kernel } = dispatcher;
    let isDone = false;
    kernel.depth++;
    try {
      this.walker.walk();
      if (dispatcher.phase === WALKING && cursor.isInside) this.failDetached();
      isDone = dispatcher.phase === WALKING;
    } finally {
      kernel.depth--;
      if (isDone) cursor.position += cursor.scan.used;
      else {
        this.walker.memory = null;
        if (dispatcher.phase !== ENDED) this.keepRest(chunk, restAt);
      }
      cursor.clear();
    }
  }

  /** An interruption: keeps what is left of the scan and of the chunk, unless their memory is gone. */
  private keepRest(chunk: Uint8Array, restAt: number): void {
    const { cursor, isView, isChunkOurs, chunkLength: length, dispatcher } = this;
    const { scan, next, out, from } = cursor;
    const withTexts = dispatcher.settings.delivery === 'string';
    try {
      const walk = { scan, next, out, from, chunk, length, restAt };
      this.backlog = new Backlog(walk, { isView, withTexts, isChunkOurs });
    } catch (cause) {
      dispatcher.abort(cause);
    }
  }
}

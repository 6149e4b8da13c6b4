// Chunks -> entries of the frame table -> messages: the decoder's inner loop. A chunk is scanned in as
// few calls of the kernel as it takes; what the scan reports is walked here.

import { ENTRY_WORDS, FLAG, FLAGS, LENGTH, OFFSET } from '../kernel/frame-table.ts';
import type { Kernel, Scan, ScanState } from '../kernel/kernel.ts';
import { allocate, Bytes, copyInto, copyOf, viewOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { VIOLATION } from '../protocol/errors.ts';
import { headerLength, RULE } from '../protocol/header.ts';
import { MAX_HEADER_LENGTH } from '../protocol/limits.ts';
import { BINARY } from '../protocol/opcodes.ts';
import { isShared } from './bytes.ts';
import { PHASE } from './delivery.ts';
import { MessageReader } from './message-reader.ts';
import type { Delivery, Handlers, Payload, Settings } from './options.ts';

/** What the flags of a whole plain message in one entry are, of those in the mask. */
const WHOLE = FLAG.FIN | FLAG.START | FLAG.END | FLAG.FIRST;
const WHOLE_MASK = WHOLE | FLAG.COMPRESSED | FLAG.ERROR | 0x08;

/** The part of a decoder that knows chunks. */
export abstract class ChunkReader<D extends Delivery> extends MessageReader<D> {
  private readonly state: ScanState;
  private readonly isView: boolean;
  /** Which flags `walk` delivers by itself; -1, which no flags are, where frames are wanted. */
  private readonly whole: number;
  /** The word of the table that `walk` goes on with. */
  protected next = 0;
  /** Of views, the memory they are made of, while a chunk is consumed: to ask for it is slow. */
  private memory: ArrayBufferLike | null = null;
  /** A header of which only the first `carried` bytes have come. */
  private carry: Uint8Array | null = null;
  protected carried = 0;

  constructor(kernel: Kernel, settings: Settings, handlers: Handlers<D>) {
    super(kernel, settings, handlers);
    const { rules, maxPayload, delivery, frames } = settings;
    this.isView = delivery === 'view';
    this.whole = frames ? -1 : WHOLE;
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
   * and of the chunk from `restAt` on.
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

  /** Scans and walks a chunk, tile by tile, for as long as nothing stops it. */
  protected consume(bytes: Uint8Array): void {
    const { settings, state, isView } = this;
    if ((state.current !== 0 || this.carried > 0) && this.chunks++ >= settings.maxBufferedChunks) {
      this.fail(VIOLATION.TOO_MANY_CHUNKS, this.position);
      return;
    }
    let from = this.carried > 0 ? this.completeHeader(bytes) : 0;
    let chunk = bytes;
    let out = bytes;
    if (isView) {
      let memory: ArrayBufferLike = bytes.buffer;
      if (isShared(memory)) {
        // What was checked must not change afterwards.
        chunk = out = copyOf(bytes, 0, bytes.length);
        memory = chunk.buffer;
      }
      if (settings.preserve && (settings.rules & RULE.SERVER) !== 0) {
        out = allocate(chunk.length);
        memory = out.buffer;
      }
      this.memory = memory;
    }
    while (from < chunk.length && this.phase === PHASE.WALKING) {
      if (this.isLong(state, chunk.length - from)) {
        from += this.tryToPass(chunk, out, from);
        continue;
      }
      const scan = this.tryToScan(chunk, from, isView ? out : null);
      if (scan === null) break;
      if (scan.count === 0) {
        this.keepHeader(chunk, from);
        break;
      }
      const restAt = from + scan.used;
      this.walkOver(scan, 0, out, from, chunk, restAt);
      from = restAt;
    }
    this.memory = null;
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
      this.giveUp(cause);
      return 0;
    }
  }

  /** The chunk ends inside a header. */
  private keepHeader(chunk: Uint8Array, from: number): void {
    this.carry ??= new Uint8Array(MAX_HEADER_LENGTH);
    copyInto(this.carry, 0, chunk, from, chunk.length);
    this.carried = chunk.length - from;
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
      if (scan.count === 0) continue;
      this.carried = 0;
      this.walkOver(scan, 0, header, 0, chunk, at);
      break;
    }
    return at;
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
    let isDone = false;
    kernel.depth++;
    this.next = word;
    try {
      this.walk(scan, word, out, from);
      isDone = this.phase === PHASE.WALKING;
    } finally {
      kernel.depth--;
      if (isDone) this.position += scan.used;
      else {
        this.memory = null;
        if (this.phase !== PHASE.ENDED) this.keepRest(scan, out, from, chunk, restAt);
      }
    }
  }

  /** The hot loops, one for each delivery: a turn a frame. Each stops where a handler changed the phase. */
  private walk(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { delivery } = this.settings;
    if (delivery === 'view') this.walkViews(scan, begin, out, from);
    else if (delivery === 'string') this.walkStrings(scan, begin, out, from);
    else if (delivery === 'borrowed') this.walkBorrowed(scan, begin, out, from);
    else this.walkCopies(scan, begin, out, from);
  }

  private walkViews(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const memory = (this.memory ?? out.buffer) as ArrayBuffer;
    const payloadAt = out.byteOffset + from;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else {
        const data = new Bytes(memory, payloadAt + table[word + OFFSET], table[word + LENGTH]);
        if (flags & FLAG.CHECK && !this.isValidUtf8(data)) this.failText(scan, word);
        else handlers.message?.(data as Payload<D>, (flags & BINARY) !== 0, 0, data.length);
      }
      if (this.phase !== PHASE.WALKING) return;
    }
  }

  private walkStrings(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG.CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const isBinary = (flags & BINARY) !== 0;
        const data = this.keep(scan, word, !isBinary);
        if (data === null) return;
        handlers.message?.(data, isBinary, 0, table[word + LENGTH]);
      }
      if (this.phase !== PHASE.WALKING) return;
    }
  }

  private walkBorrowed(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table, source, base } = scan;
    const end = scan.count * ENTRY_WORDS;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG.CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const at = base + table[word + OFFSET];
        const isBinary = (flags & BINARY) !== 0;
        handlers.message?.(source as Payload<D>, isBinary, at, at + table[word + LENGTH]);
      }
      if (this.phase !== PHASE.WALKING) return;
    }
  }

  private walkCopies(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG.CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const data = this.keep(scan, word, false);
        if (data === null) return;
        handlers.message?.(data, (flags & BINARY) !== 0, 0, data.length);
      }
      if (this.phase !== PHASE.WALKING) return;
    }
  }

  /** A whole message in memory of its own; null where that is refused: the stream has ended then. */
  private keep(scan: Scan, word: number, isText: boolean): Payload<D> | null {
    const { table, source, base } = scan;
    const begin = base + table[word + OFFSET];
    try {
      const data = isText ? scan.text(word) : copyOf(source, begin, begin + table[word + LENGTH]);
      return data as Payload<D>;
    } catch (cause) {
      this.giveUp(cause);
      return null;
    }
  }

  private isWholeText({ table, source, base }: Scan, word: number): boolean {
    const begin = base + table[word + OFFSET];
    return this.checkUtf8(source, begin, begin + table[word + LENGTH], 0) === 0;
  }

  private failText({ table, source, base }: Scan, word: number): void {
    const begin = base + table[word + OFFSET];
    const fault = locateFault(source, begin, begin + table[word + LENGTH], 0);
    this.fail(VIOLATION.INVALID_UTF8, this.position + fault - base);
  }

  protected override end(): void {
    super.end();
    this.memory = null;
    this.carry = null;
    this.carried = 0;
  }
}

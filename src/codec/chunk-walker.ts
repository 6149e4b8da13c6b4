// Entries of one scan -> calls of handlers: the decoder's hot loops, one for each delivery.

import {
  ENTRY_WORDS,
  FLAG_CHECK,
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_START,
  FLAGS,
  LENGTH,
  OFFSET,
} from '../kernel/frame-table.ts';
import type { Kernel, Scan } from '../kernel/kernel.ts';
import { Bytes, copyOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { BINARY } from '../protocol/opcodes.ts';
import { VIOLATION } from '../protocol/violations.ts';

import { WALKING } from './lifecycle.ts';
import { MessageReader } from './message-reader.ts';
import type { Delivery, Handlers, Payload, Settings } from './options.ts';

/** What the flags of a whole plain message in one entry are, of those in the mask. */
const WHOLE = FLAG_FIN | FLAG_START | FLAG_END | FLAG_FIRST;
const WHOLE_MASK = WHOLE | FLAG_COMPRESSED | FLAG_ERROR | 0x08;

/** The part of a decoder that walks a scan. */
export abstract class ChunkWalker<D extends Delivery> extends MessageReader<D> {
  protected readonly isView: boolean;
  /** Which flags `walk` delivers by itself; -1, which no flags are, where frames are wanted. */
  private readonly whole: number;
  /** The word of the table that `walk` goes on with. */
  protected next = 0;
  /** Of views, the memory they are made of, while a chunk is consumed: to ask for it is slow. */
  protected memory: ArrayBufferLike | null = null;

  constructor(kernel: Kernel, settings: Settings, handlers: Handlers<D>) {
    super(kernel, settings, handlers);
    this.isView = settings.delivery === 'view';
    this.whole = settings.frames ? -1 : WHOLE;
  }

  // A turn a frame. Stops where a handler changed the phase, or took memory that is still to be read: the last
  // byte of `out` is undefined then. Its length does not tell: optimised code of V8 up to Node 22 that has seen
  // resizable memory, too, keeps the old one of a detached array; and byteLength is slow.
  protected walk(scan: Scan, begin: number, out: Uint8Array, from: number): void {
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
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    const memory = (this.memory ?? out.buffer) as ArrayBuffer;
    const payloadAt = out.byteOffset + from;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else {
        const data = new Bytes(memory, payloadAt + table[word + OFFSET], table[word + LENGTH]);
        if (flags & FLAG_CHECK && !this.isValidUtf8(data)) this.failText(scan, word);
        else handlers.message?.(data as Payload<D>, (flags & BINARY) !== 0, 0, data.length);
      }
      if (this.phase !== WALKING || (word < last && out[tail] === undefined)) return;
    }
  }

  private walkStrings(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const isBinary = (flags & BINARY) !== 0;
        const data = this.keep(scan, word, !isBinary);
        if (data === null) return;
        handlers.message?.(data, isBinary, 0, table[word + LENGTH]);
      }
      if (this.phase !== WALKING || (word < last && out[tail] === undefined)) return;
    }
  }

  private walkBorrowed(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table, source, base } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const at = base + table[word + OFFSET];
        const isBinary = (flags & BINARY) !== 0;
        handlers.message?.(source as Payload<D>, isBinary, at, at + table[word + LENGTH]);
      }
      if (this.phase !== WALKING) return;
      // The source was handed out itself.
      if (word < last && (out[tail] === undefined || source[0] === undefined)) return;
    }
  }

  private walkCopies(scan: Scan, begin: number, out: Uint8Array, from: number): void {
    const { handlers, whole } = this;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = begin; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      this.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) this.accept(scan, word, out, from);
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText(scan, word);
      else {
        const data = this.keep(scan, word, false);
        if (data === null) return;
        handlers.message?.(data, (flags & BINARY) !== 0, 0, data.length);
      }
      if (this.phase !== WALKING || (word < last && out[tail] === undefined)) return;
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
  }
}

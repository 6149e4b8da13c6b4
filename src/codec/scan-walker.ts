// Entries of one scan -> calls of handlers: the decoder's hot loops, one for each delivery. They are four loops, and not
// one with a call for each entry, because that call costs a fifth at 16 bytes (bench/receive, borrowed).

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
import type { Scan } from '../kernel/kernel.ts';
import { Bytes, copyOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { BINARY, CONTROL } from '../protocol/opcodes.ts';
import { VIOLATION } from '../protocol/violations.ts';
import type { Cursor } from './cursor.ts';
import type { Dispatcher } from './dispatcher.ts';
import { WALKING } from './lifecycle.ts';
import type { MessageAssembler } from './message-assembler.ts';
import type { Delivery, Payload } from './options.ts';

/** The flags of a whole plain message in one entry, of those in the mask. */
const WHOLE = FLAG_FIN | FLAG_START | FLAG_END | FLAG_FIRST;
const WHOLE_MASK = WHOLE | FLAG_COMPRESSED | FLAG_ERROR | CONTROL;

export class ScanWalker<D extends Delivery> {
  /** For views, the memory of `cursor.out` while a chunk is consumed: the getter is slow. */
  memory: ArrayBufferLike | null = null;
  private readonly dispatcher: Dispatcher<D>;
  private readonly assembler: MessageAssembler<D>;
  private readonly cursor: Cursor;
  private readonly delivery: Delivery;
  /** Which flags the loops deliver by themselves; -1, which no flags are, where frames are wanted. */
  private readonly whole: number;

  constructor(dispatcher: Dispatcher<D>, assembler: MessageAssembler<D>, cursor: Cursor) {
    const { delivery, frames } = dispatcher.settings;
    this.dispatcher = dispatcher;
    this.assembler = assembler;
    this.cursor = cursor;
    this.delivery = delivery;
    this.whole = frames ? -1 : WHOLE;
  }

  /**
   * Walks from the cursor to the end of its scan. Stops where a handler changed the phase, or took memory that is still
   * to be read: the last byte of `out` is undefined then. (Its length is no sign: optimised code of V8 up to Node 22
   * that has also seen resizable memory keeps the old one of a detached array; and byteLength is slow.)
   */
  walk(): void {
    if (this.delivery === 'view') this.walkViews();
    else if (this.delivery === 'string') this.walkStrings();
    else if (this.delivery === 'borrowed') this.walkBorrowed();
    else this.walkCopies();
  }

  private walkViews(): void {
    const { dispatcher, assembler, cursor, whole } = this;
    const { handlers } = dispatcher;
    const { scan, out } = cursor;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    const memory = (this.memory ?? out.buffer) as ArrayBuffer;
    const payloadAt = out.byteOffset + cursor.from;
    for (let word = cursor.next; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      cursor.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) assembler.accept();
      else {
        const data = new Bytes(memory, payloadAt + table[word + OFFSET], table[word + LENGTH]);
        if (flags & FLAG_CHECK && !dispatcher.isValidUtf8(data)) this.failText();
        else handlers.message?.(data as Payload<D>, (flags & BINARY) !== 0, 0, data.length);
      }
      if (dispatcher.phase !== WALKING || (word < last && out[tail] === undefined)) return;
    }
  }

  private walkStrings(): void {
    const { dispatcher, assembler, cursor, whole } = this;
    const { handlers } = dispatcher;
    const { scan, out } = cursor;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = cursor.next; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      cursor.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) assembler.accept();
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText();
      else {
        const isBinary = (flags & BINARY) !== 0;
        const data = this.copy(scan, word, !isBinary);
        if (data === null) return;
        handlers.message?.(data, isBinary, 0, table[word + LENGTH]);
      }
      if (dispatcher.phase !== WALKING || (word < last && out[tail] === undefined)) return;
    }
  }

  private walkBorrowed(): void {
    const { dispatcher, assembler, cursor, whole } = this;
    const { handlers } = dispatcher;
    const { scan, out } = cursor;
    const { table, source, base } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = cursor.next; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      cursor.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) assembler.accept();
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText();
      else {
        const at = base + table[word + OFFSET];
        const isBinary = (flags & BINARY) !== 0;
        handlers.message?.(source as Payload<D>, isBinary, at, at + table[word + LENGTH]);
      }
      if (dispatcher.phase !== WALKING) return;
      // The source was handed out itself.
      if (word < last && (out[tail] === undefined || source[0] === undefined)) return;
    }
  }

  private walkCopies(): void {
    const { dispatcher, assembler, cursor, whole } = this;
    const { handlers } = dispatcher;
    const { scan, out } = cursor;
    const { table } = scan;
    const end = scan.count * ENTRY_WORDS;
    const last = end - ENTRY_WORDS;
    const tail = out.length - 1;
    for (let word = cursor.next; word < end; word += ENTRY_WORDS) {
      const flags = table[word + FLAGS];
      cursor.next = word + ENTRY_WORDS;
      if ((flags & WHOLE_MASK) !== whole) assembler.accept();
      else if (flags & FLAG_CHECK && !this.isWholeText(scan, word)) this.failText();
      else {
        const data = this.copy(scan, word, false);
        if (data === null) return;
        handlers.message?.(data, (flags & BINARY) !== 0, 0, data.length);
      }
      if (dispatcher.phase !== WALKING || (word < last && out[tail] === undefined)) return;
    }
  }

  /** A whole message in memory of its own; null where that is refused: the stream has ended then. */
  private copy(scan: Scan, word: number, isText: boolean): Payload<D> | null {
    const { table, source, base } = scan;
    const begin = base + table[word + OFFSET];
    try {
      const data = isText ? scan.text(word) : copyOf(source, begin, begin + table[word + LENGTH]);
      return data as Payload<D>;
    } catch (cause) {
      this.dispatcher.abort(cause);
      return null;
    }
  }

  private isWholeText({ table, source, base }: Scan, word: number): boolean {
    const begin = base + table[word + OFFSET];
    return this.dispatcher.checkUtf8(source, begin, begin + table[word + LENGTH], 0) === 0;
  }

  private failText(): void {
    const { cursor, dispatcher } = this;
    const { start, length, scan, offset } = cursor;
    const fault = locateFault(scan.source, start, start + length, 0);
    dispatcher.fail(VIOLATION.INVALID_UTF8, offset + fault - start);
  }
}

// A connection's bytes -> the frame table, in TypeScript: every header read, every rule of RFC 6455 §5
// checked, every payload unmasked in place. The twin of assembly/scan.ts.

import { headerLength, readMaskingKey, readPayloadLength } from '../protocol/header.ts';
import { checkHeader, checkLength, RULE_SERVER } from '../protocol/header-rules.ts';
import { VIOLATION, type Violation } from '../protocol/violations.ts';
import {
  ENTRY_WORDS,
  FLAG_CHECK,
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_NON_ASCII,
  FLAG_START,
} from './frame-table.ts';
import { hasNonAscii, rotateKey, WORDS_FROM, type Words, wordsOf, xor } from './js-mask.ts';
import type { ScanState } from './kernel.ts';
import { MODE_SKIP_UTF8, MODE_STRINGS } from './modes.ts';
import { isUtf8 } from './platform.ts';

/** Bytes of a chunk that are copied at once, where the chunk must stay as it is. */
export const TILE_BYTES = 16384;

/** Chunks shorter than this are not worth a view of 32-bit words (bench/receive, one frame a chunk). */
const WORDS_CHUNK = 512;

/** Text from this length on is not looked at here where a native validator will. */
const NATIVE_FROM = isUtf8 ? 32 : Number.POSITIVE_INFINITY;

const WHOLE = FLAG_FIN | FLAG_START | FLAG_FIRST;

/** What to scan: a part of the bytes, and what lies behind it. */
export interface Range {
  bytes: Uint8Array;
  from: number;
  to: number;
  /** More of the chunk lies behind `to`. */
  goesOn: boolean;
  /** Stop before a frame of text shorter than this, unless it is the first: such runs are the module's. */
  shortText: number;
}

/** One scanner of the JavaScript kernel: its outcome fields, and the loop that fills them. */
export class JsScanLoop {
  readonly table: Int32Array;
  count = 0;
  used = 0;

  constructor(entries: number) {
    this.table = new Int32Array(entries * ENTRY_WORDS);
  }

  /**
   * Scans a range, unmasking in place. Where more of the chunk lies behind it, a frame that its end cuts is
   * left for the next scan, whole, unless it is the first or larger than any tile.
   */
  protected run(state: ScanState, range: Range): void {
    const { bytes, from, to, goesOn, shortText } = range;
    const { table } = this;
    const { rules, maxPayload } = state;
    const isServer = (rules & RULE_SERVER) !== 0;
    const maskBit = isServer ? 0x80 : 0;
    const validates = (rules & MODE_SKIP_UTF8) === 0;
    const nativeFrom = (rules & MODE_STRINGS) === 0 ? NATIVE_FROM : Number.POSITIVE_INFINITY;
    const view: Words | null = to - from < WORDS_CHUNK ? null : wordsOf(bytes);
    let { key, remaining, current, fragmented, messageLength } = state;
    let violation: Violation | 0 = 0;
    let at = from;
    let word = 0;

    while (at < to && word < table.length) {
      if (current === 0) {
        // A header.
        if (to - at < 2) break;
        const first = bytes[at];
        const second = bytes[at + 1];
        const short = second ^ maskBit;
        const isPlain = (first === 0x82 || first === 0x81) && short < 126;
        if (!isPlain || fragmented !== 0) {
          violation = checkHeader(first, second, rules, fragmented);
          if (violation !== 0) break;
        }
        const size = headerLength(second);
        if (to - at < size) break;
        const declared = isPlain ? short : readPayloadLength(bytes, at);
        violation = isPlain ? 0 : checkLength(declared, second, rules);
        if (violation !== 0) break;
        const opcode = first & 0x0f;
        if (word > 0) {
          if (opcode === 1 && declared < shortText) break;
          if (goesOn && declared > to - at - size && declared + size <= TILE_BYTES) break;
        }
        if (opcode < 8) {
          messageLength += declared;
          if (messageLength > maxPayload) {
            violation = VIOLATION.UNSUPPORTED_MESSAGE_LENGTH;
            break;
          }
          if (opcode !== 0) fragmented = opcode | (first & 0x40 ? FLAG_COMPRESSED : 0);
        }
        current = ((first >> 3) & FLAG_FIN) | FLAG_START;
        if (opcode > 7) current |= opcode;
        else current |= fragmented | (opcode !== 0 ? FLAG_FIRST : 0);
        remaining = declared;
        at += size;
        if (isServer) key = readMaskingKey(bytes, at - 4);
      }

      // A payload, or the part of it that is here. An index stays an integer whatever is declared.
      const here = remaining < to - at ? remaining | 0 : to - at;
      const end = at + here;
      const isText = (current & (FLAG_COMPRESSED | 0x0f)) === 1;
      let nonAscii = 0;
      if (isServer) nonAscii = xor(bytes, at, end, key, here < WORDS_FROM ? null : view);
      else if (isText) {
        if (here >= nativeFrom) nonAscii = 1;
        else nonAscii = hasNonAscii(bytes, at, end, here < WORDS_FROM ? null : view);
      }
      let flags = nonAscii !== 0 && isText ? current | FLAG_NON_ASCII : current;
      remaining -= here;
      if (remaining === 0) {
        flags |= FLAG_END;
        if (flags & FLAG_NON_ASCII && (flags & WHOLE) === WHOLE && validates) flags |= FLAG_CHECK;
        if (current & FLAG_FIN && (current & 8) === 0) {
          fragmented = 0;
          messageLength = 0;
        }
        current = 0;
      } else {
        key = rotateKey(key, here);
        current &= ~FLAG_START;
      }
      table[word] = at - from;
      table[word + 1] = here;
      table[word + 2] = flags;
      table[word + 3] = 0;
      word += ENTRY_WORDS;
      at = end;
    }
    if (violation !== 0) {
      table[word] = at - from;
      table[word + 1] = 0;
      table[word + 2] = FLAG_ERROR;
      table[word + 3] = violation;
      word += ENTRY_WORDS;
    }

    state.key = key;
    state.remaining = remaining;
    state.current = current;
    state.fragmented = fragmented;
    state.messageLength = messageLength;
    this.count = word / ENTRY_WORDS;
    this.used = at - from;
  }
}

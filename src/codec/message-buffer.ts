// What has arrived of a message that is not whole yet, and the memory it really holds.
//
// Pieces are gathered in a list; once an eighth of a frame has arrived, the message's final memory is made
// and they move there. A piece may stay in the chunk it came in if it makes up an eighth of that. So nothing
// is allocated for what a header only declares: the memory held is at most about eight times the bytes
// received, whatever sizes they come in.

import { allocate, copyInto, viewOf } from '../kernel/platform.ts';

/** Bytes one more object in the list costs, as a round figure. */
const PIECE_OVERHEAD = 256;
/** How much larger than what has arrived the memory held for it may be. */
export const FORESIGHT = 8;
/** Pieces shorter than this are cheaper copied together than kept. */
const KEEP_FROM = 1024;
const SMALLEST_BLOCK = 256;
const LARGEST_BLOCK = 1 << 16;

const NOTHING = allocate(0);

/** A piece was kept where it lay, and its memory was detached or resized meanwhile. */
export class LostPiece extends Error {
  override readonly name = 'LostPiece';
}

function sum(total: number, { byteLength }: Uint8Array): number {
  return total + byteLength;
}

/** The pieces of one message, in order. */
export class MessageBuffer {
  /** Bytes of the message so far. */
  length = 0;
  /** Bytes of memory held for them. */
  held = 0;
  private pieces: Uint8Array[] = [];
  /** The memory being filled: the message's own once its end is near, else a block of small pieces. */
  block: Uint8Array = NOTHING;
  private filled = 0;
  /** Where in the block the piece begins that is not in the list yet. */
  private begin = 0;
  /** The block is the message's own memory: whatever comes is copied there. */
  private isFinal = false;
  /** Counted already, however many pieces lie in it. */
  private lastKept: ArrayBufferLike | null = null;

  /** Takes a piece whose memory nobody else will change: it stays where it is, or is copied. */
  keep(piece: Uint8Array, total: number): void {
    const memory = piece.buffer.byteLength;
    if (this.isFinal || piece.length < KEEP_FROM || piece.length * FORESIGHT < memory) {
      this.append(piece, 0, piece.length, total);
      return;
    }
    this.splitBlock();
    this.pieces.push(piece);
    if (piece.buffer !== this.lastKept) this.held += memory;
    this.lastKept = piece.buffer;
    this.held += PIECE_OVERHEAD;
    this.length += piece.length;
  }

  /** Copies `source[from, from + length)`. `total`: bytes of the whole message, 0 while unknown. */
  append(source: Uint8Array, from: number, length: number, total: number): void {
    const at = this.reserve(length, total);
    copyInto(this.block, at, source, from, from + length);
  }

  /** Counts `length` bytes as taken and returns the index in `block` where the caller must put them. */
  reserve(length: number, total: number): number {
    if (this.block.length - this.filled < length) this.makeRoom(length, total);
    const at = this.filled;
    this.filled += length;
    this.length += length;
    return at;
  }

  /** Makes these bytes, which lie where they came and are all there will be, the message's memory. */
  adopt(whole: Uint8Array): void {
    this.block = whole;
    this.filled = 0;
  }

  /**
   * The whole message, of which `source[from, from + length)` is the last piece, in memory of its own that
   * holds nothing else (or in what it adopted).
   */
  finish(source: Uint8Array, from: number, length: number): Uint8Array {
    const isAllHere = this.pieces.length === 0 && this.block.length === this.filled + length;
    if (isAllHere && this.block !== NOTHING) {
      copyInto(this.block, this.filled, source, from, from + length);
      return this.block;
    }
    const whole = this.moveTo(allocate(this.length + length));
    copyInto(whole, this.filled, source, from, from + length);
    return whole;
  }

  private makeRoom(length: number, total: number): void {
    if (total > 0 && (this.length + length) * FORESIGHT >= total) {
      this.block = this.moveTo(allocate(total));
      this.held = total;
      this.isFinal = true;
      this.lastKept = null;
      return;
    }
    this.closeBlock();
    const size = Math.min(Math.max(this.length, SMALLEST_BLOCK), LARGEST_BLOCK);
    this.block = allocate(Math.max(length, size));
    this.held += this.block.length + PIECE_OVERHEAD;
  }

  /** Moves all there is to the beginning of `memory`. */
  private moveTo(memory: Uint8Array): Uint8Array {
    this.closeBlock();
    if (this.pieces.reduce(sum, 0) !== this.length) throw new LostPiece();
    let at = 0;
    for (const piece of this.pieces) {
      memory.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    this.filled = at;
    return memory;
  }

  private closeBlock(): void {
    this.splitBlock();
    this.block = NOTHING;
    this.filled = 0;
    this.begin = 0;
  }

  /** What the block holds so far goes to the list; the rest of the block stays in use. */
  private splitBlock(): void {
    if (this.filled > this.begin) this.pieces.push(viewOf(this.block, this.begin, this.filled));
    this.begin = this.filled;
  }
}

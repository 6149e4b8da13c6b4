// TCP segments -> the bytes one end sent, RFC 9293 §3.4: sequence numbers put them in order; what is sent twice
// counts once, the first copy; what was never captured is a gap.

import type { Budget } from './budget.ts';
import { RESERVE, Recording } from './recording.ts';

/** Bytes that the capture lacks. */
export interface Gap {
  /** Where in the bytes of this direction. */
  at: number;
  /** The sequence number of the first missing byte. */
  seq: number;
  /** Bytes that are missing. */
  length: number;
}

/** Bytes, and segments, of one direction that wait for those before them; above it, those are a gap. */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024;
export const MAX_WAITING = 4096;
const MAX_GAPS = 100;
/** Bytes of memory that a waiting segment takes beside its own. */
const PIECE = 300;
const NO_BYTES = new Uint8Array(0);

interface Piece {
  seq: number;
  /** The bytes that were captured; empty where they will not be kept. */
  bytes: Uint8Array;
  captured: number;
  /** On the wire: more than `captured` where the capture cut the packet. */
  length: number;
  time: number;
  /** What was taken from the budget for it. */
  cost: number;
}

/** One direction of a connection. */
export class Assembler {
  /** Bytes in order, up to the first gap. */
  readonly recording: Recording;
  /** The first of them. */
  readonly gaps: Gap[] = [];
  /** Gaps that are not in `gaps`. */
  gapsLeft = 0;
  /** Bytes behind the first gap, which are not kept. */
  behindGap = 0;
  /** Bytes that were not kept because there were too many. */
  dropped = 0;
  retransmitted = 0;
  reordered = 0;
  /** Gaps that were not waited for any longer, because too much waited behind them. */
  abandoned = 0;
  /** The sequence number of the first byte that has not come. */
  private next: number | undefined;
  /** In the order of sequence numbers. */
  private waiting: Piece[] = [];
  private waitingBytes = 0;
  private keeps = true;
  /** Bytes in gaps. */
  private missing = 0;
  private readonly budget: Budget;

  constructor(limit: number, budget: Budget) {
    this.budget = budget;
    this.recording = new Recording(limit, budget);
  }

  /** Bytes in `recording`. */
  get length(): number {
    return this.recording.length;
  }

  /** The connection begins: `seq` is that of its first byte. */
  start(seq: number): void {
    this.next ??= seq >>> 0;
  }

  /** Nothing more of it is wanted; what there is, is let go. */
  discard(): void {
    this.keeps = false;
    this.recording.clear();
    for (const { cost } of this.waiting) this.budget.give(cost);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** Takes a segment's payload, which is copied: `length` bytes on the wire, of which `bytes` were captured. */
  add(seq: number, bytes: Uint8Array, length: number, time: number): void {
    if (length === 0 || !this.keeps) return;
    this.next ??= seq;
    const piece = { seq, bytes, captured: bytes.length, length, time, cost: 0 };
    if (((seq - this.next) | 0) > 0) this.wait(piece);
    else {
      this.append(piece);
      this.drain();
    }
  }

  /** The capture is over: what still waits has a gap before it. */
  finish(): void {
    while (this.waiting.length > 0) this.skipGap();
  }

  /** Whether nothing that follows is kept. */
  private get isCut(): boolean {
    return this.gaps.length > 0 || this.dropped > 0;
  }

  private wait(piece: Piece): void {
    this.reordered++;
    this.waiting.splice(this.placeOf(piece), 0, piece);
    const cost = PIECE + (this.isCut ? 0 : piece.captured);
    const isPaid = this.budget.take(cost, RESERVE);
    if (isPaid) {
      piece.cost = cost;
      // A copy, also of a Buffer: a view would keep the whole chunk of the file alive.
      piece.bytes = this.isCut ? NO_BYTES : new Uint8Array(piece.bytes);
      this.waitingBytes += piece.bytes.length;
    }
    while (this.waiting.length > 0 && (!isPaid || this.isWaitingTooMuch)) {
      this.abandoned++;
      this.skipGap();
    }
  }

  /** Whether bytes were not kept because the capture as a whole has too many. */
  get isFull(): boolean {
    return this.dropped > 0 && this.recording.isRefused;
  }

  private get isWaitingTooMuch(): boolean {
    return this.waitingBytes > MAX_WAITING_BYTES || this.waiting.length > MAX_WAITING;
  }

  /** Its index among those that wait: behind those of the same sequence number. */
  private placeOf({ seq }: Piece): number {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((this.waiting[middle].seq - seq) | 0) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private drain(): void {
    let count = 0;
    while (count < this.waiting.length) {
      const piece = this.waiting[count];
      if (((piece.seq - (this.next as number)) | 0) > 0) break;
      this.waitingBytes -= piece.bytes.length;
      this.budget.give(piece.cost);
      count++;
      this.append(piece);
    }
    if (count > 0) this.waiting.splice(0, count);
  }

  /** What lies before the first that waits will not come. */
  private skipGap(): void {
    const { seq } = this.waiting[0];
    this.gap((seq - (this.next as number)) | 0);
    this.drain();
  }

  private gap(length: number): void {
    const at = this.length + this.dropped + this.behindGap + this.missing;
    if (this.gaps.length < MAX_GAPS) this.gaps.push({ at, seq: this.next as number, length });
    else this.gapsLeft++;
    this.missing += length;
    this.next = ((this.next as number) + length) >>> 0;
  }

  /** Takes a piece that begins at `next` or before it. */
  private append({ seq, bytes, captured, length, time }: Piece): void {
    const next = this.next as number;
    const known = -((seq - next) | 0);
    if (known > 0) this.retransmitted++;
    if (known >= length) return;
    const fresh = Math.max(0, captured - known);
    this.keep(bytes.subarray(captured - fresh), fresh, time);
    this.next = (next + fresh) >>> 0;
    // The capture cut the packet: a gap, however long the rest may be awaited.
    const cut = length - known - fresh;
    if (cut > 0) this.gap(cut);
  }

  /** `count` bytes in order, which are `bytes` unless nothing more is kept. */
  private keep(bytes: Uint8Array, count: number, time: number): void {
    if (count === 0) return;
    if (this.gaps.length > 0) this.behindGap += count;
    else if (this.dropped > 0 || !this.recording.append(bytes, time)) this.dropped += count;
  }
}

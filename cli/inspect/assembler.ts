// TCP segments -> the bytes one end sent, RFC 9293 §3.4, ordered by sequence number. Of retransmitted bytes the first
// copy counts. Bytes that were not captured are a gap.

import type { Budget } from './budget.ts';
import { RESERVE, Recording } from './recording.ts';

/** Bytes missing from the capture. */
export interface Gap {
  /** Offset in the bytes of this direction. */
  at: number;
  /** The sequence number of the first missing byte. */
  seq: number;
  /** Number of missing bytes. */
  length: number;
}

/** Limits of one direction's segments that wait for missing bytes. Above them, the missing bytes are a gap. */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024;
export const MAX_WAITING = 4096;
const MAX_GAPS = 100;
/** Bytes of memory of a waiting segment, in addition to its payload. */
const SEGMENT_BYTES = 300;
const NO_BYTES = new Uint8Array(0);

interface PendingSegment {
  seq: number;
  /** The captured bytes; empty if they will not be kept. */
  bytes: Uint8Array;
  captured: number;
  /** Length on the wire: more than `captured` if the packet was truncated. */
  length: number;
  time: number;
  /** The memory taken from the budget. */
  cost: number;
}

/** Assembles one direction of a connection. */
export class Assembler {
  /** Bytes in order, up to the first gap. */
  readonly recording: Recording;
  /** The first gaps. */
  readonly gaps: Gap[] = [];
  /** Number of gaps not in `gaps`. */
  gapsLeft = 0;
  /** Bytes after the first gap, which are not kept. */
  behindGap = 0;
  /** Bytes that were dropped above the limits. */
  dropped = 0;
  retransmitted = 0;
  reordered = 0;
  /** Gaps that became final because too many segments waited behind them. */
  abandoned = 0;
  /** The sequence number of the next byte. */
  private next: number | undefined;
  /** Ordered by sequence number. */
  private waiting: PendingSegment[] = [];
  private waitingBytes = 0;
  private isKeeping = true;
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

  /** Starts the connection. `seq`: the sequence number of its first byte. */
  start(seq: number): void {
    this.next ??= seq >>> 0;
  }

  /** Releases all bytes, and ignores later ones. */
  discard(): void {
    this.isKeeping = false;
    this.recording.clear();
    for (const { cost } of this.waiting) this.budget.give(cost);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** Adds a copy of a segment's payload: `length` bytes on the wire, of which `bytes` were captured. */
  add(seq: number, bytes: Uint8Array, length: number, time: number): void {
    if (length === 0 || !this.isKeeping) return;
    this.next ??= seq;
    const segment = { seq, bytes, captured: bytes.length, length, time, cost: 0 };
    if (((seq - this.next) | 0) > 0) this.wait(segment);
    else {
      this.append(segment);
      this.drain();
    }
  }

  /** Ends the capture: missing bytes become gaps. */
  finish(): void {
    while (this.waiting.length > 0) this.skipGap();
  }

  /** Whether later bytes are not kept. */
  private get isCut(): boolean {
    return this.gaps.length > 0 || this.dropped > 0;
  }

  private wait(segment: PendingSegment): void {
    this.reordered++;
    this.waiting.splice(this.placeOf(segment), 0, segment);
    const cost = SEGMENT_BYTES + (this.isCut ? 0 : segment.captured);
    const isPaid = this.budget.take(cost, RESERVE);
    if (isPaid) {
      segment.cost = cost;
      // A copy even of a Buffer: a view would keep the whole chunk of the file in memory.
      segment.bytes = this.isCut ? NO_BYTES : new Uint8Array(segment.bytes);
      this.waitingBytes += segment.bytes.length;
    }
    while (this.waiting.length > 0 && (!isPaid || this.isWaitingTooMuch)) {
      this.abandoned++;
      this.skipGap();
    }
  }

  /** Whether bytes were dropped because of the limit of the whole capture. */
  get isFull(): boolean {
    return this.dropped > 0 && this.recording.isRefused;
  }

  private get isWaitingTooMuch(): boolean {
    return this.waitingBytes > MAX_WAITING_BYTES || this.waiting.length > MAX_WAITING;
  }

  /** Its index among the waiting segments, after those with the same sequence number. */
  private placeOf({ seq }: PendingSegment): number {
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
      const segment = this.waiting[count];
      if (((segment.seq - (this.next as number)) | 0) > 0) break;
      this.waitingBytes -= segment.bytes.length;
      this.budget.give(segment.cost);
      count++;
      this.append(segment);
    }
    if (count > 0) this.waiting.splice(0, count);
  }

  /** Makes the bytes missing before the first waiting segment a gap. */
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

  /** Appends a segment that begins at or before `next`. */
  private append({ seq, bytes, captured, length, time }: PendingSegment): void {
    const next = this.next as number;
    const known = -((seq - next) | 0);
    if (known > 0) this.retransmitted++;
    if (known >= length) return;
    const fresh = Math.max(0, captured - known);
    this.keep(bytes.subarray(captured - fresh), fresh, time);
    this.next = (next + fresh) >>> 0;
    // The capture truncated the packet: the rest is a gap at once.
    const cut = length - known - fresh;
    if (cut > 0) this.gap(cut);
  }

  /** Records `count` bytes in order: `bytes`, unless later bytes are not kept. */
  private keep(bytes: Uint8Array, count: number, time: number): void {
    if (count === 0) return;
    if (this.gaps.length > 0) this.behindGap += count;
    else if (this.dropped > 0 || !this.recording.append(bytes, time)) this.dropped += count;
  }
}

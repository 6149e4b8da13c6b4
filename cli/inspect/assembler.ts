// TCP segments -> the bytes one end sent, RFC 9293 §3.4: sequence numbers put them in order; what is sent twice
// counts once, the first copy; what was never captured is a gap.

/** Bytes that the capture lacks. */
export interface Gap {
  /** Where in the bytes of this direction. */
  at: number;
  /** The sequence number of the first missing byte. */
  seq: number;
  /** Bytes that are missing. */
  length: number;
}

/** Bytes held, and segments, that wait for those before them; then the wait is over: those are a gap. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const MAX_WAITING = 4096;
const MAX_GAPS = 100;
/** Bytes of memory that a piece takes beside its own. */
const PIECE = 128;

interface Piece {
  seq: number;
  bytes: Uint8Array;
  /** On the wire: more than there are bytes where the capture cut the packet. */
  length: number;
  time: number;
}

/** One direction of a connection. */
export class Assembler {
  /** Bytes in order, up to the first gap. */
  readonly pieces: Uint8Array[] = [];
  /** Of each piece: where it begins, and when it came, in seconds. */
  readonly marks: { at: number; time: number }[] = [];
  /** The first of them. */
  readonly gaps: Gap[] = [];
  /** Gaps that are not in `gaps`. */
  gapsLeft = 0;
  /** Bytes in `pieces`. */
  length = 0;
  /** Bytes behind the first gap, which are not kept. */
  behindGap = 0;
  /** Bytes that were not kept because there were too many. */
  dropped = 0;
  retransmitted = 0;
  reordered = 0;
  /** The sequence number of the first byte that has not come. */
  private next: number | undefined;
  /** In the order of sequence numbers. */
  private waiting: Piece[] = [];
  private waitingBytes = 0;
  private keeps = true;
  /** Bytes in gaps. */
  private missing = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The connection begins: `seq` is that of its first byte. */
  start(seq: number): void {
    this.next ??= seq >>> 0;
  }

  /** Nothing more of it is wanted; what there is, is let go. */
  discard(): void {
    this.keeps = false;
    this.pieces.length = 0;
    this.length = 0;
    this.marks.length = 0;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** Takes a segment's payload, which is copied: `length` bytes on the wire, of which `bytes` were captured. */
  add(seq: number, bytes: Uint8Array, length: number, time: number): void {
    if (length === 0 || !this.keeps) return;
    this.next ??= seq;
    const ahead = (seq - this.next) | 0;
    // A copy, also of a Buffer: a view would keep the whole chunk of the file alive.
    const piece = { seq, bytes: new Uint8Array(bytes), length, time };
    if (ahead > 0) this.wait(piece);
    else {
      this.append(piece);
      this.drain();
    }
  }

  /** The capture is over: what still waits has a gap before it. */
  finish(): void {
    while (this.waiting.length > 0) this.skipGap();
  }

  private wait(piece: Piece): void {
    this.reordered++;
    let at = this.waiting.length;
    while (at > 0 && ((this.waiting[at - 1].seq - piece.seq) | 0) > 0) at--;
    this.waiting.splice(at, 0, piece);
    this.waitingBytes += piece.bytes.length;
    while (this.waitingBytes > MAX_WAITING_BYTES || this.waiting.length > MAX_WAITING)
      this.skipGap();
  }

  private drain(): void {
    let count = 0;
    while (count < this.waiting.length) {
      const piece = this.waiting[count];
      if (((piece.seq - (this.next as number)) | 0) > 0) break;
      this.waitingBytes -= piece.bytes.length;
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
  private append({ seq, bytes, length, time }: Piece): void {
    const next = this.next as number;
    const known = -((seq - next) | 0);
    if (known > 0) this.retransmitted++;
    if (known >= length) return;
    const fresh = bytes.subarray(Math.min(known, bytes.length));
    this.keep(fresh, time);
    this.next = (next + fresh.length) >>> 0;
    // The capture cut the packet: a gap, however long the rest may be awaited.
    const cut = length - known - fresh.length;
    if (cut > 0) this.gap(cut);
  }

  private keep(bytes: Uint8Array, time: number): void {
    const held = this.length + this.pieces.length * PIECE + bytes.length;
    if (this.gaps.length > 0) this.behindGap += bytes.length;
    else if (this.dropped > 0 || held > this.limit) this.dropped += bytes.length;
    else if (bytes.length > 0) {
      this.pieces.push(bytes);
      this.marks.push({ at: this.length, time });
      this.length += bytes.length;
    }
  }

  /** The bytes in order. */
  bytes(): Uint8Array {
    return Buffer.concat(this.pieces);
  }

  /** When the byte at `at` came, in seconds. */
  timeOf(at: number): number {
    let [low, high] = [0, this.marks.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.marks[middle].at <= at) low = middle;
      else high = middle;
    }
    return this.marks[low]?.time ?? 0;
  }
}

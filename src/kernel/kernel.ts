// The seam: what the codec asks of a kernel. Two implement it: wasm.ts and js.ts, held equal byte for
// byte and error for error.

/** Which kernel runs. */
export type Backend = 'wasm' | 'js';

/** What a connection carries from one scan to the next. The kernel reads and writes it. */
export interface ScanState {
  /** RULE of protocol/header.ts. */
  readonly rules: number;
  /** Bytes a message may have, at most 2^53 - 1. */
  readonly maxPayload: number;
  /** Masking key of the frame in progress, rotated to its next byte. */
  key: number;
  /** Payload bytes of the frame in progress still to come. */
  remaining: number;
  /** Flags of the frame in progress, 0 between frames. */
  current: number;
  /** Opcode (and COMPRESSED) of the message in progress, 0 between messages. */
  fragmented: number;
  /** Payload bytes declared so far for the message in progress. */
  messageLength: number;
}

/**
 * The outcome of one scan. It, its table and its source are the kernel's and change with the next scan
 * that is not made from within a walk (see {@link Kernel.depth}).
 */
export interface Scan {
  /** Entries as in frame-table.ts. */
  readonly table: Int32Array;
  /** Number of entries. */
  readonly count: number;
  /** Bytes scanned: less than there were when a header is cut off, a tile or the table is full. */
  readonly used: number;
  /** Where the unmasked payloads lie: that of an entry begins at `base + offset`. */
  readonly source: Uint8Array;
  readonly base: number;
  /** The text of a whole message: the entry that starts at word `word` of the table. Copied. */
  text(word: number): string;
}

/** Memory to build masked frames in, shared by all that do: one owner at a time. */
export interface Staging {
  readonly bytes: Uint8Array;
  /** Bytes that hold frames the owner has not taken out yet. */
  used: number;
  owner: StagingOwner | null;
}

/** Whoever leaves frames in the staging block. */
export interface StagingOwner {
  /** Takes its frames out: another writer needs the block. */
  leaveStaging(): void;
}

/** The hot loops. One per process and backend; shared by all connections. */
export interface Kernel {
  readonly backend: Backend;

  /**
   * Walks over the outcome of a scan that are in progress. Whoever hands control to foreign code while
   * it still reads a scan raises this for as long: a scan made meanwhile then uses memory of its own.
   */
  depth: number;

  /**
   * Reads frames from `chunk[from...]` on, checks every rule of §5 and unmasks the payloads.
   * `out` is where they must end up, at the same indexes as in the chunk: the chunk itself (mutated in
   * place), another array as long, or null for memory of the kernel's (`Scan.source`), the chunk then
   * staying as it is. Of a client, whose frames come unmasked, the chunk is only read. A scan may stop
   * anywhere, even behind the header of a long frame, but never before its first.
   */
  scan(state: ScanState, chunk: Uint8Array, from: number, out: Uint8Array | null): Scan;

  /** Whether the bytes are UTF-8 (RFC 3629). Borrows `bytes`. */
  isValidUtf8(bytes: Uint8Array): boolean;

  /**
   * Validates `bytes[from, to)` as the continuation of a text. `pending` is what the last call returned
   * (0 at the beginning): the bytes of a character begun and not finished. Returns -1 as soon as no
   * continuation can make the text valid. Borrows `bytes`.
   */
  checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number;

  /** Decodes valid UTF-8. Borrows `bytes`. */
  decodeUtf8(bytes: Uint8Array): string;

  /**
   * Writes `source[0, length)` XOR key to `output` at `offset`; the two may be the same memory at the same
   * place. Returns nonzero where the result has a byte above 0x7F. (A stream continues with `rotateKey`.)
   */
  mask(source: Uint8Array, key: number, output: Uint8Array, offset: number, length: number): number;

  /** The block to build masked frames in. */
  readonly staging: Staging;

  /**
   * Finishes a frame in the staging block whose payload lies behind room for its header at `at`: writes the
   * header and masks the payload. Returns the end of the frame.
   */
  seal(at: number, first: number, length: number, key: number): number;
}

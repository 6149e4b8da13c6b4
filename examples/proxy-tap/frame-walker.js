// Walks from frame to frame without reading payloads: parses each header, and copies as many payload bytes as requested.
// Does not change or retain the chunks.

import { parseFrameHeader } from 'wsimd';

const CONTROL = 8;
const CLOSE = 8;
const MOST_CONTROL = 125;
const LONGEST_HEADER = 14;
const NOTHING = Buffer.alloc(0);

/**
 * One direction of a connection. `on.wants(header)` returns how many payload bytes to copy. `on.frame(frame)` gets them
 * as sent, still masked. `on.invalid(frame)` gets a header that violates RFC 6455 §5.2, §5.4 or §5.5. Nothing is read
 * after an invalid header or a close frame.
 */
export class FrameWalker {
  hasEnded = false;
  /** Whether a fragmented message is incomplete. */
  isInMessage = false;
  #isFromClient;
  #hasDeflate;
  #on;
  /** The stream offset of this chunk. */
  #position;
  /** The start of a header that was split between chunks. */
  #partial = NOTHING;
  /** The frame whose payload is incomplete, and the bytes it still lacks. */
  #frame;
  #missing = 0;

  constructor({ isFromClient, hasDeflate, position }, on) {
    this.#isFromClient = isFromClient;
    this.#hasDeflate = hasDeflate;
    this.#position = position;
    this.#on = on;
  }

  write(chunk) {
    let at = 0;
    while (at < chunk.length && !this.hasEnded) {
      at = this.#frame === undefined ? this.#readHeader(chunk, at) : this.#readPayload(chunk, at);
    }
    this.#position += chunk.length;
  }

  #readHeader(chunk, at) {
    const before = this.#partial.length;
    const bytes =
      before === 0
        ? chunk
        : Buffer.concat([this.#partial, chunk.subarray(at, at + LONGEST_HEADER)]);
    const from = before === 0 ? at : 0;
    const offset = this.#position + at - before;
    const header = this.#parse(bytes, from, offset);
    if (header === undefined) {
      this.#partial = Buffer.from(bytes.subarray(from));
      return chunk.length;
    }
    this.#partial = NOTHING;
    this.#begin(header, bytes, from, offset);
    return at + header.headerLength - before;
  }

  /** A length beyond 2^53 makes the parser throw. The inspector reports it from the raw header. */
  #parse(bytes, from, offset) {
    try {
      return parseFrameHeader(bytes, from);
    } catch {
      this.#reject({ offset, head: Buffer.from(bytes.subarray(from, from + LONGEST_HEADER)) });
      return undefined;
    }
  }

  #begin(header, bytes, from, offset) {
    const { headerLength, payloadLength } = header;
    const head = () => Buffer.from(bytes.subarray(from, from + headerLength));
    if (!this.#isAllowed(header)) {
      this.#reject({ offset, head: head() });
      return;
    }
    const most = header.opcode >= CONTROL ? MOST_CONTROL : this.#on.wants(header);
    const frame = {
      header,
      offset,
      isContinuation: header.opcode === 0,
      head: undefined,
      kept: [],
    };
    if (most > 0) frame.head = head();
    frame.toKeep = Math.min(most, payloadLength);
    this.#missing = payloadLength;
    if (payloadLength > 0) this.#frame = frame;
    else this.#end(frame);
  }

  #readPayload(chunk, at) {
    const frame = this.#frame;
    const end = Math.min(chunk.length, at + this.#missing);
    if (frame.toKeep > 0) {
      const segment = Buffer.from(chunk.subarray(at, Math.min(end, at + frame.toKeep)));
      frame.kept.push(segment);
      frame.toKeep -= segment.length;
    }
    this.#missing -= end - at;
    if (this.#missing === 0) this.#end(frame);
    return end;
  }

  #end(frame) {
    const { opcode, fin } = frame.header;
    this.#frame = undefined;
    if (opcode < CONTROL) this.isInMessage = !fin;
    if (opcode === CLOSE) this.hasEnded = true;
    this.#on.frame(frame);
  }

  #isAllowed({ opcode, fin, rsv1, rsv2, rsv3, masked, payloadLength }) {
    if (rsv2 || rsv3 || masked !== this.#isFromClient) return false;
    if (opcode >= CONTROL) {
      if (opcode > 10 || !fin || rsv1 || payloadLength > MOST_CONTROL) return false;
      return opcode !== CLOSE || payloadLength !== 1;
    }
    if (opcode > 2 || (rsv1 && (!this.#hasDeflate || opcode === 0))) return false;
    return (opcode === 0) === this.isInMessage;
  }

  #reject(frame) {
    this.hasEnded = true;
    this.#on.invalid(frame);
  }
}

// From frame to frame without looking at payloads: of each the header, and as many bytes of its payload as
// somebody wants to see, copied. The chunks are not changed, and nothing is kept of them.

import { parseFrameHeader } from 'wsimd';

const CONTROL = 8;
const CLOSE = 8;
const MOST_CONTROL = 125;
const LONGEST_HEADER = 14;
const NOTHING = Buffer.alloc(0);

/**
 * One direction of a connection. `on.wants(header)` says how many bytes of a payload to keep, `on.frame(frame)`
 * gets what was kept as it was sent, still masked, and `on.broken(frame)` a header that breaks a rule (RFC 6455
 * §5.2, §5.4, §5.5). Behind that, and behind a close frame, nothing is read.
 */
export class FrameWalker {
  isOver = false;
  /** Whether a message has begun that is not whole. */
  isInMessage = false;
  #isFromClient;
  #hasDeflate;
  #on;
  /** Bytes of the stream before this chunk. */
  #position;
  /** A header cut in two by a chunk's edge. */
  #partial = NOTHING;
  /** The frame whose payload is under way, and the bytes that are missing of it. */
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
    while (at < chunk.length && !this.isOver) {
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

  /** A length that no number tells is given as it is: the inspector words it. */
  #parse(bytes, from, offset) {
    try {
      return parseFrameHeader(bytes, from);
    } catch {
      this.#break({ offset, head: Buffer.from(bytes.subarray(from, from + LONGEST_HEADER)) });
      return undefined;
    }
  }

  #begin(header, bytes, from, offset) {
    const { headerLength, payloadLength } = header;
    const head = () => Buffer.from(bytes.subarray(from, from + headerLength));
    if (!this.#isAllowed(header)) {
      this.#break({ offset, head: head() });
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
      const piece = Buffer.from(chunk.subarray(at, Math.min(end, at + frame.toKeep)));
      frame.kept.push(piece);
      frame.toKeep -= piece.length;
    }
    this.#missing -= end - at;
    if (this.#missing === 0) this.#end(frame);
    return end;
  }

  #end(frame) {
    const { opcode, fin } = frame.header;
    this.#frame = undefined;
    if (opcode < CONTROL) this.isInMessage = !fin;
    if (opcode === CLOSE) this.isOver = true;
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

  #break(frame) {
    this.isOver = true;
    this.#on.broken(frame);
  }
}

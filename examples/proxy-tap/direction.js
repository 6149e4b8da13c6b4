// One direction of a tapped connection: counts everything, and explains frames while someone watches.

import { Decoder } from 'wsimd';
import { asBinary, explain, violationOf } from './explain.js';
import { FrameWalker } from './frame-walker.js';

const NAMES = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

export class Direction {
  messages = 0;
  bytes = 0;
  violation;
  #sender;
  #on;
  #deflate;
  /** Whether each message is inflated with a new context. */
  #hasOwnContext;
  #hasDeflated = false;
  #walker;
  #decoder;

  /** `deflate`: the negotiated parameters, if any. `position`: bytes of the handshake before the first frame. */
  constructor({ sender, deflate, position, check }, on) {
    const isFromClient = sender === 'client';
    this.#sender = sender;
    this.#on = on;
    this.#deflate = deflate;
    this.#hasOwnContext = isFromClient
      ? deflate?.clientNoContextTakeover
      : deflate?.serverNoContextTakeover;
    const hasDeflate = deflate !== undefined;
    this.#walker = new FrameWalker(
      { isFromClient, hasDeflate, position },
      {
        wants: () => on.wants(),
        frame: (frame) => this.#frame(frame),
        invalid: (frame) => this.#invalid(frame),
      },
    );
    if (check && !hasDeflate) this.#decoder = this.#createValidator(isFromClient, position);
  }

  write(chunk) {
    if (this.violation !== undefined) return;
    this.#decoder?.write(chunk);
    if (!this.#walker.hasEnded) this.#walker.write(chunk);
  }

  /** Validates every byte, including text. Borrows the chunk and reads long messages in parts. */
  #createValidator(isFromClient, position) {
    const role = isFromClient ? 'server' : 'client';
    const limits = {
      maxPayload: Number.POSITIVE_INFINITY,
      maxBufferedBytes: Number.POSITIVE_INFINITY,
    };
    return new Decoder(
      { role, delivery: 'borrowed', partial: true, allowLongLengths: true, ...limits },
      { error: (error) => this.#violated(violationOf(error, position)) },
    );
  }

  #frame(frame) {
    const { header } = frame;
    const name = NAMES[header.opcode];
    const isData = header.opcode < 8;
    if (isData) this.#count(header);
    const isInMessage = frame.isContinuation;
    const canInflate = this.#canInflate(header);
    if (frame.head === undefined) {
      this.#on.frame({ name, isData, fin: header.fin, length: header.payloadLength });
      return;
    }
    if (header.rsv1 && !canInflate) frame.head = asBinary(frame.head);
    const explanation = explain(frame, { sender: this.#sender, isInMessage, canInflate });
    const { fin, rsv1: compressed, payloadLength: length } = header;
    this.#on.frame({ name, isData, fin, compressed, length, ...explanation });
    if (explanation.problem !== undefined) this.#violated(explanation.problem);
  }

  #count({ fin, payloadLength }) {
    this.bytes += payloadLength;
    if (fin) this.messages++;
  }

  /** Whether a message is whole and does not depend on earlier ones. The first one never does. */
  #canInflate({ fin, rsv1, payloadLength }) {
    if (!rsv1) return false;
    const isFirst = !this.#hasDeflated;
    this.#hasDeflated = true;
    return fin && (this.#hasOwnContext || isFirst) && payloadLength <= this.#on.mostKept;
  }

  #invalid(frame) {
    const { isInMessage } = this.#walker;
    const canInflate = this.#deflate !== undefined;
    this.#violated(explain(frame, { sender: this.#sender, isInMessage, canInflate }).problem);
  }

  #violated(problem) {
    if (this.violation !== undefined) return;
    this.violation = problem;
    this.#on.violation(problem);
  }
}

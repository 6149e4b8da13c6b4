// Messages, control frames and errors -> calls of handlers. The dispatcher owns the decoder's lifecycle, and it alone
// runs foreign code.

import type { Kernel } from '../kernel/kernel.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { copyOf, sliceLatin1, sliceUtf8 } from '../kernel/platform.ts';
import { INVALID } from '../kernel/utf8.ts';
import { readStatusCode } from '../protocol/control-payload.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { CLOSE, PING } from '../protocol/opcodes.ts';
import { NO_STATUS_RECEIVED } from '../protocol/status-codes.ts';
import { VIOLATION, type Violation } from '../protocol/violations.ts';
import { toBytes } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import { ENDED, IDLE, PAUSED } from './lifecycle.ts';
import type { Delivery, FrameInfo, Handlers, Payload, Settings } from './options.ts';

/** A message that is about to be delivered. */
export interface Message {
  /** In memory that outlives the walk. */
  data: Uint8Array;
  isBinary: boolean;
  /** Nonzero where text may have a byte above 0x7F. */
  nonAscii: number;
  /** Offset in the stream of its first payload byte. */
  at: number;
}

/** What the dispatcher asks of its decoder. */
export interface Lifecycle {
  /** The stream has ended: drop all memory. */
  ended(): void;
  /** A message that was awaited is there, or failed. */
  settled(): unknown;
}

export class Dispatcher<D extends Delivery> {
  readonly kernel: Kernel;
  readonly settings: Settings;
  handlers: Handlers<D>;
  /** As in lifecycle.ts. */
  phase: number = IDLE;
  failure: ProtocolError | null = null;
  /** A transform has promised a message: nothing may overtake it. */
  isAwaiting = false;
  private readonly cursor: Cursor;
  private readonly owner: Lifecycle;
  /** The promise was kept: to be delivered next. */
  private transformed: Message | null = null;
  /** Bytes of the message that a transform has and has not given back. */
  private awaitedBytes = 0;
  /** An error without a handler, met while no call of the caller's was on the stack. */
  private unthrown: ProtocolError | null = null;

  constructor(
    kernel: Kernel,
    settings: Settings,
    handlers: Handlers<D>,
    cursor: Cursor,
    owner: Lifecycle,
  ) {
    this.kernel = kernel;
    this.settings = settings;
    this.handlers = handlers;
    this.cursor = cursor;
    this.owner = owner;
  }

  /** Bytes of memory held for a transform. */
  get heldBytes(): number {
    return this.awaitedBytes + (this.transformed?.data.length ?? 0);
  }

  /** Delivers the message that was awaited, if it is there. */
  deliverAwaited(): void {
    const { transformed } = this;
    this.transformed = null;
    if (transformed !== null) this.deliverTransformed(transformed);
  }

  deliverControl(opcode: number, payload: Uint8Array): void {
    const { handlers } = this;
    if (opcode === CLOSE) this.deliverClose(payload);
    else if (this.settings.frames) handlers.frame?.(payload, { fin: true, rsv1: false, opcode });
    else if (opcode === PING) handlers.ping?.(payload);
    else handlers.pong?.(payload);
  }

  deliverFrame(payload: Uint8Array, frame: FrameInfo): void {
    this.handlers.frame?.(payload, frame);
  }

  deliverPart(data: string | Uint8Array, isBinary: boolean, isLast: boolean): void {
    this.handlers.part?.(data as Payload<D>, isBinary, isLast);
  }

  private deliverClose(payload: Uint8Array): void {
    const { handlers } = this;
    const { length } = payload;
    const code = length === 0 ? NO_STATUS_RECEIVED : readStatusCode(payload);
    const bytes = copyOf(payload, Math.min(2, length), length);
    const reason = sliceUtf8(bytes, 0, bytes.length);
    this.end();
    try {
      if (this.settings.frames) {
        handlers.frame?.(payload, { fin: true, rsv1: false, opcode: CLOSE });
      }
    } finally {
      handlers.close?.(code, reason, bytes);
    }
  }

  deliver({ data, isBinary, nonAscii }: Message): void {
    let payload: string | Uint8Array = data;
    if (this.settings.delivery === 'string' && !isBinary) {
      try {
        payload = this.toText(data, nonAscii);
      } catch (cause) {
        this.abort(cause);
        return;
      }
    }
    this.handlers.message?.(payload as Payload<D>, isBinary, 0, data.length);
  }

  /** Throws where the text is longer than a string may be. */
  private toText(data: Uint8Array, nonAscii: number): string {
    if (nonAscii === 0) return sliceLatin1(data, 0, data.length);
    if (this.settings.rules & MODE_SKIP_UTF8) return sliceUtf8(data, 0, data.length);
    return this.kernel.decodeUtf8(data);
  }

  /** RFC 6455 §9: undoes what an extension did to the message, at once or when its promise is kept. */
  transform(message: Message): void {
    let result: Uint8Array | PromiseLike<Uint8Array> | undefined;
    try {
      result = this.settings.transform?.(message.data, message.isBinary);
    } catch (cause) {
      if (this.phase !== ENDED) this.failTransform(message, cause);
      return;
    }
    if (this.phase === ENDED) return;
    if (result instanceof Uint8Array) {
      this.deliverTransformed({ ...message, data: result });
      return;
    }
    this.phase = PAUSED;
    this.isAwaiting = true;
    this.awaitedBytes = message.data.length;
    Promise.resolve(result).then(
      (data) => this.finishAwaiting(() => this.keepPromise(message, data)),
      (cause) => this.finishAwaiting(() => this.breakPromise(message, cause)),
    );
  }

  private finishAwaiting(act: () => void): void {
    this.isAwaiting = false;
    this.awaitedBytes = 0;
    try {
      act();
    } catch (error) {
      if (error !== this.failure) {
        // An uncaught exception, as from any other handler, and not an unhandled rejection.
        queueMicrotask(() => {
          throw error;
        });
        return;
      }
      this.unthrown = this.failure;
    }
  }

  /** Throws the error that nobody has been told of. */
  throwUnthrown(): void {
    const { unthrown } = this;
    this.unthrown = null;
    if (unthrown !== null) throw unthrown;
  }

  private keepPromise(message: Message, data: unknown): void {
    if (!(data instanceof Uint8Array)) {
      this.breakPromise(message, new TypeError('a transform must return a Uint8Array'));
      return;
    }
    if (this.phase === ENDED) return;
    this.transformed = { ...message, data };
    this.owner.settled();
  }

  private breakPromise(message: Message, cause: unknown): void {
    if (this.phase !== ENDED) this.failTransform(message, cause);
  }

  private failTransform({ at }: Message, cause: unknown): void {
    if (cause instanceof ProtocolError) this.failWith(cause);
    else this.fail(VIOLATION.INVALID_EXTENSION_DATA, at, { cause });
  }

  /** Delivers a message that its extension gave back, after the checks it has escaped so far. */
  private deliverTransformed(message: Message): void {
    const { data, isBinary, at } = message;
    try {
      toBytes(data);
    } catch (cause) {
      // Detached by whoever gave it: not an empty message.
      this.failTransform(message, cause);
      return;
    }
    const isChecked = !isBinary && (this.settings.rules & MODE_SKIP_UTF8) === 0;
    if (data.length > this.settings.maxPayload) this.fail(VIOLATION.UNSUPPORTED_MESSAGE_LENGTH, at);
    else if (isChecked && !this.isValidUtf8(data)) this.fail(VIOLATION.INVALID_UTF8, at);
    else this.deliver({ ...message, nonAscii: 1 });
  }

  /** Ends the stream with an error at this offset of it, unless it has ended. */
  fail(violation: Violation, offset: number, detail?: { value?: number; cause?: unknown }): void {
    if (this.phase === ENDED) return;
    const { role } = this.settings;
    this.failWith(new ProtocolError(violation, { offset, role, ...detail }));
  }

  /** Ends this stream, and no other, when the platform (memory, the stack) or the kernel has thrown. */
  abort(cause: unknown): void {
    if (this.phase === ENDED) throw cause;
    this.fail(VIOLATION.INTERNAL_ERROR, this.cursor.position, { cause });
  }

  /** As the kernel's. Where that fails the stream has ended, and no text is valid. */
  checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number {
    try {
      return this.kernel.checkUtf8(bytes, from, to, pending);
    } catch (cause) {
      this.abort(cause);
      return INVALID;
    }
  }

  /** As {@link checkUtf8}, of a whole text. */
  isValidUtf8(bytes: Uint8Array): boolean {
    try {
      return this.kernel.isValidUtf8(bytes);
    } catch (cause) {
      this.abort(cause);
      return false;
    }
  }

  private failWith(error: ProtocolError): void {
    this.end();
    this.failure = error;
    if (this.handlers.error === undefined) throw error;
    this.handlers.error(error);
  }

  /** Nothing is delivered from here on, and nothing is held. */
  end(): void {
    this.phase = ENDED;
    this.transformed = null;
    this.owner.ended();
  }
}

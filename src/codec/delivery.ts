// Messages, control frames and errors -> calls of handlers: the outermost step of a decoder, and the
// only one that runs foreign code.

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
import { ENDED, IDLE, PAUSED } from './lifecycle.ts';
import type { Delivery, Handlers, Payload, Settings } from './options.ts';

/** A message as it is about to be handed over. */
export interface Message {
  /** In memory that outlives the walk. */
  data: Uint8Array;
  isBinary: boolean;
  /** Nonzero where text may have a byte above 0x7F. */
  nonAscii: number;
  /** Offset in the stream of its first payload byte. */
  at: number;
}

/** The part of a decoder that hands over. */
export abstract class DecoderOutput<D extends Delivery> {
  protected readonly kernel: Kernel;
  protected readonly settings: Settings;
  protected handlers: Handlers<D>;
  protected phase: number = IDLE;
  protected failure: ProtocolError | null = null;
  /** Offset in the stream of the first byte of the scan being walked. */
  protected position = 0;
  /** A transform has promised a message: nothing may overtake it. */
  protected isAwaiting = false;
  /** The promise was kept: to be delivered next. */
  protected transformed: Message | null = null;
  /** Bytes of the message that a transform has and has not given back. */
  protected awaitedBytes = 0;
  /** An error with nobody to hear it, met while no call of the caller's was on the stack. */
  private unthrown: ProtocolError | null = null;

  constructor(kernel: Kernel, settings: Settings, handlers: Handlers<D>) {
    this.kernel = kernel;
    this.settings = settings;
    this.handlers = handlers;
  }

  /** The promised message is there: go on as far as possible. */
  protected abstract transformSettled(): void;

  protected deliverControl(opcode: number, payload: Uint8Array): void {
    const { handlers } = this;
    if (opcode === CLOSE) this.deliverClose(payload);
    else if (this.settings.frames) handlers.frame?.(payload, { fin: true, rsv1: false, opcode });
    else if (opcode === PING) handlers.ping?.(payload);
    else handlers.pong?.(payload);
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

  protected deliver({ data, isBinary, nonAscii }: Message): void {
    let payload: string | Uint8Array = data;
    if (this.settings.delivery === 'string' && !isBinary) {
      try {
        payload = this.toText(data, nonAscii);
      } catch (cause) {
        this.giveUp(cause);
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

  /** RFC 6455 §9: what an extension did to the message is undone, at once or when its promise is kept. */
  protected transform(message: Message): void {
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
      (data) => this.settle(() => this.keepPromise(message, data)),
      (cause) => this.settle(() => this.breakPromise(message, cause)),
    );
  }

  private settle(act: () => void): void {
    this.isAwaiting = false;
    this.awaitedBytes = 0;
    try {
      act();
    } catch (error) {
      if (error !== this.failure) {
        // Not a rejection nobody handles: an exception nobody caught, as anywhere else.
        queueMicrotask(() => {
          throw error;
        });
        return;
      }
      this.unthrown = this.failure;
    }
  }

  /** Throws the error that nobody has heard of. */
  protected throwUnthrown(): void {
    const { unthrown } = this;
    this.unthrown = null;
    if (unthrown !== null) throw unthrown;
  }

  private keepPromise(message: Message, data: unknown): void {
    if (!(data instanceof Uint8Array)) {
      this.breakPromise(message, new TypeError('a transform must give a Uint8Array'));
      return;
    }
    if (this.phase === ENDED) return;
    this.transformed = { ...message, data };
    this.transformSettled();
  }

  private breakPromise(message: Message, cause: unknown): void {
    if (this.phase !== ENDED) this.failTransform(message, cause);
  }

  private failTransform({ at }: Message, cause: unknown): void {
    if (cause instanceof ProtocolError) this.failWith(cause);
    else this.fail(VIOLATION.INVALID_EXTENSION_DATA, at, { cause });
  }

  /** Hands over a message that its extension gave back, after the checks it escaped until now. */
  protected deliverTransformed(message: Message): void {
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
  protected fail(
    violation: Violation,
    offset: number,
    detail?: { value?: number; cause?: unknown },
  ): void {
    if (this.phase === ENDED) return;
    const { role } = this.settings;
    this.failWith(new ProtocolError(violation, { offset, role, ...detail }));
  }

  /** What the platform refused (memory, the stack) or the kernel could not do ends this stream, and no other. */
  protected giveUp(cause: unknown): void {
    if (this.phase === ENDED) throw cause;
    this.fail(VIOLATION.INTERNAL_ERROR, this.position, { cause });
  }

  /** A handler detached or resized memory before all that lies in it was read. */
  protected failDetached(offset: number): void {
    this.fail(VIOLATION.DETACHED_CHUNK, offset);
  }

  /** As the kernel's. Where that fails the stream has ended, and no text is valid. */
  protected checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number {
    try {
      return this.kernel.checkUtf8(bytes, from, to, pending);
    } catch (cause) {
      this.giveUp(cause);
      return INVALID;
    }
  }

  /** As {@link checkUtf8}, of a whole text. */
  protected isValidUtf8(bytes: Uint8Array): boolean {
    try {
      return this.kernel.isValidUtf8(bytes);
    } catch (cause) {
      this.giveUp(cause);
      return false;
    }
  }

  private failWith(error: ProtocolError): void {
    this.end();
    this.failure = error;
    if (this.handlers.error === undefined) throw error;
    this.handlers.error(error);
  }

  /** Nothing is delivered from here on; nothing is held. */
  protected end(): void {
    this.phase = ENDED;
    this.transformed = null;
  }
}

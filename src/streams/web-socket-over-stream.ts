// A WebSocket over any pair of byte streams, in the shape of the WebSocketStream draft.
//
//   opening.ts     the opening handshake, either end's
//   intake.ts      bytes received -> messages
//   inbox.ts       received messages until they are read
//   outbox.ts      messages to send until the transport has them
//   closing.ts     what a close frame says
//   heartbeat.ts   whether the peer is still there
//   transport-ends.ts   both streams of the transport

import type { BytesLike } from '../codec/bytes.ts';
import { HandshakeError } from '../handshake/errors.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, NORMAL_CLOSURE } from '../protocol/status-codes.ts';
import { clearTimeout, setTimeout } from './clock.ts';
import { type CloseInfo, type CloseInit, closeInitOf, codeToSend, settleClose } from './closing.ts';
import { type Deferred, deferred, nextTurn } from './deferred.ts';
import { ConnectionError } from './errors.ts';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { Inbox, messagesOf } from './inbox.ts';
import { Intake } from './intake.ts';
import type { Message } from './message-streams.ts';
import { type OpenInfo, type Opening, shakeHands, wireOf } from './opening.ts';
import { type ByteTransport, type OverStreamOptions, settleTimes, type Times } from './options.ts';
import { Outbox } from './outbox.ts';
import { TransportEnds } from './transport-ends.ts';

type State = 'opening' | 'open' | 'closing' | 'ended';

/**
 * One connection. Takes the transport for itself and ends it. Of `opened` and `closed`, a rejection that nobody
 * looks at does not count as unhandled.
 */
export class WebSocketOverStream {
  /** A client's: where it was told to connect to; a server's: ''. */
  readonly url: string;
  /** Resolves when the opening handshake is done; rejects with a {@link HandshakeError}. */
  readonly opened: Promise<OpenInfo>;
  /**
   * Resolves when the closing handshake is done and the transport has ended, to the peer's code and reason.
   * Rejects with a {@link ConnectionError}, {@link ProtocolError} or {@link HandshakeError} where it comes to
   * no such end.
   */
  readonly closed: Promise<CloseInfo>;

  private readonly options: OverStreamOptions;
  private readonly times: Times;
  private readonly ends: TransportEnds;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly intake: Intake;
  private readonly heartbeat: Heartbeat | undefined;
  private readonly opening: Deferred<OpenInfo> = deferred();
  private readonly closing: Deferred<CloseInfo> = deferred();
  private state: State = 'opening';
  /** The close frame that came. */
  private farewell: CloseInfo | undefined;
  /** Whether the close frame that is to come is waited for. */
  private isAwaitingClose = false;
  private readonly onAbort = (): void => this.fail(this.options.signal?.reason);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws a TypeError, RangeError or SyntaxError that names the option at fault. */
  constructor(transport: ByteTransport, options: OverStreamOptions) {
    this.times = settleTimes(options);
    this.options = options;
    this.url = options.role === 'server' ? '' : new URL(options.url).href;
    this.heartbeat = options.heartbeat && this.createHeartbeat(options.heartbeat);
    this.inbox = new Inbox((reason) => this.close(closeInitOf(reason)));
    this.intake = this.createIntake();
    this.ends = new TransportEnds(transport);
    this.opened = this.opening.promise;
    this.closed = this.closing.promise;
    this.outbox = new Outbox(options, this.ends.sink, this.opened, {
      onClose: () => this.closeWritable(),
      onAbort: (reason) => this.close(closeInitOf(reason)),
      onUnsendable: (cause) => this.unsendable(cause),
      onLost: (cause) => this.lose('the transport takes nothing any more', cause),
    });
    options.signal?.addEventListener('abort', this.onAbort);
    if (options.signal?.aborted) this.onAbort();
    else void this.run();
  }

  /** Messages received; cancelling it closes the connection. Ends with the closing handshake. */
  get readable(): ReadableStream<Message> {
    return this.inbox.readable;
  }

  /**
   * Messages to send; they wait for the opening handshake. Closing it sends a close frame after them; what
   * the peer sends until it answers that (§5.5.1) is still delivered.
   */
  get writable(): WritableStream<string | BytesLike> {
    return this.outbox.writable;
  }

  /** Messages one by one; leaving the loop closes the connection. */
  [Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    return messagesOf(this.readable);
  }

  /**
   * Starts the closing handshake (§7.1.2): no message is taken or sent any more, and those that still wait
   * in `writable` are lost (close that instead where they must go out). Before the connection is open it
   * fails instead. Throws a RangeError on a code or a reason that must not be sent.
   */
  close(init: CloseInit = {}): void {
    const info = settleClose(init);
    if (this.state === 'opening') {
      this.fail(new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'closed before it was open'));
    } else if (this.state !== 'ended') {
      if (this.state === 'open') this.sendClose(info);
      this.inbox.refuse();
      this.outbox.refuse(new ConnectionError('WS_ERR_CLOSED', 'the connection is closing'));
      if (!this.isAwaitingClose) this.awaitClose();
    }
  }

  private async run(): Promise<void> {
    try {
      const { rest, ...info } = await this.shakeHands();
      if (this.state !== 'opening') return;
      this.state = 'open';
      const { readable, writable } = this;
      this.outbox.open();
      this.opening.resolve({ readable, writable, extensions: '', ...info });
      await this.receive(rest);
    } catch (error) {
      if (this.state === 'opening') this.fail(error, 'graceful');
      else this.lose('the transport failed', error);
    }
  }

  private async shakeHands(): Promise<Opening> {
    const { handshakeTimeout, maxHeadBytes } = this.times;
    const wire = wireOf(this.ends, () => this.state === 'ended');
    this.timer = setTimeout(() => {
      const message = `no opening handshake within ${handshakeTimeout} ms`;
      this.fail(wire.refusal ?? new HandshakeError('WS_ERR_HANDSHAKE_TIMEOUT', message));
    }, handshakeTimeout);
    const opening = await shakeHands(wire, this.options, maxHeadBytes);
    clearTimeout(this.timer);
    // Not held for as long as the connection lasts.
    this.timer = undefined;
    return opening;
  }

  /** Reads as fast as messages are read, no faster. */
  private async receive(first: Uint8Array): Promise<void> {
    const { intake } = this;
    let chunk: Uint8Array | undefined = first;
    while (chunk !== undefined && this.state !== 'ended') {
      const moment = intake.take(chunk);
      if (moment !== undefined) await moment;
      if (intake.isEnded) break;
      chunk = await this.read();
    }
    if (this.state === 'ended') return;
    if (this.farewell !== undefined) return this.sayFarewell(this.farewell);
    intake.endOfStream();
    // Whoever reads the messages before it may still answer them.
    await nextTurn();
    if (intake.error !== null) this.violated(intake.error);
  }

  /** The next bytes; undefined at the end. */
  private async read(): Promise<Uint8Array | undefined> {
    if (!this.isAwaitingClose) this.heartbeat?.listen();
    try {
      const { done, value } = await this.ends.read();
      return done ? undefined : value;
    } finally {
      this.heartbeat?.rest();
    }
  }

  private createIntake(): Intake {
    const handlers = {
      ping: (payload: Uint8Array) => this.outbox.pong(payload),
      close: (closeCode: number, reason: string) => {
        this.farewell = { closeCode, reason };
      },
    };
    return new Intake(this.inbox, this.options, handlers, () => {
      // The peer's close frame may have been behind the messages that waited.
      if (this.isAwaitingClose) this.awaitClose();
    });
  }

  private createHeartbeat(options: HeartbeatOptions): Heartbeat {
    const message = 'a ping was not answered in time';
    const onDead = (): void => this.fail(new ConnectionError('WS_ERR_HEARTBEAT', message));
    return new Heartbeat(options, () => this.outbox.ping(), onDead);
  }

  /** A stream that is closed waits for the connection; how that ends, `closed` tells. */
  private async closeWritable(): Promise<void> {
    if (this.state === 'open') {
      this.sendClose({ closeCode: NORMAL_CLOSURE, reason: '' });
      // What was written before it may take its time.
      void this.outbox.flush().then(() => this.awaitClose());
    }
    await this.closed.catch(() => {});
  }

  private sendClose(info: CloseInfo): void {
    this.state = 'closing';
    this.outbox.close(codeToSend(info), info.reason);
  }

  /** From here on the peer has so much time to answer the close frame. */
  private awaitClose(): void {
    if (this.state !== 'closing' || this.farewell !== undefined) return;
    this.isAwaitingClose = true;
    this.heartbeat?.rest();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const message = `no close frame within ${this.times.closeTimeout} ms`;
      this.fail(new ConnectionError('WS_ERR_CLOSE_TIMEOUT', message));
    }, this.times.closeTimeout);
  }

  /** The peer's close frame came: answers it, and sees the transport end; a server ends it (§7.1.1). */
  private async sayFarewell(farewell: CloseInfo): Promise<void> {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.finish(farewell), this.times.closeTimeout);
    this.state = 'closing';
    this.inbox.end();
    this.outbox.close(codeToSend(farewell));
    this.outbox.refuse(new ConnectionError('WS_ERR_CLOSED', 'the peer has closed it', farewell));
    await this.outbox.flush();
    if (this.options.role !== 'server') await this.ends.readToEnd();
    await this.ends.end();
    this.finish(farewell);
  }

  /** The closing handshake is done: whatever is left of the transport goes. */
  private finish(farewell: CloseInfo): void {
    if (this.state === 'ended') return;
    this.end();
    this.outbox.abandon();
    this.ends.drop();
    this.closing.resolve(farewell);
  }

  /** The peer broke the protocol: it is told why, and that is the end (§7.1.7). */
  private violated(error: ProtocolError): void {
    if (error.closeCode === ABNORMAL_CLOSURE) {
      this.lose('the transport ended without a close frame', error);
      return;
    }
    this.outbox.close(error.closeCode);
    this.fail(error, 'graceful');
  }

  /** A message cannot be sent: tells the peer, and fails the connection (§7.1.7). */
  private unsendable(cause: unknown): void {
    const init = { closeCode: INTERNAL_ERROR, cause };
    try {
      this.outbox.close(init.closeCode);
    } finally {
      // By the Streams standard, `writable` is errored with the error of the write.
      this.outbox.refuse(cause);
      const message = 'a message could not be sent';
      this.fail(new ConnectionError('WS_ERR_WRITE_FAILED', message, init), 'graceful');
    }
  }

  private lose(message: string, cause: unknown): void {
    if (this.farewell !== undefined) this.finish(this.farewell);
    else this.fail(new ConnectionError('WS_ERR_CONNECTION_LOST', message, { cause }));
  }

  /** `graceful`: what is queued may still go out. */
  private fail(error: unknown, how: 'graceful' | 'abrupt' = 'abrupt'): void {
    if (this.state === 'ended') return;
    this.end();
    this.inbox.fail(error);
    this.outbox.fail(error);
    this.opening.reject(error);
    this.closing.reject(error);
    if (how === 'abrupt') this.ends.drop(error);
    else {
      const { closeTimeout } = this.times;
      this.ends.endAfter(this.outbox.flush(), error, closeTimeout, this.options.signal);
    }
  }

  private end(): void {
    this.state = 'ended';
    this.intake.stop();
    clearTimeout(this.timer);
    this.heartbeat?.rest();
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }
}

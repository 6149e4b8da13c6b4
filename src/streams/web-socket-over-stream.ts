// A WebSocket over any pair of byte streams, with the API of the WebSocketStream draft.
//
//   opening.ts     the opening handshake of both roles
//   intake.ts      received bytes -> messages
//   inbox.ts       received messages until they are read
//   outbox.ts      messages to send until the transport has taken them
//   closing.ts     close codes and reasons
//   heartbeat.ts   pings after silence
//   transport-ends.ts   both streams of the transport

import type { BytesLike } from '../codec/bytes.ts';
import { HandshakeError } from '../handshake/errors.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, NORMAL_CLOSURE } from '../protocol/status-codes.ts';
import { clearTimeout, setTimeout } from './clock.ts';
import { type CloseInfo, type CloseInit, checkClose, closeInitOf, codeToSend } from './closing.ts';
import { type Deferred, deferred, nextTurn } from './deferred.ts';
import { ConnectionError } from './errors.ts';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { Inbox, messagesOf } from './inbox.ts';
import { Intake } from './intake.ts';
import type { Message } from './message-streams.ts';
import { type OpenInfo, type Opening, performHandshake, wireOf } from './opening.ts';
import {
  type ByteTransport,
  checkOptions,
  type Limits,
  type OverStreamOptions,
} from './options.ts';
import { Outbox } from './outbox.ts';
import { TransportEnds } from './transport-ends.ts';

type State = 'opening' | 'open' | 'closing' | 'ended';

/**
 * One connection. It locks both streams of the transport, and ends them. A rejection of `opened` or `closed` without a
 * handler does not count as unhandled.
 */
export class WebSocketOverStream {
  /** Client: the `url` option. Server: ''. */
  readonly url: string;
  /** Resolves when the opening handshake has succeeded. Rejects with a {@link HandshakeError}. */
  readonly opened: Promise<OpenInfo>;
  /**
   * Resolves to the peer's code and reason when the closing handshake is complete and the transport has ended.
   * Otherwise rejects with a {@link ConnectionError}, {@link ProtocolError} or {@link HandshakeError}.
   */
  readonly closed: Promise<CloseInfo>;

  private readonly options: OverStreamOptions;
  private readonly limits: Limits;
  private readonly transport: TransportEnds;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly intake: Intake;
  private readonly heartbeat: Heartbeat | undefined;
  private readonly opening: Deferred<OpenInfo> = deferred();
  private readonly closing: Deferred<CloseInfo> = deferred();
  private state: State = 'opening';
  /** The peer's close frame. */
  private receivedClose: CloseInfo | undefined;
  /** Whether the timeout of the peer's close frame is running. */
  private isAwaitingClose = false;
  private readonly onAbort = (): void => this.fail(this.options.signal?.reason);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws a TypeError, RangeError or SyntaxError that names the invalid option. */
  constructor(transport: ByteTransport, options: OverStreamOptions) {
    this.limits = checkOptions(options);
    this.options = options;
    this.url = options.role === 'server' ? '' : new URL(options.url).href;
    this.heartbeat = options.heartbeat && this.createHeartbeat(options.heartbeat);
    this.inbox = new Inbox((reason) => this.close(closeInitOf(reason)));
    this.intake = this.createIntake();
    this.transport = new TransportEnds(transport);
    this.opened = this.opening.promise;
    this.closed = this.closing.promise;
    this.outbox = new Outbox(options, this.transport.writer, this.opened, {
      onClose: () => this.closeWritable(),
      onAbort: (reason) => this.close(closeInitOf(reason)),
      onSendError: (cause) => this.failSending(cause),
      onLost: (cause) => this.loseTransport('a write to the transport failed', cause),
    });
    options.signal?.addEventListener('abort', this.onAbort);
    if (options.signal?.aborted) this.onAbort();
    else void this.run();
  }

  /** Received messages. Cancelling the stream closes the connection. It ends with the closing handshake. */
  get readable(): ReadableStream<Message> {
    return this.inbox.readable;
  }

  /**
   * Messages to send. They wait for the opening handshake. Closing the stream sends a close frame after them; messages
   * that the peer sends before it answers (§5.5.1) are still delivered.
   */
  get writable(): WritableStream<string | BytesLike> {
    return this.outbox.writable;
  }

  /** The messages one by one. Leaving the loop closes the connection. */
  [Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    return messagesOf(this.readable);
  }

  /**
   * Starts the closing handshake (§7.1.2). No further messages are sent or received, and messages still queued in
   * `writable` are lost: close that instead to send them first. Before the connection is open, it fails instead. Throws
   * a RangeError on a code or a reason that must not be sent.
   */
  close(init: CloseInit = {}): void {
    const info = checkClose(init);
    if (this.state === 'opening') {
      this.fail(
        new HandshakeError(
          'WS_ERR_HANDSHAKE_ENDED',
          'the connection was closed during the opening handshake',
        ),
      );
    } else if (this.state !== 'ended') {
      if (this.state === 'open') this.sendClose(info);
      this.inbox.discard();
      this.outbox.stop(new ConnectionError('WS_ERR_CLOSED', 'the connection is closing'));
      if (!this.isAwaitingClose) this.awaitClose();
    }
  }

  private async run(): Promise<void> {
    try {
      const { rest, ...info } = await this.performHandshake();
      if (this.state !== 'opening') return;
      this.state = 'open';
      const { readable, writable } = this;
      this.outbox.open();
      this.opening.resolve({ readable, writable, extensions: '', ...info });
      await this.receive(rest);
    } catch (error) {
      if (this.state === 'opening') this.fail(error, 'graceful');
      else this.loseTransport('the transport failed', error);
    }
  }

  private async performHandshake(): Promise<Opening> {
    const { handshakeTimeout, maxHeadBytes } = this.limits;
    const wire = wireOf(this.transport, () => this.state === 'ended');
    this.timer = setTimeout(() => {
      const message = `the opening handshake did not finish within ${handshakeTimeout} ms`;
      this.fail(wire.refusal ?? new HandshakeError('WS_ERR_HANDSHAKE_TIMEOUT', message));
    }, handshakeTimeout);
    const opening = await performHandshake(wire, this.options, maxHeadBytes);
    clearTimeout(this.timer);
    // Releases the memory of the timer while the connection is open.
    this.timer = undefined;
    return opening;
  }

  /** Decodes bytes no faster than messages are read. */
  private async receive(first: Uint8Array): Promise<void> {
    const { intake } = this;
    let chunk: Uint8Array | undefined = first;
    while (chunk !== undefined && this.state !== 'ended') {
      const ready = intake.write(chunk);
      if (ready !== undefined) await ready;
      if (intake.isEnded) break;
      chunk = await this.read();
    }
    if (this.state === 'ended') return;
    if (this.receivedClose !== undefined) return this.answerClose(this.receivedClose);
    intake.endOfStream();
    // Readers may still answer the messages before the violation.
    await nextTurn();
    if (intake.error !== null) this.failOnViolation(intake.error);
  }

  /** Reads the next chunk; undefined at the end. */
  private async read(): Promise<Uint8Array | undefined> {
    if (!this.isAwaitingClose) this.heartbeat?.start();
    try {
      const { done, value } = await this.transport.read();
      return done ? undefined : value;
    } finally {
      this.heartbeat?.stop();
    }
  }

  private createIntake(): Intake {
    const handlers = {
      ping: (payload: Uint8Array) => this.outbox.pong(payload),
      close: (closeCode: number, reason: string) => {
        this.receivedClose = { closeCode, reason };
      },
    };
    return new Intake(this.inbox, this.options, handlers, () => {
      // The peer's close frame may be behind the messages that were queued: restarts the timeout.
      if (this.isAwaitingClose) this.awaitClose();
    });
  }

  private createHeartbeat(options: HeartbeatOptions): Heartbeat {
    const message = 'the peer did not answer a ping in time';
    const onTimeout = (): void => this.fail(new ConnectionError('WS_ERR_HEARTBEAT', message));
    return new Heartbeat(options, () => this.outbox.ping(), onTimeout);
  }

  /** Resolves when the connection has ended; `closed` has the result. */
  private async closeWritable(): Promise<void> {
    if (this.state === 'open') {
      this.sendClose({ closeCode: NORMAL_CLOSURE, reason: '' });
      // The timeout starts after the messages before the close frame have been written.
      void this.outbox.flush().then(() => this.awaitClose());
    }
    await this.closed.catch(() => {});
  }

  private sendClose(info: CloseInfo): void {
    this.state = 'closing';
    this.outbox.close(codeToSend(info), info.reason);
  }

  /** Starts the timeout of the peer's close frame. */
  private awaitClose(): void {
    if (this.state !== 'closing' || this.receivedClose !== undefined) return;
    this.isAwaitingClose = true;
    this.heartbeat?.stop();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const message = `the peer did not answer the close frame within ${this.limits.closeTimeout} ms`;
      this.fail(new ConnectionError('WS_ERR_CLOSE_TIMEOUT', message));
    }, this.limits.closeTimeout);
  }

  /** Answers the peer's close frame, then waits for the transport to end; a server ends it first (§7.1.1). */
  private async answerClose(receivedClose: CloseInfo): Promise<void> {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.completeClose(receivedClose), this.limits.closeTimeout);
    this.state = 'closing';
    this.inbox.end();
    this.outbox.close(codeToSend(receivedClose));
    this.outbox.stop(
      new ConnectionError('WS_ERR_CLOSED', 'the peer has closed the connection', receivedClose),
    );
    await this.outbox.flush();
    if (this.options.role !== 'server') await this.transport.readToEnd();
    await this.transport.close();
    this.completeClose(receivedClose);
  }

  /** Completes the closing handshake and releases the transport. */
  private completeClose(receivedClose: CloseInfo): void {
    if (this.state === 'ended') return;
    this.stop();
    this.outbox.rejectPendingWrite();
    this.transport.abort();
    this.closing.resolve(receivedClose);
  }

  /** Sends the close code of a violation by the peer, and fails the connection (§7.1.7). */
  private failOnViolation(error: ProtocolError): void {
    if (error.closeCode === ABNORMAL_CLOSURE) {
      this.loseTransport('the transport ended without a close frame', error);
      return;
    }
    this.outbox.close(error.closeCode);
    this.fail(error, 'graceful');
  }

  /** A message could not be encoded: sends close code 1011, and fails the connection (§7.1.7). */
  private failSending(cause: unknown): void {
    const init = { closeCode: INTERNAL_ERROR, cause };
    try {
      this.outbox.close(init.closeCode);
    } finally {
      // The Streams standard errors `writable` with the error of the write.
      this.outbox.stop(cause);
      const message = 'a message could not be sent';
      this.fail(new ConnectionError('WS_ERR_WRITE_FAILED', message, init), 'graceful');
    }
  }

  private loseTransport(message: string, cause: unknown): void {
    if (this.receivedClose !== undefined) this.completeClose(this.receivedClose);
    else this.fail(new ConnectionError('WS_ERR_CONNECTION_LOST', message, { cause }));
  }

  /** `graceful`: queued frames are still sent. */
  private fail(error: unknown, how: 'graceful' | 'abrupt' = 'abrupt'): void {
    if (this.state === 'ended') return;
    this.stop();
    this.inbox.fail(error);
    this.outbox.fail(error);
    this.opening.reject(error);
    this.closing.reject(error);
    if (how === 'abrupt') this.transport.abort(error);
    else {
      const { closeTimeout } = this.limits;
      this.transport.closeAfter(this.outbox.flush(), error, closeTimeout, this.options.signal);
    }
  }

  /** Stops decoding and timers. */
  private stop(): void {
    this.state = 'ended';
    this.intake.stop();
    clearTimeout(this.timer);
    this.heartbeat?.stop();
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }
}

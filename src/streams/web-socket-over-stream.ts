// A WebSocket over any pair of byte streams, in the shape of the WebSocketStream draft.
//
//   opening.ts     the opening handshake, either end's
//   inbox.ts       received messages until they are read
//   outbox.ts      messages to send until the transport has them
//   closing.ts     what a close frame says
//   heartbeat.ts   whether the peer is still there

import type { BytesLike } from '../codec/bytes.ts';
import { Decoder } from '../entry/auto.ts';
import { HandshakeError } from '../handshake/errors.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { ABNORMAL_CLOSURE, NORMAL_CLOSURE } from '../protocol/status-codes.ts';
import { type CloseInfo, type CloseInit, closeInitOf, codeToSend, settleClose } from './closing.ts';
import { type Deferred, deferred } from './deferred.ts';
import { ConnectionError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import { Inbox } from './inbox.ts';
import type { Message } from './message-streams.ts';
import { type OpenInfo, type Opening, openAsClient, openAsServer } from './opening.ts';
import {
  type ByteTransport,
  decoderOptionsOf,
  type OverStreamOptions,
  settleTimes,
  type Times,
} from './options.ts';
import { Outbox } from './outbox.ts';

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
  private readonly source: ReadableStreamDefaultReader<Uint8Array>;
  private readonly sink: WritableStreamDefaultWriter<Uint8Array>;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly heartbeat: Heartbeat | undefined;
  private readonly opening: Deferred<OpenInfo> = deferred();
  private readonly closing: Deferred<CloseInfo> = deferred();
  private state: State = 'opening';
  /** The close frame that came. */
  private farewell: CloseInfo | undefined;
  private hasSentClose = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws a TypeError, RangeError or SyntaxError that names the option at fault. */
  constructor(transport: ByteTransport, options: OverStreamOptions) {
    this.times = settleTimes(options);
    this.options = options;
    this.url = options.role === 'server' ? '' : new URL(options.url).href;
    this.heartbeat = options.heartbeat && this.createHeartbeat(options.heartbeat);
    this.opened = this.opening.promise;
    this.closed = this.closing.promise;
    this.source = transport.readable.getReader();
    this.sink = transport.writable.getWriter();
    this.inbox = new Inbox((reason) => this.close(closeInitOf(reason)));
    this.outbox = new Outbox(options, this.sink, this.opened, {
      onClose: () => this.closeWritable(),
      onAbort: (reason) => this.close(closeInitOf(reason)),
      onLost: (cause) => this.lose('the transport takes nothing any more', cause),
    });
    void this.run();
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
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    const reader = this.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => {});
      reader.releaseLock();
    }
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
    } else if (this.state === 'open') {
      this.sendClose(info);
      this.inbox.refuse();
      this.outbox.refuse(new ConnectionError('WS_ERR_CLOSED', 'the connection is closing'));
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.options;
    const onAbort = (): void => this.fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) onAbort();
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
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private async shakeHands(): Promise<Opening> {
    const { options, times, source, sink } = this;
    const wire = { read: () => source.read(), write: (bytes: Uint8Array) => sink.write(bytes) };
    this.timer = setTimeout(() => {
      const message = `no opening handshake within ${times.handshakeTimeout} ms`;
      this.fail(new HandshakeError('WS_ERR_HANDSHAKE_TIMEOUT', message));
    }, times.handshakeTimeout);
    const opening =
      options.role === 'server'
        ? await openAsServer(wire, options, times.maxHeadBytes)
        : await openAsClient(wire, options, times.maxHeadBytes);
    clearTimeout(this.timer);
    return opening;
  }

  /** Reads as fast as messages are read, no faster. */
  private async receive(first: Uint8Array): Promise<void> {
    const decoder = this.createDecoder();
    let chunk: Uint8Array | undefined = first;
    while (chunk !== undefined) {
      decoder.write(chunk);
      if (decoder.isEnded) break;
      if (this.inbox.isFull) await this.inbox.room();
      chunk = await this.read();
    }
    if (this.farewell !== undefined) await this.sayFarewell(this.farewell);
    else decoder.endOfStream();
  }

  /** The next bytes; undefined at the end. */
  private async read(): Promise<Uint8Array | undefined> {
    this.heartbeat?.listen();
    try {
      const { done, value } = await this.source.read();
      return done ? undefined : value;
    } finally {
      this.heartbeat?.rest();
    }
  }

  private createDecoder(): Decoder<'string'> {
    return new Decoder<'string'>(decoderOptionsOf(this.options), {
      message: (data) => this.inbox.push(data),
      ping: (payload) => {
        if (!this.hasSentClose) this.outbox.pong(payload);
      },
      close: (closeCode, reason) => {
        this.farewell = { closeCode, reason };
      },
      error: (error) => this.violated(error),
    });
  }

  private createHeartbeat(options: NonNullable<OverStreamOptions['heartbeat']>): Heartbeat {
    return new Heartbeat(
      options,
      () => this.outbox.queue((batch) => batch.ping()),
      () => this.fail(new ConnectionError('WS_ERR_HEARTBEAT', 'a ping was not answered in time')),
    );
  }

  /** A stream that is closed waits for the connection; how that ends, `closed` tells. */
  private async closeWritable(): Promise<void> {
    if (this.state === 'open') this.sendClose({ closeCode: NORMAL_CLOSURE, reason: '' });
    await this.closed.catch(() => {});
  }

  private sendClose(info: CloseInfo): void {
    this.state = 'closing';
    this.hasSentClose = true;
    this.outbox.queue((batch) => batch.close(codeToSend(info), info.reason));
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
    if (!this.hasSentClose) this.outbox.queue((batch) => batch.close(codeToSend(farewell)));
    this.outbox.refuse(new ConnectionError('WS_ERR_CLOSED', 'the peer has closed it', farewell));
    await this.outbox.flush();
    if (this.options.role === 'server') await this.endTransport();
    else {
      await this.drain();
      await this.sink.close();
    }
    this.finish(farewell);
  }

  /** Ends this half, and sees the other end; what else is read is nothing any more. */
  private async endTransport(): Promise<void> {
    await Promise.all([this.sink.close(), this.drain()]);
  }

  private async drain(): Promise<void> {
    while (!(await this.source.read()).done);
  }

  /** The closing handshake is done: whatever is left of the transport goes. */
  private finish(farewell: CloseInfo): void {
    if (this.state === 'ended') return;
    this.end();
    this.sink.abort().catch(() => {});
    this.source.cancel().catch(() => {});
    this.closing.resolve(farewell);
  }

  /** The peer broke the protocol: it is told why, and that is the end (§7.1.7). */
  private violated(error: ProtocolError): void {
    if (error.closeCode === ABNORMAL_CLOSURE) {
      this.lose('the transport ended without a close frame', error);
      return;
    }
    if (!this.hasSentClose) this.outbox.queue((batch) => batch.close(error.closeCode));
    this.fail(error, 'graceful');
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
    const drop = (): void => {
      this.sink.abort(error).catch(() => {});
      this.source.cancel(error).catch(() => {});
    };
    if (how === 'abrupt') drop();
    else {
      const timer = setTimeout(drop, this.times.closeTimeout);
      const ended = this.outbox.flush().then(() => this.endTransport());
      ended.catch(drop).finally(() => clearTimeout(timer));
    }
  }

  private end(): void {
    this.state = 'ended';
    clearTimeout(this.timer);
    this.heartbeat?.rest();
  }
}

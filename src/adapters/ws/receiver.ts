// What stands in a WebSocket of ws for its Receiver: chunks to the decoder, and what the decoder says to
// the listeners ws made for its own. Not a stream; it does what the WebSocket asks of one.

import type { DecoderCore } from '../../codec/decoder.ts';
import type { DecoderOptions, Handlers } from '../../codec/options.ts';
import { Decoder } from '../../entry/auto.ts';
import type { ProtocolError } from '../../protocol/errors.ts';
import { atTurnEnd, nextTick } from './clock.ts';
import { errorAsInWs } from './errors.ts';
import { noteRead } from './flush.ts';
import {
  deflateOf,
  type Internals,
  type PerMessageDeflate,
  type SocketOptions,
  type StockSocket,
  setSymbol,
} from './internals.ts';
import { type Listeners, ReceiverEvents } from './receiver-events.ts';
import type { CodecSender } from './sender.ts';

/** One for each WebSocket, made when its socket is there. */
export class CodecReceiver extends ReceiverEvents implements Handlers<'view'> {
  /** Set by the WebSocket when its user sets `binaryType`. */
  _binaryType: string;
  /** Read by ws's listeners. */
  readonly _isServer: boolean;
  finished = false;
  errorEmitted = false;
  needDrain = false;

  private readonly socket: StockSocket;
  /** Only while a message is in progress: connections between messages share a few. */
  private decoder: DecoderCore<'view'> | null = null;
  private readonly decoders: Decoders;
  /** Bytes taken while there was a decoder. */
  private offset = 0;
  private readonly internals: Internals;
  private readonly isSynchronous: boolean;
  /** A close frame or an error came, or the WebSocket is closed: what still comes is dropped. */
  private isOver = false;
  private isEnding = false;

  constructor(
    socket: StockSocket,
    options: SocketOptions,
    internals: Internals,
    listeners: Listeners,
  ) {
    super(listeners);
    setSymbol(this, internals.kWebSocket, socket);
    this.socket = socket;
    this._binaryType = socket._binaryType;
    this._isServer = socket._isServer;
    this.internals = internals;
    this.isSynchronous = options.allowSynchronousEvents !== false;
    this.decoders = decodersFor(socket, options);
  }

  /** What the WebSocket looks at of a stream. */
  get _writableState(): this {
    return this;
  }

  /** Takes a chunk; returns false while it should get no more. */
  write(chunk: Uint8Array): boolean {
    if (this.isOver) return true;
    noteRead();
    this.decoder ??= this.borrowDecoder();
    const { decoder } = this;
    const goesOn = decoder.write(chunk);
    // ws counts the pongs it owes, and gives up on those who are owed too many (maxPendingAutoPongs).
    if (this.socket._pendingAutoPongs) (this.socket._sender as CodecSender).flushUnlessBusy();
    if (goesOn) {
      if (decoder.isBetweenMessages) this.returnDecoder(decoder);
      return true;
    }
    if (decoder.isEnded) return true;
    this.needDrain = true;
    return false;
  }

  private borrowDecoder(): DecoderCore<'view'> {
    const { options, idle } = this.decoders;
    const decoder = idle?.pop() ?? new Decoder(options);
    decoder.rebind(this, this.offset);
    return decoder;
  }

  private returnDecoder(decoder: DecoderCore<'view'>): void {
    const { idle } = this.decoders;
    if (idle === null || this.decoder !== decoder) return;
    this.decoder = null;
    this.offset = decoder.offset;
    decoder.rebind(NOBODY, 0);
    if (idle.length < MOST_IDLE) idle.push(decoder);
  }

  /** No more chunks follow. ws ends the socket right behind this: what is queued leaves before. */
  end(): void {
    (this.socket._sender as CodecSender).flush();
    if (this.isEnding) return;
    this.isEnding = true;
    if (!this.needDrain) nextTick(finish, this);
  }

  /** Without a name, as ws calls it: the WebSocket is closed, and nothing is said any more. */
  override removeAllListeners(...names: [event?: string | symbol]): this {
    if (names.length === 0) {
      this.isMuted = true;
      this.isOver = true;
      this.decoder?.stop();
    }
    return super.removeAllListeners(...names);
  }

  message(data: Uint8Array, isBinary: boolean): void {
    const payload =
      isBinary && this._binaryType !== 'nodebuffer' ? asBinaryType(data, this._binaryType) : data;
    if (!this.isSynchronous) this.say('message', payload, isBinary);
    else if (!this.isMuted) this.own.message.call(this, payload as never, isBinary as never);
  }

  ping(payload: Uint8Array): void {
    this.say('ping', payload);
  }

  pong(payload: Uint8Array): void {
    this.say('pong', payload);
  }

  close(code: number, _reason: string, bytes: Uint8Array): void {
    this.isOver = true;
    this.call('conclude', code, bytes);
    this.needDrain = false;
    if (this.isEnding) nextTick(finish, this);
    else this.end();
  }

  error(error: ProtocolError): void {
    this.isOver = true;
    this.needDrain = false;
    nextTick(fail, this, errorAsInWs(error, this.internals));
  }

  drain(): void {
    this.needDrain = false;
    if (this.isEnding) nextTick(finish, this);
    else this.call('drain');
  }

  /** An event, at once or, where that is wished, in a turn of the event loop of its own. */
  private say(event: keyof Listeners, ...args: unknown[]): void {
    if (this.isSynchronous) this.call(event, ...args);
    else {
      const { decoder } = this;
      decoder?.pause();
      atTurnEnd(() => {
        this.call(event, ...args);
        decoder?.resume();
      });
    }
  }

  /** @internal */
  emitFinish(): void {
    this.finished = true;
    this.emit('finish');
  }

  /** @internal */
  emitError(error: Error): void {
    this.errorEmitted = true;
    this.callError(error);
  }
}

/** What connections with the same options share. */
interface Decoders {
  options: DecoderOptions<'view'>;
  /** Those between two messages, for whoever reads next; null where a connection has its own. */
  idle: DecoderCore<'view'>[] | null;
}

const shared: Decoders[] = [];
/** As many servers and clients with options of their own as one program may reasonably have. */
const MOST_SHARED = 100;
const MOST_IDLE = 64;
const NOBODY: Handlers<'view'> = {};

/** Bytes held beside a message: whole ones that wait for their turn (allowSynchronousEvents, inflating). */
const BUFFERED_BESIDE = 1 << 20;

/** ws takes a limit for an integer of 32 bits, and what is not positive for none. */
function limitOf(limit: number | undefined): number {
  return Math.max(0, (limit as number) | 0);
}

/** The options of ws as the decoder's, and the decoders made with the same. */
function decodersFor(socket: StockSocket, options: SocketOptions): Decoders {
  const maxPayload = limitOf(options.maxPayload) || Number.POSITIVE_INFINITY;
  const made: DecoderOptions<'view'> = {
    role: socket._isServer ? 'server' : 'client',
    maxPayload,
    maxBufferedBytes: 2 * maxPayload + BUFFERED_BESIDE,
    maxFragments: limitOf(options.maxFragments),
    maxBufferedChunks: limitOf(options.maxBufferedChunks),
    skipUtf8Validation: !!options.skipUTF8Validation,
    allowLongLengths: true,
  };
  const deflate = deflateOf(socket._extensions);
  if (deflate) {
    return { options: { ...made, rsv1: true, transform: inflateWith(deflate) }, idle: null };
  }
  const known = shared.find(({ options }) => isSame(options, made));
  if (known !== undefined) return known;
  const first = { options: Object.freeze(made), idle: [] };
  if (shared.length < MOST_SHARED) shared.push(first);
  return first;
}

function isSame(a: DecoderOptions<'view'>, b: DecoderOptions<'view'>): boolean {
  return (
    a.role === b.role &&
    a.maxPayload === b.maxPayload &&
    a.maxFragments === b.maxFragments &&
    a.maxBufferedChunks === b.maxBufferedChunks &&
    a.skipUtf8Validation === b.skipUtf8Validation
  );
}

function finish(receiver: CodecReceiver): void {
  if (receiver.finished || receiver.errorEmitted) return;
  receiver.emitFinish();
}

function fail(receiver: CodecReceiver, error: Error): void {
  receiver.emitError(error);
}

/** §8.2.3.4 of RFC 7692 through ws's own inflate. */
function inflateWith(deflate: PerMessageDeflate): (payload: Uint8Array) => Promise<Uint8Array> {
  return (payload) =>
    new Promise((resolve, reject) => {
      deflate.decompress(payload, true, (error, data) => {
        if (error) reject(error);
        else resolve(data as Uint8Array);
      });
    });
}

function asBinaryType(data: Uint8Array, type: string): unknown {
  if (type === 'arraybuffer') {
    const { buffer, byteOffset, byteLength } = data;
    if (byteLength === buffer.byteLength) return buffer;
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }
  if (type === 'blob') return new Blob([data as Uint8Array<ArrayBuffer>]);
  if (type === 'fragments') return data.length === 0 ? [] : [data];
  return data;
}

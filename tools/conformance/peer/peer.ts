// The testing end of one connection: sends frames as a case wants them, and keeps what comes back.

import type { Socket } from 'node:net';
import { DeflateContexts, parseDeflate } from './deflate.ts';
import {
  type Frame,
  FrameReader,
  OPCODE,
  type ReadFrame,
  type Role,
  violationOf,
  writeFrame,
} from './frames.ts';
import type { Opened } from './handshake.ts';
import { Log } from './log.ts';

/** What came, in order. */
export type Received =
  | { kind: 'message'; isBinary: boolean; payload: Buffer; isCompressed?: boolean }
  | { kind: 'ping' | 'pong'; payload: Buffer }
  /** What the testing end saw for itself, e.g. that the other waited. */
  | { kind: 'note'; text: string };

export interface Close {
  /** Undefined where the frame had no status code. */
  readonly code: number | undefined;
  readonly reason: string;
}

/** How frames are cut: all in one write, a write for each, or so many octets a write. */
export type Cut = 'together' | 'frames' | number;

/** Milliseconds until what has not come counts as not coming. No verdict depends on anything shorter. */
export const PATIENCE = 20_000;

export class Peer {
  readonly role: Role;
  readonly log = new Log();
  readonly received: Received[] = [];
  readonly violations: string[] = [];
  readonly deflate: DeflateContexts | undefined;
  readonly extensions: string;
  /** The close frame that came. */
  close: Close | undefined;
  /** How the transport ended; undefined while it has not. */
  ended: 'ended' | 'reset' | undefined;

  private readonly socket: Socket;
  private readonly reader = new FrameReader();
  private readonly waiting = new Set<() => void>();
  private fragments: ReadFrame[] = [];
  private hasSentClose = false;
  private framesSent = 0;

  constructor(opened: Opened, role: Role) {
    this.role = role;
    this.extensions = opened.extensions;
    const parameters = parseDeflate(opened.extensions);
    if (parameters !== undefined) this.deflate = new DeflateContexts(parameters, role);
    this.socket = opened.socket;
    this.socket.on('data', (chunk: Buffer) => this.onData(chunk));
    this.socket.on('end', () => this.end('ended'));
    this.socket.on('error', () => this.end('reset'));
    this.socket.on('close', () => this.end('ended'));
    if (opened.rest.length > 0) this.onData(opened.rest);
    this.socket.resume();
  }

  /** Nothing more is to be sent. */
  get isOver(): boolean {
    return this.close !== undefined || this.ended !== undefined;
  }

  /** Sends frames, cut as said; stops where the other end has closed. */
  async send(frames: readonly Frame[], cut: Cut = 'together'): Promise<void> {
    const written = frames.map((frame) => writeFrame(this.role, frame, this.framesSent++));
    if (frames.some(({ opcode }) => opcode === OPCODE.close)) this.hasSentClose = true;
    await this.write(written, cut);
  }

  /** Sends octets as they are, cut as said. */
  async write(pieces: readonly Buffer[], cut: Cut = 'together'): Promise<void> {
    this.log.sent(pieces, cut);
    if (cut === 'frames') for (const piece of pieces) await this.writeChunk(piece);
    else {
      const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
      const size = cut === 'together' ? bytes.length : cut;
      for (let from = 0; from < bytes.length; from += size) {
        await this.writeChunk(bytes.subarray(from, from + size));
      }
    }
  }

  /** Starts or answers the closing handshake. */
  sendClose(code?: number, reason = ''): void {
    if (this.hasSentClose || this.ended !== undefined) return;
    this.hasSentClose = true;
    const frame = { opcode: OPCODE.close, payload: closePayload(code, reason) };
    const written = writeFrame(this.role, frame, this.framesSent++);
    this.log.sent([written], 'together');
    this.socket.write(written);
    this.endWhenClosed();
  }

  /** Until it holds, or can no more; whether it does. */
  until(holds: () => boolean, patience = PATIENCE): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (): void => {
        const isSettled = holds();
        if (!isSettled && this.ended === undefined) return;
        clearTimeout(timer);
        this.waiting.delete(settle);
        resolve(isSettled);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(settle);
        resolve(false);
      }, patience);
      this.waiting.add(settle);
      settle();
    });
  }

  /** Takes the next message; undefined where none comes. */
  async nextMessage(): Promise<Extract<Received, { kind: 'message' }> | undefined> {
    await this.until(() => this.received.length > 0 || this.isOver);
    const next = this.received[0];
    if (next?.kind !== 'message') return undefined;
    this.received.shift();
    return next;
  }

  note(text: string): void {
    this.received.push({ kind: 'note', text });
    this.log.note(text);
  }

  destroy(): void {
    this.deflate?.close();
    this.socket.destroy();
  }

  private async writeChunk(chunk: Buffer): Promise<void> {
    if (this.isOver) return;
    if (!this.socket.write(chunk)) {
      let isDrained = false;
      this.socket.once('drain', () => {
        isDrained = true;
        this.settle();
      });
      await this.until(() => isDrained || this.isOver);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  private onData(chunk: Buffer): void {
    for (const frame of this.reader.read(chunk)) this.onFrame(frame);
    this.settle();
  }

  private onFrame(frame: ReadFrame): void {
    this.log.received(frame);
    const sender = this.role === 'client' ? 'server' : 'client';
    const mayCompress = this.deflate !== undefined && (frame.opcode === 1 || frame.opcode === 2);
    const violation = violationOf(frame, sender, mayCompress);
    if (violation !== undefined) this.violations.push(violation);
    if (this.close !== undefined) this.violations.push('a frame follows the close frame');
    if (frame.opcode === OPCODE.close) this.onClose(frame.payload);
    else if (frame.opcode === OPCODE.ping)
      this.received.push({ kind: 'ping', payload: frame.payload });
    else if (frame.opcode === OPCODE.pong)
      this.received.push({ kind: 'pong', payload: frame.payload });
    else this.onDataFrame(frame);
  }

  private onDataFrame(frame: ReadFrame): void {
    const continues = frame.opcode === OPCODE.continuation;
    if (continues !== this.fragments.length > 0) this.violations.push('a fragment is out of place');
    this.fragments.push(frame);
    if (!frame.fin) return;
    const [first] = this.fragments;
    const payload = Buffer.concat(this.fragments.map((fragment) => fragment.payload));
    this.fragments = [];
    const isBinary = first.opcode === OPCODE.binary;
    this.received.push({ kind: 'message', isBinary, payload, isCompressed: first.rsv === 4 });
  }

  private onClose(payload: Buffer): void {
    const code = payload.length < 2 ? undefined : payload.readUInt16BE(0);
    if (payload.length === 1) this.violations.push('a close frame has one octet');
    this.close = { code, reason: payload.toString('utf8', 2) };
    this.sendClose(code);
    this.endWhenClosed();
  }

  /** A server ends the transport (§7.1.1). */
  private endWhenClosed(): void {
    const isClosed = this.close !== undefined && this.hasSentClose;
    if (isClosed && this.role === 'server') this.socket.end();
  }

  private end(how: 'ended' | 'reset'): void {
    if (this.ended === undefined) this.log.note(how === 'ended' ? 'TCP ended' : 'TCP reset');
    this.ended ??= how;
    this.settle();
  }

  private settle(): void {
    for (const settle of [...this.waiting]) settle();
  }
}

export function closePayload(code?: number, reason: string | Uint8Array = ''): Buffer {
  if (code === undefined) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

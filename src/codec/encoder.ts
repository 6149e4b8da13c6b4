// One message -> one frame (or several), RFC 6455 §5.2 and §6.1, as bytes to hand to any transport.

import type { Kernel } from '../kernel/kernel.ts';
import { concat } from '../kernel/platform.ts';
import { BatchWriterCore, type FrameOptions, type WriterOptions } from './batch-writer.ts';
import type { BytesLike } from './bytes.ts';

/**
 * Encodes frame by frame. What it returns is the caller's to write, and holds a copy of the payload;
 * frames encoded one after another may be views of one block.
 */
export class EncoderCore {
  private readonly writer: BatchWriterCore;

  constructor(kernel: Kernel, options: WriterOptions) {
    this.writer = new BatchWriterCore(kernel, options);
  }

  /** A text message in one frame. Bytes are taken to be UTF-8, unchecked. */
  text(data: string | BytesLike, options?: FrameOptions): Uint8Array {
    this.writer.text(data, options);
    return this.take();
  }

  /** A binary message in one frame. */
  binary(data: BytesLike, options?: FrameOptions): Uint8Array {
    this.writer.binary(data, options);
    return this.take();
  }

  /** A message in frames of at most `size` bytes of payload (§5.4), one array element a frame. */
  fragments(data: string | BytesLike, size: number): Uint8Array[] {
    const frames: Uint8Array[] = [];
    this.writer.fragments(data, size, () => frames.push(this.take()));
    return frames;
  }

  /** A ping (§5.5.2). Throws a RangeError above 125 bytes. */
  ping(data: string | BytesLike = ''): Uint8Array {
    this.writer.ping(data);
    return this.take();
  }

  /** A pong (§5.5.3). Throws a RangeError above 125 bytes. */
  pong(data: string | BytesLike = ''): Uint8Array {
    this.writer.pong(data);
    return this.take();
  }

  /** A close frame (§5.5.1). Throws a RangeError on a code or reason that must not be sent. */
  close(code?: number, reason?: string): Uint8Array {
    this.writer.close(code, reason);
    return this.take();
  }

  /** One frame of any opcode. Throws a RangeError on a control frame that §5.5 forbids. */
  frame(opcode: number, payload: string | BytesLike, options?: FrameOptions): Uint8Array {
    this.writer.frame(opcode, payload, options);
    return this.take();
  }

  private take(): Uint8Array {
    const { bytes } = this.writer;
    const segments = this.writer.take();
    return segments.length === 1 ? segments[0] : concat(segments, bytes);
  }
}

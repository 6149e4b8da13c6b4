// Chunks of a stream, read in the sizes that a file format has.

/** A stream that ends inside what is being read. */
export class CutOff extends Error {}

/** Reads exactly as many bytes as asked for. */
export class ByteQueue {
  /** Bytes of the stream read so far. */
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** Whether that many bytes can be read without waiting. */
  has(count: number): boolean {
    return this.chunk.length >= count;
  }

  /** The next bytes, a view where they lie in one chunk: only where `has(count)`. */
  takeNow(count: number): Uint8Array {
    const bytes = this.chunk.subarray(0, count);
    this.chunk = this.chunk.subarray(count);
    this.position += count;
    return bytes;
  }

  /** The next bytes, or undefined where the stream ends before the first. Throws {@link CutOff} where it ends inside. */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (this.has(count)) return this.takeNow(count);
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < count) {
      if (this.chunk.length === 0) {
        const { value, done } = await this.chunks.next();
        if (done) break;
        this.chunk = value;
      }
      const part = this.takeNow(Math.min(count - length, this.chunk.length));
      parts.push(part);
      length += part.length;
    }
    if (length === 0 && count > 0) return undefined;
    if (length < count) throw new CutOff(`the file ends inside a block, at byte ${this.position}`);
    return Buffer.concat(parts);
  }

  /** As take, where the stream must not end. */
  async need(count: number): Promise<Uint8Array> {
    const bytes = await this.take(count);
    if (bytes !== undefined) return bytes;
    if (count === 0) return new Uint8Array(0);
    throw new CutOff(`the file ends inside a block, at byte ${this.position}`);
  }
}

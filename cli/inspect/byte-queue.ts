// Reads a stream of chunks in the sizes of a file format.

/** The stream ended inside the bytes being read. */
export class CutOff extends Error {}

/** Reads exact numbers of bytes. */
export class ByteQueue {
  /** Bytes of the stream read so far. */
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** Whether `count` bytes can be read without waiting. */
  has(count: number): boolean {
    return this.chunk.length >= count;
  }

  /** The next bytes as a view. Requires `has(count)`. */
  takeNow(count: number): Uint8Array {
    const bytes = this.chunk.subarray(0, count);
    this.chunk = this.chunk.subarray(count);
    this.position += count;
    return bytes;
  }

  /** Reads `count` bytes, or undefined at the end of the stream. Throws {@link CutOff} if it ends inside them. */
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

  /** As take, but throws {@link CutOff} at the end of the stream too. */
  async need(count: number): Promise<Uint8Array> {
    const bytes = await this.take(count);
    if (bytes !== undefined) return bytes;
    if (count === 0) return new Uint8Array(0);
    throw new CutOff(`the file ends inside a block, at byte ${this.position}`);
  }
}

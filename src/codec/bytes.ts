// What callers hand in as bytes, made a Uint8Array.

/** Bytes as the codec takes them: any view of memory, or the memory itself. */
export type BytesLike = ArrayBufferView | ArrayBufferLike;

/** The bytes of any view. Throws a TypeError on anything else, and on memory that was detached. */
export function toBytes(data: BytesLike): Uint8Array {
  if (data instanceof Uint8Array) {
    if (data.length === 0) assertAttached(data.buffer);
    return data;
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer || isShared(data)) return new Uint8Array(data);
  throw new TypeError('expected a Uint8Array, another view of bytes, or an ArrayBuffer');
}

/** Whether other threads can change the memory. Pages may have such memory (WebAssembly's), but not its class. */
export function isShared(memory: unknown): memory is SharedArrayBuffer {
  return (
    !(memory instanceof ArrayBuffer) &&
    Object.prototype.toString.call(memory) === '[object SharedArrayBuffer]'
  );
}

/** A view of detached memory looks empty; making a new one throws a TypeError. */
function assertAttached(memory: ArrayBufferLike): void {
  new Uint8Array(memory, 0, 0);
}

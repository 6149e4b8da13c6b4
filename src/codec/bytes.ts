// What callers hand in as bytes, made a Uint8Array.

/** Bytes as the codec takes them: any view of memory, or the memory itself. */
export type BytesLike = ArrayBufferView | ArrayBufferLike;

/** The bytes of any view. Throws a TypeError on anything else, and on a view whose memory was detached or shrank. */
export function toBytes(data: BytesLike): Uint8Array {
  if (data instanceof Uint8Array) {
    // Without a first byte it is empty, or cannot be read; byteLength is slow.
    if (data[0] === undefined) assertReadable(data);
    return data;
  }
  if (ArrayBuffer.isView(data)) {
    // Of a DataView that cannot be read, byteLength throws.
    if (data.byteLength === 0 && !(data instanceof DataView)) assertReadable(data);
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

/** A view of memory that was detached, or shrank, looks empty; its methods throw a TypeError. */
function assertReadable(view: ArrayBufferView): void {
  Uint8Array.prototype.includes.call(view, 0);
}

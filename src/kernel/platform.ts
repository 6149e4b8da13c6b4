// What the platform gives: Buffer and its fast methods where there is one, the web's own elsewhere.
// Everything here treats bytes as bytes; nothing knows of frames.

type Slice = (bytes: Uint8Array, from: number, to: number) => string;
type NodeBuffer = typeof import('node:buffer');
type Species = new (
  memory: ArrayBufferLike,
  offset: number,
  length: number,
) => Uint8Array<ArrayBuffer>;

const nodeBuffer = findBuffer();

/** Node's Buffer, and Bun's and Deno's; undefined elsewhere. */
const Buffer = nodeBuffer?.Buffer;

/**
 * Node 21 and 22.0 to 22.2 have no getBuiltinModule: their global Buffer is used. A page's is not: it is
 * a polyfill, slower than Uint8Array.
 */
function findBuffer(): Partial<NodeBuffer> | undefined {
  const { process } = globalThis;
  if (process?.getBuiltinModule) return process.getBuiltinModule('node:buffer');
  return process?.versions?.node ? { Buffer: globalThis.Buffer } : undefined;
}

/** The class behind Buffer: as Uint8Array, but what it makes is a Buffer. */
const FastBuffer =
  Buffer && ((Buffer as unknown as Record<symbol, unknown>)[Symbol.species] as Species);

/** A class whose `new` makes a view of memory: a Buffer where there is one, else a Uint8Array. */
export const Bytes: Species =
  FastBuffer && new FastBuffer(new ArrayBuffer(1), 0, 1) instanceof (Buffer as NodeBuffer['Buffer'])
    ? FastBuffer
    : (Uint8Array as Species);

/** Whether views and copies are Buffers, as ws promises its users. */
export const makesBuffers = Bytes === FastBuffer;

/** Memory of its own, not zeroed where the platform allows: the caller overwrites all of it. */
export const allocate: (length: number) => Uint8Array<ArrayBuffer> = Buffer
  ? (length) => Buffer.allocUnsafeSlow(length)
  : (length) => new Uint8Array(length);

/**
 * Forbids transferring memory that several users have views of, where the platform can (Node): a transfer would take it
 * from all of them.
 */
export function keepAttached(memory: ArrayBuffer): void {
  markAsUntransferable ??=
    globalThis.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable ??
    (() => {});
  markAsUntransferable(memory);
}
let markAsUntransferable: ((memory: ArrayBuffer) => void) | undefined;

/** Native UTF-8 validation, undefined where there is none. */
export const isUtf8: ((bytes: Uint8Array) => boolean) | undefined = nodeBuffer?.isUtf8;

/**
 * Whether the engine's UTF-8 decoder is slow enough that transcoding in WebAssembly beats it on long
 * text: V8's own up to Node 23, 0.3 GB/s on Korean. Measured by bench/receive, case korean.
 */
export const slowUtf8Decoder =
  Buffer !== undefined && Number.parseInt(globalThis.process.versions.node, 10) < 24;

function method(name: 'latin1Slice' | 'utf8Slice' | 'ucs2Slice', encoding: BufferEncoding): Slice {
  const native = (Buffer?.prototype as unknown as Record<string, unknown> | undefined)?.[name];
  if (typeof native === 'function') {
    const slice = native as (this: Uint8Array, from: number, to: number) => string;
    return (bytes, from, to) => slice.call(bytes, from, to);
  }
  if (Buffer) {
    return (bytes, from, to) =>
      Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString(encoding);
  }
  const label = encoding === 'utf16le' ? 'utf-16le' : encoding;
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes, from, to) => decodeText(decoder, bytes.subarray(from, to));
}

/** Decodes a view. Browsers refuse views of resizable memory, so those are copied. */
export function decodeText(
  decoder: TextDecoder,
  view: Uint8Array,
  options?: { stream?: boolean },
): string {
  const isResizable = (view.buffer as { resizable?: boolean }).resizable === true;
  return decoder.decode(isResizable ? view.slice() : view, options);
}

/** Bytes as text of the same length: right for ASCII, and one code unit a byte for all else. */
export const sliceLatin1: Slice = /* @__PURE__ */ method('latin1Slice', 'latin1');
/** UTF-8 as text; a byte order mark stays, invalid bytes become U+FFFD. */
export const sliceUtf8: Slice = /* @__PURE__ */ method('utf8Slice', 'utf8');
/** UTF-16, little-endian, as text; from and to count bytes. */
export const sliceUtf16: Slice = /* @__PURE__ */ method('ucs2Slice', 'utf16le');

/** Writes text as UTF-8 from `at` on, as far as the target goes; returns the bytes written. */
export const writeUtf8: (target: Uint8Array, text: string, at: number) => number =
  /* @__PURE__ */ (() => {
    const native = (Buffer?.prototype as unknown as Record<string, unknown> | undefined)?.utf8Write;
    if (typeof native === 'function') {
      const write = native as (this: Uint8Array, text: string, at: number, room: number) => number;
      return (target, text, at) => write.call(target, text, at, target.length - at);
    }
    const encoder = new TextEncoder();
    return (target, text, at) => encoder.encodeInto(text, target.subarray(at)).written;
  })();

/** Bytes a text takes as UTF-8. */
export const utf8Length: (text: string) => number = Buffer
  ? (text) => Buffer.byteLength(text, 'utf8')
  : (text) => new TextEncoder().encode(text).length;

/** The bytes a base64 text stands for. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Buffer ? Buffer.from(text, 'base64') : Uint8Array.from(atob(text), byteOf);
}

function byteOf(character: string): number {
  return character.charCodeAt(0);
}

/** A view of `bytes[from, to)`: faster than `subarray`, and always of the platform's own class. */
export function viewOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  return new Bytes(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, to - from);
}

/** Fewer bytes are copied one by one sooner than a view of them is made; bench/receive, one frame a chunk. */
const VIEW_FROM = 48;

/** Copies `source[from, to)` to `target` at `at`. */
export function copyInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  to: number,
): void {
  if (from === 0 && to === source.length) {
    target.set(source, at);
  } else if (to - from < VIEW_FROM) {
    for (let i = from, o = at; i < to; i++, o++) target[o] = source[i];
  } else {
    target.set(viewOf(source, from, to), at);
  }
}

/** A copy of `bytes[from, to)` in memory of its own. */
export function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const copy = allocate(to - from);
  copyInto(copy, 0, bytes, from, to);
  return copy;
}

/** Copies several pieces into memory of its own. */
export function concat(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = allocate(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

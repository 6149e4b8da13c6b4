// Bytes for tests: hex in and out, frames built the slow way, and memory with canaries on both sides.

/** "81 85" -> bytes. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/[\s|]/g, '');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = bytes;
  if (globalThis.Buffer) return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Whether two arrays hold the same bytes: far sooner than a comparison of arrays by a test tells. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Memory that threads share, which browsers give to no page for the asking, but to WebAssembly. */
export function sharedBytes(length: number): Uint8Array<SharedArrayBuffer> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return new Uint8Array(memory.buffer as unknown as SharedArrayBuffer, 0, length);
}

/** Memory that can shrink and grow. */
export interface Resizable extends ArrayBuffer {
  resize(length: number): void;
}

export function resizable(length: number): Resizable {
  const Memory = ArrayBuffer as unknown as new (...args: unknown[]) => Resizable;
  return new Memory(length, { maxByteLength: 2 * length + 64 });
}

/** Takes the memory away, as `postMessage` with a list to transfer does. */
export function detach(memory: ArrayBufferLike): void {
  structuredClone(memory, { transfer: [memory as ArrayBuffer] });
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface FrameParts {
  fin?: boolean;
  /** RSV1 to RSV3 as 0x40, 0x20, 0x10. */
  rsv?: number;
  opcode: number;
  payload?: Uint8Array;
  /** Four bytes: masks the payload. */
  key?: readonly number[] | null;
  /** The form of the length: 7, 16 or 64 bits; by default the shortest. */
  form?: 7 | 16 | 64;
}

/** A frame, byte by byte as the diagram in RFC 6455 §5.2 has it. */
export function frame(parts: FrameParts): Uint8Array<ArrayBuffer> {
  const { fin = true, rsv = 0, opcode, payload = new Uint8Array(0), key = null } = parts;
  const length = payload.length;
  const form = parts.form ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  const bytes = [(fin ? 0x80 : 0) | rsv | opcode];
  const mask = key === null ? 0 : 0x80;
  if (form === 7) bytes.push(mask | length);
  else if (form === 16) bytes.push(mask | 126, length >> 8, length & 255);
  else {
    bytes.push(mask | 127, 0, 0, 0, 0);
    bytes.push(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
  }
  if (key === null) return join(new Uint8Array(bytes), payload);
  return join(new Uint8Array(bytes), new Uint8Array(key), naiveMask(payload, key));
}

/** RFC 6455 §5.3, word for word: octet i is XORed with octet i mod 4 of the key. */
export function naiveMask(
  payload: Uint8Array,
  key: readonly number[],
  phase = 0,
): Uint8Array<ArrayBuffer> {
  const masked = new Uint8Array(payload.length);
  for (let i = 0; i < payload.length; i++) masked[i] = payload[i] ^ key[(i + phase) % 4];
  return masked;
}

/** The key as the kernels take it. */
export function keyNumber(key: readonly number[]): number {
  return key[0] | (key[1] << 8) | (key[2] << 16) | (key[3] << 24);
}

/** Memory with canaries: `inside` begins at an address that is `alignment` modulo 16. */
export function guarded(length: number, alignment: number) {
  const memory = new Uint8Array(16 + alignment + length + 32).fill(0xa5);
  const inside = new Uint8Array(memory.buffer, 16 + alignment, length);
  const isIntact = () => {
    const before = memory.subarray(0, 16 + alignment);
    const behind = memory.subarray(16 + alignment + length);
    return before.every((byte) => byte === 0xa5) && behind.every((byte) => byte === 0xa5);
  };
  return { inside, isIntact };
}

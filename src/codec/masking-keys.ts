// Masking keys, RFC 6455 §5.3: fresh for every frame, and not to be guessed from those before.

const POOL_KEYS = 1024;

let pool: Int32Array<ArrayBuffer> | null = null;
let left = 0;

/**
 * A masking key from the platform's cryptographic random numbers, as one little-endian number. Each is
 * handed out once. Throws where the platform has none.
 */
export function nextMaskingKey(): number {
  if (left === 0) {
    pool ??= new Int32Array(POOL_KEYS);
    globalThis.crypto.getRandomValues(pool);
    left = POOL_KEYS;
  }
  left--;
  const keys = pool as Int32Array;
  const key = keys[left];
  keys[left] = 0;
  return key;
}

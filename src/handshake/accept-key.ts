// Sec-WebSocket-Key and Sec-WebSocket-Accept, RFC 6455 §1.3, §4.1 and §4.2.2.

import { latin1 } from './http-head.ts';
import { sha1 } from './sha1.ts';

/** §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A fresh Sec-WebSocket-Key: sixteen random bytes as base64. */
export function createKey(): string {
  return base64(globalThis.crypto.getRandomValues(new Uint8Array(16)));
}

/** Whether a Sec-WebSocket-Key is 16 bytes in base64. */
export function isKey(value: string): boolean {
  return /^[+/0-9A-Za-z]{21}[AQgw]==$/.test(value);
}

/** The Sec-WebSocket-Accept that answers a key. */
export async function acceptKeyOf(key: string): Promise<string> {
  // Pages outside of secure contexts have no `subtle`.
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) return acceptKeyNow(key);
  return base64(new Uint8Array(await subtle.digest('SHA-1', keyWithGuid(key))));
}

/** The same, synchronously. */
export function acceptKeyNow(key: string): string {
  return base64(sha1(keyWithGuid(key)));
}

const keyWithGuid = (key: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(key + GUID);

export const base64 = (bytes: Uint8Array): string => btoa(latin1(bytes));

// One message -> the payloads of several frames, RFC 6455 §5.4.

import { allocate, utf8Length, viewOf, writeUtf8 } from '../kernel/platform.ts';
import { BINARY, CONTINUATION, TEXT } from '../protocol/opcodes.ts';
import { type BytesLike, toBytes } from './bytes.ts';

/** One frame of several. */
export interface Fragment {
  opcode: number;
  payload: Uint8Array;
  fin: boolean;
}

/** Cuts a message into payloads of at most `size` bytes: text of a string, else binary. */
export function* fragmentsOf(data: string | BytesLike, size: number): Generator<Fragment> {
  let payload: Uint8Array;
  if (typeof data === 'string') {
    payload = allocate(utf8Length(data));
    writeUtf8(payload, data, 0);
  } else payload = toBytes(data);
  let opcode = typeof data === 'string' ? TEXT : BINARY;
  let at = 0;
  do {
    const end = Math.min(payload.length, at + size);
    yield { opcode, payload: viewOf(payload, at, end), fin: end === payload.length };
    opcode = CONTINUATION;
    at = end;
  } while (at < payload.length);
}

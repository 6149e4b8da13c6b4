// permessage-deflate (RFC 7692) of the testing end, on node:zlib and nothing else.

import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
} from 'node:zlib';
import type { Role } from './frames.ts';

/** What was agreed, by the names of RFC 7692 §7.1; a window is 15 where nothing is said. */
export interface DeflateParameters {
  readonly server_no_context_takeover: boolean;
  readonly client_no_context_takeover: boolean;
  readonly server_max_window_bits: number;
  readonly client_max_window_bits: number;
}

/** Reads the parameters of the first permessage-deflate in a header; undefined where there is none. */
export function parseDeflate(header: string): DeflateParameters | undefined {
  const extension = header.split(',').find((one) => one.trim().startsWith('permessage-deflate'));
  if (extension === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of extension.split(';').slice(1)) {
    const [name, value = ''] = parameter.trim().split('=');
    parameters.set(name, value.replaceAll('"', ''));
  }
  const bits = (name: string): number => Number(parameters.get(name) || 15);
  return {
    server_no_context_takeover: parameters.has('server_no_context_takeover'),
    client_no_context_takeover: parameters.has('client_no_context_takeover'),
    server_max_window_bits: bits('server_max_window_bits'),
    client_max_window_bits: bits('client_max_window_bits'),
  };
}

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Compresses what one end sends and inflates what the other does, within what was agreed. */
export class DeflateContexts {
  private readonly parameters: DeflateParameters;
  private readonly role: Role;
  private deflater: DeflateRaw | undefined;
  private inflater: InflateRaw | undefined;

  constructor(parameters: DeflateParameters, role: Role) {
    this.parameters = parameters;
    this.role = role;
  }

  async compress(message: Uint8Array): Promise<Buffer> {
    const windowBits = this.parameters[`${this.role}_max_window_bits`];
    this.deflater ??= createDeflateRaw({ windowBits, level: 1 });
    const compressed = await through(this.deflater, message);
    if (this.parameters[`${this.role}_no_context_takeover`]) this.closeDeflater();
    return compressed.subarray(0, -TAIL.length);
  }

  /** Rejects where what came does not inflate with the window and the context that were agreed. */
  async inflate(payload: Uint8Array): Promise<Buffer> {
    const sender = this.role === 'client' ? 'server' : 'client';
    const windowBits = this.parameters[`${sender}_max_window_bits`];
    this.inflater ??= createInflateRaw({ windowBits });
    const message = await through(this.inflater, Buffer.concat([payload, TAIL]));
    if (this.parameters[`${sender}_no_context_takeover`]) this.closeInflater();
    return message;
  }

  close(): void {
    this.closeDeflater();
    this.closeInflater();
  }

  private closeDeflater(): void {
    this.deflater?.close();
    this.deflater = undefined;
  }

  private closeInflater(): void {
    this.inflater?.close();
    this.inflater = undefined;
  }
}

function through(stream: DeflateRaw | InflateRaw, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => void chunks.push(chunk);
    stream.on('data', onData);
    stream.once('error', reject);
    stream.write(bytes);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', onData);
      stream.off('error', reject);
      resolve(Buffer.concat(chunks));
    });
  });
}

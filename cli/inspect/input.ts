// Opens the input, and detects its format from its first bytes, before it reads the rest.

import { createReadStream, statSync } from 'node:fs';
import { parseBytes } from 'wsimd/inspect';
import { UserError } from '../../bin/terminal/user-error.ts';
import type { Format, Options } from './command.ts';

/** Maximum length of raw bytes, which are held in memory as a whole. */
export const MAX_RAW = 256 * 1024 * 1024;
/** Maximum length of text, which is held in memory as a whole. */
const MAX_TEXT = 64 * 1024 * 1024;
/** Bytes to detect the format from. */
const SNIFFED = 4096;

export type Input =
  | { kind: 'bytes'; name: string; bytes: Uint8Array }
  | { kind: 'capture'; name: string; stream: AsyncIterable<Uint8Array> }
  | { kind: 'har'; name: string; text: string };

/** Opens the input. Throws a UserError if it cannot be read. */
export async function openInput(file: string | undefined, options: Options): Promise<Input> {
  const { hex, base64, format } = options;
  const given = [hex, base64, file].filter((one) => one !== undefined);
  if (given.length > 1) throw new UserError('only one of a file, --hex and --base64 is allowed');
  if (hex !== undefined)
    return { kind: 'bytes', name: '--hex', bytes: fromText(hex, '--hex', 'hex') };
  if (base64 !== undefined) {
    return { kind: 'bytes', name: '--base64', bytes: fromText(base64, '--base64', 'base64') };
  }
  if (file === undefined && process.stdin.isTTY) {
    throw new UserError(
      'no input: specify a file, --hex or --base64, or pipe bytes in; see --help',
    );
  }
  const isStandard = file === undefined || file === '-';
  const name = isStandard ? 'standard input' : file;
  const size = isStandard ? undefined : sizeOf(file);
  return readInput(name, isStandard ? process.stdin : createReadStream(file), format, size);
}

function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) throw new UserError(`${file}: is a directory`);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: ${reasonOf(error)}`);
  }
}

async function readInput(
  name: string,
  source: AsyncIterable<Uint8Array>,
  asked: Format | undefined,
  size: number | undefined,
): Promise<Input> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const head = await take(chunks, SNIFFED);
    if (head.length === 0) throw new UserError(`${name}: is empty`);
    const format = asked ?? formatOf(head, name);
    if (format === 'pcap' || format === 'pcapng') {
      return { kind: 'capture', name, stream: chain(head, chunks) };
    }
    const limit = format === 'raw' ? MAX_RAW : MAX_TEXT;
    const bytes = await takeAll(name, head, chunks, limit, size);
    if (format === 'raw') return { kind: 'bytes', name, bytes };
    const text = new TextDecoder(isUtf16(bytes) ? 'utf-16le' : 'utf-8').decode(bytes);
    if (format === 'har') return { kind: 'har', name, text };
    return {
      kind: 'bytes',
      name,
      bytes: fromText(text, name, format === 'text' ? undefined : format),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: ${reasonOf(error)}`);
  }
}

/** Text as PowerShell writes it. No valid frame begins so: all RSV bits are set. */
const isUtf16 = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xfe;

const MAGIC: Readonly<Record<string, Format>> = {
  ...{ a1b2c3d4: 'pcap', d4c3b2a1: 'pcap', a1b23c4d: 'pcap', '4d3cb2a1': 'pcap' },
  '0a0d0d0a': 'pcapng',
};

/** Detects the format from the first bytes. */
function formatOf(head: Uint8Array, name: string): Format | 'text' {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  const known = MAGIC[magic];
  if (known !== undefined) return known;
  if (magic.startsWith('1f8b'))
    throw new UserError(`${name}: is compressed with gzip: decompress it first`);
  if (isUtf16(head)) return 'text';
  const text = Buffer.from(head).toString('latin1');
  const isText = /^[\t\n\v\f\r -~\u0080-\u00ff]*$/.test(text.replace(/^\u00ef\u00bb\u00bf/, ''));
  if (!isText || (head[0] > 0x7f && !text.startsWith('\u00ef\u00bb\u00bf'))) return 'raw';
  if (/^([A-Z]+ \S+ HTTP\/|HTTP\/\d)/.test(text)) return 'raw';
  return /^(\u00ef\u00bb\u00bf)?\s*\{\s*"/.test(text) ? 'har' : 'text';
}

function fromText(text: string, name: string, format?: 'hex' | 'base64'): Uint8Array {
  try {
    const bytes = parseBytes(text, format, { maxRepeated: MAX_RAW });
    if (bytes.length === 0) throw new UserError(`${name}: has no bytes`);
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: ${(error as Error).message}`);
  }
}

/** Reads at least `count` bytes, or all. */
async function take(chunks: AsyncIterator<Uint8Array>, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < count) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return Buffer.concat(parts);
}

/** Reads the rest. If `size` is known, allocates it at once. */
async function takeAll(
  name: string,
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
  limit: number,
  size = 0,
): Promise<Uint8Array> {
  const what = limit === MAX_RAW ? 'bytes' : 'text';
  const most = `the limit is ${limit >> 20} MiB for ${what}, captures have none`;
  const tooLarge = () => new UserError(`${name}: too large: ${most}`);
  if (size > limit) throw tooLarge();
  let whole = Buffer.allocUnsafe(Math.max(size, head.length));
  whole.set(head);
  let length = head.length;
  for (;;) {
    const { value, done } = await chunks.next();
    if (done) return whole.subarray(0, length);
    if (length + value.length > limit) throw tooLarge();
    if (length + value.length > whole.length) {
      const larger = Buffer.allocUnsafe(Math.min(limit, (length + value.length) * 2));
      larger.set(whole.subarray(0, length));
      whole = larger;
    }
    whole.set(value, length);
    length += value.length;
  }
}

async function* chain(
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (;;) {
    const { value, done } = await chunks.next();
    if (done) return;
    yield value;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  return code === 'EACCES' ? 'permission denied' : message;
}

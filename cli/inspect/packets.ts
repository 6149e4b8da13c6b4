// Reads pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng) files as a stream. Holds one packet at a
// time; declared lengths are limited.

import { ByteQueue } from './byte-queue.ts';

/** A captured packet. */
export interface Packet {
  linkType: number;
  /** The captured bytes. Copy them to keep them. */
  data: Uint8Array;
  /** Seconds since 1970. */
  time: number;
}

/** Maximum length of a block or packet. */
const MAX_BLOCK = 64 * 1024 * 1024;
/** Maximum number of interfaces of one section: each takes memory until the section ends. */
const MAX_INTERFACES = 65_536;
const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;

/** Reads all packets. Throws an Error if the file is neither format, or is truncated. */
export async function* packetsOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Packet> {
  const queue = new ByteQueue(stream);
  const magic = viewOf(await queue.need(4)).getUint32(0);
  if (magic === SECTION) yield* readPcapng(queue);
  else yield* readPcap(queue, magic);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** By magic number: the byte order, and time stamp units per second. */
const PCAP: Readonly<Record<number, readonly [isLittle: boolean, parts: number]>> = {
  2712847316: [false, 1e6], // a1b2c3d4
  3569595041: [true, 1e6], // d4c3b2a1
  2712812621: [false, 1e9], // a1b23c4d
  1295823521: [true, 1e9], // 4d3cb2a1
};

async function* readPcap(queue: ByteQueue, magic: number): AsyncGenerator<Packet> {
  const order = PCAP[magic];
  if (order === undefined) throw new Error('it must begin with the magic number of pcap or pcapng');
  const [isLittle, parts] = order;
  const file = viewOf(await queue.need(20));
  const linkType = file.getUint32(16, isLittle) & 0xffff;
  for (;;) {
    const header = queue.has(16) ? queue.takeNow(16) : await queue.take(16);
    if (header === undefined) return;
    const view = viewOf(header);
    const time = view.getUint32(0, isLittle) + view.getUint32(4, isLittle) / parts;
    const length = view.getUint32(8, isLittle);
    if (length > MAX_BLOCK)
      throw new Error(
        `a packet at byte ${queue.position - 16} has ${length} bytes, the limit is ${MAX_BLOCK}`,
      );
    const data = queue.has(length) ? queue.takeNow(length) : await queue.need(length);
    yield { linkType, data, time };
  }
}

/** An interface of a section: its link layer, and the units of its time stamps. */
interface Interface {
  linkType: number;
  /** Time stamp units per second. */
  parts: number;
  /** Seconds to add. */
  offset: number;
}

async function* readPcapng(queue: ByteQueue): AsyncGenerator<Packet> {
  let isLittle = await readSection(queue);
  let interfaces: Interface[] = [];
  for (;;) {
    const header = queue.has(8) ? queue.takeNow(8) : await queue.take(8);
    if (header === undefined) return;
    const view = viewOf(header);
    const type = view.getUint32(0, isLittle);
    if (type === SECTION) {
      isLittle = await readSection(queue, header);
      interfaces = [];
      continue;
    }
    const length = view.getUint32(4, isLittle);
    checkBlock(length, queue);
    const body = await queue.need(length - 8);
    const block = viewOf(body.subarray(0, length - 12));
    if (type === 1 && interfaces.push(readInterface(block, isLittle)) > MAX_INTERFACES)
      throw new Error(`more than ${MAX_INTERFACES} interfaces, at byte ${queue.position}`);
    const packet = readPacket(type, block, isLittle, interfaces);
    if (packet !== undefined) yield packet;
  }
}

function checkBlock(length: number, queue: ByteQueue): void {
  if (length >= 12 && length % 4 === 0 && length <= MAX_BLOCK) return;
  throw new Error(`a block at byte ${queue.position - 8} has an invalid length of ${length} bytes`);
}

/** Reads a section header after its block type, and after its length if in `header`. Returns if it is little-endian. */
async function readSection(queue: ByteQueue, header?: Uint8Array): Promise<boolean> {
  const lengthBytes = header === undefined ? await queue.need(4) : header.subarray(4);
  const order = viewOf(await queue.need(4));
  const isLittle = order.getUint32(0, true) === BYTE_ORDER;
  if (!isLittle && order.getUint32(0) !== BYTE_ORDER)
    throw new Error('a section has an invalid byte order magic');
  const length = viewOf(lengthBytes).getUint32(0, isLittle);
  checkBlock(length, queue);
  await queue.need(length - 12);
  return isLittle;
}

function readInterface(block: DataView, isLittle: boolean): Interface {
  const found: Interface = { linkType: -1, parts: 1e6, offset: 0 };
  if (block.byteLength < 8) return found;
  found.linkType = block.getUint16(0, isLittle);
  for (let at = 8; at + 4 <= block.byteLength; ) {
    const code = block.getUint16(at, isLittle);
    const length = block.getUint16(at + 2, isLittle);
    if (code === 0 || at + 4 + length > block.byteLength) break;
    // if_tsresol: a power of ten, or of two if the highest bit is set.
    if (code === 9 && length === 1) {
      const power = block.getUint8(at + 4);
      found.parts = power > 127 ? 2 ** (power & 127) : 10 ** power;
    }
    if (code === 14 && length === 8) found.offset = Number(block.getBigInt64(at + 4, isLittle));
    at += 4 + length + (-length & 3);
  }
  return found;
}

/** Reads enhanced (6), obsolete (2) and simple (3) packet blocks; undefined for others. */
function readPacket(
  type: number,
  block: DataView,
  isLittle: boolean,
  interfaces: readonly Interface[],
): Packet | undefined {
  const bytes = (at: number, length: number) =>
    new Uint8Array(block.buffer, block.byteOffset + at, Math.min(length, block.byteLength - at));
  if (type === 3 && block.byteLength >= 4) {
    const linkType = interfaces[0]?.linkType ?? -1;
    return { linkType, data: bytes(4, block.getUint32(0, isLittle)), time: 0 };
  }
  if ((type !== 6 && type !== 2) || block.byteLength < 20) return undefined;
  const number = type === 6 ? block.getUint32(0, isLittle) : block.getUint16(0, isLittle);
  const { linkType, parts, offset } = interfaces[number] ?? { linkType: -1, parts: 1e6, offset: 0 };
  const stamp = block.getUint32(4, isLittle) * 0x100000000 + block.getUint32(8, isLittle);
  return { linkType, data: bytes(20, block.getUint32(12, isLittle)), time: stamp / parts + offset };
}

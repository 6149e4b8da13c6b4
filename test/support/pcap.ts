// Captures for tests, byte by byte: pcap and pcapng files, link layers, IP and TCP.

import { join, utf8 } from './bytes.ts';

/** A TCP segment to be. Addresses are "10.0.0.1:80" or "[::1]:80". */
export interface SegmentParts {
  from: string;
  to: string;
  seq: number;
  payload?: Uint8Array;
  /** Of "S", "A", "F", "R". */
  flags?: string;
  /** Bytes of the packet that were captured. */
  captured?: number;
}

export type Link = keyof typeof LINKS;

const ETHERNET = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2];
const type = (isV6: boolean) => (isV6 ? [0x86, 0xdd] : [0x08, 0x00]);

/** Link layers: their number, and what stands before the IP packet. */
export const LINKS = {
  ethernet: [1, (isV6: boolean) => [...ETHERNET, ...type(isV6)]],
  vlan: [1, (isV6: boolean) => [...ETHERNET, 0x81, 0x00, 0, 7, ...type(isV6)]],
  raw: [101, () => []],
  null: [0, (isV6: boolean) => [isV6 ? 30 : 2, 0, 0, 0]],
  loop: [108, (isV6: boolean) => [0, 0, 0, isV6 ? 30 : 2]],
  cooked: [113, (isV6: boolean) => [...Array(14).fill(0), ...type(isV6)]],
  cooked2: [276, (isV6: boolean) => [...type(isV6), ...Array(18).fill(0)]],
} as const satisfies Record<string, readonly [number, (isV6: boolean) => number[]]>;

const u16 = (value: number) => [(value >> 8) & 255, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];

function split(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/[[\]]/g, ''), Number(address.slice(colon + 1))];
}

function hostBytes(host: string): number[] {
  if (!host.includes(':')) return host.split('.').map(Number);
  const [head, tail] = host.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array(8 - head.length - (tail?.length ?? 0)).fill('0');
  return [...head, ...zeros, ...(tail ?? [])].flatMap((word) => u16(Number.parseInt(word, 16)));
}

const FLAGS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

/** A packet of that link layer. */
export function packet(parts: SegmentParts, link: Link = 'ethernet'): Uint8Array<ArrayBuffer> {
  const { payload = new Uint8Array(0), flags = 'A', seq } = parts;
  const [source, sourcePort] = split(parts.from);
  const [target, targetPort] = split(parts.to);
  const bits = [...flags].reduce((sum, flag) => sum | FLAGS[flag], 0);
  const head = [...u16(sourcePort), ...u16(targetPort), ...u32(seq), ...u32(0), 0x50, bits];
  const segment = join(new Uint8Array([...head, 0xff, 0xff, 0, 0, 0, 0]), payload);
  const isV6 = source.includes(':');
  const addresses = [...hostBytes(source), ...hostBytes(target)];
  const ip = isV6
    ? [0x60, 0, 0, 0, ...u16(segment.length), 6, 64, ...addresses]
    : [0x45, 0, ...u16(20 + segment.length), 0, 0, 0x40, 0, 64, 6, 0, 0, ...addresses];
  return join(new Uint8Array([...LINKS[link][1](isV6), ...ip]), segment);
}

export interface Captured {
  bytes: Uint8Array;
  /** On the wire, where that was more. */
  length?: number;
  /** Seconds. */
  time?: number;
}

/** A pcap file, of either byte order. */
export function pcap(packets: readonly Captured[], link: Link = 'ethernet', isLittle = true) {
  const file = new Writer(isLittle);
  file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(262_144).u32(LINKS[link][0]);
  packets.forEach(({ bytes, length = bytes.length, time = 0 }, i) => {
    const at = time === 0 ? 1_700_000_000 + i / 1000 : time;
    file.u32(Math.floor(at)).u32(Math.round((at % 1) * 1e6));
    file.u32(bytes.length).u32(length).bytes(bytes);
  });
  return file.done();
}

/** A pcapng file: a section header, an interface, and a packet a block. */
export function pcapng(packets: readonly Captured[], link: Link = 'ethernet', isLittle = true) {
  const file = new Writer(isLittle);
  const block = (kind: number, body: Uint8Array) => {
    const padded = join(body, new Uint8Array(-body.length & 3));
    file
      .u32(kind)
      .u32(padded.length + 12)
      .bytes(padded)
      .u32(padded.length + 12);
  };
  const part = () => new Writer(isLittle);
  block(0x0a0d0d0a, part().u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff).done());
  block(1, part().u16(LINKS[link][0]).u16(0).u32(0).done());
  packets.forEach(({ bytes, length = bytes.length, time = 0 }, i) => {
    const micros = BigInt(Math.round((time === 0 ? 1_700_000_000 + i / 1000 : time) * 1e6));
    const body = part()
      .u32(0)
      .u32(Number(micros >> 32n))
      .u32(Number(micros & 0xffffffffn));
    block(6, body.u32(bytes.length).u32(length).bytes(bytes).done());
  });
  return file.done();
}

class Writer {
  private readonly parts: Uint8Array[] = [];
  private readonly isLittle: boolean;

  constructor(isLittle: boolean) {
    this.isLittle = isLittle;
  }

  private number(value: number, size: 2 | 4): this {
    const view = new DataView(new ArrayBuffer(size));
    if (size === 2) view.setUint16(0, value, this.isLittle);
    else view.setUint32(0, value >>> 0, this.isLittle);
    return this.bytes(new Uint8Array(view.buffer));
  }

  u16(value: number): this {
    return this.number(value, 2);
  }

  u32(value: number): this {
    return this.number(value, 4);
  }

  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return join(...this.parts);
  }
}

/** One end of a connection to be captured: numbers its segments. */
export class Sender {
  readonly from: string;
  readonly to: string;
  seq: number;

  constructor(from: string, to: string, seq: number) {
    Object.assign(this, { from, to, seq });
    this.from = from;
    this.to = to;
    this.seq = seq;
  }

  /** The next bytes it sends, as a segment. */
  send(payload: Uint8Array, flags = 'PA'): SegmentParts {
    const { from, to, seq } = this;
    this.seq = (seq + payload.length + (/[SF]/.test(flags) ? 1 : 0)) >>> 0;
    return { from, to, seq, payload, flags };
  }
}

/** RFC 6455 §1.3's handshake, with these headers added to its ends. */
export function handshake(
  request = '',
  response = '',
): { request: Uint8Array; response: Uint8Array } {
  const common = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
  return {
    request: utf8(
      `GET /chat HTTP/1.1\r\nHost: server.example.com\r\n${common}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Version: 13\r\n${request}\r\n`,
    ),
    response: utf8(
      `HTTP/1.1 101 Switching Protocols\r\n${common}Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n` +
        `${response}\r\n`,
    ),
  };
}

// A captured packet -> its TCP segment: link layers as numbered in https://www.tcpdump.org/linktypes.html, IPv4
// (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293).

/** A TCP segment. */
export interface Segment {
  /** "10.0.0.1:443", "[::1]:8080". */
  from: string;
  to: string;
  seq: number;
  syn: boolean;
  ack: boolean;
  fin: boolean;
  rst: boolean;
  /** The captured part; a view of the packet. */
  payload: Uint8Array;
  /** Length of the payload on the wire. */
  length: number;
}

/** Why a packet was skipped. */
export type Skipped =
  | 'not TCP'
  | 'a fragment of an IP packet'
  | 'truncated'
  | 'an unknown link layer';

const ETHERTYPE = { IPV4: 0x0800, IPV6: 0x86dd, VLAN: 0x8100, QINQ: 0x88a8 };
const TCP = 6;

/** Returns the TCP segment of a packet. */
export function segmentOf(linkType: number, packet: Uint8Array): Segment | Skipped {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const at = network(linkType, view);
  if (typeof at === 'string') return at;
  if (view.byteLength < at + 1) return 'truncated';
  const version = view.getUint8(at) >> 4;
  if (version === 4) return ipv4(packet, view, at);
  return version === 6 ? ipv6(packet, view, at) : 'not TCP';
}

/** The offset of the IP header. */
function network(linkType: number, view: DataView): number | Skipped {
  const { byteLength } = view;
  switch (linkType) {
    case 0: // NULL: the address family, in the byte order of the capturing machine
    case 108: // LOOP: the same, in network byte order
      return 4;
    case 1:
      return byType(view, 12);
    case 12: // RAW, as some systems number it
    case 14:
    case 101:
    case 228:
    case 229:
      return 0;
    case 113: // Linux cooked capture
      return byType(view, 14);
    case 276: // Linux cooked capture v2: the protocol comes first
      if (byteLength < 20) return 'truncated';
      return isIp(view.getUint16(0)) ? 20 : 'not TCP';
    default:
      return 'an unknown link layer';
  }
}

const isIp = (type: number): boolean => type === ETHERTYPE.IPV4 || type === ETHERTYPE.IPV6;

/** The offset after the EtherType, which is at `at` or after VLAN tags there. */
function byType(view: DataView, at: number): number | Skipped {
  for (let type = at; type + 2 <= view.byteLength; type += 4) {
    const value = view.getUint16(type);
    if (isIp(value)) return type + 2;
    if (value !== ETHERTYPE.VLAN && value !== ETHERTYPE.QINQ) return 'not TCP';
  }
  return 'truncated';
}

function ipv4(packet: Uint8Array, view: DataView, at: number): Segment | Skipped {
  if (view.byteLength < at + 20) return 'truncated';
  if (view.getUint8(at + 9) !== TCP) return 'not TCP';
  // More fragments, or not the first.
  if ((view.getUint16(at + 6) & 0x3fff) !== 0) return 'a fragment of an IP packet';
  const header = (view.getUint8(at) & 15) * 4;
  const total = view.getUint16(at + 2);
  // The length is 0 in packets captured before segmentation offload.
  const end = at + (total === 0 ? view.byteLength - at : total);
  const address = (from: number) => [...packet.subarray(from, from + 4)].join('.');
  return tcp(packet, view, at + header, end, [address(at + 12), address(at + 16)]);
}

/** IPv6 extension headers, RFC 8200 §4: their number -> bytes per unit of their length. */
const EXTENSIONS: Readonly<Record<number, number>> = { 0: 8, 43: 8, 60: 8, 51: 4, 135: 8 };
const FRAGMENT = 44;

function ipv6(packet: Uint8Array, view: DataView, at: number): Segment | Skipped {
  if (view.byteLength < at + 40) return 'truncated';
  const length = view.getUint16(at + 4);
  const end = length === 0 ? view.byteLength : at + 40 + length;
  let next = view.getUint8(at + 6);
  let header = at + 40;
  while (next !== TCP) {
    if (view.byteLength < header + 8) return 'truncated';
    const size = view.getUint8(header + 1);
    if (next === FRAGMENT) {
      if ((view.getUint16(header + 2) & 0xfff9) !== 0) return 'a fragment of an IP packet';
      next = view.getUint8(header);
      header += 8;
      continue;
    }
    const unit = EXTENSIONS[next];
    if (unit === undefined) return 'not TCP';
    next = view.getUint8(header);
    header += unit === 4 ? (size + 2) * 4 : (size + 1) * 8;
  }
  const address = (from: number) => `[${ipv6Text(view, from)}]`;
  return tcp(packet, view, header, end, [address(at + 8), address(at + 24)]);
}

/** RFC 5952: the longest run of zeros, the first of such, as "::". */
function ipv6Text(view: DataView, at: number): string {
  const words = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i));
  let [begin, length] = [0, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && words[to] === 0) to++;
    if (to - from > length) [begin, length] = [from, to - from];
  }
  const texts = words.map((word) => word.toString(16));
  if (length < 2) return texts.join(':');
  return `${texts.slice(0, begin).join(':')}::${texts.slice(begin + length).join(':')}`;
}

function tcp(
  packet: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  [source, target]: readonly [string, string],
): Segment | Skipped {
  if (view.byteLength < at + 20) return 'truncated';
  const header = (view.getUint8(at + 12) >> 4) * 4;
  const flags = view.getUint8(at + 13);
  const payloadAt = at + header;
  const length = end - payloadAt;
  if (header < 20 || length < 0) return 'not TCP';
  return {
    from: `${source}:${view.getUint16(at)}`,
    to: `${target}:${view.getUint16(at + 2)}`,
    seq: view.getUint32(at + 4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    payload: packet.subarray(Math.min(payloadAt, packet.length), Math.min(end, packet.length)),
    length,
  };
}

// Frames written and read in the plainest way (RFC 6455 §5.2): independent of the codec under test.

export type Role = 'client' | 'server';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame to send; what is left out is as it should be. */
export interface Frame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** RSV1 to RSV3 as a number, RSV1 being 4. */
  readonly rsv?: number;
  readonly isMasked?: boolean;
  /** Octets of the extended payload length, where that is not to be the shortest form. */
  readonly lengthBytes?: 2 | 8;
}

/** A frame as it came. */
export interface ReadFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
  readonly header: Buffer;
}

export function payloadOf({ payload = '' }: Frame): Buffer {
  if (typeof payload === 'string') return Buffer.from(payload);
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

/** `nth`: the how many-th of its connection, which sets the masking key. */
export function writeFrame(role: Role, frame: Frame, nth = 0): Buffer {
  const { opcode, fin = true, rsv = 0, isMasked = role === 'client' } = frame;
  const payload = payloadOf(frame);
  const length = lengthField(payload.length, frame.lengthBytes);
  length[0] |= isMasked ? 0x80 : 0;
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]);
  if (!isMasked) return Buffer.concat([first, length, payload]);
  const maskingKey = maskingKeyOf(nth);
  return Buffer.concat([first, length, maskingKey, masked(payload, maskingKey)]);
}

function lengthField(length: number, bytes?: 2 | 8): Buffer {
  if (bytes === undefined && length < 126) return Buffer.from([length]);
  if (bytes === 2 || (bytes === undefined && length < 65536)) {
    return Buffer.from([126, length >> 8, length & 0xff]);
  }
  const field = Buffer.alloc(9);
  field[0] = 127;
  field.writeBigUInt64BE(BigInt(length), 1);
  return field;
}

/** The key of the example in §5.7, changed from frame to frame, so that a run can be compared with another. */
function maskingKeyOf(nth: number): Buffer {
  const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  key[2] ^= (nth >> 8) & 0xff;
  key[3] ^= nth & 0xff;
  return key;
}

function masked(payload: Buffer, maskingKey: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(payload.length);
  for (let i = 0; i < payload.length; i++) bytes[i] = payload[i] ^ maskingKey[i & 3];
  return bytes;
}

/** Gives the frames of a stream of octets, whole. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  private wanted = 2;

  *read(chunk: Buffer): Generator<ReadFrame> {
    this.chunks.push(chunk);
    this.held += chunk.length;
    while (this.held >= this.wanted) {
      const bytes = this.gathered();
      const size = sizeOf(bytes);
      this.wanted = size.header + size.payload;
      if (bytes.length < size.header || bytes.length < this.wanted) return;
      this.chunks = [bytes.subarray(this.wanted)];
      this.held -= this.wanted;
      this.wanted = 2;
      yield parse(bytes, size);
    }
  }

  private gathered(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0];
  }
}

interface Size {
  readonly header: number;
  readonly payload: number;
}

/** Of a frame that begins here; as far as that can be told yet. */
function sizeOf(bytes: Buffer): Size {
  const key = (bytes[1] & 0x80) === 0 ? 0 : 4;
  const length = bytes[1] & 0x7f;
  if (length < 126) return { header: 2 + key, payload: length };
  const header = (length === 126 ? 4 : 10) + key;
  if (bytes.length < header) return { header, payload: 0 };
  const payload = length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { header, payload };
}

function parse(bytes: Buffer, size: Size): ReadFrame {
  const header = bytes.subarray(0, size.header);
  const isMasked = (header[1] & 0x80) !== 0;
  const payload = bytes.subarray(size.header, size.header + size.payload);
  return {
    fin: (header[0] & 0x80) !== 0,
    rsv: (header[0] >> 4) & 7,
    opcode: header[0] & 0x0f,
    isMasked,
    payload: isMasked ? masked(payload, header.subarray(-4)) : payload,
    header,
  };
}

/** What a frame breaks of §5, where it breaks something. */
export function violationOf(
  frame: ReadFrame,
  sender: Role,
  allowsRsv1: boolean,
): string | undefined {
  const { fin, rsv, opcode, isMasked, payload, header } = frame;
  if (isMasked !== (sender === 'client'))
    return `a ${sender}'s frame is ${isMasked ? '' : 'not '}masked`;
  if (rsv !== 0 && !(rsv === 4 && allowsRsv1)) return `RSV is ${rsv}`;
  if ((opcode > 2 && opcode < 8) || opcode > 10) return `opcode ${opcode} is reserved`;
  if (opcode >= 8 && !fin) return 'a control frame is fragmented';
  if (opcode >= 8 && payload.length > 125) return `a control frame has ${payload.length} octets`;
  const extended = header.length - 2 - (isMasked ? 4 : 0);
  const shortest = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
  if (extended !== shortest) return 'the payload length is not in its shortest form';
  return undefined;
}

// The messages of the soak: each says who sent it, which it is, and what it must look like.

import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Sizes in bytes, the small ones often. */
const SIZES = [0, 1, 16, 90, 125, 126, 500, 1024, 4096, 16_384, 65_535, 65_536, 300_000];
const KOREAN = '안녕하세요, 오래 가는 연결 👋 ';

/** A message of a random size and kind, with its number and its checksum before it. */
export function createMessage(number) {
  const size = SIZES[Math.min(randomInt(SIZES.length), randomInt(SIZES.length))];
  if (randomInt(2) === 0) {
    const text = KOREAN.repeat(Math.ceil(size / 40));
    return { data: `${number} ${crc32(text)} ${text}`, isBinary: false };
  }
  const payload = randomBytes(size);
  const data = Buffer.alloc(8 + size);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(crc32(payload), 4);
  payload.copy(data, 8);
  return { data, isBinary: true };
}

/** The number of a message that is whole; throws where it is not what was sent. */
export function numberOf(data, isBinary) {
  if (isBinary) {
    if (crc32(data.subarray(8)) !== data.readUInt32LE(4)) throw new Error('a checksum is wrong');
    return data.readUInt32LE(0);
  }
  const text = data.toString();
  const [number, checksum] = text.split(' ', 2);
  const body = text.slice(number.length + checksum.length + 2);
  if (crc32(body) !== Number(checksum)) throw new Error('a checksum is wrong');
  return Number(number);
}

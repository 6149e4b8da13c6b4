// Standard output, as fast as its reader takes it.

import { once } from 'node:events';

/** Characters that are written at once. */
const CHUNK = 65536;

/** Writes the parts. Holds no more of them than a chunk, however slow the reader is. */
export async function print(parts: Iterable<string>): Promise<void> {
  const { stdout } = process;
  let held: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const text = held.join('');
    held = [];
    length = 0;
    if (!stdout.write(text)) await once(stdout, 'drain');
  };
  for (const part of parts) {
    held.push(part);
    length += part.length;
    if (length >= CHUNK) await flush();
  }
  if (length > 0) await flush();
}

/** Each with a line break behind it. */
export function* lines(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}

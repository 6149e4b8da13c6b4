// Writes to standard output with backpressure.

import { once } from 'node:events';

/** Characters to write at a time. */
const CHUNK = 65536;

/** Writes the parts. Holds at most one chunk of them while the reader is slow. */
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

/** Appends a line break to each. */
export function* lines(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}

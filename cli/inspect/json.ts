// What was found as JSON. Bytes are left out: the preview beside them has their hex, up to --preview; so is text
// that is longer than its preview.

import { UserError } from './errors.ts';

/** The report as JSON, indented. */
export function toJson(report: unknown): string {
  try {
    return JSON.stringify(report, withoutBulk, 1);
  } catch {
    throw new UserError(
      'too much for one JSON: ask for less with --max-frames, --preview or --stream',
    );
  }
}

function withoutBulk(this: unknown, key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  if (key !== 'text' && key !== 'json') return value;
  const { preview } = this as { preview?: { bytesLeft: number } };
  return preview !== undefined && preview.bytesLeft > 0 ? undefined : value;
}

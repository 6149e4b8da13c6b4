// Writes a report as JSON, in parts: as one string it could exceed the maximum length. Omits the bytes, whose previews
// have their hex, up to --preview.

import { UserError } from '../../bin/terminal/user-error.ts';

/** Levels of the report to write member by member: down to the frames of a capture. */
const DEPTH = 6;

/** A report as JSON, formatted as by `JSON.stringify(report, null, 1)`. */
export function* jsonParts(report: unknown, depth = DEPTH, indent = ''): Generator<string> {
  if (depth === 0 || !isNested(report)) {
    yield stringify(report).replaceAll('\n', `\n${indent}`);
    return;
  }
  const inner = `${indent} `;
  const isArray = Array.isArray(report);
  let separator = isArray ? '[' : '{';
  for (const [key, value] of Object.entries(report)) {
    if (value === undefined || value instanceof Uint8Array) continue;
    yield `${separator}\n${inner}${isArray ? '' : `${JSON.stringify(key)}: `}`;
    yield* jsonParts(value, depth - 1, inner);
    separator = ',';
  }
  if (separator === ',') yield `\n${indent}${isArray ? ']' : '}'}`;
  else yield isArray ? '[]' : '{}';
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value, withoutBytes, 1);
  } catch {
    throw new UserError('a preview exceeds the maximum length of a string: reduce --preview');
  }
}

/** JSON values sent by peers have no typed arrays: only the report itself does. */
function withoutBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? undefined : value;
}

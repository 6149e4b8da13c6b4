// The inspection of one direction as text.

import type { HttpHead, Inspection } from 'wsimd/inspect';
import { frameLine, frameLines, messageLines, problemLines } from './text-frame.ts';
import { colors, plural, safe } from './text-lines.ts';

/** The text of an inspection. `isShort`: one line per frame. */
export function* inspectionText(
  inspection: Inspection,
  length: number,
  isShort: boolean,
): Generator<string> {
  const { sender, frames, messages, framesLeft } = inspection;
  const counts = [
    plural(length, 'byte'),
    plural(frames.length + framesLeft, 'frame'),
    plural(messages.length, 'message'),
  ];
  yield colors.underline(`sent by the ${sender}: ${counts.join(', ')}`);
  yield* headLines(inspection.handshake);
  for (const frame of frames) {
    if (!isShort) {
      yield '';
      yield* frameLines(frame);
    } else {
      yield frameLine(frame);
      if (frame.problem !== undefined) yield* problemLines(frame.problem);
    }
  }
  yield* messagesText(inspection, isShort);
  yield* endLines(inspection);
}

/** The messages of several frames, and the compressed ones. */
export function* messagesText({ messages }: Inspection, isShort: boolean): Generator<string> {
  for (const [index, message] of messages.entries()) {
    if (message.frames.length < 2 && !message.compressed) continue;
    if (!isShort) yield '';
    yield* messageLines(message, index);
  }
}

/** The handshake. */
export function* headLines(head: HttpHead | undefined): Generator<string> {
  if (head === undefined) return;
  const { line, headers, subprotocols, deflate, expectedAccept, accept, faults, kind } = head;
  yield '';
  yield colors.bold(safe(line));
  for (const { name, value } of headers) yield `  ${safe(name)}: ${safe(value)}`;
  if (subprotocols.length > 0) {
    yield `  subprotocol ${kind === 'request' ? 'offered' : 'selected'}: ${safe(subprotocols.join(', '))}`;
  }
  if (deflate !== undefined) {
    const params = Object.entries(deflate).map(([key, value]) =>
      value === true ? key : `${key} ${value}`,
    );
    const verb = kind === 'request' ? 'offered' : 'accepted';
    yield `  permessage-deflate ${verb}${params.length === 0 ? '' : `: ${params.join(', ')}`}`;
  }
  if (kind === 'response' && expectedAccept !== undefined && accept === expectedAccept) {
    yield '  Sec-WebSocket-Accept matches the key (§4.2.2)';
  }
  for (const { message, section } of faults) {
    yield colors.red(`  VIOLATION in the handshake: ${safe(message)} (RFC 6455 §${section})`);
  }
}

/** Violation, truncation and notes. */
export function* endLines({
  problem,
  frames,
  truncated,
  notes,
  bytesLeft,
}: Inspection): Generator<string> {
  if (problem !== undefined && !frames.some((frame) => frame.problem === problem)) {
    yield '';
    yield* problemLines(problem);
  }
  if (problem !== undefined && bytesLeft > 0) {
    yield `${plural(bytesLeft, 'byte')} after the violation were not read.`;
  }
  if (truncated !== undefined) yield colors.yellow(truncated.message);
  for (const note of notes) yield colors.yellow(safe(note));
}

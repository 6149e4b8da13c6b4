// A frame as text: its bits, fields, payload and violation.

import type { Field, FrameReport, MessageReport, Preview, Problem } from 'wsimd/inspect';
import { colors, hexRows, plural, safe } from './text-lines.ts';

/** Lines of JSON to show. */
const MAX_JSON_LINES = 40;

/** A frame in one line. */
export function frameLine(frame: FrameReport): string {
  const { index, offset, length, opcodeName, fin, rsv1, masked, payloadLength, close } = frame;
  const what = [
    colors.bold(opcodeName),
    ...(fin ? [] : ['FIN clear']),
    ...(rsv1 ? ['RSV1'] : []),
    ...(masked ? ['masked'] : []),
    plural(payloadLength, 'byte'),
  ].join(', ');
  const says =
    close === undefined
      ? shortOf(frame.preview)
      : `${close.code} ${close.name}${quoted(close.reason)}`;
  const where = colors.dim(`byte ${offset}, ${length} long`);
  return [`frame ${index}`, what, says, where].filter((part) => part !== '').join('  ');
}

const quoted = (reason: string): string => (reason === '' ? '' : ` "${safe(reason)}"`);

/** The first bytes of a payload, on one line. */
function shortOf({ text, hex, bytesLeft }: Preview): string {
  const all = text === undefined ? (hexRows(hex)[0] ?? '') : `"${safe(text.slice(0, 60))}"`;
  const isCut = bytesLeft > 0 || (text === undefined ? hex.length > 32 : text.length > 60);
  return isCut ? `${all}…` : all;
}

/** A frame in full. */
export function* frameLines(frame: FrameReport): Generator<string> {
  yield frameLine(frame);
  yield `  ${bitLine(frame.fields)}`;
  for (const field of frame.fields) yield fieldLine(field);
  yield* payloadLines(frame.preview, '    ');
  const { close, problem } = frame;
  if (close !== undefined) yield `    ${close.code} ${close.name}: ${close.meaning}`;
  if (problem !== undefined) yield* problemLines(problem);
}

/** The bits of the header: "1 0 0 0 0001 | 1 0000101 | 37fa213d". */
function bitLine(fields: readonly Field[]): string {
  const shown = fields.filter(({ name }) => name !== 'Payload data');
  return shown
    .reduce((line, { name, bits, value }) => {
      const isByteEnd = name === 'Opcode' || name === 'Payload length';
      if (name === 'Masking-key') return `${line}${value}`;
      const digits =
        bits > 7
          ? BigInt(value)
              .toString(16)
              .padStart(bits / 4, '0')
          : bitsOf(value, bits);
      return `${line}${digits}${isByteEnd || bits > 7 ? ' | ' : ' '}`;
    }, '')
    .replace(/ \| $/, '');
}

const bitsOf = (value: number | string, bits: number): string =>
  Number(value).toString(2).padStart(bits, '0');

function fieldLine({ name, bits, from, to, value, meaning, section }: Field): string {
  const where = to - from === 1 ? `byte ${from}` : `bytes ${from}-${Math.max(from, to - 1)}`;
  const size = bits % 8 === 0 ? `${bits / 8} B` : plural(bits, 'bit');
  const shown = name === 'Payload data' ? '' : `${value}`;
  const place = to === from ? 'empty' : `${where}, ${size}`;
  return `  ${name.padEnd(24)}${shown.padEnd(10)}${meaning} ${colors.dim(`(§${section}; ${place})`)}`;
}

/** A payload as JSON, text or hex. */
export function* payloadLines(preview: Preview, indent: string): Generator<string> {
  const { hex, text, json, bytesLeft } = preview;
  const more = bytesLeft > 0 ? [`… ${plural(bytesLeft, 'more byte')}`] : [];
  if (json !== undefined) {
    const lines = JSON.stringify(json, null, 2).split('\n');
    for (const line of lines.slice(0, MAX_JSON_LINES)) yield `${indent}${safe(line)}`;
    const left = lines.length - MAX_JSON_LINES;
    if (left > 0) yield `${indent}… ${plural(left, 'more line')}`;
    return;
  }
  if (text !== undefined) yield `${indent}"${safe(text)}"`;
  else for (const row of hexRows(hex)) yield `${indent}${row}`;
  for (const line of more) yield `${indent}${line}`;
}

/** A violation. */
export function* problemLines(problem: Problem): Generator<string> {
  const { code, message, closeCode, offset, section, detail } = problem;
  yield colors.red(
    `  VIOLATION at byte ${offset}: ${code} (RFC 6455 §${section}; close with ${closeCode})`,
  );
  yield `    ${message}${detail === undefined ? '' : `: ${safe(detail)}`}`;
}

/** A message of several frames, or compressed. */
export function* messageLines(message: MessageReport, index: number): Generator<string> {
  const { opcode, frames, compressed, complete, length, preview } = message;
  const kind = opcode === 1 ? 'text' : opcode === 2 ? 'binary' : `opcode ${opcode}`;
  const what = [
    colors.bold(kind),
    plural(length, 'byte'),
    ...(compressed ? ['inflated'] : []),
    ...(complete ? [] : ['incomplete']),
  ].join(', ');
  const from =
    frames.length === 0 ? '' : `of frame${frames.length === 1 ? '' : 's'} ${framesOf(frames)}`;
  yield `message ${index}  ${what}  ${colors.dim(from)}`.trimEnd();
  yield* payloadLines(preview, '    ');
}

function framesOf(frames: readonly number[]): string {
  return frames.length > 12 ? `${frames.slice(0, 12).join(', ')}, …` : frames.join(', ');
}

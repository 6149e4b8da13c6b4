// What went over the wire, as a report shows it: octets in hex, long ones cut short.

import { OPCODE, type ReadFrame } from './frames.ts';
import type { Cut } from './peer.ts';

/** Octets of one entry that are shown, and entries that are kept. */
const SHOWN = 48;
const KEPT = 12;

const NAMES = new Map<number, string>(
  Object.entries(OPCODE).map(([name, opcode]) => [opcode, name]),
);

export class Log {
  readonly sentLines: string[] = [];
  readonly receivedLines: string[] = [];

  sent(pieces: readonly Buffer[], cut: Cut): void {
    const how = typeof cut === 'number' ? `, ${cut} octets a write` : '';
    const together = cut !== 'frames' && pieces.length > 1 ? ', together' : '';
    for (const piece of pieces.slice(0, KEPT + 1))
      keep(this.sentLines, `${hex(piece)}${how}${together}`);
  }

  received(frame: ReadFrame): void {
    if (this.receivedLines.length > KEPT) return;
    const name = NAMES.get(frame.opcode) ?? `opcode ${frame.opcode}`;
    const flags = `${frame.fin ? 'FIN ' : ''}${frame.rsv === 0 ? '' : `RSV=${frame.rsv} `}`;
    const octets = Buffer.concat([frame.header, frame.payload.subarray(0, SHOWN)]);
    const whole = frame.header.length + frame.payload.length;
    keep(this.receivedLines, `${flags}${name}: ${hex(octets, whole)}`);
  }

  note(text: string): void {
    keep(this.receivedLines, text);
  }
}

function keep(lines: string[], line: string): void {
  if (lines.length < KEPT) lines.push(line);
  else if (lines.length === KEPT) lines.push('and so on');
}

function hex(bytes: Buffer, length = bytes.length): string {
  const shown = bytes.toString('hex', 0, SHOWN).replace(/(..)(?=.)/g, '$1 ');
  return length <= SHOWN ? shown : `${shown} … ${length} octets`;
}

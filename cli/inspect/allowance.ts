// The limits shared by all reports of one input: bytes to inflate, and memory. Reports keep previews only.

import { type HttpHead, type Inspection, type InspectOptions, inspect } from 'wsimd/inspect';

/** Bytes to inflate of one direction, and in total. */
const MAX_INFLATED = 64 * 1024 * 1024;
const MAX_ALL_INFLATED = 256 * 1024 * 1024;
/** Approximate memory for all reports, in bytes. */
export const MAX_REPORTED = 256 * 1024 * 1024;

/** Inspects the directions of an input, and counts what is left of the limits. */
export class Allowance {
  private readonly options: InspectOptions;
  private inflatable = MAX_ALL_INFLATED;
  private reportable = MAX_REPORTED;
  /** Compressed messages that are incomplete, and frames that are not shown, because of the limits. */
  private cutMessages = 0;
  private cutFrames = 0;

  constructor(options: InspectOptions) {
    this.options = options;
  }

  /** Inspects one direction. `how` overrides the options. */
  inspect(bytes: Uint8Array, how: InspectOptions = {}): Inspection {
    const inspection = inspect(bytes, {
      ...this.options,
      ...how,
      keepData: false,
      maxInflated: Math.min(MAX_INFLATED, this.inflatable),
      maxReported: this.reportable,
    });
    const { used, handshake, notes } = inspection;
    if (handshake !== undefined && used.reported > this.reportable) {
      inspection.handshake = beginningOf(handshake);
      notes.push(
        'The headers of the handshake are not shown: they exceed the memory of the report.',
      );
    }
    this.inflatable -= used.inflated;
    this.reportable = Math.max(0, this.reportable - used.reported);
    return inspection;
  }

  /** Adds inspections to the report. */
  keep(...inspections: readonly Inspection[]): void {
    const { maxFrames = 0 } = this.options;
    for (const { frames, framesLeft, messages } of inspections) {
      if (frames.length < maxFrames) this.cutFrames += framesLeft;
      if (this.inflatable > 0) continue;
      this.cutMessages += messages.filter(
        ({ compressed, complete }) => compressed && !complete,
      ).length;
    }
  }

  /** Releases the memory of inspections that are not in the report. */
  forget(...inspections: readonly Inspection[]): void {
    for (const { used } of inspections) this.reportable += used.reported;
  }

  /** Sentences on what exceeded the limits. */
  notes(): string[] {
    const { cutMessages, cutFrames } = this;
    const count = (number: number) => number.toLocaleString('en');
    return [
      ...(cutMessages > 0
        ? [
            `Inflated data exceeds ${MAX_ALL_INFLATED >> 20} MiB: ` +
              `incomplete compressed messages: ${count(cutMessages)}.`,
          ]
        : []),
      ...(cutFrames > 0
        ? [
            `The report exceeds ${MAX_REPORTED >> 20} MiB: ` +
              `frames counted but not shown: ${count(cutFrames)}.`,
          ]
        : []),
    ];
  }
}

/** Faults, and characters of a line, that are kept of a head above the limit. */
const FAULTS = 10;
const CHARACTERS = 200;

/** The first part of a head. A clone: substrings would keep the whole text in memory. */
function beginningOf(head: HttpHead): HttpHead {
  const short = (text: string) => text.slice(0, CHARACTERS);
  return structuredClone({
    ...{ kind: head.kind, line: short(head.line), version: head.version, length: head.length },
    ...{ isUpgrade: head.isUpgrade, headers: [], subprotocols: [], extensions: '' },
    faults: head.faults
      .slice(0, FAULTS)
      .map(({ section, message }) => ({ section, message: short(message) })),
  });
}

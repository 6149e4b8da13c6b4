// What the reports of one input may take together: bytes to inflate, and memory. Of each direction nothing but
// previews is kept.

import { type HttpHead, type Inspection, type InspectOptions, inspect } from 'wsimd/inspect';

/** Bytes to inflate of one direction, and of all. */
const MAX_INFLATED = 64 * 1024 * 1024;
const MAX_ALL_INFLATED = 256 * 1024 * 1024;
/** Bytes of memory for all reports, roughly. */
export const MAX_REPORTED = 256 * 1024 * 1024;

/** The options of all inspections of an input, and what is left for the next. */
export class Allowance {
  private readonly options: InspectOptions;
  private inflatable = MAX_ALL_INFLATED;
  private reportable = MAX_REPORTED;
  /** Compressed messages that are not whole, and frames that are not shown, because of that. */
  private cutMessages = 0;
  private cutFrames = 0;

  constructor(options: InspectOptions) {
    this.options = options;
  }

  /** Explains the bytes of one direction. `how` goes before the options of all. */
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
      notes.push('The headers of the handshake are not shown: the report has no room for them.');
    }
    this.inflatable -= used.inflated;
    this.reportable = Math.max(0, this.reportable - used.reported);
    return inspection;
  }

  /** These are a part of the report. */
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

  /** These are not, and their memory is free again. */
  forget(...inspections: readonly Inspection[]): void {
    for (const { used } of inspections) this.reportable += used.reported;
  }

  /** What was cut, in sentences. */
  notes(): string[] {
    const { cutMessages, cutFrames } = this;
    const count = (number: number) => number.toLocaleString('en');
    return [
      ...(cutMessages > 0
        ? [
            `More than ${MAX_ALL_INFLATED >> 20} MiB would have to be inflated: ` +
              `compressed messages that are not whole: ${count(cutMessages)}.`,
          ]
        : []),
      ...(cutFrames > 0
        ? [
            `The report would take more than ${MAX_REPORTED >> 20} MiB: ` +
              `frames that are counted and not shown: ${count(cutFrames)}.`,
          ]
        : []),
    ];
  }
}

/** Faults, and characters of a line, that are kept of a head there is no room for. */
const FAULTS = 10;
const CHARACTERS = 200;

/** The beginning of a head. A clone: parts of a text would keep all of it in memory. */
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

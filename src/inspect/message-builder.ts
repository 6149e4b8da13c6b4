// Frames -> reports of messages, RFC 6455 §5.4, inflated if they are compressed (RFC 7692 §6.2).

import { isValidUtf8 } from '../kernel/utf8.ts';
import { TEXT } from '../protocol/opcodes.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { Inflater } from './inflate.ts';
import { join } from './join.ts';
import { messageReport, textOf, weightOf } from './preview.ts';
import { problemOf } from './problem.ts';
import type { ReaderSettings } from './settings.ts';
import type { MessageReport, Problem } from './types.ts';

/** Bytes of memory of a report, except for its preview and data. */
const REPORT_BYTES = 600;

const WINDOW_LOST =
  'Later compressed messages are not inflated: they may refer to data that was not inflated.';

/** Builds the reports of messages from their frames. */
export class MessageBuilder {
  readonly messages: MessageReport[] = [];
  readonly notes: string[] = [];
  /** Approximate memory of the messages, in bytes. */
  weight = 0;
  private readonly settings: ReaderSettings;
  private readonly inflater: Inflater;
  private opcode = 0;
  private compressed = false;
  /** Offset of its first payload byte in the input. */
  private at = 0;
  private frames: number[] = [];
  private pieces: Uint8Array[] = [];

  constructor(settings: ReaderSettings) {
    const { sender, deflate, maxInflated } = settings;
    this.settings = settings;
    const hasNoContextTakeover =
      sender === 'client' ? deflate?.clientNoContextTakeover : deflate?.serverNoContextTakeover;
    this.inflater = new Inflater(hasNoContextTakeover === true, maxInflated);
  }

  /** Bytes inflated so far. */
  get inflated(): number {
    return this.inflater.inflated;
  }

  /** Starts a message. */
  begin(opcode: number, compressed: boolean, at: number): void {
    Object.assign(this, { opcode, compressed, at, frames: [], pieces: [] });
  }

  add(frame: number, payload: Uint8Array): void {
    this.frames.push(frame);
    this.pieces.push(payload);
  }

  /** Ends the message. Returns its violation, if any. */
  finish(): Problem | undefined {
    const payload = join(this.pieces);
    if (!this.compressed) {
      this.report(payload, true);
      return undefined;
    }
    return this.finishCompressed(payload);
  }

  /** Reports the message in progress, if any, as incomplete. */
  abandon(problem?: Problem): void {
    if (this.frames.length === 0) return;
    const data = this.compressed ? new Uint8Array(0) : join(this.pieces);
    const report = this.report(data, false);
    if (problem !== undefined) report.problem = problem;
  }

  private finishCompressed(payload: Uint8Array): Problem | undefined {
    const { sender, maxPayload, maxInflated } = this.settings;
    const left = maxInflated - this.inflater.inflated;
    const first = this.frames[0];
    if (this.inflater.isWindowLost) {
      this.note(WINDOW_LOST);
      this.report(new Uint8Array(0), false);
      return undefined;
    }
    const fail = (violation: Problem['violation'], data: Uint8Array, detail?: string) => {
      const at = { offset: this.at, ...(detail === undefined ? {} : { detail }) };
      const problem = problemOf(violation, sender, at);
      this.report(data, false).problem = problem;
      return problem;
    };
    try {
      const { data, isComplete } = this.inflater.inflate(payload);
      if (data.length > maxPayload) return fail(VIOLATION.UNSUPPORTED_MESSAGE_LENGTH, data);
      const isText = isComplete ? isValidUtf8(data) : textOf(data, true) !== undefined;
      if (this.opcode === TEXT && !isText) return fail(VIOLATION.INVALID_UTF8, data);
      this.report(data, isComplete);
      if (!isComplete) {
        const reason = `its ${payload.length} bytes inflate to more than the ${left} bytes left of maxInflated`;
        this.note(`The message of frame ${first} is inflated only in part: ${reason}.`);
      }
      return undefined;
    } catch (error) {
      const detail = (error as Error).message;
      return fail(VIOLATION.INVALID_EXTENSION_DATA, new Uint8Array(0), detail);
    }
  }

  /** Notes a text once, for the first message it applies to. */
  private note(text: string): void {
    if (this.notes.length < 2 && !this.notes.includes(text)) this.notes.push(text);
  }

  private report(data: Uint8Array, complete: boolean): MessageReport {
    const { opcode, compressed, frames, settings } = this;
    const message = messageReport(opcode, data, settings, !complete);
    Object.assign(message, { frames, compressed });
    this.messages.push(message);
    const { preview, text = '', data: kept } = message;
    this.weight +=
      REPORT_BYTES + 8 * frames.length + weightOf(preview) + 2 * text.length + kept.length;
    this.begin(0, false, 0);
    return message;
  }
}

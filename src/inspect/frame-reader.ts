// Bytes -> reports of frames, RFC 6455 §5.2. Checks every rule in the decoder's order, so that both stop at the same
// byte with the same violation.

import { TextValidator, VALID } from '../codec/text-validator.ts';
import { FLAG_COMPRESSED } from '../kernel/frame-table.ts';
import { rotateKey, xorOnce } from '../kernel/js-mask.ts';
import { locateFault } from '../kernel/utf8.ts';
import { readStatusCode } from '../protocol/control-payload.ts';
import { fieldAtFault } from '../protocol/field-at-fault.ts';
import { headerLength, readMaskingKey, readPayloadLength } from '../protocol/header.ts';
import { checkHeader, checkLength, RULE_RSV1, RULE_SERVER } from '../protocol/header-rules.ts';
import { CLOSE, isControl, TEXT } from '../protocol/opcodes.ts';
import { isValidStatusCode } from '../protocol/status-codes.ts';
import { VIOLATION, type Violation } from '../protocol/violations.ts';
import { reportOf } from './frame-report.ts';
import { MessageBuilder } from './message-builder.ts';
import { NO_BYTES, weightOf } from './preview.ts';
import { problemOf } from './problem.ts';
import type { ReaderSettings } from './settings.ts';
import type { FrameReport, Problem, Truncation } from './types.ts';

/** Bytes of a payload to unmask at a time if the frame is not reported. */
const SEGMENT = 65536;
/** Bytes of memory of a frame's report, except for its preview. */
const REPORT_BYTES = 2000;

/** A frame with a valid header. */
interface Frame {
  at: number;
  opcode: number;
  fin: boolean;
  /** Length of its header. */
  header: number;
  declared: number;
  /** Payload bytes in the input. */
  received: number;
}

/** Reads one direction of a connection, from its first frame. */
export class FrameReader {
  readonly frames: FrameReport[] = [];
  readonly builder: MessageBuilder;
  problem: Problem | undefined;
  truncated: Truncation | undefined;
  framesLeft = 0;
  /** Approximate memory of the frames' reports, in bytes. */
  private reportedBytes = 0;
  /** Where in the input the next frame begins; at the end, where reading stopped. */
  at: number;
  private readonly bytes: Uint8Array;
  private readonly settings: ReaderSettings;
  private readonly rules: number;
  /** Opcode (and COMPRESSED) of the message in progress, 0 between messages. */
  private fragmented = 0;
  private messageLength = 0;
  private readonly text = new TextValidator();
  private isClosed = false;
  private scratch: Uint8Array | null = null;

  constructor(bytes: Uint8Array, from: number, settings: ReaderSettings) {
    this.bytes = bytes;
    this.at = from;
    this.settings = settings;
    this.builder = new MessageBuilder(settings);
    this.rules =
      (settings.sender === 'client' ? RULE_SERVER : 0) | (settings.deflate ? RULE_RSV1 : 0);
  }

  /** Reads up to the end, the close frame or the first violation. */
  read(): void {
    while (this.at < this.bytes.length && !this.isOver) this.readFrame();
    this.builder.abandon();
  }

  private get isOver(): boolean {
    return this.isClosed || this.problem !== undefined || this.truncated !== undefined;
  }

  private get index(): number {
    return this.frames.length + this.framesLeft;
  }

  private get isReporting(): boolean {
    const { maxFrames, maxReported } = this.settings;
    return this.frames.length < maxFrames && this.reported < maxReported;
  }

  /** Approximate memory of all reports, in bytes. */
  get reported(): number {
    return this.reportedBytes + this.builder.weight;
  }

  private readFrame(): void {
    const { bytes, at } = this;
    const available = bytes.length - at;
    const [first, second] = [bytes[at], bytes[at + 1]];
    if (available < 2) {
      this.truncateHeader(2 - available);
      return;
    }
    const violation = checkHeader(first, second, this.rules, this.fragmented);
    const header = headerLength(second);
    if (violation !== 0) this.rejectHeader(violation, fieldAtFault(violation, bytes, at));
    else if (available < header) this.truncateHeader(header - available);
    else this.readLength(header, available);
  }

  /** Reads a header whose first two bytes are valid. */
  private readLength(header: number, available: number): void {
    const { bytes, at } = this;
    const opcode = bytes[at] & 15;
    const declared = readPayloadLength(bytes, at);
    const violation = checkLength(declared, bytes[at + 1], this.rules);
    if (!isControl(opcode)) this.messageLength += declared;
    if (violation !== 0) this.rejectHeader(violation);
    else if (this.messageLength > this.settings.maxPayload) {
      this.rejectHeader(VIOLATION.UNSUPPORTED_MESSAGE_LENGTH);
    } else {
      const received = Math.min(declared, available - header);
      this.readPayload({ at, opcode, fin: bytes[at] > 127, header, declared, received });
    }
  }

  /** Reads the payload of a frame with a valid header. */
  private readPayload(frame: Frame): void {
    const { at, opcode, fin, header, declared, received } = frame;
    const payloadAt = at + header;
    const isData = !isControl(opcode);
    if (isData && opcode !== 0) this.beginMessage(opcode, payloadAt);
    const report = this.report();
    if (isData && report !== undefined) this.builder.add(report.index, report.payload);
    const isWhole = received === declared;
    const fault = isData
      ? this.checkText(frame, report?.payload, fin && isWhole)
      : this.checkClose(frame, report?.payload);
    this.release(report);
    this.at = payloadAt + received;
    if (fault !== undefined) this.fail(fault, report);
    else if (!isWhole) this.truncate('payload', declared - received);
    else if (isData && fin) this.finishMessage(report);
    else if (opcode === CLOSE) this.isClosed = true;
  }

  private beginMessage(opcode: number, payloadAt: number): void {
    const isCompressed = (this.bytes[this.at] & 0x40) !== 0;
    this.fragmented = opcode | (isCompressed ? FLAG_COMPRESSED : 0);
    this.text.reset();
    this.builder.begin(opcode, isCompressed, payloadAt);
  }

  private finishMessage(report: FrameReport | undefined): void {
    this.fragmented = 0;
    this.messageLength = 0;
    if (report === undefined) return;
    const problem = this.builder.finish();
    if (problem === undefined) return;
    report.problem = problem;
    this.problem = problem;
  }

  /** §8.1. `payload` is the unmasked payload if the frame is reported. */
  private checkText(
    frame: Frame,
    payload: Uint8Array | undefined,
    isLast: boolean,
  ): Problem | undefined {
    if (this.fragmented !== TEXT) return undefined;
    const payloadAt = frame.at + frame.header;
    let fault = VALID;
    if (payload !== undefined) fault = this.text.add(payload, 0, payload.length, payloadAt);
    else {
      for (let at = 0; at < frame.received && fault === VALID; at += SEGMENT) {
        const segment = this.unmaskSegment(frame, at);
        fault = this.text.add(segment, 0, segment.length, payloadAt + at);
      }
    }
    if (fault === VALID && isLast) fault = this.text.end();
    if (fault === VALID) return undefined;
    return problemOf(VIOLATION.INVALID_UTF8, this.settings.sender, { offset: fault });
  }

  /** §5.5.1, §7.4. */
  private checkClose(frame: Frame, unmasked: Uint8Array | undefined): Problem | undefined {
    const { opcode, declared, received } = frame;
    if (opcode !== CLOSE || declared === 0 || received < declared) return undefined;
    const { sender } = this.settings;
    const payload = unmasked ?? this.unmaskSegment(frame, 0);
    const value = readStatusCode(payload);
    const offset = frame.at + frame.header;
    if (!isValidStatusCode(value)) {
      return problemOf(VIOLATION.INVALID_CLOSE_CODE, sender, { offset, value });
    }
    const fault = locateFault(payload, 2, payload.length, 0);
    if (fault === payload.length) return undefined;
    return problemOf(VIOLATION.INVALID_UTF8, sender, { offset: offset + fault });
  }

  /** Up to SEGMENT bytes of a payload from `from`. If masked, they are valid until the next call. */
  private unmaskSegment(frame: Frame, from: number): Uint8Array {
    const begin = frame.at + frame.header;
    const to = Math.min(frame.received, from + SEGMENT);
    const raw = this.bytes.subarray(begin + from, begin + to);
    if ((this.rules & RULE_SERVER) === 0) return raw;
    this.scratch ??= new Uint8Array(SEGMENT);
    this.scratch.set(raw);
    const key = readMaskingKey(this.bytes, begin - 4);
    xorOnce(this.scratch, 0, raw.length, rotateKey(key, from));
    return this.scratch.subarray(0, raw.length);
  }

  /** Reports the frame at `this.at`, or only counts it above the limits. */
  private report(): FrameReport | undefined {
    if (this.isReporting) {
      const { maxPayloadPreview, keepData } = this.settings;
      const report = reportOf(this.bytes, this.at, this.index, maxPayloadPreview);
      this.frames.push(report);
      const kept = keepData ? report.payload.length : 0;
      this.reportedBytes += REPORT_BYTES + weightOf(report.preview) + kept;
      return report;
    }
    if (this.framesLeft++ === 0) this.builder.abandon();
    return undefined;
  }

  /** Reports the bytes of a frame with an invalid header. */
  private rejectHeader(violation: Violation, value?: number): void {
    const at = { offset: this.at, ...(value === undefined ? {} : { value }) };
    const problem = problemOf(violation, this.settings.sender, at);
    const report = this.report();
    if (report === undefined) this.at = Math.min(this.bytes.length, this.at + 2);
    else this.at = Math.max(...report.fields.map(({ to }) => to));
    this.release(report);
    this.fail(problem, report);
  }

  /** Releases the payload without `keepData`. The builder has a reference while its message needs it. */
  private release(report: FrameReport | undefined): void {
    if (report !== undefined && !this.settings.keepData) report.payload = NO_BYTES;
  }

  private fail(problem: Problem, report: FrameReport | undefined): void {
    this.problem = problem;
    if (report !== undefined) report.problem = problem;
    const isControlFrame = report !== undefined && isControl(report.opcode);
    this.builder.abandon(isControlFrame ? undefined : problem);
  }

  private truncateHeader(missing: number): void {
    this.report();
    this.truncate('header', missing);
    this.at = this.bytes.length;
  }

  /** The input ends inside the last reported frame. */
  private truncate(where: 'header' | 'payload', missing: number): void {
    const frame = this.index - 1;
    const bytes = `${missing} byte${missing === 1 ? ' is' : 's are'} missing`;
    const atLeast = where === 'header' ? ' at least' : '';
    const message = `The input ends inside the ${where} of frame ${frame}: ${bytes}${atLeast}.`;
    this.truncated = { frame, where, missing, message };
  }
}

// The result of an inspection: plain data, in the terms of RFC 6455.

import type { Role } from '../protocol/role.ts';
import type { Violation } from '../protocol/violations.ts';
import type { HttpHead } from './handshake.ts';

/** Negotiated parameters of permessage-deflate, RFC 7692 §7.1. Window bits are reported, not enforced. */
export interface DeflateParams {
  serverNoContextTakeover?: boolean;
  clientNoContextTakeover?: boolean;
  /** 8 to 15. */
  serverMaxWindowBits?: number;
  /** 8 to 15. */
  clientMaxWindowBits?: number;
}

/** Options of `inspect`. */
export interface InspectOptions {
  /** Who sent the bytes. Default `'auto'`: detected from the handshake, or the first frame's MASK bit (§5.1). */
  role?: Role | 'auto';
  /**
   * Whether permessage-deflate is in use. Default: as negotiated in the handshake, if there is one. With `false`, RSV1
   * is a violation.
   */
  deflate?: boolean | DeflateParams;
  /** The head the other end sent, if known. The two are checked against each other (§4). */
  otherHead?: HttpHead;
  /** Bytes of a payload in its preview. Default 256. */
  maxPayloadPreview?: number;
  /** Frames to report. Later ones are checked and counted, but not inflated. Default 1000. */
  maxFrames?: number;
  /** Bytes to inflate in total. Default 64 MiB. */
  maxInflated?: number;
  /** Bytes a message may have, as in a decoder. Default: no limit. */
  maxPayload?: number;
  /** Approximate memory for reports, in bytes. Later frames are treated as above `maxFrames`. Default: no limit. */
  maxReported?: number;
  /**
   * Whether reports keep the bytes. Default true. With false they have previews only: `payload` and `data` are empty,
   * and a message has `text` and `json` only if its preview shows all of it.
   */
  keepData?: boolean;
}

/** The names of the fields of a frame, as in the diagram of §5.2. */
export type FieldName =
  | 'FIN'
  | 'RSV1'
  | 'RSV2'
  | 'RSV3'
  | 'Opcode'
  | 'MASK'
  | 'Payload length'
  | 'Extended payload length'
  | 'Masking-key'
  | 'Payload data';

/** A field of a frame. */
export interface Field {
  name: FieldName;
  /** Its first bit, counted from the start of the frame. */
  bit: number;
  bits: number;
  /** Its bytes, as indexes of the input: `[from, to)`. */
  from: number;
  to: number;
  /** A number. The masking key is hex, a length above 2^53 - 1 decimal digits. */
  value: number | string;
  meaning: string;
  /** The section of RFC 6455 that defines it. */
  section: string;
}

/** The first bytes in readable form. */
export interface Preview {
  hex: string;
  /** If the bytes are text. */
  text?: string;
  /** If all the bytes are a JSON object or array: its value. */
  json?: unknown;
  /** Bytes that are not shown. */
  bytesLeft: number;
}

/** The contents of a close frame, §5.5.1. */
export interface CloseReport {
  /** 1005 if the frame has none. */
  code: number;
  name: string;
  meaning: string;
  reason: string;
}

/** A violation, as a decoder at the other end would report it. */
export interface Problem {
  /** As {@link ProtocolError.code}. */
  code: string;
  violation: Violation;
  message: string;
  /** The code the other end would close the connection with. */
  closeCode: number;
  section: string;
  /** Byte of the input at fault. */
  offset: number;
  value?: number;
  /** The underlying error, e.g. why a message could not be inflated. */
  detail?: string;
}

/** A frame, complete or truncated. */
export interface FrameReport {
  index: number;
  /** Its offset in the input. */
  offset: number;
  /** Its length in bytes, including missing ones. */
  length: number;
  fields: Field[];
  fin: boolean;
  rsv1: boolean;
  rsv2: boolean;
  rsv3: boolean;
  opcode: number;
  opcodeName: string;
  masked: boolean;
  /** Eight hex digits. */
  maskingKey?: string;
  /** As declared; 0 if the input ends before it. */
  payloadLength: number;
  /** Unmasked: a copy if the frame was masked, else a view of the input. Empty without `keepData`. */
  payload: Uint8Array;
  preview: Preview;
  close?: CloseReport;
  problem?: Problem;
}

/** A message, assembled from its frames (§5.4). */
export interface MessageReport {
  /** 1 for text, 2 for binary. */
  opcode: number;
  /** Indexes of its frames. */
  frames: number[];
  /** Its length in bytes, after inflation. */
  length: number;
  /** Whether it was compressed (RFC 7692 §6.1). */
  compressed: boolean;
  /** Whether the input has all its bytes, and all of them were inflated. */
  complete: boolean;
  /** Inflated if compressed. May share memory with the frame's payload. Empty without `keepData`. */
  data: Uint8Array;
  preview: Preview;
  /** Text messages only: the whole text. */
  text?: string;
  /** Text messages that are a JSON object or array: its value. */
  json?: unknown;
  problem?: Problem;
}

/** Where the input was truncated. */
export interface Truncation {
  /** Index of the truncated frame; undefined for the handshake. */
  frame?: number;
  /** What was truncated. */
  where: 'handshake' | 'header' | 'payload';
  /** At least how many bytes are missing: in a header of unknown length, those up to the next field. */
  missing: number;
  message: string;
}

/** The result of {@link inspect}. */
export interface Inspection {
  sender: Role;
  handshake?: HttpHead;
  /** The parameters that messages with RSV1 were inflated with. */
  deflate?: DeflateParams;
  frames: FrameReport[];
  messages: MessageReport[];
  /** The first violation. Later bytes are not read. */
  problem?: Problem;
  /** Bytes at the end that were not read as frames. */
  bytesLeft: number;
  truncated?: Truncation;
  /** Frames above `maxFrames` or `maxReported`: checked, and not in `frames`. */
  framesLeft: number;
  /** Bytes inflated in total, and the approximate memory of the reports in bytes. */
  used: { inflated: number; reported: number };
  /** Further remarks, one sentence each. */
  notes: string[];
}

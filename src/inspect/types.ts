// What an inspection says: plain data, in the words of RFC 6455.

import type { Role } from '../protocol/role.ts';
import type { Violation } from '../protocol/violations.ts';
import type { HttpHead } from './handshake.ts';

/** How permessage-deflate was agreed on, RFC 7692 §7.1. Window bits are reported, and not enforced. */
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
  /** Who sent the bytes. Default `'auto'`: told by the handshake, or by the first frame's MASK bit (§5.1). */
  role?: Role | 'auto';
  /**
   * Whether permessage-deflate is in use. Default: as the handshake says, where there is one; `false` leaves
   * RSV1 forbidden.
   */
  deflate?: boolean | DeflateParams;
  /** The head the other end sent, where it is known: with both, the handshake can be checked (§4). */
  otherHead?: HttpHead;
  /** Bytes of a payload that its preview shows. Default 256. */
  maxPayloadPreview?: number;
  /** Frames to report. What follows is counted and its rules are checked, but it is not inflated. Default 1000. */
  maxFrames?: number;
  /** Bytes to inflate in all. Default 64 MiB. */
  maxInflated?: number;
  /** Bytes a message may have, as in a decoder. Default: no limit. */
  maxPayload?: number;
  /** Bytes of memory, roughly, that reports may take: what follows is treated as behind `maxFrames`. Default: no limit. */
  maxReported?: number;
  /**
   * Whether reports keep the bytes themselves. Default true. With false they have previews only: `payload` and `data`
   * are empty, and a message has `text` and `json` where its preview shows all of it.
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
  /** Its first bit, counted from the beginning of the frame. */
  bit: number;
  bits: number;
  /** The bytes it lies in, as indexes of the input: from `from` on, up to `to`, which is not in it. */
  from: number;
  to: number;
  /** A number; the masking key as hex; a length above 2^53 - 1 as decimal digits. */
  value: number | string;
  meaning: string;
  /** The section of RFC 6455 that tells of it. */
  section: string;
}

/** The beginning of some bytes, for people. */
export interface Preview {
  hex: string;
  /** Where it is text. */
  text?: string;
  /** Where the whole of it is a JSON object or array: the value. */
  json?: unknown;
  /** Bytes that are not shown. */
  bytesLeft: number;
}

/** What a close frame says, §5.5.1. */
export interface CloseReport {
  /** 1005 where the frame has none. */
  code: number;
  name: string;
  meaning: string;
  reason: string;
}

/** A rule that is broken: what a decoder at the other end would say. */
export interface Problem {
  /** As {@link ProtocolError.code}. */
  code: string;
  violation: Violation;
  message: string;
  /** What the other end would close the connection with. */
  closeCode: number;
  section: string;
  /** Byte of the input at fault. */
  offset: number;
  value?: number;
  /** What was said underneath, e.g. why a message could not be inflated. */
  detail?: string;
}

/** A frame, as far as its bytes are there. */
export interface FrameReport {
  index: number;
  /** Where in the input it begins. */
  offset: number;
  /** Bytes it takes, those that are missing included. */
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
  /** As declared; 0 where the input ends before that. */
  payloadLength: number;
  /** Unmasked: a copy where the frame was masked, else a view of the input. Empty without `keepData`. */
  payload: Uint8Array;
  preview: Preview;
  close?: CloseReport;
  problem?: Problem;
}

/** A message, put together from its frames (§5.4). */
export interface MessageReport {
  /** 1 for text, 2 for binary. */
  opcode: number;
  /** Indexes of its frames. */
  frames: number[];
  /** Bytes of it, inflated where it was compressed. */
  length: number;
  /** It was compressed (RFC 7692 §6.1). */
  compressed: boolean;
  /** Whether its last frame is there, with all its bytes, and all of it was inflated. */
  complete: boolean;
  /** Inflated where it was compressed; may share memory with the frame's payload. Empty without `keepData`. */
  data: Uint8Array;
  preview: Preview;
  /** Of text: all of it. */
  text?: string;
  /** Of text that is a JSON object or array: the value. */
  json?: unknown;
  problem?: Problem;
}

/** Where the input ends too early. */
export interface Truncation {
  /** Index of the frame that is cut off; undefined where it is the handshake. */
  frame?: number;
  /** What is cut. */
  where: 'handshake' | 'header' | 'payload';
  /** Bytes that are missing at least: of a header of which too little is there to tell, to its next field. */
  missing: number;
  message: string;
}

/** What {@link inspect} finds. */
export interface Inspection {
  sender: Role;
  handshake?: HttpHead;
  /** With what messages with RSV1 were inflated. */
  deflate?: DeflateParams;
  frames: FrameReport[];
  messages: MessageReport[];
  /** The first rule that is broken; what follows is not read. */
  problem?: Problem;
  /** Bytes at the end that no frame was read from. */
  bytesLeft: number;
  truncated?: Truncation;
  /** Frames behind `maxFrames` or `maxReported`, which were checked and are not in `frames`. */
  framesLeft: number;
  /** What it took: bytes inflated in all, and bytes of memory, roughly, that the reports take. */
  used: { inflated: number; reported: number };
  /** What else there is to know, in sentences. */
  notes: string[];
}

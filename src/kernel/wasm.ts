// The kernel in WebAssembly: the sole owner of the module's memory. No view of it leaves this file but
// the staging block and a scan's source, both borrowed.
//
// It takes the road measured to be fastest for what it is given: the module for runs of frames and for
// masked payloads, JavaScript for chunks too short to be worth a call, the platform's own validator for
// long text.

import { headerLength, readPayloadLength } from '../protocol/header.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { MAX_HEADER_LENGTH } from '../protocol/limits.ts';
import {
  ENTRY_WORDS,
  EXTRA,
  FLAG_END,
  FLAG_NON_ASCII,
  FLAG_START,
  FLAG_UTF16,
  FLAGS,
  LENGTH,
  OFFSET,
} from './frame-table.ts';
import { JsScans, maskJs } from './js.ts';
import { rotateKey } from './js-mask.ts';
import type { Kernel, Scan, ScanState, Staging } from './kernel.ts';
import { MODE_PARTS } from './modes.ts';
import {
  allocate,
  Bytes,
  copyInto,
  isUtf8,
  sliceLatin1,
  sliceUtf8,
  sliceUtf16,
  slowUtf8Decoder,
  viewOf,
} from './platform.ts';
import { answersRight } from './probe.ts';
import { TextGroup } from './text-group.ts';
import { checkUtf8, isValidUtf8 } from './utf8.ts';

/** Chunks up to this long are scanned in JavaScript; bench/receive, one frame a chunk. */
const SMALL_CHUNK = 48;
/** The same where the payloads must be copied back. */
const SMALL_CHUNK_IN_PLACE = 104;
/** Bytes scanned at once: with their chunk they stay in the first-level cache; bench/receive, 64 KiB. */
const TILE_BYTES = 16384 + MAX_HEADER_LENGTH;
/** Unmasked text shorter than this is worth the module's look; bench/receive, role client. */
const SHORT_TEXT = 1024;
/** Text longer than this is left to the native validator; bench/receive, case korean. */
const CHECK_LIMIT = isUtf8 ? 192 : 0xffffffff;
/** Messages of text up to this long become strings together; bench/receive, case korean, strings. */
const UTF16_LIMIT = slowUtf8Decoder || !isUtf8 ? 0xffffffff : 1024;
/** Payloads shorter than this are masked in JavaScript; bench/mask. */
const SMALL_MASK = 64;
/** Bytes masked at once: they and their copies stay in the first-level cache; bench/receive, 64 KiB. */
const MASK_TILE = 16384;
/** Bytes of UTF-8 transcoded at once: they and their UTF-16 share the scratch region. */
const TRANSCODE_TILE = 16384;

/** 32-bit and 64-bit words of STATE in assembly/layout.ts. */
const STATE32 = {
  RULES: 0,
  KEY: 1,
  CURRENT: 4,
  FRAGMENTED: 5,
  CHECK_LIMIT: 10,
  USED: 11,
  UTF16_LIMIT: 12,
  UTF16_USED: 13,
} as const;
const STATE64 = { REMAINING: 1, MESSAGE_LENGTH: 3, MAX_PAYLOAD: 4 } as const;

/** What assembly/index.ts exports. */
interface Exports {
  memory: WebAssembly.Memory;
  scan(length: number, goesOn: boolean): number;
  validate(at: number, length: number, pending: number): number;
  transcode(to: number, from: number, length: number): number;
  mask(at: number, length: number, key: number): number;
  seal(at: number, first: number, length: number, key: number): number;
}

type Region = 'STATE' | 'TABLE' | 'INPUT' | 'UTF16' | 'SCRATCH' | 'STAGING';
type Size = 'TABLE_ENTRIES' | 'INPUT_BYTES' | 'SCRATCH_BYTES' | 'STAGING_BYTES';

/** Makes the kernel from a compiled module. Throws what WebAssembly throws, and on a wrong answer. */
export function createWasmKernel(module: WebAssembly.Module): Kernel {
  const kernel = new WasmKernel(new WebAssembly.Instance(module, {}));
  if (!kernel.answersRight()) throw new Error('the wasm kernel failed its known-answer probe');
  return kernel;
}

class WasmKernel implements Kernel, Scan {
  readonly backend = 'wasm';
  depth = 0;
  readonly staging: Staging;

  // The outcome of the last scan made by the module.
  readonly table: Int32Array;
  readonly source: Uint8Array;
  readonly base: number;
  count = 0;
  used = 0;

  private readonly exports: Exports;
  private readonly memory: Uint8Array;
  private readonly state32: Int32Array;
  private readonly state64: Float64Array;
  private readonly utf16At: number;
  private readonly scratchAt: number;
  private readonly scratchBytes: number;
  private readonly stagingAt: number;
  private readonly inputBytes: number;
  private readonly scans = new JsScans();
  private readonly latin1 = new TextGroup(sliceLatin1, 1);
  private readonly utf16 = new TextGroup(sliceUtf16, 2);

  constructor(instance: WebAssembly.Instance) {
    this.exports = instance.exports as unknown as Exports;
    const at = (name: Region | Size): number =>
      (instance.exports[name] as WebAssembly.Global).value;
    const { buffer } = this.exports.memory;
    this.memory = new Bytes(buffer, 0, buffer.byteLength);
    this.source = this.memory;
    this.base = at('INPUT');
    this.inputBytes = at('INPUT_BYTES');
    this.table = new Int32Array(buffer, at('TABLE'), at('TABLE_ENTRIES') * ENTRY_WORDS);
    this.state32 = new Int32Array(buffer, at('STATE'), 16);
    this.state64 = new Float64Array(buffer, at('STATE'), 8);
    this.utf16At = at('UTF16');
    this.scratchAt = at('SCRATCH');
    this.scratchBytes = at('SCRATCH_BYTES');
    this.stagingAt = at('STAGING');
    const block = new Bytes(buffer, this.stagingAt, at('STAGING_BYTES'));
    this.staging = { bytes: block, used: 0, owner: null };
    this.state32[STATE32.CHECK_LIMIT] = CHECK_LIMIT;
    this.state32[STATE32.UTF16_LIMIT] = UTF16_LIMIT;
  }

  answersRight(): boolean {
    this.state32[STATE32.RULES] = RULE_SERVER;
    this.state64[STATE64.MAX_PAYLOAD] = 125;
    const input = viewOf(this.memory, this.base, this.memory.length);
    return answersRight(input, this.table, (length) => this.exports.scan(length, false));
  }

  scan(state: ScanState, chunk: Uint8Array, from: number, out: Uint8Array | null): Scan {
    const length = chunk.length - from;
    const isServer = (state.rules & RULE_SERVER) !== 0;
    const small = out === null ? SMALL_CHUNK : SMALL_CHUNK_IN_PLACE;
    if (this.depth > 0 || length <= small) {
      return this.scans.at(this.depth).scan(state, chunk, from, out, 0);
    }
    if (!isServer && !isShortText(state, chunk, from)) {
      return this.scans.at(0).scan(state, chunk, from, out, SHORT_TEXT);
    }
    const tile = this.tileFor(state, chunk, from, out !== null);
    copyInto(this.memory, this.base, chunk, from, from + tile);
    this.run(state, tile, tile < length);
    if (isServer && out !== null && this.count > 0) this.copyBack(state, out, from);
    return this;
  }

  /**
   * Bytes to scan at once: a tile of small frames, or a large one that the input region holds whole. Of
   * those it does not, or need not, hold, the header alone: the caller knows how to go on (see
   * ScanState.remaining). Where parts are wanted, as much as there is.
   */
  private tileFor(state: ScanState, chunk: Uint8Array, from: number, inPlace: boolean): number {
    const length = Math.min(chunk.length - from, this.inputBytes);
    if (length <= TILE_BYTES) return length;
    if (state.current !== 0) {
      return state.remaining > TILE_BYTES ? Math.min(state.remaining, length) : TILE_BYTES;
    }
    const header = headerLength(chunk[from + 1]);
    const frame = header + readPayloadLength(chunk, from);
    if (frame <= TILE_BYTES) return TILE_BYTES;
    if ((state.rules & MODE_PARTS) !== 0) return Math.min(frame, length);
    return inPlace || frame > length ? header : frame;
  }

  /** One call of the module, the connection's state carried in and out. */
  private run(state: ScanState, length: number, goesOn: boolean): void {
    const { state32, state64 } = this;
    state32[STATE32.RULES] = state.rules;
    state32[STATE32.KEY] = state.key;
    state64[STATE64.REMAINING] = state.remaining;
    state32[STATE32.CURRENT] = state.current;
    state32[STATE32.FRAGMENTED] = state.fragmented;
    state64[STATE64.MESSAGE_LENGTH] = state.messageLength;
    state64[STATE64.MAX_PAYLOAD] = state.maxPayload;
    this.count = this.exports.scan(length, goesOn);
    state.key = state32[STATE32.KEY];
    state.remaining = state64[STATE64.REMAINING];
    state.current = state32[STATE32.CURRENT];
    state.fragmented = state32[STATE32.FRAGMENTED];
    state.messageLength = state64[STATE64.MESSAGE_LENGTH];
    this.used = state32[STATE32.USED];
    this.latin1.reset();
    this.utf16.reset();
  }

  /** Copies the frames that are whole, or all there is, to where the caller wants it. */
  private copyBack({ rules }: ScanState, out: Uint8Array, from: number): void {
    const { table, base } = this;
    let first = 0;
    let last = (this.count - 1) * ENTRY_WORDS;
    if ((rules & MODE_PARTS) === 0) {
      if ((table[FLAGS] & FLAG_START) === 0) first = ENTRY_WORDS;
      if ((table[last + FLAGS] & FLAG_END) === 0) last -= ENTRY_WORDS;
      if (last < first) return;
    }
    const begin = table[first + OFFSET];
    const end = table[last + OFFSET] + table[last + LENGTH];
    copyInto(out, from + begin, this.memory, base + begin, base + end);
  }

  text(word: number): string {
    const { table, base, memory } = this;
    const flags = table[word + FLAGS];
    const offset = table[word + OFFSET];
    const length = table[word + LENGTH];
    if ((flags & FLAG_NON_ASCII) === 0) {
      return this.latin1.cut(memory, base, offset, length, this.used);
    }
    if (flags & FLAG_UTF16) {
      const units = table[word + EXTRA];
      const limit = this.state32[STATE32.UTF16_USED];
      return this.utf16.cut(memory, this.utf16At, offset, units, limit);
    }
    return sliceUtf8(memory, base + offset, base + offset + length);
  }

  isValidUtf8(bytes: Uint8Array): boolean {
    return isUtf8 ? isValidUtf8(bytes) : this.checkUtf8(bytes, 0, bytes.length, 0) === 0;
  }

  checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number {
    if (isUtf8 !== undefined || to - from < SMALL_MASK) return checkUtf8(bytes, from, to, pending);
    let left = pending;
    for (let at = from; at < to && left !== -1; at += this.scratchBytes) {
      const end = Math.min(to, at + this.scratchBytes);
      copyInto(this.memory, this.scratchAt, bytes, at, end);
      left = this.exports.validate(this.scratchAt, end - at, left);
    }
    return left;
  }

  decodeUtf8(bytes: Uint8Array): string {
    if (!slowUtf8Decoder) return sliceUtf8(bytes, 0, bytes.length);
    const units = allocate(bytes.length * 2);
    let written = 0;
    for (let at = 0; at < bytes.length; ) {
      let end = Math.min(bytes.length, at + TRANSCODE_TILE);
      while (end < bytes.length && bytes[end] >> 6 === 2) end--;
      const from = this.scratchAt;
      const to = from + TRANSCODE_TILE;
      copyInto(this.memory, from, bytes, at, end);
      const bytesOfUnits = this.exports.transcode(to, from, end - at) - to;
      copyInto(units, written, this.memory, to, to + bytesOfUnits);
      written += bytesOfUnits;
      at = end;
    }
    return sliceUtf16(units, 0, written);
  }

  mask(
    source: Uint8Array,
    key: number,
    output: Uint8Array,
    offset: number,
    length: number,
  ): number {
    if (length < SMALL_MASK) return maskJs(source, key, output, offset, length);
    const { memory, scratchAt } = this;
    let nonAscii = 0;
    let rotated = key;
    for (let at = 0; at < length; at += MASK_TILE) {
      const part = Math.min(MASK_TILE, length - at);
      copyInto(memory, scratchAt, source, at, at + part);
      nonAscii |= this.exports.mask(scratchAt, part, rotated);
      copyInto(output, offset + at, memory, scratchAt, scratchAt + part);
      rotated = rotateKey(rotated, part);
    }
    return nonAscii;
  }

  seal(at: number, first: number, length: number, key: number): number {
    return this.exports.seal(this.stagingAt + at, first, length, key) - this.stagingAt;
  }
}

/** Whether a short frame of text, or the rest of one, comes first. */
function isShortText(state: ScanState, chunk: Uint8Array, from: number): boolean {
  if (state.current !== 0) return (state.current & 0x0f) === 1 && state.remaining < SHORT_TEXT;
  const length = chunk[from + 1] & 0x7f;
  return (
    (chunk[from] & 0x0f) === 1 &&
    (length < 126 || (length === 126 && chunk[from + 2] << 8 < SHORT_TEXT))
  );
}

// The kernel in TypeScript: the twin of wasm.ts, for wherever WebAssembly is missing or forbidden, and
// for what is too short to be worth a call into WebAssembly.

import { writeLength, writeMaskingKey } from '../protocol/header.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { FLAG_NON_ASCII, FLAGS, LENGTH, OFFSET } from './frame-table.ts';
import { xorOnce } from './js-mask.ts';
import { JsScanLoop, TILE_BYTES } from './js-scan.ts';
import type { Kernel, Scan, ScanState, Staging } from './kernel.ts';
import { Bytes, copyInto, sliceLatin1, sliceUtf8 } from './platform.ts';
import { TextGroup } from './text-group.ts';
import { checkUtf8, isValidUtf8 } from './utf8.ts';

const TABLE_ENTRIES = 1024;
const STAGING_BYTES = 65536;

/** One scan's memory: nested walks each have one (see Kernel.depth). */
export class JsScan extends JsScanLoop implements Scan {
  source: Uint8Array = new Uint8Array(0);
  base = 0;
  private scratch: Uint8Array | null = null;
  private readonly latin1 = new TextGroup(sliceLatin1, 1);

  constructor() {
    super(TABLE_ENTRIES);
  }

  /** As Kernel.scan; `shortText` as in the scan loop. */
  scan(
    state: ScanState,
    chunk: Uint8Array,
    from: number,
    out: Uint8Array | null,
    shortText: number,
  ): Scan {
    let to = chunk.length;
    this.latin1.reset();
    if ((state.rules & RULE_SERVER) === 0 || out === chunk) {
      this.source = chunk;
      this.base = from;
    } else if (out !== null) {
      to = Math.min(to, from + TILE_BYTES);
      copyInto(out, from, chunk, from, to);
      this.source = out;
      this.base = from;
    } else {
      to = Math.min(to, from + TILE_BYTES);
      // Handlers get it as borrowed memory: one that detached it harms nobody else.
      if (this.scratch === null || this.scratch[0] === undefined) {
        this.scratch = new Bytes(new ArrayBuffer(TILE_BYTES), 0, TILE_BYTES);
      }
      copyInto(this.scratch, 0, chunk, from, to);
      this.source = this.scratch;
      this.base = 0;
    }
    this.run(state, {
      bytes: this.source,
      from: this.base,
      to: this.base + to - from,
      goesOn: to < chunk.length,
      shortText,
    });
    return this;
  }

  text(word: number): string {
    const { table, source, base } = this;
    const offset = table[word + OFFSET];
    const length = table[word + LENGTH];
    if (table[word + FLAGS] & FLAG_NON_ASCII) {
      return sliceUtf8(source, base + offset, base + offset + length);
    }
    return this.latin1.cut(source, base, offset, length, this.used);
  }
}

/** Scanners by depth of the walk they are asked in. */
export class JsScans {
  private readonly scans: JsScan[] = [];

  at(depth: number): JsScan {
    let scan = this.scans[depth];
    if (scan === undefined) {
      scan = new JsScan();
      this.scans[depth] = scan;
    }
    return scan;
  }
}

/** Kernel.mask in JavaScript. */
export function maskJs(
  source: Uint8Array,
  key: number,
  output: Uint8Array,
  offset: number,
  length: number,
): number {
  const isInPlace =
    source.buffer === output.buffer && source.byteOffset === output.byteOffset + offset;
  if (!isInPlace) copyInto(output, offset, source, 0, length);
  return xorOnce(output, offset, offset + length, key);
}

/** Makes the kernel. It allocates what it needs when it first needs it. */
export function createJsKernel(): Kernel {
  return new JsKernel();
}

class JsKernel implements Kernel {
  readonly backend = 'js';
  depth = 0;
  private readonly scans = new JsScans();
  private block: Staging | null = null;

  scan(state: ScanState, chunk: Uint8Array, from: number, out: Uint8Array | null): Scan {
    return this.scans.at(this.depth).scan(state, chunk, from, out, 0);
  }

  isValidUtf8(bytes: Uint8Array): boolean {
    return isValidUtf8(bytes);
  }

  checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number {
    return checkUtf8(bytes, from, to, pending);
  }

  decodeUtf8(bytes: Uint8Array): string {
    return sliceUtf8(bytes, 0, bytes.length);
  }

  mask(
    source: Uint8Array,
    key: number,
    output: Uint8Array,
    offset: number,
    length: number,
  ): number {
    return maskJs(source, key, output, offset, length);
  }

  get staging(): Staging {
    this.block ??= {
      bytes: new Bytes(new ArrayBuffer(STAGING_BYTES), 0, STAGING_BYTES),
      used: 0,
      owner: null,
    };
    return this.block;
  }

  seal(at: number, first: number, length: number, key: number): number {
    const block = this.staging.bytes;
    const payload = writeMaskingKey(block, writeLength(block, at, first, 0x80, length), key);
    xorOnce(block, payload, payload + length, key);
    return payload + length;
  }
}

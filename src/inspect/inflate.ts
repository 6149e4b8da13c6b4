// Undoing permessage-deflate, RFC 7692 §7.2.2: one message after another, with the window they share.

import { Inflate } from 'fflate';
import { join } from './join.ts';

/** Bytes inflated at once: at most 4 MiB come of them. */
const SLICE = 4096;
/** What the sender took off the end of every message. */
const TAIL = new Uint8Array([0x00, 0x00, 0xff, 0xff]);
/** A last block of one byte. Behind a whole message it gives that byte; behind half of one, anything else. */
const PROBE = new Uint8Array([0x01, 0x01, 0x00, 0xfe, 0xff, 0x58]);
const WINDOW = 32768;

/** What came of a message. */
export interface Inflated {
  data: Uint8Array;
  /** False where the budget was used up before its end. */
  isWhole: boolean;
}

/** One direction of a connection. */
export class Inflater {
  private readonly keepsWindow: boolean;
  private readonly maxInflated: number;
  /** Bytes inflated in all, also of messages that could not be inflated to their end. */
  inflated = 0;
  private window: Uint8Array = new Uint8Array(0);
  /** The window was lost: what refers to it cannot be inflated any more. */
  isLost = false;

  constructor(noContextTakeover: boolean, maxInflated: number) {
    this.keepsWindow = !noContextTakeover;
    this.maxInflated = maxInflated;
  }

  /** Inflates a message; throws where that cannot be done. */
  inflate(payload: Uint8Array): Inflated {
    const { keepsWindow } = this;
    const left = this.maxInflated - this.inflated;
    // The first slice alone may become megabytes.
    if (left === 0) return this.lose();
    const pieces: Uint8Array[] = [];
    let length = 0;
    const inflate = new Inflate({ dictionary: this.window }, (piece) => {
      pieces.push(piece);
      length += piece.length;
    });
    try {
      for (let at = 0; at < payload.length && length <= left; at += SLICE) {
        inflate.push(payload.subarray(at, at + SLICE));
      }
      if (length <= left) inflate.push(TAIL);
    } finally {
      this.inflated += Math.min(length, left);
    }
    const isWhole = length <= left;
    if (isWhole) this.probe(inflate, pieces);
    const data = join(pieces).subarray(0, left);
    this.isLost = keepsWindow && !isWhole;
    if (keepsWindow) this.window = join([this.window, data.subarray(-WINDOW)]).slice(-WINDOW);
    return { data, isWhole };
  }

  /** The budget is used up. */
  private lose(): Inflated {
    this.isLost = this.keepsWindow;
    return { data: new Uint8Array(0), isWhole: false };
  }

  /** Throws where what was pushed does not end where a block does. */
  private probe(inflate: Inflate, pieces: Uint8Array[]): void {
    const before = pieces.length;
    inflate.push(PROBE, true);
    const probe = join(pieces.splice(before));
    // No byte: a block had BFINAL set, which ends the message too (§7.2.3.4).
    if (probe.length > 1 || (probe.length === 1 && probe[0] !== 0x58)) {
      throw new Error('the compressed data ends inside a block');
    }
  }
}

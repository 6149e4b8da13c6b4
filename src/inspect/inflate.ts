// Inflates messages of permessage-deflate, RFC 7692 §7.2.2, with the window they share.

import { Inflate } from 'fflate';
import { join } from './join.ts';

/** Bytes to inflate at a time: they become at most 4 MiB. */
const SLICE = 4096;
/** The bytes a sender removes from the end of each message. */
const TAIL = new Uint8Array([0x00, 0x00, 0xff, 0xff]);
/** A final block of one byte. It inflates to that byte only if the message before it ends between blocks. */
const PROBE = new Uint8Array([0x01, 0x01, 0x00, 0xfe, 0xff, 0x58]);
const WINDOW = 32768;

/** The result for a message. */
export interface Inflated {
  data: Uint8Array;
  /** False if the budget was used up before the end. */
  isComplete: boolean;
}

/** Inflates the messages of one direction of a connection. */
export class Inflater {
  private readonly keepsWindow: boolean;
  private readonly maxInflated: number;
  /** Bytes inflated in total, including incomplete messages. */
  inflated = 0;
  private window: Uint8Array = new Uint8Array(0);
  /** The window is incomplete: later messages that refer to it cannot be inflated. */
  isWindowLost = false;

  constructor(noContextTakeover: boolean, maxInflated: number) {
    this.keepsWindow = !noContextTakeover;
    this.maxInflated = maxInflated;
  }

  /** Inflates a message. Throws on invalid data. */
  inflate(payload: Uint8Array): Inflated {
    const { keepsWindow } = this;
    const left = this.maxInflated - this.inflated;
    // The first slice alone can become megabytes.
    if (left === 0) return this.skipMessage();
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
    const isComplete = length <= left;
    if (isComplete) this.checkEnd(inflate, pieces);
    const data = join(pieces).subarray(0, left);
    this.isWindowLost = keepsWindow && !isComplete;
    if (keepsWindow) this.window = join([this.window, data.subarray(-WINDOW)]).slice(-WINDOW);
    return { data, isComplete };
  }

  /** The budget is used up: inflates nothing. */
  private skipMessage(): Inflated {
    this.isWindowLost = this.keepsWindow;
    return { data: new Uint8Array(0), isComplete: false };
  }

  /** Throws if the message ends inside a block. */
  private checkEnd(inflate: Inflate, pieces: Uint8Array[]): void {
    const before = pieces.length;
    inflate.push(PROBE, true);
    const end = join(pieces.splice(before));
    // Without a byte, a block had BFINAL set, which also ends the message (§7.2.3.4).
    if (end.length > 1 || (end.length === 1 && end[0] !== 0x58)) {
      throw new Error('the compressed data ends inside a block');
    }
  }
}

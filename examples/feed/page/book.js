// A client's state, for Node and the page: the latest price of each instrument, and whether anything is missing. Text
// messages of the server announce which ticks follow:
//
//   { type: 'hello', instruments }   the names; the latest tick of each follows
//   { type: 'live', after }          every tick follows, starting with number `after` + 1
//   { type: 'lagging', last }        the client was too slow: only the latest ticks follow, from time to time

import { readTick, TICK_BYTES } from './tick.js';

export class Book {
  instruments = [];
  /** Prices by instrument, in hundredths. */
  prices = new Float64Array(0);
  /** `'joining'`, `'live'` or `'lagging'`. */
  mode = 'joining';
  /** The number of the last tick. */
  last = 0;
  received = 0;
  /** Ticks that should have arrived and did not. */
  lost = 0;
  outOfOrder = 0;
  /** Ticks that the server announced as skipped. */
  skipped = 0;
  /** The latest tick's age on arrival, in milliseconds. */
  age = 0;
  #tick = { sequence: 0, time: 0, price: 0, instrument: 0 };

  /** Takes a text message of the server. */
  receive(text) {
    const message = JSON.parse(text);
    if (message.type === 'hello') {
      this.instruments = message.instruments;
      this.prices = new Float64Array(this.instruments.length);
      this.last = 0;
      this.mode = 'joining';
    } else if (message.type === 'lagging') {
      this.#expect(message.last);
      this.mode = 'lagging';
    } else if (message.type === 'live') {
      this.#expect(message.after);
      this.mode = 'live';
    }
  }

  /** Takes a tick at offset `start` of `bytes`. */
  tick(bytes, start) {
    if (bytes.length - start < TICK_BYTES)
      throw new RangeError(`A tick has ${TICK_BYTES} bytes, got ${bytes.length - start}.`);
    const tick = this.#tick;
    readTick(bytes, start, tick);
    this.received++;
    this.#expect(tick.sequence - 1);
    if (tick.sequence > this.last) {
      this.last = tick.sequence;
      this.prices[tick.instrument] = tick.price;
    }
    this.age = Date.now() - tick.time;
  }

  /** Compares the last number received with the one the server implies, and counts the gap. */
  #expect(last) {
    const missing = last - this.last;
    if (missing < 0) this.outOfOrder++;
    else if (this.mode === 'live') this.lost += missing;
    else if (this.mode === 'lagging') this.skipped += missing;
    if (missing > 0) this.last = last;
  }
}

// What a client knows: the newest price of each instrument, and whether anything is missing. The same in Node
// and in the page. The server says in text what the ticks that follow are:
//
//   { type: 'hello', instruments }   the names; the newest tick of each follows
//   { type: 'live', after }          from here on every tick, and the next one is `after` + 1
//   { type: 'lagging', last }        you were too slow: from here on only the newest of each, now and then

import { readTick, TICK_BYTES } from './tick.js';

export class Book {
  instruments = [];
  /** Of each instrument, in hundredths. */
  prices = new Float64Array(0);
  /** `'joining'`, `'live'` or `'lagging'`. */
  mode = 'joining';
  /** The number of the last tick. */
  last = 0;
  received = 0;
  /** Ticks that should have come and did not. */
  lost = 0;
  outOfOrder = 0;
  /** Ticks that the server left out, and said so. */
  skipped = 0;
  /** Milliseconds the newest tick was under way. */
  age = 0;
  #tick = { sequence: 0, time: 0, price: 0, instrument: 0 };

  /** A text message of the server. */
  told(text) {
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

  /** A tick, at `start` of some bytes. */
  tick(bytes, start) {
    if (bytes.length - start < TICK_BYTES)
      throw new RangeError('That is no tick: it is too short.');
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

  /** Where the feed stands, by the server's word, before what comes next. */
  #expect(last) {
    const missing = last - this.last;
    if (missing < 0) this.outOfOrder++;
    else if (this.mode === 'live') this.lost += missing;
    else if (this.mode === 'lagging') this.skipped += missing;
    if (missing > 0) this.last = last;
  }
}

// A random walk per instrument, with a total rate of ticks per second. Every tick is numbered.

import { TICK_BYTES, writeTick } from './page/tick.js';

const NAMES = [
  ...['금 Gold', '은 Silver', '구리 Copper', '원유 Oil', '밀 Wheat', '옥수수 Maize'],
  ...['콩 Soy', '커피 Coffee', '설탕 Sugar', '면화 Cotton', '쌀 Rice', '고무 Rubber'],
];

/** Maximum milliseconds of ticks created at once: time the machine slept is not made up for. */
const MOST_AT_ONCE = 100;

export class Market {
  sequence = 0;
  instruments;
  #rate;
  #prices;
  /** The latest tick of each instrument and its sequence number. */
  #latest;
  #timer;

  constructor({ instruments, rate }) {
    this.instruments = Array.from({ length: instruments }, (_, index) => nameOf(index));
    this.#rate = rate;
    this.#prices = this.instruments.map(() => 10_000 + Math.floor(Math.random() * 90_000));
    this.#latest = this.instruments.map(() => ({ sequence: 0, message: undefined }));
  }

  get prices() {
    return [...this.#prices];
  }

  /** Calls `deliver` with each batch of ticks, one message per tick. */
  start(deliver) {
    let before = performance.now();
    let owed = 0;
    this.#timer = setInterval(() => {
      const now = performance.now();
      owed += (Math.min(now - before, MOST_AT_ONCE) * this.#rate) / 1000;
      before = now;
      const count = Math.floor(owed);
      owed -= count;
      if (count > 0) deliver(this.#create(count));
    }, 1);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** The latest tick of each instrument that changed after `sequence`, in sequence order. */
  latestAfter(sequence) {
    return this.#latest
      .filter((tick) => tick.sequence > sequence)
      .sort((one, other) => one.sequence - other.sequence)
      .map(({ message }) => message);
  }

  #create(count) {
    const bytes = Buffer.allocUnsafeSlow(count * TICK_BYTES);
    const time = Date.now();
    const messages = new Array(count);
    for (let i = 0; i < count; i++) {
      const instrument = Math.floor(Math.random() * this.#prices.length);
      const price = Math.max(1, this.#prices[instrument] + Math.floor(Math.random() * 21) - 10);
      this.#prices[instrument] = price;
      const at = i * TICK_BYTES;
      writeTick(bytes, at, ++this.sequence, time, price, instrument);
      const message = bytes.subarray(at, at + TICK_BYTES);
      messages[i] = message;
      this.#latest[instrument].sequence = this.sequence;
      this.#latest[instrument].message = message;
    }
    return messages;
  }
}

function nameOf(index) {
  const name = NAMES[index % NAMES.length];
  return index < NAMES.length ? name : `${name} ${1 + Math.floor(index / NAMES.length)}`;
}
